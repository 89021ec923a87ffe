//! TLS spoken by the portal itself: what it shows, what it renews, and whom it leaves waiting.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use reqwest::redirect;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::browser::Browser;
use crate::ground::{Config, Ground, Memory, PASSWORD, Running, sign_in, until};
use crate::process::{HANG, latchkey, run, tool};

const NAME: &str = "latchkey.example";

/// A certificate authority that the browser trusts.
struct Authority {
    root: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = params.self_signed(&key).unwrap().der().clone();
        Self { root, issuer: Issuer::new(params, key) }
    }

    /// Writes a certificate and its key where the portal looks for them.
    fn issue(&self, files: &Files) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([NAME.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        std::fs::write(&files.certificate, certificate.pem()).unwrap();
        std::fs::write(&files.key, key.serialize_pem()).unwrap();
    }

    fn browser(&self, address: SocketAddr) -> Browser {
        let mut roots = RootCertStore::empty();
        roots.add(self.root.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .tls_info(true)
            .resolve(NAME, address)
            // Each request shakes hands anew, so that each sees the certificate of its time.
            .pool_max_idle_per_host(0)
            .no_proxy()
            .redirect(redirect::Policy::none());
        Browser::with(client.build().unwrap(), &format!("https://{NAME}"))
    }
}

struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

impl Files {
    fn in_folder(folder: &Path) -> Self {
        Self { certificate: folder.join("portal.pem"), key: folder.join("portal.key") }
    }

    fn config(&self, ground: &Ground) -> Config {
        let mut config = ground.config();
        writeln!(
            config.more,
            "public_url = \"https://{NAME}\"\ntls_certificate_file = \"{}\"\ntls_key_file = \"{}\"",
            self.certificate.display(),
            self.key.display()
        )
        .unwrap();
        config
    }
}

/// A portal that shows a certificate of this authority, and where it listens.
async fn served(ground: &Ground) -> (Files, Authority, Running, SocketAddr) {
    let files = Files::in_folder(ground.folder.path());
    let authority = Authority::new();
    authority.issue(&files);
    let portal = ground.start(&files.config(ground), &[]).await;
    let address = address(&portal).await;
    (files, authority, portal, address)
}

/// Where it listens, as it said in its log.
async fn address(portal: &Running) -> SocketAddr {
    until("the address in the log", async || {
        let log = portal.process.err();
        let line = log.lines().find(|line| line.contains("listening"))?.to_owned();
        let (_, rest) = line.split_once("127.0.0.1:")?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        format!("127.0.0.1:{digits}").parse().ok()
    })
    .await
}

#[tokio::test]
async fn it_speaks_tls_and_takes_up_a_renewed_certificate() {
    let ground = Ground::new(Memory::Sqlite).await;
    let (files, authority, portal, address) = served(&ground).await;
    let vera = authority.browser(address);
    assert_eq!(sign_in(&vera, "vera", PASSWORD).await.status, 200);
    assert_eq!(vera.get("/instances").await.status, 200);

    // Files that do not belong together: what was shown before is still shown.
    let key = std::fs::read(&files.key).unwrap();
    std::fs::write(&files.key, KeyPair::generate().unwrap().serialize_pem()).unwrap();
    hang_up(&portal).await;
    portal_says(&portal, "could not be renewed").await;
    assert_eq!(vera.get("/instances").await.status, 200);
    std::fs::write(&files.key, key).unwrap();

    // Another authority: only who trusts that one comes in after it.
    let other = Authority::new();
    other.issue(&files);
    hang_up(&portal).await;
    portal_says(&portal, "the certificate was renewed").await;
    let anna = other.browser(address);
    assert_eq!(sign_in(&anna, "anna", PASSWORD).await.status, 200);
}

async fn hang_up(portal: &Running) {
    let id = portal.process.id();
    let sent = run(tool("sh", &["-c", &format!("kill -HUP {id}")])).await;
    assert_eq!(sent.code, Some(0), "{sent:?}");
}

async fn portal_says(portal: &Running, text: &str) {
    until(text, async || portal.process.err().contains(text).then_some(())).await;
}

#[tokio::test]
async fn whoever_shakes_no_hand_is_cut_off_and_nobody_else_waits() {
    let ground = Ground::new(Memory::Sqlite).await;
    let (_files, authority, _portal, address) = served(&ground).await;
    let mut plain = TcpStream::connect(address).await.unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut silent = Vec::new();
    for _ in 0..50 {
        silent.push(TcpStream::connect(address).await.unwrap());
    }
    assert_eq!(authority.browser(address).get("/healthz").await.status, 200);
    let mut answer = Vec::new();
    // A reset is an end too.
    let _ = tokio::time::timeout(HANG, plain.read_to_end(&mut answer)).await.unwrap();
    assert!(!answer.starts_with(b"HTTP"), "plain HTTP was answered");
    for mut stream in silent {
        let _ = tokio::time::timeout(HANG, stream.read_to_end(&mut answer)).await.unwrap();
    }
    assert_eq!(authority.browser(address).get("/healthz").await.status, 200);
}

#[tokio::test]
async fn files_that_do_not_do_are_told_before_it_starts() {
    let ground = Ground::new(Memory::Sqlite).await;
    let files = Files::in_folder(ground.folder.path());
    Authority::new().issue(&files);
    let good = std::fs::read_to_string(&files.key).unwrap();
    let other = KeyPair::generate().unwrap().serialize_pem();
    let mut config = files.config(&ground);
    for (key, expected) in [
        (other.as_str(), "does not go with the certificate"),
        ("nothing", "cannot be read as a file with a PEM private key"),
    ] {
        std::fs::write(&files.key, key).unwrap();
        let told = check(&ground, &config).await;
        assert!(told.contains("tls_key_file") && told.contains(expected), "{told}");
    }
    std::fs::write(&files.key, good).unwrap();
    std::fs::write(&files.certificate, "nothing").unwrap();
    let told = check(&ground, &config).await;
    assert!(
        told.contains("tls_certificate_file") && told.contains("holds no certificate"),
        "{told}"
    );
    Authority::new().issue(&files);
    config.more = config.more.replace("https://", "http://").replace(NAME, "127.0.0.1:1");
    let told = check(&ground, &config).await;
    assert!(told.contains("public_url: has to be https"), "{told}");
    config.more = format!("tls_key_file = \"{}\"\n", files.key.display());
    let told = check(&ground, &config).await;
    assert!(told.contains("tls_certificate_file: is needed with tls_key_file"), "{told}");
}

/// What `config check` says of a configuration that does not do.
async fn check(ground: &Ground, config: &Config) -> String {
    let file = ground.folder.path().join("checked.toml");
    std::fs::write(&file, config.text(ground.folder.path())).unwrap();
    let arguments = ["config", "check", "--config", file.to_str().unwrap()];
    let ended = run(latchkey(ground.folder.path(), &arguments)).await;
    assert_ne!(ended.code, Some(0), "{ended:?}");
    format!("{}{}", ended.out, ended.err)
}
