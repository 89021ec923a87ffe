//! `kill -9` at each of the eleven edges of a change: the next portal brings it to the truth, and sends nothing twice.
//!
//! Eight edges are failpoints, at which the process kills itself; three are on the wire, where it is killed from outside.

use std::net::SocketAddr;

use domain::change::{ChangeState, Ending, SendOutcome, VerifiedBy};
use domain::id::ChangeId;
use simulator::{Fault, Rule, Settle};

use crate::ground::{Config, Ground, Memory, Running, until};
use crate::long::{report, times};
use crate::proxy::Proxy;
use crate::story::{Story, instance, nothing_is_left, requested, serve};

const WRITE: &str = "ModifyInstanceVpcAuthMode";

macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite { $(#[tokio::test] async fn $name() { super::repeated(stringify!($name), crate::ground::Memory::Sqlite, super::$name).await; })+ }
        mod postgres { $(#[tokio::test] async fn $name() { super::repeated(stringify!($name), crate::ground::Memory::Postgres, super::$name).await; })+ }
    };
}

on_both! {
    f01_killed_after_the_request,
    f01_killed_after_the_check,
    f02_killed_between_the_intent_and_the_call,
    f03_killed_with_a_connection_and_nothing_delivered,
    f04_killed_after_delivery_and_before_it_is_applied,
    f04_killed_after_it_is_applied_and_before_the_answer,
    f05_killed_with_the_answer_in_memory_only,
    f05_killed_after_the_answer_was_recorded,
    f06_killed_while_verifying,
    f06_killed_while_reconciling,
    f06_killed_while_taking_over,
}

async fn repeated(name: &str, memory: Memory, edge: impl AsyncFn(Memory)) {
    let times = times("LATCHKEY_FAULTS_EDGES", 1);
    for _ in 0..times {
        edge(memory).await;
    }
    report(&format!("| {name}, {memory:?} | {times} kills | as expected each time |"));
}

const BEFORE_THE_CALL: &[&str] = &["change.requested", "change.checked", "change.intent"];

/// The codes up to the intent, and these.
fn then(codes: &[&'static str]) -> Vec<&'static str> {
    BEFORE_THE_CALL.iter().chain(codes).copied().collect()
}

/// A portal that killed itself at a failpoint while it drove a change that was just asked for.
async fn killed_at(ground: &Ground, failpoint: &str) -> (ChangeId, String) {
    let portal = serve(ground, &ground.config(), &format!("{failpoint}=return")).await;
    let id = requested(&portal, || {}).await;
    let ended = portal.process.ended().await;
    assert_eq!(ended.code, None, "by a signal: {}", ended.err);
    (id, ended.err)
}

/// The next portal, and the change when it is over.
async fn brought_to_its_end(ground: &Ground, id: ChangeId) -> (Running, Story) {
    let portal = serve(ground, &ground.config(), "").await;
    let story = Story::ended(ground, id).await;
    nothing_is_left(ground, std::slice::from_ref(&story)).await;
    (portal, story)
}

async fn state(ground: &Ground, id: ChangeId) -> ChangeState {
    Story::of(ground, id).await.change.state
}

async fn f01_killed_after_the_request(memory: Memory) {
    let ground = Ground::new(memory).await;
    let (id, _) = killed_at(&ground, "change-requested").await;
    assert_eq!(state(&ground, id).await, ChangeState::Requested);
    goes_on(&ground, id).await;
}

async fn f01_killed_after_the_check(memory: Memory) {
    let ground = Ground::new(memory).await;
    let (id, _) = killed_at(&ground, "change-checked").await;
    assert_eq!(state(&ground, id).await, ChangeState::Preflighted);
    goes_on(&ground, id).await;
}

/// Nothing was sent by who was killed, and the next one does it.
async fn goes_on(ground: &Ground, id: ChangeId) {
    assert!(ground.cloud.control().ledger().is_empty());
    let (_portal, story) = brought_to_its_end(ground, id).await;
    assert_eq!(story.change.ending, Some(Ending::Verified { by: VerifiedBy::Worker }));
    let codes = then(&["change.accepted", "change.verified"]);
    story.expect(ground, 1, &[Some(SendOutcome::Accepted)], &codes).await;
    assert_eq!(story.starts, 2, "both portals said that they started");
}

async fn f02_killed_between_the_intent_and_the_call(memory: Memory) {
    let ground = Ground::new(memory).await;
    let (id, _) = killed_at(&ground, "intent-committed").await;
    assert_eq!(state(&ground, id).await, ChangeState::Intent);
    did_not_happen(&ground, id).await;
}

async fn f03_killed_with_a_connection_and_nothing_delivered(memory: Memory) {
    let ground = Ground::new(memory).await;
    let cloud: SocketAddr = ground.cloud.base_url().trim_start_matches("http://").parse().unwrap();
    let wire = Proxy::holding(cloud, WRITE).await;
    let config = Config { endpoint: format!("http://{}", wire.address), ..ground.config() };
    let portal = serve(&ground, &config, "").await;
    let id = requested(&portal, || {}).await;
    wire.holds().await;
    assert_eq!(state(&ground, id).await, ChangeState::Intent);
    portal.process.kill().await;
    drop(wire);
    did_not_happen(&ground, id).await;
}

/// It is read until that is proven, and not sent again.
async fn did_not_happen(ground: &Ground, id: ChangeId) {
    let (_portal, story) = brought_to_its_end(ground, id).await;
    assert_eq!(story.change.state, ChangeState::Failed);
    assert_eq!(story.change.ending, Some(Ending::NotApplied));
    let codes = then(&["change.unclear", "change.reconciling", "change.failed"]);
    story.expect(ground, 0, &[Some(SendOutcome::Unclear)], &codes).await;
}

async fn f04_killed_after_delivery_and_before_it_is_applied(memory: Memory) {
    let (ground, id) =
        killed_while(memory, Fault::Delay { before_ms: 1_500, after_ms: 0 }, |entry| {
            entry.applied_at.is_none()
        })
        .await;
    happened_and_nobody_heard(&ground, id).await;
}

async fn f04_killed_after_it_is_applied_and_before_the_answer(memory: Memory) {
    let (ground, id) =
        killed_while(memory, Fault::Delay { before_ms: 0, after_ms: 8_000 }, |entry| {
            entry.applied_at.is_some()
        })
        .await;
    happened_and_nobody_heard(&ground, id).await;
}

/// Killed while the call that meets `held` is at the cloud.
async fn killed_while(
    memory: Memory,
    held: Fault,
    is_there: impl Fn(&simulator::LedgerEntry) -> bool,
) -> (Ground, ChangeId) {
    let ground = Ground::new(memory).await;
    let portal = serve(&ground, &ground.config(), "").await;
    let control = ground.cloud.control();
    let id = requested(&portal, || {
        control.add_fault(Rule::always(held).for_action(WRITE));
    })
    .await;
    until("the call to be there", async || control.ledger().iter().any(&is_there).then_some(()))
        .await;
    let story = Story::of(&ground, id).await;
    assert_eq!(story.change.state, ChangeState::Intent);
    assert_eq!(story.attempts.len(), 1, "I1: it is written down before it arrives");
    portal.process.kill().await;
    assert_eq!(control.ledger()[0].result.status, None, "nobody was answered");
    control.clear_faults();
    (ground, id)
}

async fn happened_and_nobody_heard(ground: &Ground, id: ChangeId) {
    let (_portal, story) = brought_to_its_end(ground, id).await;
    assert_eq!(story.change.ending, Some(Ending::Verified { by: VerifiedBy::Reconciler }));
    assert_eq!(story.change.cloud_request_id, None, "nobody heard it");
    let codes = then(&["change.unclear", "change.reconciling", "change.verified"]);
    story.expect(ground, 1, &[Some(SendOutcome::Unclear)], &codes).await;
    let guard = ground.store().await.find_guard(&instance()).await.unwrap().unwrap();
    assert_eq!(guard.late_until, None, "it cannot come again");
}

async fn f05_killed_with_the_answer_in_memory_only(memory: Memory) {
    let ground = Ground::new(memory).await;
    let (id, log) = killed_at(&ground, "call-answered").await;
    let heard = ground.cloud.control().ledger()[0].request_id.clone();
    assert!(log.contains(&heard), "the log has what the memory has not: {log}");
    happened_and_nobody_heard(&ground, id).await;
}

async fn f05_killed_after_the_answer_was_recorded(memory: Memory) {
    let ground = Ground::new(memory).await;
    let (id, _) = killed_at(&ground, "answer-recorded").await;
    accepted_and_verified(&ground, id).await;
}

async fn f06_killed_while_verifying(memory: Memory) {
    let ground = Ground::with(memory, |options| options.settle = Settle::Explicit).await;
    let (id, _) = killed_at(&ground, "verifying").await;
    assert_eq!(Story::of(&ground, id).await.read_backs.len(), 1);
    assert!(ground.cloud.control().finish(instance().id.as_str()).unwrap());
    accepted_and_verified(&ground, id).await;
}

async fn accepted_and_verified(ground: &Ground, id: ChangeId) {
    assert_eq!(state(ground, id).await, ChangeState::Accepted);
    let (_portal, story) = brought_to_its_end(ground, id).await;
    assert_eq!(story.change.ending, Some(Ending::Verified { by: VerifiedBy::Worker }));
    let heard = ground.cloud.control().ledger()[0].request_id.clone();
    assert_eq!(story.change.cloud_request_id.as_ref().map(ToString::to_string), Some(heard));
    let codes = then(&["change.accepted", "change.verified"]);
    story.expect(ground, 1, &[Some(SendOutcome::Accepted)], &codes).await;
}

async fn f06_killed_while_reconciling(memory: Memory) {
    let ground = Ground::with(memory, |options| options.settle = Settle::Explicit).await;
    let lost = Rule::always(Fault::Reset { applied: true }).for_action(WRITE);
    ground.cloud.control().add_fault(lost);
    let (id, _) = killed_at(&ground, "reconciling").await;
    ground.cloud.control().clear_faults();
    assert_eq!(state(&ground, id).await, ChangeState::Reconciling);
    assert!(ground.cloud.control().finish(instance().id.as_str()).unwrap());
    happened_and_nobody_heard(&ground, id).await;
}

async fn f06_killed_while_taking_over(memory: Memory) {
    let ground = Ground::new(memory).await;
    let (id, _) = killed_at(&ground, "intent-committed").await;
    let second = ground.start(&ground.config(), &[("FAILPOINTS", "taken-over=return")]).await;
    assert_eq!(second.process.ended().await.code, None);
    assert_eq!(state(&ground, id).await, ChangeState::Intent);
    did_not_happen(&ground, id).await;
}
