//! The client against the simulated cloud, which shares no code with it and which the official SDKs accept.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails the test")]

mod calls;
mod identities;
mod permissions;
mod setup;
