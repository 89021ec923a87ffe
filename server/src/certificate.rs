//! The certificate that the portal shows where it speaks TLS itself.

use std::fmt;
use std::path::{Path, PathBuf};

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

/// Two PEM files, read again while the portal runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The certificate of the portal first, then those between it and the authority.
    pub chain: PathBuf,
    /// PKCS#8, PKCS#1 or SEC1.
    pub key: PathBuf,
}

/// What is wrong with one of them; the key's own bytes stand in no message.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    #[error("cannot be read as a file of PEM certificates: {0}")]
    Chain(rustls::pki_types::pem::Error),
    #[error("holds no certificate")]
    NoCertificate,
    #[error("cannot be read as a file with a PEM private key")]
    Key,
    #[error("does not go with the certificate, or is of a kind that is not known: {0}")]
    Pair(rustls::Error),
}

impl CertificateError {
    /// Whether the file with the key is meant.
    pub fn is_of_key(&self) -> bool {
        matches!(self, Self::Key | Self::Pair(_))
    }
}

impl CertificateFiles {
    /// Both files as they are now. They must belong together.
    pub fn load(&self) -> Result<CertifiedKey, CertificateError> {
        let chain = chain(&self.chain).map_err(CertificateError::Chain)?;
        if chain.is_empty() {
            return Err(CertificateError::NoCertificate);
        }
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|_| CertificateError::Key)?;
        CertifiedKey::from_der(chain, key, &ring::default_provider())
            .map_err(CertificateError::Pair)
    }
}

impl fmt::Display for CertificateFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} and {}", self.chain.display(), self.key.display())
    }
}

fn chain(file: &Path) -> Result<Vec<CertificateDer<'static>>, rustls::pki_types::pem::Error> {
    CertificateDer::pem_file_iter(file)?.collect()
}
