//! A portal that ends in the middle: the next one brings every change to its true end, and sends nothing again.
//!
//! Here the first portal is made to stand where a process can die, by moving the stored change there; killing real
//! processes is the business of the end-to-end tests.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod world;

use domain::access::Access;
use domain::call::SignatureScheme;
use domain::change::{Attempt, Change, ChangeState, Ending, VerifiedBy};
use domain::id::{AttemptId, ChangeId};
use store::change::{AttemptWrite, Move, NewChange};
use world::{DEVELOPMENT, World, idempotency_key, key};

/// Stores a change and moves it as far as `state`, as a portal that died there would have.
async fn left_at(world: &World, state: ChangeState) -> Change {
    let confirmation = world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
    let at = world.portal.now();
    let store = world.portal.store();
    let person = &world.operator.person;
    let review = store.find_review(confirmation.review, person.id).await.unwrap().unwrap();
    let change = Change {
        id: ChangeId::from_u128(rand::random()),
        instance: key(DEVELOPMENT),
        name: review.name.clone(),
        environment: review.environment,
        to: Access::PasswordFree,
        expected_prior: review.facts.access_state(),
        state: ChangeState::Requested,
        ending: None,
        version: 0,
        requested_by: person.id,
        requested_by_name: person.name.clone(),
        reason: None,
        cause: domain::change::Cause::Wish,
        lasts: None,
        start_at: None,
        break_glass: false,
        puts_back: None,
        review: review.id,
        preflight: None,
        cloud_request_id: None,
        requested_at: at,
        updated_at: at,
    };
    let event = domain::audit::AuditEvent::new(
        at,
        domain::audit::AuditCode::ChangeRequested,
        domain::audit::Outcome::Intended,
        domain::audit::Actor::Portal,
    );
    let new = NewChange {
        change: &change,
        key: &idempotency_key(),
        arguments: "x",
        session: None,
        address: None,
        event: &event,
    };
    store.request_change(new).await.unwrap();
    if state == ChangeState::Requested {
        return change;
    }
    let checked =
        store.move_change(Move::new(&change, ChangeState::Preflighted, at)).await.unwrap();
    if state == ChangeState::Preflighted {
        return checked;
    }
    let attempt = Attempt {
        id: AttemptId::from_u128(rand::random()),
        change: change.id,
        number: 1,
        nonce: format!("{:032x}", rand::random::<u128>()),
        signed_at: at,
        call: domain::call::SentCall {
            scheme: SignatureScheme::V1,
            method: "POST".into(),
            url: "http://127.0.0.1/".into(),
            headers: vec![],
            form: vec![],
        },
        outcome: None,
        cloud_request_id: None,
        cloud_code: None,
        http_status: None,
        finished_at: None,
    };
    let step = Move {
        attempt: Some(AttemptWrite::Open(&attempt)),
        ..Move::new(&checked, ChangeState::Intent, at)
    };
    store.move_change(step).await.unwrap()
}

async fn taken_up(world: World, id: ChangeId) -> (World, Change) {
    let world = world.restart(SignatureScheme::V1).await;
    let supervisor = tokio::spawn(world.portal.clone().supervise_changes(true));
    let change = world.ended(id).await;
    supervisor.abort();
    (world, change)
}

#[tokio::test]
async fn before_the_intent_it_goes_on() {
    for state in [ChangeState::Requested, ChangeState::Preflighted] {
        let world = World::new().await;
        let left = left_at(&world, state).await;
        let (world, change) = taken_up(world, left.id).await;
        assert_eq!(change.ending, Some(Ending::Verified { by: VerifiedBy::Worker }), "{state}");
        assert_eq!(world.writes(), 1);
        world.check_invariants(&change).await;
    }
}

#[tokio::test]
async fn after_the_intent_and_before_the_send_nothing_is_sent() {
    let world = World::new().await;
    let left = left_at(&world, ChangeState::Intent).await;
    let (world, change) = taken_up(world, left.id).await;
    assert_eq!(
        (change.state, change.ending.clone()),
        (ChangeState::Failed, Some(Ending::NotApplied))
    );
    assert_eq!(world.writes(), 0);
    assert_eq!(
        world.audited(change.id).await,
        ["change.unclear", "change.reconciling", "change.failed"]
    );
}

#[tokio::test]
async fn after_the_send_the_truth_is_read() {
    let world = World::new().await;
    let left = left_at(&world, ChangeState::Intent).await;
    // The call had arrived before the process died.
    world
        .cloud
        .control()
        .set_field(key(DEVELOPMENT).id.as_str(), "VpcAuthMode", "Close".into())
        .unwrap();
    let (world, change) = taken_up(world, left.id).await;
    assert_eq!(change.ending, Some(Ending::Verified { by: VerifiedBy::Reconciler }));
    assert_eq!(world.writes(), 0);
    world.check_invariants(&change).await;
}

#[tokio::test]
async fn a_change_started_before_a_moved_world_is_stale_after_it() {
    let world = World::new().await;
    let left = left_at(&world, ChangeState::Preflighted).await;
    world
        .cloud
        .control()
        .set_field(key(DEVELOPMENT).id.as_str(), "VpcAuthMode", "Close".into())
        .unwrap();
    let (world, change) = taken_up(world, left.id).await;
    assert_eq!(change.state, ChangeState::Refused);
    assert_eq!(world.writes(), 0);
}
