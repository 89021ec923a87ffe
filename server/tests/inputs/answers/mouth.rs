//! Stands between the portal and the stand-in cloud, and says something else in its place where it is told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What is said to a call.
#[derive(Clone)]
pub enum Says {
    /// These bytes, and then no more.
    Bytes(Vec<u8>),
    /// What the cloud would say, with something in it changed.
    Edited(fn(String) -> String),
    /// Nothing, and the connection is reset.
    Reset,
    /// Nothing, for as long as anybody waits.
    Silence,
    /// A beginning, and then a byte now and then.
    Drip,
}

/// An answer with this status and body.
pub fn answer(status: u16, body: impl AsRef<[u8]>) -> Says {
    with_headers(status, "content-type: application/json\r\n", body)
}

pub fn with_headers(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Says {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n", body.len());
    Says::Bytes([head.as_bytes(), body].concat())
}

/// Which calls: the action, and another parameter with its value.
#[derive(Clone)]
struct Rule {
    action: &'static str,
    parameter: &'static str,
    value: String,
    says: Says,
}

/// Dropped, it is gone.
pub struct Mouth {
    pub address: SocketAddr,
    rules: Arc<Mutex<Vec<Rule>>>,
    task: JoinHandle<()>,
}

impl Mouth {
    pub async fn before(upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let rules: Arc<Mutex<Vec<Rule>>> = Arc::default();
        let shared = rules.clone();
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(converse(stream, upstream, shared.clone()));
            }
        });
        Self { address, rules, task }
    }

    /// From now on.
    pub fn says(&self, action: &'static str, parameter: &'static str, value: &str, says: Says) {
        let rule = Rule { action, parameter, value: value.to_owned(), says };
        self.rules.lock().unwrap().push(rule);
    }

    /// What the cloud says, it says itself.
    pub fn forget(&self) {
        self.rules.lock().unwrap().clear();
    }
}

impl Drop for Mouth {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One call, one connection. Whoever goes away is not told.
async fn converse(
    mut stream: TcpStream,
    upstream: SocketAddr,
    rules: Arc<Mutex<Vec<Rule>>>,
) -> Option<()> {
    let (head, body) = read(&mut stream).await?;
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    let has = |name: &str, value: &str| pairs.iter().any(|(n, v)| n == name && v == value);
    let says = {
        let rules = rules.lock().unwrap();
        let rule = rules
            .iter()
            .find(|rule| has("Action", rule.action) && has(rule.parameter, &rule.value));
        rule.map(|rule| rule.says.clone())
    };
    match says {
        Some(Says::Bytes(bytes)) => stream.write_all(&bytes).await.ok()?,
        Some(Says::Reset) => stream.set_zero_linger().ok()?,
        Some(Says::Silence) => drop(stream.read(&mut [0]).await),
        Some(Says::Drip) => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{").await.ok()?;
            loop {
                tokio::time::sleep(Duration::from_millis(50)).await;
                stream.write_all(b" ").await.ok()?;
            }
        }
        Some(Says::Edited(edit)) => {
            let bytes = ask(upstream, &head, &body).await?;
            let text = String::from_utf8(bytes).ok()?;
            let (_, said) = text.split_once("\r\n\r\n")?;
            let edited = edit(said.to_owned());
            assert_ne!(edited, said, "nothing was changed");
            let Says::Bytes(bytes) = answer(200, edited) else { return None };
            stream.write_all(&bytes).await.ok()?;
        }
        None => {
            let bytes = ask(upstream, &head, &body).await?;
            stream.write_all(&bytes).await.ok()?;
        }
    }
    Some(())
}

/// A request, up to its end.
async fn read(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
            });
            if bytes.len() >= end + 4 + length.unwrap_or(0) {
                return Some((head, bytes.split_off(end + 4)));
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// What the cloud says to it.
async fn ask(upstream: SocketAddr, head: &str, body: &[u8]) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(upstream).await.ok()?;
    let request = format!("{head}\r\nconnection: close\r\n\r\n");
    stream.write_all(&[request.as_bytes(), body].concat()).await.ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok()?;
    Some(answer)
}
