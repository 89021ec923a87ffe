//! Whom the client believes to be the cloud. The real hosts are called, by name, on a look-up that ends at this machine.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use aliyun::{
    AssumeRole, Client, ClientOptions, CredentialError, CredentialProvider, Detail, ErrorKind,
    FixedKeys, Network, Resolver, Role, RootCertificates, Sts,
};
use domain::access::Access;
use domain::change::Observation;
use domain::id::RegionId;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::server::Server;
use crate::setup::{
    Hands, NOW, assumed, credential, impatient, instance, network_options, ok, options, region,
};

const HOST: &str = "r-kvstore.cn-shenzhen.aliyuncs.com";

/// A certificate authority that the client is told to trust.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    fn server(&self, params: &CertificateParams) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.into()], key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }

    fn client(&self, address: SocketAddr, mut options: ClientOptions) -> Client {
        options.root_certificates = Some(RootCertificates::from_pem(self.pem.as_bytes()).unwrap());
        options.resolver = Arc::new(AlwaysAt(address));
        Client::new(options).unwrap()
    }
}

struct AlwaysAt(SocketAddr);

#[async_trait::async_trait]
impl Resolver for AlwaysAt {
    async fn resolve(&self, host: &str) -> io::Result<Vec<SocketAddr>> {
        assert!(host.ends_with(".aliyuncs.com"), "{host}");
        Ok(vec![self.0])
    }
}

struct Nowhere;

#[async_trait::async_trait]
impl Resolver for Nowhere {
    async fn resolve(&self, _: &str) -> io::Result<Vec<SocketAddr>> {
        Err(io::Error::new(io::ErrorKind::NotFound, "no such name"))
    }
}

fn valid() -> CertificateParams {
    CertificateParams::new([HOST.to_owned()]).unwrap()
}

async fn attempt(client: &Client) -> Observation {
    let access = Access::PasswordFree;
    let prepared =
        client.prepare_modify_vpc_auth_mode(&region(), &instance(), access).await.unwrap();
    client.send(prepared).await
}

const NOT_SENT: Observation = Observation::NotSent { certificate: false };
const BAD_CERTIFICATE: Observation = Observation::NotSent { certificate: true };

#[tokio::test]
async fn a_server_with_a_good_certificate_is_called_by_its_real_name() {
    let authority = Authority::new();
    let answers = [ok("ModifyInstanceVpcAuthMode/accepted"), ok("DescribeInstanceAttribute/one")];
    let server = Server::plays_behind_tls(authority.server(&valid()), answers).await;
    let client = authority.client(server.address, options());
    let observed = attempt(&client).await;
    assert!(matches!(observed, Observation::Accepted { .. }), "{observed:?}");
    client.describe_instance_attribute(&region(), &instance()).await.unwrap();
    for request in server.requests() {
        assert_eq!(request.header("host"), Some(HOST));
    }
}

#[tokio::test]
async fn a_bad_certificate_is_told_from_a_bad_connection_and_nothing_is_sent() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let mut past = valid();
    past.not_before = date_time_ymd(2020, 1, 1);
    past.not_after = date_time_ymd(2020, 12, 31);
    let mut future = valid();
    future.not_before = date_time_ymd(4000, 1, 1);
    future.not_after = date_time_ymd(4001, 1, 1);
    let elsewhere = CertificateParams::new(["r-kvstore.example.com".to_owned()]).unwrap();
    for (what, tls) in [
        ("an authority nobody knows", stranger.server(&valid())),
        ("another host", authority.server(&elsewhere)),
        ("expired", authority.server(&past)),
        ("not yet valid", authority.server(&future)),
    ] {
        let answers =
            [ok("ModifyInstanceVpcAuthMode/accepted"), ok("DescribeInstanceAttribute/one")];
        let server = Server::plays_behind_tls(tls, answers).await;
        let client = authority.client(server.address, options());
        assert_eq!(attempt(&client).await, BAD_CERTIFICATE, "{what}");
        let error = client.describe_instance_attribute(&region(), &instance()).await.unwrap_err();
        assert_eq!(
            (error.kind, error.detail),
            (ErrorKind::Transport, Some(Detail::Certificate)),
            "{what}"
        );
        assert!(!error.retryable, "{what}");
        assert_eq!((server.requests().len(), server.connections()), (0, 2), "{what}");
    }
}

