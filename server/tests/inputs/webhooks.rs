//! Webhooks: addresses that may not be reached, and answers of whoever is told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::command::{Row as CommandRow, SECRET, judge};
use crate::ground::{Config, Ground, Memory, until};
use crate::stand::in_log;
use crate::{Key, MARK};

pub fn keys() -> Vec<Key> {
    let addresses = addresses().into_iter().map(|row| row.key);
    addresses.chain(answers("127.0.0.1:1").into_iter().map(|(key, ..)| key)).collect()
}

const GOOD_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// `config check` with an address, and networks that it may reach.
fn address(key: Key, url: &str, allow: &str, says: &'static str) -> CommandRow {
    let text = format!(
        "webhook_url = \"{url}\"\nwebhook_secret_file = \"s\"\nwebhook_allow = [{allow}]\n"
    );
    CommandRow {
        config: Some(text.into_bytes()),
        files: vec![("s", GOOD_SECRET.as_bytes().to_vec())],
        arguments: vec!["config", "check"],
        ..CommandRow::of(key, 2, says)
    }
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn addresses() -> Vec<CommandRow> {
    let refused = "webhook_url: the address is in a network that is not reached";
    let plain = "webhook_url: the address is plain http";
    let none = "webhook_url: the address is not https://HOST";
    let loopback = "\"127.0.0.0/8\"";
    // What stands in an address may be a secret.
    let at = |host: &str| format!("https://{host}/{SECRET}");
    let secret = |key, content: &str, says| CommandRow {
        files: vec![("s", content.as_bytes().to_vec())],
        ..address(key, &at("hooks.example.com"), "", says)
    };
    vec![
        address(
            ("webhook_url", "plain http"),
            &format!("http://hooks.example.com/{SECRET}"),
            "",
            plain,
        ),
        address(
            ("webhook_url", "plain http to this machine by name"),
            "http://localhost/",
            loopback,
            plain,
        ),
        address(
            ("webhook_url", "plain http to this machine, not allowed"),
            "http://127.0.0.1:9/",
            "",
            plain,
        ),
        address(
            ("webhook_url", "plain http into an allowed network"),
            "http://10.1.0.1/",
            "\"10.1.0.0/16\"",
            plain,
        ),
        address(("webhook_url", "this machine"), &at("127.0.0.1"), "", refused),
        address(("webhook_url", "this machine as a number"), &at("2130706433"), "", refused),
        address(("webhook_url", "this machine in hex"), &at("0x7f.1"), "", refused),
        address(("webhook_url", "this machine in octal"), &at("0177.0.0.1"), "", refused),
        address(("webhook_url", "this machine by IPv6"), &at("[::1]"), "", refused),
        address(
            ("webhook_url", "this machine by IPv4 in IPv6"),
            &at("[::ffff:127.0.0.1]"),
            "",
            refused,
        ),
        address(("webhook_url", "any address"), &at("0.0.0.0"), "", refused),
        address(
            ("webhook_url", "the metadata service of the cloud"),
            &at("100.100.100.200"),
            "",
            refused,
        ),
        address(
            ("webhook_url", "the metadata service of others"),
            &at("169.254.169.254"),
            "",
            refused,
        ),
        address(("webhook_url", "a private network"), &at("192.168.0.1"), "", refused),
        address(
            ("webhook_url", "a private network beside an allowed one"),
            &at("10.2.0.1"),
            "\"10.1.0.0/16\"",
            refused,
        ),
        address(("webhook_url", "a local network of IPv6"), &at("[fd12:3456::1]"), "", refused),
        address(("webhook_url", "everybody of a network"), &at("255.255.255.255"), "", refused),
        address(
            ("webhook_url", "a name and password"),
            &format!("https://me:{SECRET}@hooks.example.com/"),
            "",
            "has a user name or password in it",
        ),
        address(("webhook_url", "a file"), "file:///etc/passwd", "", none),
        address(
            ("webhook_url", "another scheme"),
            &format!("gopher://hooks.example.com/{SECRET}"),
            "",
            none,
        ),
        address(("webhook_url", "no scheme"), &format!("hooks.example.com/{SECRET}"), "", none),
        address(("webhook_url", "empty"), "", "", none),
        address(
            ("webhook_allow", "a name"),
            &at("hooks.example.com"),
            "\"intranet\"",
            "webhook_allow: `intranet` is not",
        ),
        address(
            ("webhook_allow", "everything"),
            &at("hooks.example.com"),
            "\"0.0.0.0/0\"",
            "webhook_allow: `0.0.0.0/0`",
        ),
        secret(("webhook_secret_file", "empty"), "", "webhook_secret_file: the file s"),
        secret(
            ("webhook_secret_file", "too short"),
            "whsec_AAAA",
            "webhook_secret_file: the file s",
        ),
        secret(("webhook_secret_file", "a word"), SECRET, "webhook_secret_file: the file s"),
    ]
}

#[tokio::test]
async fn an_address_that_may_not_be_reached_is_refused_before_anything_starts() {
    judge(addresses()).await;
}

/// What the receiver says, and the closed word that is kept of it.
type Answer = (Key, Vec<u8>, &'static str);

fn answers(trap: &str) -> Vec<Answer> {
    let head = |status: &str, more: &str| {
        format!("HTTP/1.1 {status}\r\n{more}content-length: 0\r\n\r\n").into_bytes()
    };
    let to = |status: &str, location: &str| head(status, &format!("location: {location}\r\n"));
    let said = |text: &str| text.as_bytes().to_vec();
    let long = format!("x: {}\r\n", MARK.repeat(40_000));
    let page = format!("HTTP/1.1 500 Oops\r\ncontent-length: 9000000\r\n\r\n<html>{MARK}");
    vec![
        (
            ("webhook redirect", "301 to somebody else"),
            to("301 X", &format!("http://{trap}/{MARK}")),
            "http-301",
        ),
        (
            ("webhook redirect", "302 to the metadata service"),
            to("302 X", "http://100.100.100.200/latest/"),
            "http-302",
        ),
        (("webhook redirect", "303 to a file"), to("303 X", "file:///etc/passwd"), "http-303"),
        (
            ("webhook redirect", "307 to somebody else, with the body"),
            to("307 X", &format!("http://{trap}/{MARK}")),
            "http-307",
        ),
        (("webhook redirect", "308 to itself"), to("308 X", "/hook"), "http-308"),
        (("webhook redirect", "300 to nowhere"), head("300 X", ""), "http-300"),
        (("webhook status", "400"), head("400 X", ""), "http-400"),
        (
            ("webhook status", "401 that asks for a password"),
            head("401 X", "www-authenticate: Basic realm=\"x\"\r\n"),
            "http-401",
        ),
        (
            ("webhook status", "407 of a proxy"),
            head("407 X", "proxy-authenticate: Basic\r\n"),
            "http-407",
        ),
        (("webhook status", "410 for good"), head("410 X", ""), "http-410"),
        (
            ("webhook status", "429, come back in a year"),
            head("429 X", "retry-after: 31536000\r\n"),
            "http-429",
        ),
        (("webhook status", "500 with a page without end"), page.into_bytes(), "http-500"),
        (("webhook status", "999"), head("999 X", ""), "http-999"),
        (("webhook status", "no number"), said("HTTP/1.1 abc X\r\n\r\n"), "not-reached"),
        (("webhook answer", "an end without a word"), Vec::new(), "not-reached"),
        (
            ("webhook answer", "an end within the head"),
            said("HTTP/1.1 200 OK\r\ncont"),
            "not-reached",
        ),
        (("webhook answer", "no HTTP"), said("SSH-2.0-OpenSSH_9.2\r\n\r\n"), "not-reached"),
        (
            ("webhook answer", "TLS where none is spoken"),
            vec![21, 3, 3, 0, 2, 2, 40],
            "not-reached",
        ),
        (
            ("webhook answer", "a head of 680 kB"),
            format!("HTTP/1.1 200 OK\r\n{long}\r\n").into_bytes(),
            "not-reached",
        ),
        (
            ("webhook answer", "two lengths"),
            said("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"),
            "not-reached",
        ),
        (
            ("webhook answer", "only that it goes on"),
            said("HTTP/1.1 100 Continue\r\n\r\n"),
            "not-reached",
        ),
        (
            ("webhook answer", "another protocol"),
            said("HTTP/1.1 101 X\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"),
            "http-101",
        ),
    ]
}

/// Answers each POST with what it is told to say, and then ends.
struct Receiver {
    address: SocketAddr,
    says: Arc<Mutex<Vec<u8>>>,
}

impl Receiver {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let says: Arc<Mutex<Vec<u8>>> = Arc::default();
        let shared = says.clone();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let says = shared.lock().unwrap().clone();
                tokio::spawn(async move {
                    let mut bytes = Vec::new();
                    // The body is JSON, and ends with its last bracket.
                    while !bytes.ends_with(b"}") {
                        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                            return;
                        }
                    }
                    let _ = stream.write_all(&says).await;
                });
            }
        });
        Self { address, says }
    }

    fn says(&self, bytes: &[u8]) {
        *self.says.lock().unwrap() = bytes.to_vec();
    }
}

