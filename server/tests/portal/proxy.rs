//! A wire between the portal and what it talks to, that a test can listen to, cut, or let nothing through.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Dropped, it is gone and all its connections with it.
pub struct Proxy {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    whole: watch::Sender<bool>,
    task: JoinHandle<()>,
}

struct Shared {
    upstream: SocketAddr,
    /// A connection whose first request holds this text is neither read nor passed on.
    hold: Option<&'static str>,
    held: watch::Sender<usize>,
    let_go: watch::Sender<bool>,
    sent: Mutex<Vec<u8>>,
}

impl Proxy {
    /// Passes everything on, both ways, and keeps what is sent to `upstream`.
    pub async fn to(upstream: SocketAddr) -> Self {
        Self::with(upstream, None).await
    }

    /// The same, but holds every connection that asks for `action` before a byte of it is taken off the wire.
    pub async fn holding(upstream: SocketAddr, action: &'static str) -> Self {
        Self::with(upstream, Some(action)).await
    }

    async fn with(upstream: SocketAddr, hold: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Shared {
            upstream,
            hold,
            held: watch::Sender::new(0),
            let_go: watch::Sender::new(false),
            sent: Mutex::default(),
        };
        let shared = Arc::new(shared);
        let whole = watch::Sender::new(true);
        let task = tokio::spawn(accept(listener, shared.clone(), whole.subscribe()));
        Self { address, shared, whole, task }
    }

    /// Everything that was sent to the other side so far.
    pub fn sent(&self) -> Vec<u8> {
        self.shared.sent.lock().unwrap().clone()
    }

    /// Waits until a connection is held.
    pub async fn holds(&self) {
        let mut held = self.shared.held.subscribe();
        let holds = held.wait_for(|held| *held > 0);
        tokio::time::timeout(crate::process::HANG, holds).await.unwrap().unwrap();
    }

    /// Passes on what is held.
    pub fn let_go(&self) {
        self.shared.let_go.send_replace(true);
    }

    /// Ends every connection, and every new one at once.
    pub fn cut(&self) {
        self.whole.send_replace(false);
    }

    pub fn mend(&self) {
        self.whole.send_replace(true);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, whole: watch::Receiver<bool>) {
    loop {
        let (client, _) = listener.accept().await.unwrap();
        let (shared, mut whole) = (shared.clone(), whole.clone());
        tokio::spawn(async move {
            tokio::select! {
                _ = whole.wait_for(|whole| !whole) => {}
                _ = pass_on(client, &shared) => {}
            }
        });
    }
}

async fn pass_on(mut client: TcpStream, shared: &Shared) -> std::io::Result<()> {
    if let Some(action) = shared.hold
        && asks_for(&client, action).await?
    {
        shared.held.send_modify(|held| *held += 1);
        // Until it is let go, or the test ends; a peek does not tell that the other side is gone.
        let _ = shared.let_go.subscribe().wait_for(|let_go| *let_go).await;
    }
    let mut server = TcpStream::connect(shared.upstream).await?;
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let there = async {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let read = from_client.read(&mut buffer).await?;
            if read == 0 {
                return to_server.shutdown().await;
            }
            shared.sent.lock().unwrap().extend_from_slice(&buffer[..read]);
            to_server.write_all(&buffer[..read]).await?;
        }
    };
    let back = async {
        tokio::io::copy(&mut from_server, &mut to_client).await?;
        to_client.shutdown().await
    };
    tokio::try_join!(there, back).map(drop)
}

/// Looks at the first request without taking it off the wire.
async fn asks_for(client: &TcpStream, action: &str) -> std::io::Result<bool> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = client.peek(&mut buffer).await?;
        let text = String::from_utf8_lossy(&buffer[..read]).into_owned();
        if text.contains(action) {
            return Ok(true);
        }
        if read == 0 || is_whole(&text) {
            return Ok(false);
        }
        // More of it is on its way; the peek itself does not wait for that.
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Whether a request is there with all of its body.
fn is_whole(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    body.len() >= length.unwrap_or(0)
}
