//! Whom the portal believes to be the cloud: certificates, handshakes and names, tried by `latchkey doctor`.

use simulator::Certificate;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::Key;
use crate::command::{Row, SECRET, judge};
use crate::ground::{Ground, Memory};
use crate::process::{latchkey, run};

const BAD: &str = "the certificate is not to be trusted";
const NOT_CONNECTED: &str = "not connected";

const SHOWN: [(Key, Certificate); 4] = [
    (("cloud certificate", "expired"), Certificate::Expired),
    (("cloud certificate", "of a time to come"), Certificate::NotYetValid),
    (("cloud certificate", "signed by itself"), Certificate::SelfSigned),
    (("cloud certificate", "of another host"), Certificate::WrongHost),
];
const UNKNOWN: Key = ("cloud certificate", "of an authority that nobody knows");
const HANDSHAKES: [(Key, &[u8]); 3] = [
    (
        ("cloud handshake", "plain HTTP where TLS should be"),
        b"HTTP/1.1 400 X\r\ncontent-length: 0\r\n\r\n",
    ),
    (("cloud handshake", "TLS that is too old"), &[21, 3, 1, 0, 2, 2, 70]),
    (("cloud handshake", "an end without a word"), b""),
];
const NAMES: [(Key, &str); 2] = [
    (("cloud name", "that nobody has"), "https://latchkey.invalid"),
    (("cloud address", "where nobody listens"), "https://127.0.0.1:1"),
];

pub fn keys() -> Vec<Key> {
    let shown = SHOWN.iter().map(|(key, _)| *key);
    let handshakes = HANDSHAKES.iter().map(|(key, _)| *key);
    shown.chain([UNKNOWN]).chain(handshakes).chain(NAMES.iter().map(|(key, _)| *key)).collect()
}

fn config(endpoint: &str) -> Vec<u8> {
    format!(
        "[[accounts]]\nname = \"core\"\nendpoint = \"{endpoint}\"\nregions = [\"cn-hangzhou\"]\n\
         access_key_id = \"LTAI\"\naccess_key_secret = \"{SECRET}\"\n"
    )
    .into_bytes()
}

/// Not a byte of a request is sent to it.
fn row(key: Key, endpoint: &str, authority: Option<&str>, says: &'static str) -> Row {
    Row {
        config: Some(config(endpoint)),
        files: authority.map(|pem| ("ca.pem", pem.as_bytes().to_vec())).into_iter().collect(),
        variables: authority.map(|_| ("SSL_CERT_FILE", b"ca.pem".to_vec())).into_iter().collect(),
        arguments: vec!["doctor", "--timeout", "2", "-o", "json"],
        ..Row::of(key, 1, says)
    }
}

#[tokio::test]
async fn whoever_cannot_show_to_be_the_cloud_is_told_nothing() {
    let ground = Ground::new(Memory::Sqlite).await;
    let said = ground.cloud.announcement();
    let (tls, authority) = (said["tls"].as_str().unwrap(), said["ca"].as_str().unwrap());
    // With a good one it is heard, and what it says is that it does not know the key.
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("latchkey.toml"), config(tls)).unwrap();
    std::fs::write(folder.path().join("ca.pem"), authority).unwrap();
    let mut command = latchkey(folder.path(), &["doctor", "-o", "json"]);
    command.env("SSL_CERT_FILE", "ca.pem");
    let heard = run(command).await;
    assert!(heard.out.contains("InvalidAccessKeyId"), "{heard:?}");

    for (key, shown) in SHOWN {
        ground.cloud.control().show_certificate(shown).unwrap();
        judge(vec![row(key, tls, Some(authority), BAD)]).await;
    }
    ground.cloud.control().show_certificate(Certificate::Valid).unwrap();
    let own = rcgen::generate_simple_self_signed(["another.example".to_owned()]).unwrap();
    let mut rows = vec![row(UNKNOWN, tls, Some(&own.cert.pem()), BAD)];
    for (key, answer) in HANDSHAKES {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("https://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut hello = vec![0; 16 * 1024];
                let read = stream.read(&mut hello).await.unwrap_or(0);
                assert!(!hello[..read].starts_with(b"POST"), "a request was sent");
                let _ = stream.write_all(answer).await;
            }
        });
        rows.push(row(key, &endpoint, Some(authority), NOT_CONNECTED));
    }
    rows.extend(NAMES.map(|(key, endpoint)| row(key, endpoint, Some(authority), NOT_CONNECTED)));
    judge(rows).await;
}
