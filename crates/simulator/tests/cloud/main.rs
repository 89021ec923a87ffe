//! The simulated cloud, called over HTTP as a client would.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod changes;
mod control_api;
mod faults;
mod fleet;
mod gateway;
mod lists;
mod metadata;
mod quotas;
mod roles;
mod shapes;
mod support;
mod tls;
mod vectors;
mod whitelist;
