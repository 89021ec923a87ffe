//! A simulated cloud that stands still in time, and clients of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aliyun::{Client, ClientOptions, Credential, FixedKeys, Network, NetworkOptions, RetryPolicy};
use domain::call::SignatureScheme;
use domain::id::{InstanceId, RegionId};
use domain::time::Timestamp;
use simulator::{ManualClock, Options, Settle, Simulator};
use time::macros::datetime;

const START: time::OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);

/// A cloud that stands still in time and finishes changes when it is told.
pub async fn cloud() -> (Simulator, ManualClock) {
    let clock = ManualClock::at(START);
    let options = Options {
        clock: clock.clock(),
        settle: Settle::Explicit,
        instances: 180,
        regions: 6,
        ..Options::default()
    };
    (Simulator::start(options).await.unwrap(), clock)
}

pub fn options(clock: &ManualClock, credential: Credential) -> ClientOptions {
    // One for all clients: the cloud remembers what it has seen, whoever sent it.
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let nonces = || u128::from(COUNT.fetch_add(1, Ordering::SeqCst)).to_be_bytes();
    let clock = clock.clone();
    let now = move || Timestamp::from_secs(clock.now().unix_timestamp());
    let keys = FixedKeys::new(credential);
    let mut options = ClientOptions::new(Arc::new(keys), Arc::new(now), Arc::new(nonces));
    let wait = Duration::from_millis(1);
    options.retry = RetryPolicy { first: wait, longest: wait, ..RetryPolicy::default() };
    options
}

pub fn client_of(cloud: &Simulator, mut options: ClientOptions, scheme: SignatureScheme) -> Client {
    options.endpoint = Some(cloud.base_url().parse().unwrap());
    options.scheme = scheme;
    Client::new(options).unwrap()
}

pub fn keys(cloud: &Simulator) -> Credential {
    let account = &cloud.accounts()[0];
    Credential::new(&account.access_key_id, &account.access_key_secret).unwrap()
}

pub fn client(cloud: &Simulator, clock: &ManualClock, scheme: SignatureScheme) -> Client {
    client_of(cloud, options(clock, keys(cloud)), scheme)
}

pub fn at(region: &str, id: &str) -> (RegionId, InstanceId) {
    (region.parse().unwrap(), id.parse().unwrap())
}

/// Keys are fetched from this cloud, over plain http.
pub fn network_options(cloud: &Simulator, clock: &ManualClock) -> NetworkOptions {
    let of_client = options(clock, keys(cloud));
    let mut options = NetworkOptions::new(of_client.clock, of_client.nonces);
    options.retry = of_client.retry;
    options.sts.endpoint = Some(cloud.base_url().parse().unwrap());
    options.ecs_metadata = Some(cloud.metadata_url().unwrap().parse().unwrap());
    options
}

pub fn network(cloud: &Simulator, clock: &ManualClock) -> Network {
    Network::new(network_options(cloud, clock)).unwrap()
}
