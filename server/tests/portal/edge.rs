//! Bytes that are no proper request, and requests that never end: cut off, and nobody else notices.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::browser::Ask;
use crate::ground::{Ground, Memory, ORDERS, Running};
use crate::process::HANG;
use crate::tables::{FILES, HEALTH, PAGES, STREAMS};

async fn connect(portal: &Running) -> TcpStream {
    TcpStream::connect(host(portal)).await.unwrap()
}

fn host(portal: &Running) -> &str {
    portal.origin.trim_start_matches("http://")
}

/// Reads until the other side ends the connection.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(HANG, stream.read_to_end(&mut bytes)).await.unwrap();
    // A reset is an end too.
    drop(read);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Sends bytes, and reads all that comes until the end.
async fn exchange(portal: &Running, bytes: &[u8]) -> String {
    let mut stream = connect(portal).await;
    // The other side may have heard enough before the end.
    let _ = stream.write_all(bytes).await;
    rest(&mut stream).await
}

fn statuses(text: &str) -> Vec<u16> {
    let lines = text.split("HTTP/1.").skip(1);
    lines.map(|line| line[2..5].parse().unwrap()).collect()
}

#[tokio::test]
async fn f32_whoever_is_slow_is_cut_off_and_nobody_else_waits() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let vera = portal.signed_in("vera").await;
    let mut silent = Vec::new();
    for _ in 0..200 {
        silent.push(connect(&portal).await);
    }
    // A header that grows byte by byte, and a body that does.
    let head = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\nX-Slow: ", host(&portal));
    let mut slow_head = connect(&portal).await;
    slow_head.write_all(head.as_bytes()).await.unwrap();
    let head = format!(
        "POST /api/ui/session/sign-in HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 4000\r\n\r\nname=",
        host(&portal)
    );
    let mut slow_body = connect(&portal).await;
    slow_body.write_all(head.as_bytes()).await.unwrap();
    let mut turns = 0;
    let (mut head_open, mut body_answer) = (true, String::new());
    while head_open || body_answer.is_empty() {
        assert!(turns < 600, "somebody slow is still there");
        turns += 1;
        assert_eq!(vera.get("/instances").await.status, 200);
        head_open = head_open && slow_head.write_all(b"x").await.is_ok() && !is_over(&slow_head);
        if body_answer.is_empty()
            && (slow_body.write_all(b"x").await.is_err() || is_over(&slow_body))
        {
            body_answer = rest(&mut slow_body).await;
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(statuses(&rest(&mut slow_head).await), [408; 0]);
    assert_eq!(statuses(&body_answer), [503], "{body_answer}");
    for mut stream in silent {
        assert_eq!(rest(&mut stream).await, "");
    }
    // They had nothing to do with anybody's session.
    assert_eq!(vera.get("/instances").await.status, 200);
}

/// Whether the other side has answered or gone.
fn is_over(stream: &TcpStream) -> bool {
    let mut byte = [0];
    let peeked = std::pin::pin!(stream.peek(&mut byte));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    peeked.poll(&mut context).is_ready()
}

#[tokio::test]
async fn a_body_without_end_is_cut_at_64_kib() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.start(&ground.config(), &[]).await;
    let head = format!(
        "POST /api/ui/session/sign-in HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n",
        host(&portal)
    );
    let mut stream = connect(&portal).await;
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("10000\r\n{}\r\n", "a".repeat(0x10000));
    let mut sent = 0_u64;
    // A gibibyte, if anybody took it.
    while sent < 1 << 30 && stream.write_all(chunk.as_bytes()).await.is_ok() {
        sent += 0x10000;
    }
    // What lies in the buffers of the two sockets, and no more.
    assert!(sent < 64 << 20, "{sent} bytes were taken");
    let ask = Ask::post("/api/ui/session/sign-in", &[("name", &"a".repeat(70_000))]);
    let answer = portal.browser().send(ask).await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "too-large"));
    assert_eq!(portal.browser().get("/healthz").await.status, 200);
}

#[tokio::test]
async fn what_is_no_request_is_refused() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.start(&ground.config(), &[]).await;
    let host = host(&portal);
    let get = |path: &str, more: &str| {
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n")
            .into_bytes()
    };
    let long = "x".repeat(100_000);
    let many = "X: y\r\n".repeat(100);
    let cases: Vec<(&str, Vec<u8>, &[u16])> = vec![
        ("garbage", b"GARBAGE\r\n\r\n".to_vec(), &[400]),
        ("a TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), &[400]),
        ("HTTP/2 by surprise", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), &[]),
        ("HTTP/9.9", format!("GET / HTTP/9.9\r\nHost: {host}\r\n\r\n").into_bytes(), &[400]),
        ("no version", b"GET /\r\n\r\n".to_vec(), &[400]),
        ("a NUL in the path", get("/\0", ""), &[400]),
        ("a header without colon", get("/healthz", "Broken\r\n"), &[400]),
        ("a header with a space in its name", get("/healthz", "X Y: z\r\n"), &[400]),
        ("a folded header", get("/healthz", "X: y\r\n z\r\n"), &[400]),
        ("two lengths", get("/healthz", "Content-Length: 1\r\nContent-Length: 2\r\n"), &[400]),
        ("a length that is none", get("/healthz", "Content-Length: -1\r\n"), &[400]),
        (
            "a transfer coding of its own",
            get("/healthz", "Transfer-Encoding: xchunked\r\n"),
            &[400],
        ),
        ("a header of 100 kB", get("/healthz", &format!("X: {long}\r\n")), &[431]),
        ("a hundred headers", get("/healthz", &many), &[431]),
        ("a path of 100 kB", get(&format!("/{long}"), ""), &[431]),
        ("a cookie of 100 kB", get("/instances", &format!("Cookie: {long}\r\n")), &[431]),
        ("no host", b"GET /instances HTTP/1.1\r\nConnection: close\r\n\r\n".to_vec(), &[421]),
        ("another host in the path", get("http://evil.example/instances", ""), &[421]),
        (
            "no path",
            format!("OPTIONS * HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").into_bytes(),
            &[405],
        ),
        (
            "a tunnel",
            format!(
                "CONNECT evil.example:443 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
            )
            .into_bytes(),
            &[405],
        ),
        ("an upgrade", get("/healthz", "Upgrade: h2c\r\nConnection: upgrade\r\n"), &[200]),
    ];
    for (name, bytes, expected) in cases {
        let answer = exchange(&portal, &bytes).await;
        assert_eq!(statuses(&answer), expected, "{name}: {answer}");
        assert!(!answer.contains("evil.example"), "{name}: {answer}");
    }
    assert_eq!(portal.browser().get("/healthz").await.status, 200);
}

