//! The cloud's HTTP boundary: connections, requests, answers.

pub(crate) mod envelope;
mod exchange;
mod listener;
pub(crate) mod parameters;
pub(crate) mod request;
mod respond;
mod tls;
mod wire;

pub(crate) use listener::{serve, stopped};
pub(crate) use tls::Tls;
pub use tls::{Certificate, CertificateError};
