//! A change that stands where a process can die.

use std::time::Duration;

use domain::access::Access;
use domain::call::SignatureScheme;
use domain::change::{Attempt, Change, ChangeState};
use domain::id::{AttemptId, ChangeId};
use store::change::{AttemptWrite, Move, NewChange};

use super::{DEVELOPMENT, World, idempotency_key, key};

/// Stores a change and moves it as far as `state`, as a portal that died there would have.
pub async fn left_at(world: &World, state: ChangeState) -> Change {
    left_ago(world, state, Duration::ZERO).await
}

/// The same, with a call that was signed that long ago.
pub async fn left_ago(world: &World, state: ChangeState, ago: Duration) -> Change {
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
        signed_at: at.minus(ago),
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
