//! Whom we believe to be the cloud: the certificates the system trusts, and one more where an operator says so.

use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use crate::options::BuildClientError;

/// A certificate authority to trust besides those of the system: for private gateways and for tests.
#[derive(Debug, Clone)]
pub struct RootCertificates(Vec<CertificateDer<'static>>);

impl RootCertificates {
    /// From PEM text; at least one certificate has to be in it.
    pub fn from_pem(pem: &[u8]) -> Result<Self, BuildClientError> {
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem)
            .collect::<Result<_, _>>()
            .map_err(|_| BuildClientError::BadRootCertificate)?;
        // Every one is tried, so that a bad one is found at the start and not at the first call.
        let mut store = RootCertStore::empty();
        for certificate in &certificates {
            store.add(certificate.clone()).map_err(|_| BuildClientError::BadRootCertificate)?;
        }
        if certificates.is_empty() {
            return Err(BuildClientError::BadRootCertificate);
        }
        Ok(Self(certificates))
    }
}

/// TLS 1.2 and 1.3 with the `ring` provider.
///
/// Not `needed` where only plain http to this machine is ever called: then nobody is trusted, nothing is read from the
/// system, and one without certificates is no reason not to start.
pub(crate) fn client_config(
    extra: Option<&RootCertificates>,
    needed: bool,
) -> Result<ClientConfig, BuildClientError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|_| BuildClientError::Tls)?;
    if !needed {
        return Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth());
    }
    let extra = extra.map(|roots| roots.0.clone()).unwrap_or_default();
    let verifier: Arc<dyn ServerCertVerifier> = Arc::new(
        Verifier::new_with_extra_roots(extra, provider)
            .map_err(|_| BuildClientError::NoRootCertificates)?,
    );
    // "Dangerous" is the name of the door through which the platform's own verifier comes in.
    Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}
