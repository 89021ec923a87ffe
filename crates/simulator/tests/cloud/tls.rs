//! The cloud behind TLS, with certificates that are right and wrong.

use crate::support::{Client, Draft, start};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, Error as TlsError, RootCertStore};
use simulator::{Certificate, Simulator};
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Sends signed bytes to the TLS port, calling it by `name`.
async fn send(cloud: &Simulator, name: &str, bytes: &[u8]) -> io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(cloud.ca_pem().as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let address = cloud.tls_url().unwrap().trim_start_matches("https://");
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    stream.write_all(bytes).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn signed(cloud: &Simulator) -> Vec<u8> {
    Client::of(cloud, 0).sign(&Draft::new("GetCallerIdentity", &[]))
}

#[tokio::test]
async fn the_same_cloud_answers_under_the_names_of_the_real_one() {
    let (cloud, _) = start(|_| {}).await;
    for name in [
        "localhost",
        "127.0.0.1",
        "sts.aliyuncs.com",
        "r-kvstore.aliyuncs.com",
        "r-kvstore.cn-shanghai.aliyuncs.com",
        "sts-vpc.cn-hangzhou.aliyuncs.com",
    ] {
        let answer = send(&cloud, name, &signed(&cloud)).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{name}: {answer}");
        assert!(answer.contains(&cloud.accounts()[0].uid), "{name}: {answer}");
    }
}

#[tokio::test]
async fn every_wrong_certificate_is_wrong_in_its_own_way() {
    let (cloud, _) = start(|_| {}).await;
    let control = cloud.control();
    let bytes = signed(&cloud);
    for (certificate, is_right) in [
        (
            Certificate::Expired,
            (|e| matches!(e, CertificateError::ExpiredContext { .. })) as fn(&_) -> _,
        ),
        (Certificate::NotYetValid, |e| matches!(e, CertificateError::NotValidYetContext { .. })),
        (Certificate::SelfSigned, |e| matches!(e, CertificateError::UnknownIssuer)),
        (Certificate::WrongHost, |e| matches!(e, CertificateError::NotValidForNameContext { .. })),
    ] {
        control.show_certificate(certificate).unwrap();
        assert_eq!(control.certificate(), certificate);
        let error = send(&cloud, "localhost", &bytes).await.unwrap_err();
        let error = error.get_ref().and_then(|error| error.downcast_ref::<TlsError>());
        let Some(TlsError::InvalidCertificate(why)) = error else { panic!("{error:?}") };
        assert!(is_right(why), "{certificate:?}: {why:?}");
    }
    control.show_certificate(Certificate::Valid).unwrap();
    send(&cloud, "localhost", &bytes).await.unwrap();
    let counters = control.counters();
    assert_eq!(counters.len(), 1, "nobody else's request arrived");
    assert_eq!(counters[0].calls, 1);
}

#[tokio::test]
async fn whoever_speaks_no_tls_there_is_not_answered() {
    let (cloud, _) = start(|_| {}).await;
    let address = cloud.tls_url().unwrap().trim_start_matches("https://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(&signed(&cloud)).await.unwrap();
    let mut answer = Vec::new();
    // An alert at most, and the end.
    let _ = stream.read_to_end(&mut answer).await;
    assert!(!String::from_utf8_lossy(&answer).contains("HTTP"), "{answer:?}");
}
