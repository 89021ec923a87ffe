use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use super::*;
use crate::network::NetworkOptions;

const START: i64 = 1_714_979_289;
const HOUR: i64 = 3600;

/// A source that is told what to say, and counts how often it was asked.
struct Scripted {
    asked: AtomicU32,
    answers: Mutex<std::collections::VecDeque<Result<i64, CredentialError>>>,
    /// Waited for before every answer.
    gate: tokio::sync::Semaphore,
    clock: Hands,
}

#[derive(Clone)]
struct Hands(Arc<AtomicI64>);

impl Hands {
    fn set(&self, secs: i64) {
        self.0.store(START + secs, Ordering::SeqCst);
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_secs(self.0.load(Ordering::SeqCst))
    }
}

#[async_trait::async_trait]
impl CredentialProvider for Arc<Scripted> {
    async fn credential(&self) -> Result<Credential, CredentialError> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst);
        self.gate.acquire().await.unwrap().forget();
        let answer = self.answers.lock().unwrap().pop_front();
        let lifetime = answer.unwrap_or(Err(CredentialError::NotSet("the script is over")))?;
        let key = Credential::new(&format!("key{number}"), "s").unwrap();
        let expires_at = Timestamp::from_secs(self.clock.now().as_secs() + lifetime);
        Ok(key.expiring_at(expires_at))
    }
}

/// Answers with keys that live so many seconds, or with failures. `drawn`: 0 for the least jitter, 255 for the most.
fn cached(
    answers: impl IntoIterator<Item = Result<i64, CredentialError>>,
    drawn: u8,
) -> (Cached<Arc<Scripted>>, Arc<Scripted>, Hands) {
    let hands = Hands(Arc::new(AtomicI64::new(START)));
    let source = Arc::new(Scripted {
        asked: AtomicU32::new(0),
        answers: Mutex::new(answers.into_iter().collect()),
        gate: tokio::sync::Semaphore::new(1000),
        clock: hands.clone(),
    });
    let clock = hands.clone();
    let mut options =
        NetworkOptions::new(Arc::new(move || clock.now()), Arc::new(move || [drawn; 16]));
    options.sts.endpoint = Some("http://127.0.0.1:9".parse().unwrap());
    let network = Network::new(options).unwrap();
    (Cached::new(Arc::clone(&source), &network), source, hands)
}

async fn id(cached: &Cached<Arc<Scripted>>) -> String {
    cached.credential().await.unwrap().access_key_id().to_owned()
}

fn refused() -> Result<i64, CredentialError> {
    Err(CredentialError::NotSet("a reason"))
}

/// Lets what was started beside the requests come to its end.
async fn settle(cached: &Cached<Arc<Scripted>>) {
    drop(cached.0.flight.lock().await);
}

