//! The rules of the house, as tests: `cargo xtask tidy`.
//!
//! To add a rule: a test in the file it belongs to; its findings name file, line and what to do.
#![expect(clippy::unwrap_used, reason = "a helper that fails fails the test")]

mod arrows;
mod asvs;
mod checkout;
mod faults;
mod forbidden;
mod sources;
mod wasm_leak;
