//! A server on loopback that plays a script: one act for each request, in order.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What happens to one request.
pub enum Act {
    Answer(Answer),
    /// An answer made from the request.
    Compute(Box<dyn Fn(&Request) -> Answer + Send + Sync>),
    /// These bytes, then the end.
    Raw(Vec<u8>),
    /// The request is read, then the connection is reset.
    Reset,
    /// Nothing, for as long as the client waits.
    Silence,
    /// A beginning of an answer, then a byte now and then.
    Drip,
}

pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let length = ("content-length", self.body.len().to_string());
        let mut head = vec![format!("HTTP/1.1 {} X", self.status)];
        head.extend([&length].into_iter().chain(&self.headers).map(|(n, v)| format!("{n}: {v}")));
        let head = head.join("\r\n") + "\r\n\r\n";
        [head.as_bytes(), &self.body].concat()
    }
}

impl From<Answer> for Act {
    fn from(answer: Answer) -> Self {
        Self::Answer(answer)
    }
}

/// What came in.
#[derive(Debug, Clone)]
pub struct Request {
    /// `POST / HTTP/1.1`
    pub line: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub fn form(&self) -> Vec<(String, String)> {
        serde_urlencoded::from_str(&self.body).unwrap()
    }

    pub fn param(&self, name: &str) -> Option<String> {
        self.form().into_iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }
}

#[derive(Default)]
struct Seen {
    script: VecDeque<Act>,
    requests: Vec<Request>,
    connections: usize,
}

pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    accepting: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Server {
    pub async fn plays(script: impl IntoIterator<Item = impl Into<Act>>) -> Self {
        Self::start(script, None).await
    }

    /// The same behind TLS.
    pub async fn plays_behind_tls(
        tls: tokio_rustls::TlsAcceptor,
        script: impl IntoIterator<Item = impl Into<Act>>,
    ) -> Self {
        Self::start(script, Some(tls)).await
    }

    async fn start(
        script: impl IntoIterator<Item = impl Into<Act>>,
        tls: Option<tokio_rustls::TlsAcceptor>,
    ) -> Self {
        let script = script.into_iter().map(Into::into).collect();
        let seen = Arc::new(Mutex::new(Seen { script, ..Seen::default() }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::clone(&seen);
        let accepting = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                shared.lock().unwrap().connections += 1;
                tokio::spawn(serve(stream, tls.clone(), Arc::clone(&shared)));
            }
        });
        Self { address, seen, accepting }
    }

    /// `METHOD PATH` of every request.
    pub fn lines(&self) -> Vec<String> {
        let line = |request: Request| request.line.trim_end_matches(" HTTP/1.1").to_owned();
        self.requests().into_iter().map(line).collect()
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().requests.clone()
    }

    pub fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }
}

async fn serve(stream: TcpStream, tls: Option<tokio_rustls::TlsAcceptor>, seen: Arc<Mutex<Seen>>) {
    match tls {
        None => {
            let mut stream = stream;
            if converse(&mut stream, &seen).await == Some(End::Reset) {
                stream.set_zero_linger().unwrap();
            }
        }
        Some(tls) => {
            // A client that refuses the certificate ends here.
            if let Ok(mut stream) = tls.accept(stream).await {
                converse(&mut stream, &seen).await;
            }
        }
    }
}

#[derive(PartialEq)]
enum End {
    Closed,
    Reset,
}

/// One connection. `None`: the client went away.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    seen: &Mutex<Seen>,
) -> Option<End> {
    loop {
        let request = read_request(stream).await?;
        let act = {
            let mut seen = seen.lock().unwrap();
            seen.requests.push(request.clone());
            seen.script.pop_front()
        };
        match act {
            Some(Act::Answer(answer)) => stream.write_all(&answer.bytes()).await.ok()?,
            Some(Act::Compute(answer)) => stream.write_all(&answer(&request).bytes()).await.ok()?,
            Some(Act::Raw(bytes)) => {
                stream.write_all(&bytes).await.ok()?;
                stream.shutdown().await.ok()?;
                return Some(End::Closed);
            }
            Some(Act::Reset) => return Some(End::Reset),
            Some(Act::Silence) => {
                let _ = stream.read(&mut [0]).await;
                return None;
            }
            Some(Act::Drip) => {
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{")
                    .await
                    .ok()?;
                loop {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    stream.write_all(b" ").await.ok()?;
                }
            }
            None => {
                let over = Answer::new(599, r#"{"Code":"TheScriptIsOver"}"#);
                stream.write_all(&over.bytes()).await.ok()?;
            }
        }
    }
}

async fn read_request<S: AsyncRead + Unpin>(stream: &mut S) -> Option<Request> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let line = lines.next()?.to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.map_or(0, |(_, length)| length.parse().unwrap());
    let mut body = bytes.split_off(head_end + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Request { line, headers, body: String::from_utf8(body).unwrap() })
}
