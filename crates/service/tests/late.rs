//! A call that nobody heard of may be carried out when nobody expects it any more: it is said, asked about, looked at.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod world;

use std::time::Duration;

use domain::access::{Access, AccessState};
use domain::change::{ChangeState, Ending, VerifiedBy};
use domain::time::Timestamp;
use service::viewer::PageOf;
use service::{Confirmation, Field, Problem, ServiceError, Timing};
use simulator::{Fault, Rule};
use world::{DEVELOPMENT, Memory, World, key};

const WRITE: &str = "ModifyInstanceVpcAuthMode";

async fn late(world: &World) -> Option<Timestamp> {
    world.portal.viewer(&world.operator).find_late_effect(&key(DEVELOPMENT)).await.unwrap()
}

async fn listed(world: &World) -> Option<Timestamp> {
    let filter = domain::inventory::InstanceFilter {
        text: key(DEVELOPMENT).id.to_string(),
        ..Default::default()
    };
    let sort = domain::inventory::InstanceSort::Name;
    let page = PageOf { filter: &filter, sort, after: None, limit: 2 };
    let rows = world.portal.viewer(&world.operator).list_instances(page).await.unwrap();
    rows[0].late_until
}

#[tokio::test]
async fn f21_what_is_carried_out_late_is_said_before_and_found_at_the_end_on_sqlite() {
    carried_out_late(Memory::Sqlite).await;
}

#[tokio::test]
async fn f21_what_is_carried_out_late_is_said_before_and_found_at_the_end_on_postgres() {
    carried_out_late(Memory::Postgres).await;
}

async fn carried_out_late(memory: Memory) {
    let timing = Timing::scaled(0.01);
    let world = World::at_pace(memory, timing).await;
    // Nobody waits for the answer that long, and it is done all the same.
    let held = Fault::Delay { before_ms: 6_000, after_ms: 0 };
    world.cloud.control().add_fault(Rule::always(held).for_action(WRITE).times(1));
    let supervisor = tokio::spawn(world.portal.clone().supervise_changes());
    let given_up = world.change(DEVELOPMENT, Access::PasswordFree).await;
    assert_eq!(
        (given_up.state, &given_up.ending),
        (ChangeState::Failed, &Some(Ending::NotApplied))
    );
    assert_eq!(world.mode(DEVELOPMENT), "Open", "not yet");

    let attempts = world.portal.store().list_attempts(given_up.id).await.unwrap();
    let until = attempts[0].signed_at.plus(timing.late_effect());
    assert_eq!((late(&world).await, listed(&world).await), (Some(until), Some(until)));
    // The same again would not be undone by it; the opposite would, and needs a tick, also in development.
    let same = world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
    assert!(!same.acknowledged.contains(&"late-effect".to_owned()), "{same:?}");
    let opposite = world.reviewed(DEVELOPMENT, Access::PasswordRequired).await;
    assert_eq!(opposite.acknowledged, ["late-effect"]);
    let refused = world.confirm(Confirmation { acknowledged: vec![], ..opposite.clone() }).await;
    assert!(
        matches!(
            refused,
            Err(ServiceError::Invalid { field: Field::Acknowledged, problem: Problem::Missing })
        ),
        "{refused:?}"
    );
    let no_op = world.ended(world.confirm(opposite).await.unwrap()).await;
    assert_eq!(no_op.ending, Some(Ending::Verified { by: VerifiedBy::NoOp }));
    assert_eq!(
        late(&world).await,
        Some(until),
        "the proof of another change says nothing of this one"
    );

    let waiting = async {
        while !world.audited(given_up.id).await.contains(&"change.late-read") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), waiting).await.unwrap();
    supervisor.abort();
    assert_eq!(world.mode(DEVELOPMENT), "Close", "it came late");
    let reads = world.portal.store().list_read_backs(given_up.id).await.unwrap();
    let last = reads.last().unwrap();
    assert_eq!(last.state, AccessState::PasswordFree);
    assert!(last.at >= until);
    assert_eq!((late(&world).await, listed(&world).await), (None, None));
    assert_eq!(world.find(given_up.id).await, given_up, "what was said stays said");
    assert_eq!(world.writes(), 1);
}

#[tokio::test]
async fn proof_ends_the_watch() {
    let world = World::new().await;
    let lost = Rule::always(Fault::Reset { applied: true }).for_action(WRITE).times(1);
    world.cloud.control().add_fault(lost);
    let confirmation = world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
    let id = world.confirm(confirmation).await.unwrap();
    world.until(id, |change| change.state == ChangeState::Reconciling).await;
    assert!(late(&world).await.is_some());
    let change = world.ended(id).await;
    assert_eq!(change.ending, Some(Ending::Verified { by: VerifiedBy::Reconciler }));
    assert_eq!((late(&world).await, listed(&world).await), (None, None));
    let opposite = world.reviewed(DEVELOPMENT, Access::PasswordRequired).await;
    assert!(opposite.acknowledged.is_empty(), "{opposite:?}");
}

#[tokio::test]
async fn what_was_reviewed_before_nobody_knew_is_reviewed_again() {
    let world = World::at_pace(Memory::Sqlite, Timing::scaled(0.01)).await;
    let opposite = world.reviewed(DEVELOPMENT, Access::PasswordRequired).await;
    let lost = Rule::always(Fault::Close { applied: false }).for_action(WRITE).times(1);
    world.cloud.control().add_fault(lost);
    assert_eq!(world.change(DEVELOPMENT, Access::PasswordFree).await.state, ChangeState::Failed);
    let refused = world.confirm(opposite).await;
    assert!(matches!(refused, Err(ServiceError::ReviewOver)), "{refused:?}");
}
