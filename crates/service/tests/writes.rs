//! Writes in their thousands, by several people at once, on a cloud that refuses, lies and is silent: each has its intent
//! before it and its outcome after it, in the memory and in the audit.
//!
//! `LATCHKEY_FAULTS_WRITES` says how many (`cargo xtask faults --long`: 10,000).

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod world;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use domain::access::Access;
use domain::audit::{AuditCode, AuditEvent};
use domain::change::{Attempt, Change, ChangeState, Ending, SendOutcome};
use domain::id::ChangeId;
use domain::inventory::{InstanceFilter, InstanceSort};
use domain::person::{Role, Scope};
use futures_util::future::join_all;
use service::{ServiceError, SignedIn};
use simulator::{Fault, LedgerEntry, Options, Rule};
use store::audit::AuditFilter;
use store::change::ChangeFilter;
use store::fleet::PageOf;
use world::gate::{Gate, Passed};
use world::{Memory, World};

const WRITE: &str = "ModifyInstanceVpcAuthMode";
const EVERYTHING: &Scope = &Scope::Everything;
const INSTANCES: usize = 150;
/// Who ask at the same time, under four names.
const ASKERS: usize = 24;
/// Of a hundred wishes, those that are to meet something.
const FAULTY: u64 = 40;

mod sqlite {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn every_write_has_its_intent_before_it_and_its_outcome_after_it() {
        super::every_write_has_its_intent_and_its_outcome(crate::world::Memory::Sqlite).await;
    }
}

mod postgres {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn every_write_has_its_intent_before_it_and_its_outcome_after_it() {
        super::every_write_has_its_intent_and_its_outcome(crate::world::Memory::Postgres).await;
    }
}

async fn every_write_has_its_intent_and_its_outcome(memory: Memory) {
    let wanted = wanted();
    let fleet =
        Options { instances: INSTANCES, showcase: false, quotas: false, ..Options::default() };
    let (world, gate) = World::behind_gate(memory, fleet).await;
    let load = Arc::new(Load { instances: instances(&world).await, world, gate, wanted });
    let mut people = vec![load.world.operator.clone()];
    for name in ["mei", "oleg", "ada"] {
        people.push(load.world.somebody(name, Role::Operator).await);
    }
    let asking = people.iter().cycle().zip(1..).take(ASKERS).map(|(who, number)| {
        let dice = Dice(0x9E37_79B9_7F4A_7C15 ^ (number << 40));
        tokio::spawn(ask_for_changes(load.clone(), who.clone(), dice))
    });
    for asked in join_all(asking).await {
        asked.unwrap();
    }
    let found = Found::of(&load.world).await;
    found.each_write_was_an_attempt(&gate.passed());
    found.each_attempt_has_one_outcome();
    found.each_change_is_over_and_true(&load.world);
    found.the_audit_tells_before_and_after();
    load.world.check_audit().await;
    assert!(found.ledger.len() >= wanted, "{} writes", found.ledger.len());
    report(&found.row(memory));
}

struct Load {
    world: World,
    gate: &'static Gate,
    instances: Vec<String>,
    wanted: usize,
}

