//! A wire to the cloud that looks, before a write passes, whether the portal has committed what it is about to do.

use std::net::SocketAddr;
use std::sync::{Mutex, OnceLock};

use domain::id::InstanceKey;
use store::Store;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

const WRITE: &str = "ModifyInstanceVpcAuthMode";

/// A write that was let through, by its nonce.
#[derive(Debug, Clone)]
pub struct Passed {
    pub nonce: String,
    /// Somebody else who reads the memory found the attempt there, open, before a byte went on to the cloud.
    pub was_committed: bool,
}

#[derive(Debug)]
pub struct Gate {
    address: SocketAddr,
    cloud: watch::Sender<Option<SocketAddr>>,
    store: OnceLock<Store>,
    passed: Mutex<Vec<Passed>>,
}

impl Gate {
    /// Lives as long as the test.
    pub async fn open() -> &'static Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gate: &'static Self = Box::leak(Box::new(Self {
            address: listener.local_addr().unwrap(),
            cloud: watch::Sender::new(None),
            store: OnceLock::new(),
            passed: Mutex::default(),
        }));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(gate.pass_on(client));
            }
        });
        gate
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Nothing passes before this.
    pub fn lead_to(&self, url: &str) {
        let address = url.trim_start_matches("http://").parse().unwrap();
        self.cloud.send_replace(Some(address));
    }

    /// No write may come before this.
    pub fn look_into(&self, store: &Store) {
        assert!(self.store.set(store.clone()).is_ok(), "one gate, one memory");
    }

    pub fn count(&self) -> usize {
        self.passed.lock().unwrap().len()
    }

    pub fn passed(&self) -> Vec<Passed> {
        self.passed.lock().unwrap().clone()
    }

    /// Writes have connections of their own, so the first request says what a connection is for. A write that came any
    /// other way would be missing among those that passed.
    async fn pass_on(&self, mut client: TcpStream) -> std::io::Result<()> {
        let mut first = Vec::new();
        while !is_whole(&first) {
            if client.read_buf(&mut first).await? == 0 {
                return Ok(());
            }
        }
        let text = String::from_utf8_lossy(&first).into_owned();
        if text.contains(WRITE) {
            let passed = self.look(&text).await;
            self.passed.lock().unwrap().push(passed);
        }
        let to = *self.cloud.subscribe().wait_for(Option::is_some).await.unwrap();
        let mut server = TcpStream::connect(to.unwrap()).await?;
        server.write_all(&first).await?;
        let (mut from_client, mut to_client) = client.split();
        let (mut from_server, mut to_server) = server.split();
        // Whichever side ends it, ends it for both: the cloud keeps some connections open for ever on purpose.
        tokio::select! {
            there = tokio::io::copy(&mut from_client, &mut to_server) => there.map(drop),
            back = tokio::io::copy(&mut from_server, &mut to_client) => back.map(drop),
        }
    }

    async fn look(&self, request: &str) -> Passed {
        let store = self.store.get().unwrap();
        let (_, body) = request.split_once("\r\n\r\n").unwrap();
        let value = |wanted: &str| {
            let mut fields = url::form_urlencoded::parse(body.as_bytes());
            fields.find(|(name, _)| name == wanted).unwrap().1.into_owned()
        };
        let (nonce, region, id) = (value("SignatureNonce"), value("RegionId"), value("InstanceId"));
        let key = InstanceKey {
            account: "core-1".parse().unwrap(),
            region: region.parse().unwrap(),
            id: id.parse().unwrap(),
        };
        let open = store.find_guard(&key).await.unwrap().and_then(|guard| guard.open_change);
        let attempts = match open {
            Some(change) => store.list_attempts(change).await.unwrap(),
            None => Vec::new(),
        };
        let was_committed = attempts.iter().any(|one| one.nonce == nonce && one.outcome.is_none());
        Passed { nonce, was_committed }
    }
}

/// Whether a request is there with all of its body.
fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    body.len() >= length.unwrap_or(0)
}
