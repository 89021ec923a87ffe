//! `kill -9` wherever a change can stand: the next portal brings it to the truth, and sends nothing twice.
//!
//! Each point on SQLite and on PostgreSQL. What the cloud received is in the simulator's ledger, what the portal meant
//! is in its database; the two have to agree.

use std::net::SocketAddr;

use domain::change::{Attempt, Change, ChangeState, Ending, ReadBack, SendOutcome, VerifiedBy};
use domain::id::ChangeId;
use domain::person::Scope;
use simulator::{Fault, Rule, Settle};
use store::Store;
use store::audit::AuditFilter;

use crate::ground::{Config, Ground, Memory, ORDERS, Running, confirm, key, take_review, until};
use crate::proxy::Proxy;

const WRITE: &str = "ModifyInstanceVpcAuthMode";
const READ: &str = "DescribeInstanceAttribute";

macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite { $(#[tokio::test] async fn $name() { super::$name(crate::ground::Memory::Sqlite).await; })+ }
        mod postgres { $(#[tokio::test] async fn $name() { super::$name(crate::ground::Memory::Postgres).await; })+ }
    };
}

on_both! {
    after_the_request_and_before_the_intent,
    after_the_write_was_applied_and_before_its_answer,
    after_the_answer_and_while_reading_back,
    before_the_write_left,
}

async fn after_the_request_and_before_the_intent(memory: Memory) {
    let ground = Ground::new(memory).await;
    let portal = ground.serve().await;
    let (portal, id) = requested(portal, || {
        let held = Rule::always(Fault::Delay { before_ms: 4_000, after_ms: 0 });
        ground.cloud.control().add_fault(held.for_action(READ).for_instance(instance()));
    })
    .await;
    let before = Story::of(&ground, id).await;
    assert_eq!(before.change.state, ChangeState::Requested);
    portal.process.kill().await;
    assert_eq!(ground.cloud.control().ledger().len(), 0);
    ground.cloud.control().clear_faults();

    let _portal = ground.serve().await;
    let story = Story::ended(&ground, id).await;
    assert_eq!(story.change.ending, Some(Ending::Verified { by: VerifiedBy::Worker }));
    story.expect(
        &ground,
        1,
        &[Some(SendOutcome::Accepted)],
        &[
            "change.requested",
            "change.checked",
            "change.intent",
            "change.accepted",
            "change.verified",
        ],
    );
}

async fn after_the_write_was_applied_and_before_its_answer(memory: Memory) {
    let ground = Ground::new(memory).await;
    let portal = ground.serve().await;
    let (portal, id) = requested(portal, || {
        let held = Rule::always(Fault::Delay { before_ms: 0, after_ms: 8_000 });
        ground.cloud.control().add_fault(held.for_action(WRITE));
    })
    .await;
    until("the write to be applied", async || {
        let ledger = ground.cloud.control().ledger();
        ledger.iter().any(|entry| entry.applied_at.is_some()).then_some(())
    })
    .await;
    assert_eq!(ground.cloud.control().ledger()[0].result.status, None, "nobody was answered");
    assert_eq!(Story::of(&ground, id).await.change.state, ChangeState::Intent);
    portal.process.kill().await;
    ground.cloud.control().clear_faults();

    let _portal = ground.serve().await;
    let story = Story::ended(&ground, id).await;
    assert_eq!(story.change.ending, Some(Ending::Verified { by: VerifiedBy::Reconciler }));
    assert_eq!(story.change.cloud_request_id, None, "nobody heard it");
    story.expect(
        &ground,
        1,
        &[Some(SendOutcome::Unclear)],
        &[
            "change.requested",
            "change.checked",
            "change.intent",
            "change.unclear",
            "change.reconciling",
            "change.verified",
        ],
    );
}

async fn after_the_answer_and_while_reading_back(memory: Memory) {
    let ground = Ground::with(memory, |options| options.settle = Settle::Explicit).await;
    let portal = ground.serve().await;
    let (portal, id) = requested(portal, || {}).await;
    until("the first read back", async || {
        let story = Story::of(&ground, id).await;
        (story.change.state == ChangeState::Accepted && !story.read_backs.is_empty()).then_some(())
    })
    .await;
    portal.process.kill().await;

    let _portal = ground.serve().await;
    let reads = Story::of(&ground, id).await.read_backs.len();
    until("more reads", async || {
        (Story::of(&ground, id).await.read_backs.len() > reads).then_some(())
    })
    .await;
    assert_eq!(Story::of(&ground, id).await.change.state, ChangeState::Accepted);
    assert!(ground.cloud.control().finish(instance()).unwrap());
    let story = Story::ended(&ground, id).await;
    assert_eq!(story.change.ending, Some(Ending::Verified { by: VerifiedBy::Worker }));
    let request_id = ground.cloud.control().ledger()[0].request_id.clone();
    assert_eq!(story.change.cloud_request_id.as_ref().map(ToString::to_string), Some(request_id));
    story.expect(
        &ground,
        1,
        &[Some(SendOutcome::Accepted)],
        &[
            "change.requested",
            "change.checked",
            "change.intent",
            "change.accepted",
            "change.verified",
        ],
    );
}

async fn before_the_write_left(memory: Memory) {
    let ground = Ground::new(memory).await;
    let cloud: SocketAddr = ground.cloud.base_url().trim_start_matches("http://").parse().unwrap();
    let wire = Proxy::holding(cloud, WRITE).await;
    let config = Config { endpoint: format!("http://{}", wire.address), ..ground.config() };
    let portal = ground.serve_as(&config).await;
    let (portal, id) = requested(portal, || {}).await;
    wire.holds().await;
    assert_eq!(Story::of(&ground, id).await.change.state, ChangeState::Intent);
    portal.process.kill().await;
    drop(wire);

    let _portal = ground.serve().await;
    let story = Story::ended(&ground, id).await;
    assert_eq!(story.change.state, ChangeState::Failed);
    assert_eq!(story.change.ending, Some(Ending::NotApplied));
    story.expect(
        &ground,
        0,
        &[Some(SendOutcome::Unclear)],
        &[
            "change.requested",
            "change.checked",
            "change.intent",
            "change.unclear",
            "change.reconciling",
            "change.failed",
        ],
    );
}

fn instance() -> &'static str {
    ORDERS.rsplit('/').next().unwrap()
}

/// A wish that was just confirmed; `before` is done once it was reviewed.
async fn requested(portal: Running, before: impl FnOnce()) -> (Running, ChangeId) {
    let oleg = portal.signed_in("oleg").await;
    let review = take_review(&oleg, ORDERS, "password-free").await;
    before();
    let id = confirm(&oleg, &review).await;
    (portal, id)
}

/// All that is known of a change.
struct Story {
    change: Change,
    attempts: Vec<Attempt>,
    read_backs: Vec<ReadBack>,
    /// The oldest first.
    codes: Vec<&'static str>,
    starts: usize,
}

impl Story {
    async fn of(ground: &Ground, id: ChangeId) -> Self {
        let store = ground.store().await;
        let found = Self::read(&store, id).await;
        store.close().await;
        found
    }

    /// The change first: what is read after it can only be newer.
    async fn read(store: &Store, id: ChangeId) -> Self {
        let scope = &Scope::Everything;
        let change = store.find_change(scope, id).await.unwrap().unwrap();
        let mut events = store.list_audit(scope, &AuditFilter::default(), 1000).await.unwrap();
        events.reverse();
        let about = events.iter().filter(|recorded| recorded.event.change == Some(id));
        let started = |code: &str| code == "portal.started";
        Self {
            change,
            attempts: store.list_attempts(id).await.unwrap(),
            read_backs: store.list_read_backs(id).await.unwrap(),
            codes: about.map(|recorded| recorded.event.code.code()).collect(),
            starts: events.iter().filter(|recorded| started(recorded.event.code.code())).count(),
        }
    }

    async fn ended(ground: &Ground, id: ChangeId) -> Self {
        let store = ground.store().await;
        let look = async || {
            let found = Self::read(&store, id).await;
            found.change.state.is_terminal().then_some(found)
        };
        until("the change to end", look).await
    }

    /// What must hold whatever happened: every write that arrived is an attempt of ours with that nonce; every attempt
    /// has one outcome; what the portal says last is what the cloud is; the audit has every step, once.
    fn expect(
        &self,
        ground: &Ground,
        writes: usize,
        outcomes: &[Option<SendOutcome>],
        codes: &[&str],
    ) {
        let ledger = ground.cloud.control().ledger();
        assert_eq!(ledger.len(), writes, "{ledger:?}");
        let nonces: Vec<_> = self.attempts.iter().map(|attempt| attempt.nonce.clone()).collect();
        for entry in &ledger {
            let nonce = entry.nonce.clone().unwrap();
            assert_eq!(nonces.iter().filter(|known| **known == nonce).count(), 1, "{entry:?}");
        }
        let seen: Vec<_> = self.attempts.iter().map(|attempt| attempt.outcome).collect();
        assert_eq!(seen, outcomes, "{:?}", self.attempts);
        // A door that is proven open is one that shuts itself: said in the same move.
        let planned = codes.contains(&"change.verified").then_some("return.planned");
        let codes: Vec<&str> = codes.iter().copied().chain(planned).collect();
        assert_eq!(self.codes, codes);
        assert_eq!(self.starts, 2, "both portals said that they started");
        let verified = self.change.state == ChangeState::Verified;
        let cloud = ground.cloud.control().instance(instance()).unwrap();
        assert_eq!(cloud["VpcAuthMode"], if verified { "Close" } else { "Open" });
        let proof = self.read_backs.iter().filter(|read| read.state.is(self.change.to)).count();
        assert!(!verified || proof >= 2, "verified without two reads: {:?}", self.read_backs);
        assert_eq!(self.change.instance, key(ORDERS));
    }
}