/// One change after the other, of any instance and always the other way, until there were enough writes.
async fn ask_for_changes(load: Arc<Load>, who: SignedIn, mut dice: Dice) {
    let world = &load.world;
    while load.gate.count() < load.wanted {
        let instance = &load.instances[dice.index(load.instances.len())];
        let to = match world.mode(instance).as_str() {
            "Open" => Access::PasswordFree,
            _ => Access::PasswordRequired,
        };
        let confirmation = world.reviewed_by(&who, instance, to).await;
        if dice.below(100) < FAULTY {
            let (fault, times) = fault(&mut dice);
            let id = world::key(instance).id;
            let rule = Rule::always(fault).for_action(WRITE).for_instance(id.as_str()).times(times);
            world.cloud.control().add_fault(rule);
        }
        let operator = world.portal.operator(&who, "test").await.unwrap();
        match operator.confirm(confirmation).await {
            Ok(id) => until_over(world, id).await,
            // Somebody else was first, the rules forbid it, or something became unclear since the review.
            Err(ServiceError::Busy { .. } | ServiceError::Blocked | ServiceError::ReviewOver) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
}

/// The deadline only tells a hang.
async fn until_over(world: &World, id: ChangeId) {
    let waiting = async {
        while !world.find(id).await.state.is_terminal() {
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
    };
    match tokio::time::timeout(Duration::from_mins(2), waiting).await {
        Ok(()) => {}
        Err(elapsed) => panic!("the change hangs ({elapsed}): {:?}", world.find(id).await),
    }
}

/// What the next writes of an instance meet, and how many of them.
fn fault(dice: &mut Dice) -> (Fault, u32) {
    let load = |code: &str, status| {
        let code = code.to_owned();
        Fault::Throttle { code, status, retry_after_ms: None }
    };
    let some = 1 + u32::try_from(dice.below(3)).unwrap();
    match dice.below(16) {
        0 => (Fault::Http { status: 500, applied: true }, 1),
        1 => (Fault::Http { status: 504, applied: true }, 1),
        2 => (Fault::Http { status: 502, applied: false }, 1),
        3 => (load("Throttling.User", 400), some),
        4 => (load("Throttling.Api", 403), some),
        5 => (load("Throttling", 429), some),
        6 => (load("Throttling.User", 503), 1),
        7 => (Fault::Reset { applied: true }, 1),
        8 => (Fault::Reset { applied: false }, 1),
        9 => (Fault::Close { applied: false }, 1),
        10 => (Fault::HalfBody { applied: true }, 1),
        11 => (Fault::HalfBody { applied: false }, 1),
        12 => (Fault::Silence { applied: true }, 1),
        13 => (Fault::Garbage { applied: true }, 1),
        14 => (Fault::ApplyLater { after_ms: 150 }, 1),
        _ => (Fault::Deny { code: "Forbidden.RAM".into(), explicit: true, vpc_auth_mode: None }, 1),
    }
}

/// All that there is at the end.
struct Found {
    ledger: Vec<LedgerEntry>,
    /// The newest first.
    changes: Vec<Change>,
    attempts: HashMap<ChangeId, Vec<Attempt>>,
    /// The oldest first.
    audit: HashMap<ChangeId, Vec<AuditEvent>>,
}

impl Found {
    async fn of(world: &World) -> Self {
        let store = world.portal.store();
        assert_eq!(store.list_open_changes().await.unwrap(), []);
        let filter = ChangeFilter::default();
        let changes = store.list_changes(EVERYTHING, &filter, 1_000_000).await.unwrap();
        let mut attempts = HashMap::new();
        for change in &changes {
            attempts.insert(change.id, store.list_attempts(change.id).await.unwrap());
        }
        let mut audit: HashMap<_, Vec<AuditEvent>> = HashMap::new();
        let (filter, mut after) = (AuditFilter::default(), 0);
        loop {
            let page = store.walk_audit(EVERYTHING, &filter, after, 5000).await.unwrap();
            let Some(last) = page.last() else { break };
            after = last.sequence;
            for recorded in page {
                if let Some(change) = recorded.event.change {
                    audit.entry(change).or_default().push(recorded.event);
                }
            }
        }
        Self { ledger: world.cloud.control().ledger(), changes, attempts, audit }
    }

    fn all_attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts.values().flatten()
    }

    /// I1: what arrived, what was let through and what was committed before are the same calls, each once.
    fn each_write_was_an_attempt(&self, passed: &[Passed]) {
        let without: Vec<_> = passed.iter().filter(|one| !one.was_committed).collect();
        assert!(without.is_empty(), "sent before it was committed: {without:?}");
        let mut times: HashMap<&str, usize> = HashMap::new();
        for attempt in self.all_attempts() {
            *times.entry(&attempt.nonce).or_default() += 1;
        }
        let passed: HashSet<&str> = passed.iter().map(|one| one.nonce.as_str()).collect();
        let mut arrived = HashSet::new();
        for entry in &self.ledger {
            let nonce = entry.nonce.as_deref().unwrap();
            assert!(arrived.insert(nonce), "arrived twice: {entry:?}");
            assert!(passed.contains(nonce), "came another way: {entry:?}");
            assert_eq!(times.get(nonce), Some(&1), "attempts of {entry:?}");
        }
        for attempt in self.all_attempts() {
            let lost = [Some(SendOutcome::NotSent), Some(SendOutcome::Unclear)];
            let is_there = arrived.contains(attempt.nonce.as_str());
            assert!(is_there || lost.contains(&attempt.outcome), "never arrived: {attempt:?}");
        }
    }

    /// I2, and that a call only follows one which provably changed nothing.
    fn each_attempt_has_one_outcome(&self) {
        for attempts in self.attempts.values() {
            assert!(attempts.iter().all(|attempt| attempt.outcome.is_some()), "I2: {attempts:?}");
            let before_last = attempts.iter().rev().skip(1);
            let mut outcomes = before_last.filter_map(|attempt| attempt.outcome);
            assert!(outcomes.all(SendOutcome::proves_nothing_happened), "sent again: {attempts:?}");
        }
    }

    /// I4: what is said last of an instance is what the cloud has.
    fn each_change_is_over_and_true(&self, world: &World) {
        let mut seen = HashSet::new();
        for change in self.changes.iter().filter(|change| seen.insert(change.instance.clone())) {
            let mode = if change.to == Access::PasswordFree { "Close" } else { "Open" };
            let is_so = world.mode(&change.instance.to_string()) == mode;
            match (change.state, &change.ending) {
                (ChangeState::Verified, _) => assert!(is_so, "I4: {change:?}"),
                (ChangeState::Failed, _) => assert!(!is_so, "I4: {change:?}"),
                (ChangeState::Refused, Some(Ending::Stale { .. } | Ending::Blocked { .. })) => {}
                other => panic!("nothing here ends so: {other:?}, {change:?}"),
            }
        }
    }

    /// One event when it was meant and one when it was known, with nothing of the change between them.
    fn the_audit_tells_before_and_after(&self) {
        for change in &self.changes {
            let events = &self.audit[&change.id];
            let mut attempts = self.attempts[&change.id].iter();
            let mut under_way: Option<&Attempt> = None;
            for event in events {
                if event.code == AuditCode::ChangeIntent {
                    assert!(under_way.is_none(), "nothing tells its outcome: {events:?}");
                    let attempt = attempts.next();
                    let nonce = attempt.map(|attempt| attempt.nonce.clone()).unwrap_or_default();
                    let told = event.detail.contains(&("nonce".to_owned(), nonce));
                    assert!(told, "another call was meant: {event:?}, {attempt:?}");
                    under_way = attempt;
                } else if let Some(attempt) = under_way.take() {
                    assert!(tells(event.code, attempt.outcome), "{event:?} of {attempt:?}");
                }
            }
            assert!(under_way.is_none(), "nothing tells its outcome: {events:?}");
            assert_eq!(attempts.next(), None, "nothing told of it before: {events:?}");
        }
    }

    fn row(&self, memory: Memory) -> String {
        let count = |codes: &mut dyn Iterator<Item = &'static str>| {
            codes.fold(BTreeMap::new(), |mut counts: BTreeMap<_, usize>, code| {
                *counts.entry(code).or_default() += 1;
                counts
            })
        };
        let ends = count(&mut self.changes.iter().map(|change| change.state.code()));
        let outcomes = self.all_attempts().filter_map(|attempt| attempt.outcome);
        let outcomes = count(&mut outcomes.map(SendOutcome::code));
        format!(
            "| writes under load with faults, {memory:?} | {} writes {outcomes:?}, {} changes {ends:?}, {ASKERS} askers | \
             each had one attempt, committed before it passed, and one outcome; both are in the audit, which verifies |",
            self.ledger.len(),
            self.changes.len(),
        )
    }
}

/// Whether an event says what was recorded of the call.
fn tells(code: AuditCode, outcome: Option<SendOutcome>) -> bool {
    match outcome {
        Some(SendOutcome::Accepted) => code == AuditCode::ChangeAccepted,
        Some(SendOutcome::Unclear) => code == AuditCode::ChangeUnclear,
        Some(_) => matches!(code, AuditCode::ChangeAttemptRefused | AuditCode::ChangeFailed),
        None => false,
    }
}

async fn instances(world: &World) -> Vec<String> {
    let filter = InstanceFilter::default();
    let page = PageOf { filter: &filter, sort: InstanceSort::Name, after: None, limit: 1000 };
    let rows = world.portal.store().list_instances(EVERYTHING, page).await.unwrap();
    let keys = rows.into_iter().map(|row| row.key.to_string());
    keys.filter(|key| !world.mode(key).is_empty()).collect()
}

#[expect(clippy::disallowed_methods, reason = "the one setting of this suite")]
fn wanted() -> usize {
    std::env::var("LATCHKEY_FAULTS_WRITES").map_or(300, |writes| writes.parse().unwrap())
}

/// A line of the table that `cargo xtask faults --long` keeps.
#[expect(clippy::disallowed_methods, reason = "the other setting of this suite")]
fn report(line: &str) {
    if let Ok(file) = std::env::var("LATCHKEY_FAULTS_REPORT") {
        let file = std::fs::OpenOptions::new().append(true).create(true).open(file);
        writeln!(file.unwrap(), "{line}").unwrap();
    }
}

/// The same throws every time (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }

    fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(u64::try_from(length).unwrap())).unwrap()
    }
}
