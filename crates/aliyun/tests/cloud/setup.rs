//! Clients for the tests: a clock that stands still, numbers that count, and canaries for secrets.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use aliyun::{
    Client, ClientOptions, Credential, CredentialProvider, FixedKeys, Network, NetworkOptions,
    RetryPolicy, Timeouts,
};
use domain::call::SignatureScheme;
use domain::id::{InstanceId, RegionId};
use domain::time::Timestamp;

use crate::canary::{KEY_ID, SECRET, TOKEN};
use crate::server::{Answer, Server};

/// 2024-05-06T07:08:09Z
pub const NOW: Timestamp = Timestamp::from_secs(1_714_979_289);
pub const REQUEST_ID: &str = "ABAF95F6-35C1-4177-AF3A-70969EBD0001";

/// A clock that is moved by hand.
#[derive(Clone)]
pub struct Hands(Arc<AtomicI64>);

impl Hands {
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(now.as_millis())))
    }

    pub fn turn(&self, by: Duration) {
        self.set(self.now().plus(by));
    }

    pub fn set(&self, now: Timestamp) {
        self.0.store(now.as_millis(), Ordering::SeqCst);
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

pub fn region() -> RegionId {
    "cn-shenzhen".parse().unwrap()
}

pub fn instance() -> InstanceId {
    "r-wz9abc0000000001".parse().unwrap()
}

pub fn credential() -> Credential {
    Credential::new(KEY_ID, SECRET).unwrap().with_token(TOKEN).unwrap()
}

/// Retries at once; everything else is the default.
pub fn options() -> ClientOptions {
    options_at(&Hands::at(NOW))
}

pub fn options_at(hands: &Hands) -> ClientOptions {
    let hands = hands.clone();
    let count = AtomicU64::new(0);
    let nonces = move || u128::from(count.fetch_add(1, Ordering::SeqCst)).to_be_bytes();
    let keys = FixedKeys::new(credential());
    let mut options =
        ClientOptions::new(Arc::new(keys), Arc::new(move || hands.now()), Arc::new(nonces));
    let wait = Duration::from_millis(1);
    options.retry = RetryPolicy { first: wait, longest: wait, ..RetryPolicy::default() };
    options
}

/// Everything that hands out keys is this server, and a new try comes at once.
pub fn network_options(server: &Server, hands: &Hands) -> NetworkOptions {
    let of_client = options_at(hands);
    let mut options = NetworkOptions::new(of_client.clock, of_client.nonces);
    options.retry = of_client.retry;
    options.sts.endpoint = Some(server.url().parse().unwrap());
    options.ecs_metadata = Some(server.url().parse().unwrap());
    options
}

pub fn network(server: &Server) -> Network {
    Network::new(network_options(server, &Hands::at(NOW))).unwrap()
}

/// A client of `server` whose keys come from `credentials`.
pub fn client_of(
    server: &Server,
    hands: &Hands,
    credentials: Arc<dyn CredentialProvider>,
) -> Client {
    let mut options = options_at(hands);
    options.credentials = credentials;
    client_with(server, options)
}

/// What STS answers, with a key that ends in an hour.
pub fn assumed(key_id: &str) -> Answer {
    let body = serde_json::json!({
        "RequestId": REQUEST_ID,
        "AssumedRoleUser": {"AssumedRoleId": "300800165000654321:x", "Arn": "acs:ram::1:role/latchkey/x"},
        "Credentials": {"AccessKeyId": key_id, "AccessKeySecret": SECRET, "SecurityToken": TOKEN,
                        "Expiration": "2024-05-06T08:08:09Z"},
    });
    Answer::new(200, body.to_string())
}

/// The same as a metadata service or a credentials URI writes it.
pub fn handed_out(key_id: &str) -> Answer {
    let body = serde_json::json!({
        "Code": "Success", "AccessKeyId": key_id, "AccessKeySecret": SECRET, "SecurityToken": TOKEN,
        "Expiration": "2024-05-06T08:08:09Z", "LastUpdated": "2024-05-06T02:08:09Z",
    });
    Answer::new(200, body.to_string())
}

pub fn client(server: &Server) -> Client {
    client_with(server, options())
}

pub fn client_with(server: &Server, mut options: ClientOptions) -> Client {
    options.endpoint = Some(server.url().parse().unwrap());
    Client::new(options).unwrap()
}

pub fn v3(mut options: ClientOptions) -> ClientOptions {
    options.scheme = SignatureScheme::V3;
    options
}

/// For tests in which the client waits in vain.
pub fn impatient(mut options: ClientOptions) -> ClientOptions {
    options.timeouts =
        Timeouts { connect: Duration::from_millis(900), total: Duration::from_millis(1200) };
    options.retry = RetryPolicy::NEVER;
    options
}

pub fn fixtures() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures"))
}

/// The body of a file below `fixtures`, without its `.json`.
pub fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(fixtures().join(format!("{name}.json"))).unwrap()
}

pub fn ok(name: &str) -> Answer {
    Answer::new(200, fixture(name))
}

pub fn refusal(status: u16, code: &str) -> Answer {
    Answer::new(status, format!(r#"{{"RequestId":"{REQUEST_ID}","Code":"{code}","Message":"m"}}"#))
}
