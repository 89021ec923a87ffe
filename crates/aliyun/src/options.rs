//! What a client has to be told before it can make a call.

use std::sync::Arc;
use std::time::Duration;

use domain::call::SignatureScheme;

use crate::clock::Clock;
use crate::credential::CredentialProvider;
use crate::endpoint::ApiEndpoint;
use crate::nonce::NonceSource;
use crate::resolver::{Resolver, SystemResolver};
use crate::retry::RetryPolicy;
use crate::tls::RootCertificates;

/// One account. [`ClientOptions::new`] takes what has no default; the rest are fields to change.
#[derive(Clone)]
#[non_exhaustive]
pub struct ClientOptions {
    /// Asked before every try.
    pub credentials: Arc<dyn CredentialProvider>,
    /// Need not be right: see [`Client::clock_offset`](crate::Client::clock_offset).
    pub clock: Arc<dyn Clock>,
    /// Sixteen bytes that nobody can guess, different at every call.
    pub nonces: Arc<dyn NonceSource>,
    /// V1 by default.
    pub scheme: SignatureScheme,
    /// Replaces the host of every region and of STS, and switches off what the cloud says about hosts.
    pub endpoint: Option<ApiEndpoint>,
    /// 3 s to connect and 10 s in all by default.
    pub timeouts: Timeouts,
    /// For reads. The write is never repeated.
    pub retry: RetryPolicy,
    /// To be trusted besides those of the system.
    pub root_certificates: Option<RootCertificates>,
    /// What the operating system says, by default.
    pub resolver: Arc<dyn Resolver>,
    /// `latchkey/<version>` by default.
    pub user_agent: String,
}

impl ClientOptions {
    /// `nonces` is best made of the operating system's random numbers.
    pub fn new(
        credentials: Arc<dyn CredentialProvider>,
        clock: Arc<dyn Clock>,
        nonces: Arc<dyn NonceSource>,
    ) -> Self {
        Self {
            credentials,
            clock,
            nonces,
            scheme: SignatureScheme::V1,
            endpoint: None,
            timeouts: Timeouts::default(),
            retry: RetryPolicy::default(),
            root_certificates: None,
            resolver: Arc::new(SystemResolver),
            user_agent: concat!("latchkey/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// Of one try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Name look-up, TCP and TLS together.
    pub connect: Duration,
    /// From the first to the last byte of the answer, connecting included.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(3), total: Duration::from_secs(10) }
    }
}

/// Why no client could be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BuildClientError {
    /// So no server could be believed.
    #[error(
        "the system has no root certificates; install them (package ca-certificates) or name one of your own"
    )]
    NoRootCertificates,
    /// Of [`RootCertificates::from_pem`].
    #[error("not a PEM text with at least one certificate that can be trusted")]
    BadRootCertificate,
    /// It goes into a header.
    #[error("the user agent has to be printable ASCII text")]
    BadUserAgent,
    /// A total that ends before connecting does would leave open whether anything was sent.
    #[error("the connect timeout has to be longer than nothing and shorter than the total one")]
    BadTimeouts,
    /// Never seen: versions and provider do not fit.
    #[error("TLS could not be set up")]
    Tls,
    /// Never seen: the library refuses its own settings.
    #[error("the HTTP client could not be set up")]
    Http,
}
