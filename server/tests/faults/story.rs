//! All that is known of a change, and what must hold of it whatever happened.

use domain::change::{Attempt, Change, ChangeState, ReadBack, SendOutcome};
use domain::id::{ChangeId, InstanceKey};
use domain::person::Scope;
use simulator::LedgerEntry;
use store::Store;
use store::audit::AuditFilter;

use crate::ground::{Config, Ground, ORDERS, Running, confirm, key, take_review, until};

const EVERYTHING: &Scope = &Scope::Everything;

pub struct Story {
    pub change: Change,
    pub attempts: Vec<Attempt>,
    pub read_backs: Vec<ReadBack>,
    /// The oldest first.
    pub codes: Vec<&'static str>,
    pub starts: usize,
}

impl Story {
    pub async fn of(ground: &Ground, id: ChangeId) -> Self {
        let store = ground.store().await;
        let found = Self::read(&store, id).await;
        store.close().await;
        found
    }

    /// The change first: what is read after it can only be newer.
    async fn read(store: &Store, id: ChangeId) -> Self {
        let change = store.find_change(EVERYTHING, id).await.unwrap().unwrap();
        let about = AuditFilter { change: Some(id), ..AuditFilter::default() };
        let mut events = store.list_audit(EVERYTHING, &about, 1000).await.unwrap();
        events.reverse();
        let started = "portal.started".parse().unwrap();
        let started = AuditFilter { code: Some(started), ..AuditFilter::default() };
        Self {
            change,
            attempts: store.list_attempts(id).await.unwrap(),
            read_backs: store.list_read_backs(id).await.unwrap(),
            codes: events.iter().map(|recorded| recorded.event.code.code()).collect(),
            starts: store.list_audit(EVERYTHING, &started, 1000).await.unwrap().len(),
        }
    }

    pub async fn ended(ground: &Ground, id: ChangeId) -> Self {
        let store = ground.store().await;
        let look = async || {
            let found = Self::read(&store, id).await;
            found.change.state.is_terminal().then_some(found)
        };
        let ended = until("the change to end", look).await;
        store.close().await;
        ended
    }

    /// I1 to I6 for the one change there was, and what in particular was to be seen of it.
    pub async fn expect(
        &self,
        ground: &Ground,
        writes: usize,
        outcomes: &[Option<SendOutcome>],
        codes: &[&str],
    ) {
        let ledger = ground.cloud.control().ledger();
        assert_eq!(ledger.len(), writes, "{ledger:?}");
        self.holds(ground, &ledger).await;
        let seen: Vec<_> = self.attempts.iter().map(|attempt| attempt.outcome).collect();
        assert_eq!(seen, outcomes, "{:?}", self.attempts);
        // A door that is proven open is one that shuts itself: said in the same move.
        let planned = codes.contains(&"change.verified").then_some("return.planned");
        let codes: Vec<&str> = codes.iter().copied().chain(planned).collect();
        assert_eq!(self.codes, codes);
        let verified = self.change.state == ChangeState::Verified;
        let cloud = ground.cloud.control().instance(self.change.instance.id.as_str()).unwrap();
        assert_eq!(cloud["VpcAuthMode"], if verified { "Close" } else { "Open" }, "I4");
        let store = ground.store().await;
        assert_eq!(store.verify_audit(&[]).await.unwrap().flaw, None, "I6");
        store.close().await;
    }

    /// What holds of every change that is over, whatever else there is.
    pub async fn holds(&self, ground: &Ground, ledger: &[LedgerEntry]) {
        let Change { id, instance, state, .. } = &self.change;
        assert!(state.is_terminal(), "{:?}", self.change);
        for entry in
            ledger.iter().filter(|entry| entry.instance.as_deref() == Some(instance.id.as_str()))
        {
            let ours =
                self.attempts.iter().filter(|attempt| Some(&attempt.nonce) == entry.nonce.as_ref());
            for attempt in ours {
                let signed_at = attempt.signed_at.as_millis();
                let arrived = i64::try_from(entry.at.unix_timestamp_nanos() / 1_000_000).unwrap();
                assert!(signed_at <= arrived, "I1: {entry:?}");
            }
        }
        let without_end = self.attempts.iter().filter(|attempt| attempt.outcome.is_none());
        assert_eq!(without_end.count(), 0, "I2: {:?}", self.attempts);
        let last = self.attempts.iter().rev().skip(1);
        let unproven = last
            .filter(|attempt| !attempt.outcome.is_some_and(SendOutcome::proves_nothing_happened));
        assert_eq!(
            unproven.count(),
            0,
            "a call followed one that may have happened: {:?}",
            self.attempts
        );
        let guard = ground.store().await.find_guard(instance).await.unwrap().unwrap();
        assert_ne!(guard.open_change, Some(*id), "I3: it is over and keeps its instance");
        let made = !self.attempts.is_empty();
        let proof = self.read_backs.iter().filter(|read| read.state.is(self.change.to)).count();
        let verified = *state == ChangeState::Verified && made;
        assert!(!verified || proof >= 2, "I5: verified without two reads: {:?}", self.read_backs);
    }
}

/// I1, I3 and I6 over everything: each write that arrived is one attempt of ours, nothing is left open, and the audit is
/// whole.
pub async fn nothing_is_left(ground: &Ground, stories: &[Story]) {
    let store = ground.store().await;
    assert_eq!(store.list_open_changes().await.unwrap(), [], "I3");
    assert_eq!(store.verify_audit(&[]).await.unwrap().flaw, None, "I6");
    store.close().await;
    let nonces: Vec<&String> =
        stories.iter().flat_map(|story| &story.attempts).map(|attempt| &attempt.nonce).collect();
    for entry in ground.cloud.control().ledger() {
        let known = nonces.iter().filter(|nonce| Some(**nonce) == entry.nonce.as_ref()).count();
        assert_eq!(known, 1, "I1: {entry:?}");
    }
}

/// A portal with these failpoints, that has listed the fleet and takes changes.
pub async fn serve(ground: &Ground, config: &Config, failpoints: &str) -> Running {
    serve_at(ground, config, failpoints, "0.02").await
}

/// The same with waits of another length.
pub async fn serve_at(ground: &Ground, config: &Config, failpoints: &str, scale: &str) -> Running {
    let variables =
        [("FAILPOINTS", failpoints), ("LATCHKEY_LOG", "info"), ("LATCHKEY_TIMING_SCALE", scale)];
    let running = ground.start(config, &variables).await;
    let store = ground.store().await;
    let listed = async || store.find_instance(EVERYTHING, &key(ORDERS)).await.unwrap().map(drop);
    until("the fleet to be listed", listed).await;
    store.close().await;
    let browser = running.browser();
    until("readiness", async || (browser.get("/readyz").await.status == 200).then_some(())).await;
    running
}

/// A wish that was just confirmed; `before` is done once it was reviewed.
pub async fn requested(portal: &Running, before: impl FnOnce()) -> ChangeId {
    let oleg = portal.signed_in("oleg").await;
    let review = take_review(&oleg, ORDERS, "password-free").await;
    before();
    confirm(&oleg, &review).await
}

pub fn instance() -> InstanceKey {
    key(ORDERS)
}