#[tokio::test]
async fn old_clients_and_eager_ones_are_served() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.start(&ground.config(), &[]).await;
    let host = host(&portal);
    let old = exchange(&portal, b"GET /healthz HTTP/1.0\r\n\r\n").await;
    assert!(old.starts_with("HTTP/1.0 200") && old.ends_with("\r\n\r\nok\n"), "{old}");
    let old =
        exchange(&portal, format!("GET /sign-in HTTP/1.0\r\nHost: {host}\r\n\r\n").as_bytes())
            .await;
    assert!(old.starts_with("HTTP/1.0 200") && old.trim_end().ends_with("</script>"), "{old}");
    assert!(!old.contains("transfer-encoding"), "{old}");
    let one =
        |path: &str, close: &str| format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{close}\r\n");
    let eager = [
        one("/healthz", ""),
        one("/nothing", ""),
        one("/readyz", ""),
        one("/healthz", "Connection: close\r\n"),
    ];
    let answers = exchange(&portal, eager.concat().as_bytes()).await;
    assert_eq!(statuses(&answers), [200, 303, 200, 200], "{answers}");
    // After a refused body nothing behind it is taken for a request.
    let smuggled = format!(
        "POST /api/ui/session/sign-in HTTP/1.1\r\nHost: {host}\r\nContent-Length: 43\r\n\r\n\
         GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n"
    );
    let answers = exchange(&portal, smuggled.as_bytes()).await;
    assert_eq!(statuses(&answers).first(), Some(&403), "{answers}");
    assert!(!answers.contains("ok\n"), "{answers}");
}

#[tokio::test]
async fn each_method_has_its_answer() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let vera = portal.signed_in("vera").await;
    for path in [PAGES, HEALTH, FILES].concat() {
        let path = filled(path);
        let (get, head) = (vera.get(&path).await, vera.send(Ask::new("HEAD", &path)).await);
        assert_eq!((head.status, head.body.as_str()), (get.status, ""), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "get"] {
            let answer = vera.send(Ask::new(method, &path)).await;
            let refused = (answer.status, answer.header("allow"));
            assert_eq!(refused, (405, Some("GET,HEAD")), "{method} {path}: {answer:?}");
            // Nothing of the request comes back, as TRACE would have it.
            assert!(!format!("{answer:?}").contains("__Host-portal"), "{answer:?}");
        }
    }
    // From elsewhere it is not even looked at, and nobody is invited to read.
    for path in PAGES {
        let ask = Ask::new("OPTIONS", &filled(path)).without("sec-fetch-site");
        let elsewhere = vera.send(ask.header("origin", "https://evil.example")).await;
        assert_eq!(elsewhere.status, 403, "{path}: {elsewhere:?}");
        assert_eq!(elsewhere.header("access-control-allow-origin"), None);
    }
    for path in STREAMS {
        let refused = vera.send(Ask::new("POST", path)).await;
        assert_eq!((refused.status, refused.header("allow")), (405, Some("GET,HEAD")), "{path}");
    }
    let nobody = portal.browser();
    for path in PAGES {
        let path = filled(path);
        let (get, head) = (nobody.get(&path).await, nobody.send(Ask::new("HEAD", &path)).await);
        assert_eq!((head.status, head.location()), (get.status, get.location()), "{path}");
    }
}

/// In debug builds files are read from the disk: only those that were built for a browser.
#[tokio::test]
async fn no_address_leads_out_of_the_folder() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.start(&ground.config(), &[]).await;
    let host = host(&portal);
    for path in [
        "/assets/..%2fmanifest.json",
        "/assets/%2e%2e%2fmanifest.json",
        "/assets/..%2f..%2f..%2fCargo.toml",
        "/assets/%2fetc%2fpasswd",
        "/assets/..",
        "/assets/",
        "/assets/../manifest.json",
        "/../Cargo.toml",
        "/manifest.json",
        "/favicon.svg/../manifest.json",
        "/assets/..%5cmanifest.json",
        "/assets/%00",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let answer = exchange(&portal, request.as_bytes()).await;
        assert!(matches!(statuses(&answer)[..], [303 | 404]), "{path}: {answer}");
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        assert_eq!(body, "", "{path}");
    }
}

/// An address of a table with something in each of its places.
fn filled(path: &str) -> String {
    path.replace("{account}/{region}/{id}", ORDERS)
        .replace("{id}", "00000000000000000000000000000001")
        .replace("{*any}", "nothing/here")
        .replace("{name}", "none.0123456789abcdef.js")
}
