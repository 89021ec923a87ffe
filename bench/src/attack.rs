//! Clients that a portal could do without.
//!
//! Each goes on until its time is over, and says how its requests ended. None of them fails: what becomes of an attacker is
//! counted, not demanded.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};

/// How often each end was met: a status, or what happened to the connection.
pub type Ends = BTreeMap<String, usize>;

/// Between two bytes of whoever is slow.
const DRIP: Duration = Duration::from_secs(1);
/// Nobody waits longer for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

const FORM: &str = "POST /api/ui/session/sign-in HTTP/1.1\r\nHost: HOST\r\nSec-Fetch-Site: same-origin\r\n\
                    Content-Type: application/x-www-form-urlencoded\r\n";

/// So many connections whose requests never end, opened again whenever they are cut off.
pub async fn slow(host: &str, head: &str, connections: usize, lasts: Duration) -> Result<Ends> {
    let (host, head): (Arc<str>, Arc<str>) = (host.into(), head.replace("HOST", host).into());
    at_once(connections, lasts, move |_| drip(host.clone(), head.clone())).await
}

async fn drip(host: Arc<str>, head: Arc<str>) -> String {
    let Ok(mut stream) = TcpStream::connect(&*host).await else { return "no connection".into() };
    let mut sent = stream.write_all(head.as_bytes()).await;
    let mut answer = [0; 64];
    while sent.is_ok() {
        match timeout(DRIP, stream.read(&mut answer)).await {
            Err(_) => sent = stream.write_all(b"x").await,
            Ok(Ok(0)) => return "closed".into(),
            Ok(Ok(_)) => return status(&answer),
            Ok(Err(_)) => break,
        }
    }
    "reset".into()
}

/// A head that never ends.
pub const SLOW_HEAD: &str = "GET /instances HTTP/1.1\r\nHost: HOST\r\nX-Slow: ";

/// A form whose body never ends.
pub fn slow_body() -> String {
    format!("{FORM}Content-Length: 4000\r\n\r\nname=")
}

/// Whatever is far too large, or is nothing that HTTP or a form knows.
pub fn monsters() -> Vec<String> {
    let get = "GET /instances HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n";
    let form = |more: &str, body: &str| {
        format!("{FORM}Connection: close\r\n{more}Content-Length: {}\r\n\r\n{body}", body.len())
    };
    let chunks = format!("10000\r\n{}\r\n", "a".repeat(0x10000)).repeat(16);
    vec![
        format!("{FORM}Content-Length: 1073741824\r\n\r\nname={}", "a".repeat(1 << 20)),
        format!("{FORM}Transfer-Encoding: chunked\r\n\r\n{chunks}"),
        format!("{get}X: {}\r\n\r\n", "y".repeat(1 << 20)),
        format!("{get}Cookie: __Host-portal={}\r\n\r\n", "A".repeat(1 << 20)),
        format!("GET /instances?{} HTTP/1.1\r\nHost: HOST\r\n\r\n", "a=1&".repeat(100_000)),
        form("", &"a=1&".repeat(16_000)),
        form("", "name=%ff%fe&password=%00"),
        form("", "name=a&name=b&password=c"),
        form("Content-Encoding: gzip\r\n", "\u{1f}\u{8b}not gzip"),
        format!("{FORM}Transfer-Encoding: chunked\r\n\r\nZZZ\r\n"),
        format!("{FORM}Content-Length: -1\r\n\r\n"),
        "\u{0}\u{1}\u{2} not http at all\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
    ]
}

/// All of these, so many at a time, again and again.
pub async fn send(
    host: &str,
    requests: Vec<String>,
    at_a_time: usize,
    lasts: Duration,
) -> Result<Ends> {
    let (host, requests): (Arc<str>, Arc<[String]>) = (host.into(), requests.into());
    at_once(at_a_time, lasts, move |number| {
        let (host, requests) = (host.clone(), requests.clone());
        async move {
            match requests.get(number % requests.len().max(1)) {
                Some(request) => one(&host, request).await,
                None => "nothing to send".to_owned(),
            }
        }
    })
    .await
}

/// Wrong passwords for all kinds of names, as if each came from an address of its own.
pub async fn sign_in_flood(host: &str, at_a_time: usize, lasts: Duration) -> Result<Ends> {
    let host: Arc<str> = host.into();
    at_once(at_a_time, lasts, move |number| {
        let host = host.clone();
        async move { one(&host, &wrong_sign_in(number)).await }
    })
    .await
}

fn wrong_sign_in(number: usize) -> String {
    // Spread over all of 10.0.0.0/8.
    let place = u32::try_from(number).unwrap_or(0).wrapping_mul(2_654_435_761);
    let [_, a, b, c] = place.to_be_bytes();
    let name = if number.is_multiple_of(2) { "vera".to_owned() } else { format!("nobody{number}") };
    let body = format!("name={name}&password=wrong+horse+{number}");
    format!(
        "{FORM}X-Forwarded-For: 10.{a}.{b}.{c}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Sends all of it that is taken, and hears how that ended.
async fn one(host: &str, request: &str) -> String {
    let Ok(mut stream) = TcpStream::connect(host).await else { return "no connection".to_owned() };
    let (mut from, mut to) = stream.split();
    let text = request.replace("HOST", host);
    // Both at once: who has heard enough answers before the end.
    let sending = async {
        let _ = to.write_all(text.as_bytes()).await;
        std::future::pending::<()>().await;
    };
    let mut answer = [0; 64];
    tokio::select! {
        () = sending => "sent".to_owned(),
        heard = timeout(PATIENCE, from.read(&mut answer)) => match heard {
            Err(_) => "no answer".to_owned(),
            Ok(Ok(0)) => "closed".to_owned(),
            Ok(Ok(_)) => status(&answer),
            Ok(Err(_)) => "reset".to_owned(),
        },
    }
}

/// `HTTP/1.1 413 …`
fn status(answer: &[u8]) -> String {
    let text = String::from_utf8_lossy(answer);
    text.split(' ').nth(1).unwrap_or("unreadable").chars().take(3).collect()
}

/// So many at a time, one after the other each, until the time is over; what is under way then is given up.
async fn at_once<F>(
    at_a_time: usize,
    lasts: Duration,
    one: impl Fn(usize) -> F + Clone + Send + 'static,
) -> Result<Ends>
where
    F: Future<Output = String> + Send,
{
    let until = Instant::now() + lasts;
    let mut lanes = JoinSet::new();
    for lane in 0..at_a_time {
        let one = one.clone();
        lanes.spawn(async move {
            let mut ends = Ends::new();
            let mut number = lane;
            while let Ok(end) = timeout_at(until, one(number)).await {
                *ends.entry(end).or_insert(0) += 1;
                number += at_a_time;
            }
            ends
        });
    }
    let mut all = Ends::new();
    while let Some(ends) = lanes.join_next().await {
        for (end, count) in ends? {
            *all.entry(end).or_insert(0) += count;
        }
    }
    Ok(all)
}
