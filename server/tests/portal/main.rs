//! The running binary, from outside: over HTTP, at the command line, in its database, and at the simulated cloud.
//!
//! Each test starts processes of its own, against a cloud of its own (`ground.rs`), and leaves nothing behind. A test
//! waits for what it expects to see, never for a time to pass.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod audit;
mod browser;
mod canary;
mod command_line;
mod crowd;
mod disk;
mod doctor;
mod edge;
mod forms;
mod full_disk;
mod ground;
mod headers;
mod health;
mod hostile;
mod huge;
mod inbox;
mod life;
mod lists;
mod long;
mod markup;
mod news;
mod payloads;
mod process;
#[allow(
    dead_code,
    clippy::allow_attributes,
    reason = "shared with the fault suite, which uses the rest"
)]
mod proxy;
mod races;
mod receipts;
mod refusals;
mod replicas;
mod roles;
mod sandbox;
mod sessions;
mod sign_in;
mod slow;
mod tables;
mod tls;
mod twice;
