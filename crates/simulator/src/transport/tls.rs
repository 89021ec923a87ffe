//! TLS with a certificate authority that exists as long as the simulator runs, and certificates that
//! are wrong on demand.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;
use tokio_rustls::TlsAcceptor;

/// What is wrong with the certificate that the TLS port shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certificate {
    /// Nothing: it is for the names of the cloud, for `localhost` and for the loopback addresses.
    #[default]
    Valid,
    /// Ended in 2020.
    Expired,
    /// Begins in 4000.
    NotYetValid,
    /// By itself, not by the authority.
    SelfSigned,
    /// Good, and for `elsewhere.example.com` only.
    WrongHost,
}

/// Never seen: the libraries refuse their own output.
#[derive(Debug, Error)]
#[error("a certificate cannot be made")]
pub struct CertificateError(#[source] Box<dyn std::error::Error + Send + Sync>);

/// The authority, and the certificate that it stands for at the moment.
pub(crate) struct Tls {
    ca_pem: String,
    issuer: Issuer<'static, KeyPair>,
    names: Vec<String>,
    current: Mutex<(Certificate, TlsAcceptor)>,
}

impl Tls {
    /// `regions`: of which the endpoints have names.
    pub fn new<'a>(regions: impl Iterator<Item = &'a str>) -> Result<Self, CertificateError> {
        let mut names: Vec<String> =
            ["localhost", "127.0.0.1", "::1", "*.aliyuncs.com"].map(str::to_owned).into();
        names.extend(regions.map(|region| format!("*.{region}.aliyuncs.com")));
        let key = KeyPair::generate().map_err(failed)?;
        let mut authority = CertificateParams::default();
        authority.distinguished_name.push(DnType::CommonName, "Simulated cloud, for tests only");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let ca_pem = authority.self_signed(&key).map_err(failed)?.pem();
        let issuer = Issuer::new(authority, key);
        let acceptor = acceptor(&issuer, &names, Certificate::Valid)?;
        Ok(Self { ca_pem, issuer, names, current: Mutex::new((Certificate::Valid, acceptor)) })
    }

    /// PEM of the authority's own certificate.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// For connections from now on.
    pub fn show(&self, certificate: Certificate) -> Result<(), CertificateError> {
        let acceptor = acceptor(&self.issuer, &self.names, certificate)?;
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = (certificate, acceptor);
        Ok(())
    }

    pub fn shown(&self) -> Certificate {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    pub fn acceptor(&self) -> TlsAcceptor {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }
}

fn acceptor(
    issuer: &Issuer<'static, KeyPair>,
    names: &[String],
    certificate: Certificate,
) -> Result<TlsAcceptor, CertificateError> {
    let elsewhere = ["elsewhere.example.com".to_owned()];
    let names = if certificate == Certificate::WrongHost { &elsewhere[..] } else { names };
    let mut params = CertificateParams::new(names).map_err(failed)?;
    params.use_authority_key_identifier_extension = certificate != Certificate::SelfSigned;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    match certificate {
        Certificate::Expired => {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2020, 12, 31);
        }
        Certificate::NotYetValid => {
            params.not_before = date_time_ymd(4000, 1, 1);
            params.not_after = date_time_ymd(4001, 1, 1);
        }
        Certificate::Valid | Certificate::SelfSigned | Certificate::WrongHost => {}
    }
    let key = KeyPair::generate().map_err(failed)?;
    let signed = if certificate == Certificate::SelfSigned {
        params.self_signed(&key)
    } else {
        params.signed_by(&key, issuer)
    };
    let signed: CertificateDer<'static> = signed.map_err(failed)?.into();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .with_no_client_auth()
        .with_single_cert(vec![signed], key)
        .map_err(failed)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> CertificateError {
    CertificateError(error.into())
}