#[tokio::test]
async fn a_handshake_that_breaks_is_not_sent() {
    let authority = Authority::new();
    let protocol_version_alert = [21, 3, 1, 0, 2, 2, 70];
    let answers: [(&str, Option<&[u8]>); 4] = [
        (
            "plain http where TLS should be",
            Some(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"),
        ),
        ("only TLS that is too old", Some(&protocol_version_alert)),
        ("closed in the handshake", Some(b"")),
        ("silence in the handshake", None),
    ];
    for (what, answer) in answers {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = authority.client(listener.local_addr().unwrap(), impatient(options()));
        let server = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut hello = [0; 4096];
            let length = stream.read(&mut hello).await.unwrap();
            match answer {
                Some(answer) => stream.write_all(answer).await.unwrap(),
                None => while stream.read(&mut hello[length..]).await.is_ok_and(|read| read > 0) {},
            }
            drop(stream);
            String::from_utf8_lossy(&hello[..length]).into_owned()
        };
        let (observed, heard) = tokio::join!(attempt(&client), server);
        assert_eq!(observed, NOT_SENT, "{what}");
        assert!(!heard.contains("POST") && !heard.contains("Modify"), "{what}: {heard}");
    }
}

#[tokio::test]
async fn a_name_that_is_not_found_is_not_sent() {
    let mut options = options();
    options.resolver = Arc::new(Nowhere);
    let client = Client::new(options).unwrap();
    assert_eq!(attempt(&client).await, NOT_SENT);
    let error = client.get_caller_identity().await.unwrap_err();
    assert_eq!((error.kind, error.detail), (ErrorKind::Transport, Some(Detail::NotConnected)));
}

#[tokio::test]
async fn sts_is_called_by_its_name_in_the_region_or_the_vpc() {
    let region = |id: &str| Some(id.parse().unwrap());
    let (hangzhou, shanghai) = (region("cn-hangzhou"), region("cn-shanghai"));
    let of = |region: &Option<RegionId>, vpc| Sts { region: region.clone(), vpc, ..Sts::default() };
    for (network, of_role, host) in [
        (of(&None, false), (None, None), "sts.aliyuncs.com"),
        (of(&None, true), (None, None), "sts.aliyuncs.com"),
        (of(&hangzhou, false), (None, None), "sts.cn-hangzhou.aliyuncs.com"),
        (of(&hangzhou, true), (None, None), "sts-vpc.cn-hangzhou.aliyuncs.com"),
        (of(&hangzhou, true), (shanghai.clone(), None), "sts-vpc.cn-shanghai.aliyuncs.com"),
        (of(&None, false), (shanghai, Some(true)), "sts-vpc.cn-shanghai.aliyuncs.com"),
        (of(&hangzhou, true), (None, Some(false)), "sts.cn-hangzhou.aliyuncs.com"),
    ] {
        let authority = Authority::new();
        let certificate = CertificateParams::new([host.to_owned()]).unwrap();
        let answers = [assumed("STS.one")];
        let server = Server::plays_behind_tls(authority.server(&certificate), answers).await;
        let mut options = network_options(&server, &Hands::at(NOW));
        options.sts = network;
        options.root_certificates =
            Some(RootCertificates::from_pem(authority.pem.as_bytes()).unwrap());
        options.resolver = Arc::new(AlwaysAt(server.address));
        let mut role = Role::new("acs:ram::1:role/a".parse().unwrap());
        (role.sts_region, role.sts_vpc) = of_role;
        let keys = Arc::new(FixedKeys::new(credential()));
        let source = AssumeRole::new(keys, role, &Network::new(options).unwrap());
        source.credential().await.unwrap();
        assert_eq!(server.requests()[0].header("host"), Some(host));
    }
}

#[tokio::test]
async fn a_bad_certificate_of_sts_gets_no_key_id() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let certificate = CertificateParams::new(["sts.aliyuncs.com".to_owned()]).unwrap();
    let tls = stranger.server(&certificate);
    let server = Server::plays_behind_tls(tls, [assumed("STS.one")]).await;
    let mut options = network_options(&server, &Hands::at(NOW));
    options.sts = Sts::default();
    options.root_certificates = Some(RootCertificates::from_pem(authority.pem.as_bytes()).unwrap());
    options.resolver = Arc::new(AlwaysAt(server.address));
    let role = Role::new("acs:ram::1:role/a".parse().unwrap());
    let keys = Arc::new(FixedKeys::new(credential()));
    let source = AssumeRole::new(keys, role, &Network::new(options).unwrap());
    let error = source.credential().await.unwrap_err();
    let CredentialError::NotFetched { failure, .. } = error else { panic!("{error:?}") };
    assert_eq!(failure.detail, Some(Detail::Certificate));
    assert_eq!((server.requests().len(), server.connections()), (0, 1));
}

#[test]
fn what_is_no_certificate_is_refused_at_the_start() {
    for pem in [
        "",
        "not PEM",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n",
    ] {
        assert!(RootCertificates::from_pem(pem.as_bytes()).is_err(), "{pem:?}");
    }
}
