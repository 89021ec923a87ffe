//! How far a request came that brought no answer.
//!
//! [`FailureKind::NotConnected`] and [`FailureKind::Certificate`] are proof that no byte of the request left: the
//! library reports them from inside the connector, before there is a connection to write to. Nothing else is proof.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// Name look-up, TCP or TLS, the time limit of connecting included.
    NotConnected,
    /// TLS, because of the server's certificate.
    Certificate,
    TimedOut,
    /// The connection broke after it was made.
    Lost,
    /// What came is not HTTP.
    Garbled,
    TooLarge,
}

#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub kind: FailureKind,
    /// `Some` if the answer had begun.
    pub status: Option<u16>,
    pub cause: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Failure {
    pub(crate) fn new(kind: FailureKind) -> Self {
        Self { kind, status: None, cause: None }
    }

    /// Before the first line of the answer. `error` has to be without its URL.
    pub(crate) fn sending(error: reqwest::Error) -> Self {
        let kind = if error.is_connect() {
            if is_about_certificate(&error) {
                FailureKind::Certificate
            } else {
                FailureKind::NotConnected
            }
        } else {
            after_connecting(&error)
        };
        Self { cause: Some(Arc::new(error)), ..Self::new(kind) }
    }

    /// Within the answer. `error` has to be without its URL.
    pub(crate) fn reading(error: reqwest::Error) -> Self {
        Self { kind: after_connecting(&error), status: None, cause: Some(Arc::new(error)) }
    }

    pub(crate) fn with_status(self, status: u16) -> Self {
        Self { status: Some(status), ..self }
    }
}

fn after_connecting(error: &reqwest::Error) -> FailureKind {
    if error.is_timeout() {
        FailureKind::TimedOut
    } else if causes(error).any(|cause| cause.downcast_ref().is_some_and(hyper::Error::is_parse)) {
        FailureKind::Garbled
    } else {
        FailureKind::Lost
    }
}

fn is_about_certificate(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| {
        matches!(
            cause.downcast_ref(),
            Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented)
        )
    })
}

/// The chain of causes. An `io::Error` hides what it was made from, so it is opened.
fn causes<'a>(error: &'a reqwest::Error) -> impl Iterator<Item = &'a Cause> + 'a {
    std::iter::successors(Some(error as &'a Cause), |cause| cause_of(*cause))
}

fn cause_of(error: &Cause) -> Option<&Cause> {
    let inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    inside.map(|inside| inside as &Cause).or_else(|| error.source())
}

type Cause = dyn StdError + 'static;