#[tokio::test]
async fn a_key_is_kept_and_renewed_a_quarter_of_an_hour_before_its_end_beside_the_requests() {
    let (cached, source, hands) = cached([Ok(HOUR), Ok(HOUR)], 0);
    assert_eq!(id(&cached).await, "key0");
    hands.set(45 * 60 - 1);
    assert_eq!(id(&cached).await, "key0");
    assert_eq!(source.asked.load(Ordering::SeqCst), 1);
    hands.set(45 * 60);
    // The one who notices does not wait.
    assert_eq!(id(&cached).await, "key0");
    settle(&cached).await;
    assert_eq!(id(&cached).await, "key1");
    assert_eq!(source.asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn not_everybody_renews_at_the_same_moment() {
    let (cached, source, hands) = cached([Ok(HOUR), Ok(HOUR)], 255);
    id(&cached).await;
    hands.set(42 * 60 - 1);
    id(&cached).await;
    settle(&cached).await;
    assert_eq!(source.asked.load(Ordering::SeqCst), 1);
    hands.set(42 * 60);
    id(&cached).await;
    settle(&cached).await;
    assert_eq!(source.asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_short_key_is_used_for_most_of_its_life() {
    let (cached, source, hands) = cached([Ok(900), Ok(900)], 0);
    id(&cached).await;
    hands.set(674);
    assert_eq!(id(&cached).await, "key0");
    settle(&cached).await;
    assert_eq!(source.asked.load(Ordering::SeqCst), 1);
    hands.set(675);
    id(&cached).await;
    settle(&cached).await;
    assert_eq!(id(&cached).await, "key1");
}

#[tokio::test]
async fn the_old_key_is_used_until_it_really_expires() {
    let (cached, source, hands) =
        cached([Ok(HOUR), refused(), refused(), refused(), Ok(HOUR)], 255);
    id(&cached).await;
    hands.set(50 * 60);
    assert_eq!(id(&cached).await, "key0");
    settle(&cached).await;
    // For a moment nobody asks again.
    assert_eq!(id(&cached).await, "key0");
    settle(&cached).await;
    assert_eq!(source.asked.load(Ordering::SeqCst), 2);
    hands.set(50 * 60 + 3);
    assert_eq!(id(&cached).await, "key0");
    settle(&cached).await;
    assert_eq!(source.asked.load(Ordering::SeqCst), 3);
    hands.set(60 * 60);
    assert_eq!(cached.credential().await.unwrap_err(), CredentialError::NotSet("a reason"));
    // And once more it is remembered, then asked for again.
    assert_eq!(cached.credential().await.unwrap_err(), CredentialError::NotSet("a reason"));
    assert_eq!(source.asked.load(Ordering::SeqCst), 4);
    hands.set(60 * 60 + 9);
    assert_eq!(id(&cached).await, "key4");
}

#[tokio::test]
async fn many_who_ask_at_once_are_one_question() {
    let (cached, source, _) = cached([Ok(HOUR)], 0);
    source.gate.forget_permits(1000);
    let asking: Vec<_> = (0..20)
        .map(|_| {
            let cached = cached.clone();
            tokio::spawn(async move { id(&cached).await })
        })
        .collect();
    while source.asked.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    source.gate.add_permits(1);
    for task in asking {
        assert_eq!(task.await.unwrap(), "key0");
    }
    assert_eq!(source.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn many_who_ask_at_once_get_one_refusal() {
    let (cached, source, _) = cached([refused(), Ok(HOUR)], 0);
    source.gate.forget_permits(1000);
    let asking: Vec<_> = (0..20)
        .map(|_| {
            let cached = cached.clone();
            tokio::spawn(async move { cached.credential().await.unwrap_err() })
        })
        .collect();
    while source.asked.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    source.gate.add_permits(1);
    for task in asking {
        assert_eq!(task.await.unwrap(), CredentialError::NotSet("a reason"));
    }
    assert_eq!(source.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn whoever_goes_away_while_fetching_leaves_it_to_the_next() {
    let (cached, source, _) = cached([Ok(HOUR)], 0);
    source.gate.forget_permits(1000);
    let first = tokio::spawn({
        let cached = cached.clone();
        async move { id(&cached).await }
    });
    while source.asked.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    source.gate.add_permits(1);
    assert_eq!(id(&cached).await, "key1");
}

#[tokio::test]
async fn a_key_that_the_cloud_calls_expired_is_dropped_unless_it_has_only_just_come() {
    let (cached, source, hands) = cached([Ok(HOUR), Ok(HOUR)], 0);
    let first = cached.credential().await.unwrap();
    cached.discard(&first);
    assert_eq!(id(&cached).await, "key0");
    hands.set(10);
    cached.discard(&Credential::new("another", "s").unwrap());
    assert_eq!(id(&cached).await, "key0");
    cached.discard(&first);
    assert_eq!(id(&cached).await, "key1");
    // Somebody who still has the old one changes nothing.
    hands.set(30);
    cached.discard(&first);
    assert_eq!(id(&cached).await, "key1");
    assert_eq!(source.asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn what_comes_expired_is_used_all_the_same_and_not_fetched_for_every_request() {
    let (cached, source, hands) = cached([Ok(-HOUR), Ok(-HOUR)], 0);
    for _ in 0..5 {
        assert_eq!(id(&cached).await, "key0");
    }
    hands.set(59);
    assert_eq!(id(&cached).await, "key0");
    hands.set(60);
    assert_eq!(id(&cached).await, "key1");
    assert_eq!(source.asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_not_make_a_failure_last() {
    let (cached, _, hands) = cached([refused(), Ok(HOUR)], 255);
    cached.credential().await.unwrap_err();
    hands.set(-7200);
    assert_eq!(id(&cached).await, "key1");
}
