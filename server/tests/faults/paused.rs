//! F20: a driver that is stopped for longer than its lease, another that goes on without it, and its awakening.

use std::net::SocketAddr;

use domain::change::{ChangeState, Ending, SendOutcome};
use domain::id::ChangeId;

use crate::ground::{Config, Ground, Memory, Running, until};
use crate::process;
use crate::proxy::Proxy;
use crate::story::{Story, instance, nothing_is_left, requested, serve, serve_at};

const WRITE: &str = "ModifyInstanceVpcAuthMode";
/// So that a call can come late also where everything takes its time.
const SLOWLY: &str = "0.04";

async fn signal(name: &str, portal: &Running) {
    process::signal(name, portal.process.id()).await;
}

/// Waits until the whole process stands still.
pub async fn stands_still(portal: &Running) {
    let file = format!("/proc/{}/stat", portal.process.id());
    until("the process to be stopped", async || {
        let stat = std::fs::read_to_string(&file).unwrap();
        let (_, after_name) = stat.rsplit_once(')').unwrap();
        after_name.trim_start().starts_with('T').then_some(())
    })
    .await;
}

/// The other portal finds that nothing happened.
async fn followed(ground: &Ground, id: ChangeId, scale: &str) -> (Running, Story) {
    let second = serve_at(ground, &ground.config(), "", scale).await;
    let story = Story::ended(ground, id).await;
    assert_eq!(story.change.state, ChangeState::Failed);
    assert_eq!(story.change.ending, Some(Ending::NotApplied));
    (second, story)
}

const CODES: &[&str] = &[
    "change.requested",
    "change.checked",
    "change.intent",
    "change.unclear",
    "change.reconciling",
    "change.failed",
];

#[tokio::test]
async fn f20_a_driver_that_was_stopped_before_the_call_does_not_make_it_any_more() {
    let ground = Ground::new(Memory::Postgres).await;
    let first = serve(&ground, &ground.config(), "intent-committed=1*return(stop)").await;
    let id = requested(&first, || {}).await;
    stands_still(&first).await;
    assert_eq!(Story::of(&ground, id).await.change.state, ChangeState::Intent);
    let (second, story) = followed(&ground, id, "0.02").await;

    signal("CONT", &first).await;
    // By its own look before the call, or by its lease.
    until("the first to give it up", async || {
        first.process.err().contains("driving a change was interrupted").then_some(())
    })
    .await;
    story.expect(&ground, 0, &[Some(SendOutcome::Unclear)], CODES).await;
    let again = Story::of(&ground, id).await;
    assert_eq!((again.change, again.codes), (story.change, story.codes), "nothing was added");
    // Both live, and both work.
    for portal in [&first, &second] {
        assert_eq!(portal.browser().get("/readyz").await.status, 200);
    }
}

#[tokio::test]
async fn f20_a_call_that_was_in_the_socket_is_found_by_the_watch() {
    let ground = Ground::new(Memory::Postgres).await;
    let cloud: SocketAddr = ground.cloud.base_url().trim_start_matches("http://").parse().unwrap();
    let wire = Proxy::holding(cloud, WRITE).await;
    let config = Config { endpoint: format!("http://{}", wire.address), ..ground.config() };
    let first = serve_at(&ground, &config, "", SLOWLY).await;
    let id = requested(&first, || {}).await;
    wire.holds().await;
    signal("STOP", &first).await;
    let (_second, story) = followed(&ground, id, SLOWLY).await;
    nothing_is_left(&ground, std::slice::from_ref(&story)).await;
    story.expect(&ground, 0, &[Some(SendOutcome::Unclear)], CODES).await;
    let guard = ground.store().await.find_guard(&instance()).await.unwrap().unwrap();
    assert!(guard.late_until.is_some(), "it may come");

    // It comes.
    wire.let_go();
    until("the call to be applied", async || {
        ground.cloud.control().ledger().iter().any(|entry| entry.applied_at.is_some()).then_some(())
    })
    .await;
    let told = until("the last read", async || {
        let story = Story::of(&ground, id).await;
        story.codes.contains(&"change.late-read").then_some(story)
    })
    .await;
    let last = told.read_backs.last().unwrap();
    assert!(last.state.is(told.change.to), "what came late is seen: {last:?}");
    assert_eq!(told.change, story.change, "and what was said stays said");
    signal("CONT", &first).await;
    until("the first to give it up", async || {
        first.process.err().contains("driving a change was interrupted").then_some(())
    })
    .await;
    assert_eq!(ground.cloud.control().ledger().len(), 1, "I1");
}
