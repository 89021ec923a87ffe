//! The cloud's HTTP boundary: connections, requests, answers.

pub(crate) mod envelope;
mod exchange;
mod listener;
pub(crate) mod parameters;
pub(crate) mod request;
mod respond;
mod wire;

pub(crate) use listener::{serve, stopped};
