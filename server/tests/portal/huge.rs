//! F33: requests that are far too large are refused early, and cost nothing.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::browser::{Ask, SESSION};
use crate::ground::{Ground, Memory, Running};
use crate::long::report;
use crate::process::HANG;

/// In MiB: what a process may hold more after hundreds of them.
const FLAT: u64 = 32;
const ROUNDS: usize = 20;

/// Sends all of it that is taken; the status of the answer.
async fn status(portal: &Running, head: &str) -> Option<u16> {
    let host = portal.origin.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = head.replace("HOST", host);
    // The other side may have heard enough before the end.
    let _ = stream.write_all(request.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(HANG, stream.read_to_end(&mut answer)).await.unwrap();
    let text = String::from_utf8_lossy(&answer).into_owned();
    text.strip_prefix("HTTP/1.1 ").map(|rest| rest[..3].parse().unwrap())
}

#[tokio::test]
async fn f33_what_is_too_large_is_refused_and_memory_stays_flat() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let vera = portal.signed_in("vera").await;
    let cookie = vera.cookie(SESSION).unwrap();
    let get = |path: &str, more: &str| {
        format!("GET {path} HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n{more}\r\n")
    };
    let signed_in = format!("Cookie: {SESSION}={cookie}\r\n");
    let pairs: String =
        (0..10_000).map(|number| format!("q{number}=1")).collect::<Vec<_>>().join("&");
    let wide: String = (0..64)
        .map(|number| format!("X-{number}: {}\r\n", "y".repeat(1024)))
        .collect::<Vec<_>>()
        .concat();
    let cases = [
        ("64 KiB of headers", get("/instances", &wide), vec![431]),
        ("one header of 64 KiB", get("/instances", &format!("X: {}\r\n", "y".repeat(0x10000))), vec![431]),
        ("a cookie of 1 MiB", get("/instances", &format!("Cookie: {SESSION}={}\r\n", "A".repeat(1 << 20))), vec![431]),
        ("10,000 pairs in the query", get(&format!("/instances?{pairs}"), &signed_in), vec![414, 431]),
        ("an address of 1 MiB", get(&format!("/{}", "a".repeat(1 << 20)), &signed_in), vec![414, 431]),
        // These fit into a head, and are nothing but long.
        ("10,000 empty pairs", get(&format!("/instances?{}", "&".repeat(10_000)), &signed_in), vec![200]),
        ("8,000 unknown words", get(&format!("/instances?{}", "a=&".repeat(8_000)), &signed_in), vec![200]),
        ("10,000 escapes to look for", get(&format!("/instances?q={}", "%25".repeat(9_000)), &signed_in), vec![200]),
        ("a body of 1 GiB, announced", "POST /api/ui/session/sign-in HTTP/1.1\r\nHost: HOST\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1073741824\r\nConnection: close\r\n\r\nname=".to_owned() + &"a".repeat(0x20000), vec![413]),
    ];
    let before = portal.process.resident();
    for _ in 0..ROUNDS {
        for (name, request, expected) in &cases {
            let found = status(&portal, request).await;
            // A reset can overtake the answer: that is a refusal too, but only of what was not to be answered.
            let refused = found.is_none() && !expected.contains(&200);
            assert!(
                refused || found.is_some_and(|status| expected.contains(&status)),
                "{name}: {found:?}"
            );
        }
    }
    let after = portal.process.resident();
    report(&format!(
        "| F33, {} requests of up to 1 MiB of head | all refused | {before} MiB before, {after} MiB after |",
        ROUNDS * cases.len()
    ));
    assert!(after <= before + FLAT, "{before} MiB before, {after} MiB after");
    assert_eq!(vera.get("/instances").await.status, 200);
}

/// 1 GiB in chunks: cut off after what lies in the buffers of two sockets, again and again.
#[tokio::test]
async fn f33_a_body_of_a_gibibyte_is_cut_off_and_memory_stays_flat() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let host = portal.origin.trim_start_matches("http://");
    let before = portal.process.resident();
    let chunk = format!("10000\r\n{}\r\n", "a".repeat(0x10000));
    for _ in 0..ROUNDS {
        let mut stream = TcpStream::connect(host).await.unwrap();
        let head = format!(
            "POST /api/ui/session/sign-in HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut sent = 0_u64;
        while sent < 1 << 30 && stream.write_all(chunk.as_bytes()).await.is_ok() {
            sent += 0x10000;
        }
        assert!(sent < 64 << 20, "{sent} bytes were taken");
    }
    let after = portal.process.resident();
    assert!(after <= before + FLAT, "{before} MiB before, {after} MiB after");
    let large = Ask::post("/api/ui/session/sign-in", &[("name", &"a".repeat(70_000))]);
    let answer = portal.browser().send(large).await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "too-large"));
}
