//! What instances, facts and changes are, and which wishes are safe.
//!
//! Pure: no I/O, no async, no clock, no randomness. Builds for WebAssembly as it stands.

pub mod code;

pub mod access;
pub mod approval;
pub mod audit;
pub mod batch;
pub mod call;
pub mod change;
pub mod cloud;
pub mod consequence;
pub mod endpoint;
pub mod environment;
pub mod exposure;
pub mod fact;
pub mod id;
pub mod inbox;
pub mod instance;
pub mod inventory;
pub mod person;
pub mod policy;
pub mod preflight;
pub mod review;
pub mod scope;
pub mod span;
pub mod text;
pub mod time;
pub mod timebox;
pub mod token;
pub mod whitelist;
pub mod zone;
