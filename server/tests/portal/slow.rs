//! F32: clients that take their time. Each is cut off, and nobody else waits for it.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::browser::{Browser, SESSION};
use crate::ground::{Ground, Memory, Running, until};
use crate::long::report;
use crate::process::HANG;

/// More than there are places for.
const SLOW: usize = 2000;
/// Longer than anybody may take to say what they want, by far: whoever is served within it did not wait for that.
const PATIENCE: Duration = Duration::from_secs(5);

fn host(portal: &Running) -> &str {
    portal.origin.trim_start_matches("http://")
}

/// As many as there are files for in this process, and in the one under test.
fn affordable() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let files = line.split_whitespace().nth(3).unwrap();
    let files: usize = files.parse().unwrap_or(usize::MAX);
    SLOW.min(files.saturating_sub(600))
}

/// Reads until the other side ends the connection, and says when it did.
async fn ended(mut stream: TcpStream) -> Instant {
    let mut bytes = Vec::new();
    // A reset is an end too.
    let _ = tokio::time::timeout(HANG, stream.read_to_end(&mut bytes)).await.unwrap();
    Instant::now()
}

/// How long somebody waits who comes with a connection of their own.
async fn newcomer(portal: &Running, cookie: &str) -> Duration {
    let began = Instant::now();
    let browser = portal.browser();
    browser.set_cookie(SESSION, cookie);
    let served = tokio::time::timeout(PATIENCE, browser.get("/changes")).await;
    assert_eq!(
        served.map(|answer| answer.status).ok(),
        Some(200),
        "somebody waits for who is slow"
    );
    began.elapsed()
}

async fn longest_wait(portal: &Running, cookie: &str) -> Duration {
    let mut longest = Duration::ZERO;
    for _ in 0..50 {
        longest = longest.max(newcomer(portal, cookie).await);
    }
    longest
}

#[tokio::test]
async fn f32_thousands_that_do_not_say_what_they_want_keep_nobody_waiting() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let vera = portal.signed_in("vera").await;
    let cookie = vera.cookie(SESSION).unwrap();
    let usual = longest_wait(&portal, &cookie).await;
    let began = Instant::now();
    let mut slow = Vec::new();
    for number in 0..affordable() {
        let mut stream = TcpStream::connect(host(&portal)).await.unwrap();
        // Some say nothing, some begin.
        if number % 2 == 0 {
            let head = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\nX-Slow: ", host(&portal));
            // The other side may have given up its place already.
            let _ = stream.write_all(head.as_bytes()).await;
        }
        slow.push(stream);
    }
    // And some go on, a byte at a time.
    let meanwhile = async {
        for stream in slow.iter_mut().rev().step_by(20) {
            let _ = stream.write_all(b"x").await;
        }
        longest_wait(&portal, &cookie).await
    };
    let waited = meanwhile.await;
    // Whoever was there before is, with the connection of then or another.
    assert_eq!(vera.get("/instances").await.status, 200);
    let count = slow.len();
    let mut last = began;
    for stream in slow {
        last = last.max(ended(stream).await);
    }
    report(&format!(
        "| F32, {count} half-open connections | longest of 50 others {waited:.1?}, {usual:.1?} without | all closed after {:.1?} |",
        last.duration_since(began)
    ));
}

/// A form whose body never ends holds a place no better than a head that does not.
#[tokio::test]
async fn f32_bodies_that_do_not_come_keep_nobody_waiting() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let cookie = portal.signed_in("vera").await.cookie(SESSION).unwrap();
    let head = format!(
        "POST /api/ui/session/sign-in HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 4000\r\n\r\nname=",
        host(&portal)
    );
    let mut slow = Vec::new();
    for _ in 0..affordable() {
        let mut stream = TcpStream::connect(host(&portal)).await.unwrap();
        let _ = stream.write_all(head.as_bytes()).await;
        slow.push(stream);
    }
    longest_wait(&portal, &cookie).await;
    for stream in slow {
        ended(stream).await;
    }
}

/// Somebody who asks for a lot and reads none of it.
#[tokio::test]
async fn f32_whoever_does_not_read_is_cut_off() {
    let ground = Ground::with(Memory::Sqlite, |options| options.instances = 700).await;
    let portal = ground.serve().await;
    let vera = portal.signed_in("vera").await;
    until("all of the fleet to be listed", async || {
        let list = vera.get("/instances/export.json").await.json();
        (list["instances"].as_array().unwrap().len() >= 700).then_some(())
    })
    .await;
    let before = portal.process.resident();
    let mut readers = Vec::new();
    for _ in 0..4 {
        readers.push(reads_nothing(&portal, &vera).await);
    }
    let cookie = vera.cookie(SESSION).unwrap();
    longest_wait(&portal, &cookie).await;
    assert!(portal.process.resident() < before + 64, "what nobody takes is not piled up");
    // Their connections end, and not by themselves.
    until("them to be cut off", async || (connections(&portal, &readers) == 0).then_some(())).await;
    assert_eq!(vera.get("/instances").await.status, 200);
}

/// Asks for far more than fits into what lies between the two.
async fn reads_nothing(portal: &Running, vera: &Browser) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(host(portal).parse().unwrap()).await.unwrap();
    let one = format!(
        "GET /instances/export.json HTTP/1.1\r\nHost: {}\r\nCookie: {SESSION}={}\r\n\r\n",
        host(portal),
        vera.cookie(SESSION).unwrap()
    );
    stream.write_all(one.repeat(100).as_bytes()).await.unwrap();
    stream
}

/// How many of these the portal has open still, by the kernel's own list.
fn connections(portal: &Running, readers: &[TcpStream]) -> usize {
    let listed = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let ours: u16 = host(portal).rsplit_once(':').unwrap().1.parse().unwrap();
    let established = |line: &&str| {
        let mut words = line.split_whitespace().skip(1);
        let (local, remote) = (words.next().unwrap(), words.next().unwrap());
        let state = words.next().unwrap();
        let port = |text: &str| u16::from_str_radix(text.rsplit_once(':').unwrap().1, 16).unwrap();
        let reader = |stream: &TcpStream| stream.local_addr().unwrap().port() == port(remote);
        port(local) == ours && state == "01" && readers.iter().any(reader)
    };
    listed.lines().skip(1).filter(established).count()
}
