//! What the tests need and a Rust toolchain does not bring.
//!
//! Nothing is skipped when it is missing: it is installed, or the command that installs it is the error. A second run
//! is quick: npm and Python packages are installed again only when their lock files changed.

pub mod cargo_tools;
mod node;
mod python;
mod system;

pub use node::install as node_packages;
pub use python::install as python_packages;
pub use system::{BROWSER, DATABASES, LANGUAGES, TRACING, install as system_packages};