#[tokio::test]
async fn whatever_a_receiver_answers_is_kept_as_a_word_and_led_nowhere() {
    let trap = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let receiver = Receiver::new().await;
    let ground = Ground::new(Memory::Sqlite).await;
    let secret = ground.folder.path().join("webhook-secret");
    std::fs::write(&secret, GOOD_SECRET).unwrap();
    let more = format!(
        "webhook_url = \"http://{}/hook\"\nwebhook_secret_file = \"{}\"\nwebhook_allow = [\"127.0.0.0/8\"]\n",
        receiver.address,
        secret.display()
    );
    let portal = ground.serve_as(&Config { more, ..ground.config() }).await;
    let adam = portal.signed_in("adam").await;
    let store = ground.store().await;
    let mut wrong = Vec::new();
    for (key, bytes, word) in answers(&trap.local_addr().unwrap().to_string()) {
        receiver.says(&bytes);
        let told = adam.post("/api/ui/webhook/test", &[]).await;
        let outcome = until("an outcome", async || {
            store.list_deliveries(1).await.unwrap().remove(0).last_outcome
        })
        .await;
        if (told.status, outcome.as_str()) != (200, word) {
            wrong.push(format!("{key:?}: {word} was expected, not {} {outcome}", told.status));
        }
        let page = adam.get("/inbox").await;
        if page.status != 200 || format!("{page:?}").contains(MARK) {
            wrong.push(format!("{key:?}: {page:.300?}"));
        }
        // It is taken in the end, so that the next row begins with its own.
        receiver.says(b"HTTP/1.1 204 No Content\r\n\r\n");
        until("it to be taken", async || {
            store.list_deliveries(1).await.unwrap().remove(0).delivered_at.map(drop)
        })
        .await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(ground.cloud.control().ledger().is_empty());
    let followed = tokio::time::timeout(Duration::from_millis(1), trap.accept()).await;
    assert!(followed.is_err(), "a redirect was followed");
    assert_eq!(in_log(&portal.process.err()), [""; 0]);
}
