//! One file a command; each has one `run`.

pub mod build;
pub mod deny;
pub mod e2e;
pub mod faults;
pub mod fmt;
pub mod fuzz;
pub mod lint;
pub mod run;
pub mod sbom;
pub mod setup;
pub mod test;
pub mod tidy;
pub mod wasm_size;
pub mod watch;
