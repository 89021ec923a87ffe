//! The simulated cloud, called over HTTP as a client would.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod changes;
mod control_api;
mod faults;
mod fleet;
mod gateway;
mod lists;
mod quotas;
mod shapes;
mod support;
mod vectors;
mod whitelist;
