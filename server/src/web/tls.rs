//! TLS spoken by the portal itself, with a certificate that is renewed while it runs.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::crypto::ring;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, version};
use tokio::net::TcpStream;
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::certificate::{CertificateError, CertificateFiles};

/// Renewed files are noticed no later than this; SIGHUP makes it at once.
const LOOK_EVERY: Duration = Duration::from_mins(1);
/// A client that has not shaken hands by then is gone.
const HANDSHAKE_DEADLINE: Duration = Duration::from_secs(10);

/// TLS 1.2 and 1.3, HTTP/1.1 only.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    shown: Arc<Shown>,
    files: CertificateFiles,
}

/// What is shown to whoever comes next.
#[derive(Debug)]
struct Shown(RwLock<Arc<CertifiedKey>>);

impl Tls {
    pub fn new(files: CertificateFiles) -> Result<Self, TlsError> {
        let shown = Arc::new(Shown(RwLock::new(Arc::new(files.load()?))));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])?
            .with_no_client_auth()
            .with_cert_resolver(shown.clone());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), shown, files })
    }

    /// `None`: it was no TLS, or took too long.
    pub async fn accept(&self, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        match tokio::time::timeout(HANDSHAKE_DEADLINE, self.acceptor.accept(stream)).await {
            Ok(Ok(stream)) => Some(stream),
            Ok(Err(error)) => {
                tracing::debug!(%error, "a handshake failed");
                None
            }
            Err(_) => None,
        }
    }

    /// Takes up renewed files for ever. Files that do not do change nothing: what was shown goes on being shown.
    pub async fn keep_fresh(self) {
        let Ok(mut hangup) = signal(SignalKind::hangup()) else {
            tracing::error!(
                "SIGHUP cannot be listened to, so a renewed certificate needs a restart"
            );
            return;
        };
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                _ = hangup.recv() => {}
            }
            match self.files.load() {
                Ok(renewed) => self.shown.renew(renewed),
                Err(error) => tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the certificate could not be renewed: {} stay as they were read before",
                    self.files
                ),
            }
        }
    }
}

impl Shown {
    fn renew(&self, renewed: CertifiedKey) {
        let mut shown = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if shown.cert != renewed.cert {
            *shown = Arc::new(renewed);
            tracing::info!("the certificate was renewed");
        }
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("the certificate of the portal {0}")]
    Certificate(#[from] CertificateError),
    #[error("TLS cannot be set up")]
    Setup(#[from] rustls::Error),
}
