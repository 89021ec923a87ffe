//! The client against real sockets: what it sends, what it makes of every answer and of every way not to get one.
//!
//! Each test has a server of its own that does what its script says. Nothing but loopback is called, and nobody waits
//! for a clock: time limits only end tests that would hang.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails the test")]

mod canary;
mod canary_sources;
mod chain;
mod clock;
mod fixtures;
mod listing;
mod metadata;
mod reads;
mod renewal;
mod requests;
mod roles;
mod server;
mod setup;
mod tls;
mod writes;
