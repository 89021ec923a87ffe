//! The running binary, from outside: over HTTP, at the command line, in its database, and at the simulated cloud.
//!
//! Each test starts processes of its own, against a cloud of its own (`ground.rs`), and leaves nothing behind. A test
//! waits for what it expects to see, never for a time to pass.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod api;
mod audit;
mod authenticator;
mod browser;
mod canary;
mod client;
mod command_line;
mod crowd;
mod demand;
mod disk;
mod doctor;
mod edge;
mod forms;
mod full_disk;
mod go;
mod ground;
mod headers;
mod health;
mod hostile;
mod huge;
mod inbox;
mod issuer;
mod life;
mod lists;
mod log;
mod long;
mod markup;
mod news;
mod passkeys;
mod payloads;
mod people;
mod process;
mod program;
mod provider;
#[allow(
    dead_code,
    clippy::allow_attributes,
    reason = "shared with the fault suite, which uses the rest"
)]
mod proxy;
mod proxy_user;
mod races;
mod receipts;
mod refusals;
mod replicas;
mod roles;
mod sandbox;
mod scopes;
mod second_factor;
mod sessions;
mod settings;
mod sign_in;
mod slow;
mod step_up;
mod tables;
mod tls;
mod turns;
mod twice;
