//! Doors that shut by themselves, whatever becomes of who opened them.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod world;

use std::time::Duration;

use domain::access::Access;
use domain::audit::AuditCode;
use domain::call::SignatureScheme;
use domain::change::{Cause, Change, ChangeState, Ending, VerifiedBy};
use domain::person::Scope;
use domain::timebox::ReturnDuty;
use service::{Confirmation, Field, Lasts, Problem, ServiceError};
use simulator::{Fault, Rule};
use store::audit::AuditFilter;
use store::change::ChangeFilter;
use world::{DEVELOPMENT, World, key};

const PRODUCTION: &str = "core-1/cn-shanghai/r-uf6sessions00001";
const WRITE: &str = "ModifyInstanceVpcAuthMode";
const SOON: Lasts = Lasts::For(Duration::from_millis(700));
const LATER: Lasts = Lasts::For(Duration::from_hours(1));

async fn open(world: &World, lasts: Lasts) -> Change {
    let confirmation =
        Confirmation { lasts, ..world.reviewed(DEVELOPMENT, Access::PasswordFree).await };
    let id = world.confirm(confirmation).await.unwrap();
    let change = world.ended(id).await;
    assert_eq!(change.ending, Some(Ending::Verified { by: VerifiedBy::Worker }));
    change
}

async fn duty(world: &World) -> Option<ReturnDuty> {
    world.portal.store().find_return(&Scope::Everything, &key(DEVELOPMENT)).await.unwrap()
}

/// Waits until no duty is left. The deadline only tells a hang.
async fn shut(world: &World) -> Change {
    let waiting = async {
        while duty(world).await.is_some() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), waiting).await.unwrap();
    let filter = ChangeFilter { instance: Some(key(DEVELOPMENT)), ..ChangeFilter::default() };
    let newest = world.portal.store().list_changes(&Scope::Everything, &filter, 1).await.unwrap();
    newest[0].clone()
}

async fn told(world: &World, code: AuditCode) -> usize {
    let filter = AuditFilter { code: Some(code), ..AuditFilter::default() };
    world.portal.store().list_audit(&Scope::Everything, &filter, 100).await.unwrap().len()
}

#[tokio::test]
async fn a_door_that_was_opened_for_a_time_shuts_itself_and_is_proven_shut() {
    let world = World::new().await;
    let opened = open(&world, SOON).await;
    assert_eq!(world.mode(DEVELOPMENT), "Close");
    let planned = duty(&world).await.unwrap();
    // The time runs from the proof.
    assert_eq!(planned.opened_at, opened.updated_at);
    assert_eq!(planned.due_at, opened.updated_at.plus(Duration::from_millis(700)));
    assert_eq!(told(&world, AuditCode::ReturnPlanned).await, 1);
    tokio::spawn(world.portal.clone().keep_returns());
    let returned = shut(&world).await;
    assert_eq!((returned.cause, returned.state), (Cause::Return, ChangeState::Verified));
    assert!(returned.requested_at >= planned.due_at, "not before its time");
    assert_eq!(world.mode(DEVELOPMENT), "Open");
    assert_eq!(world.cloud.control().ledger().len(), 2);
}

#[tokio::test]
async fn neither_a_restart_nor_a_lost_account_keeps_a_door_open() {
    let world = World::new().await;
    open(&world, SOON).await;
    let world = world.restart(SignatureScheme::V1).await;
    world.portal.take_up_changes().await.unwrap();
    let person = world.operator.person.id;
    world.portal.store().disable_user(person, world.portal.now()).await.unwrap();
    tokio::spawn(world.portal.clone().keep_returns());
    let returned = shut(&world).await;
    assert_eq!(returned.state, ChangeState::Verified);
    assert_eq!(world.mode(DEVELOPMENT), "Open");
}

#[tokio::test]
async fn a_door_shut_by_hand_or_outside_needs_no_return() {
    let world = World::new().await;
    open(&world, SOON).await;
    world.change(DEVELOPMENT, Access::PasswordRequired).await;
    assert_eq!(duty(&world).await, None);
    // Behind the portal's back: found so, and no call made.
    open(&world, SOON).await;
    let calls = world.cloud.control().ledger().len();
    let id = key(DEVELOPMENT).id.to_string();
    world.cloud.control().set_field(&id, "VpcAuthMode", "Open".into()).unwrap();
    tokio::spawn(world.portal.clone().keep_returns());
    let returned = shut(&world).await;
    assert_eq!(returned.ending, Some(Ending::Verified { by: VerifiedBy::NoOp }));
    assert_eq!(world.cloud.control().ledger().len(), calls);
}

#[tokio::test]
async fn a_return_that_fails_is_tried_until_it_is_done_and_told_once() {
    let world = World::new().await;
    open(&world, SOON).await;
    let denied = Fault::Deny {
        code: "Forbidden.RAM".to_owned(),
        explicit: true,
        vpc_auth_mode: Some("Open".to_owned()),
    };
    let fault = world.cloud.control().add_fault(Rule::always(denied).for_action(WRITE));
    tokio::spawn(world.portal.clone().keep_returns());
    let waiting = async {
        while duty(&world).await.unwrap().tries < 3
            || world.portal.list_overdue(&Scope::Everything).await.unwrap().is_empty()
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), waiting).await.unwrap();
    assert_eq!(world.mode(DEVELOPMENT), "Close");
    world.cloud.control().remove_fault(fault);
    assert_eq!(shut(&world).await.state, ChangeState::Verified);
    assert_eq!(world.mode(DEVELOPMENT), "Open");
    assert!(world.portal.list_overdue(&Scope::Everything).await.unwrap().is_empty());
    assert_eq!(told(&world, AuditCode::ReturnOverdue).await, 1);
}

#[tokio::test]
async fn an_end_is_put_off_within_what_the_environment_allows_by_whoever_saw_it() {
    let world = World::new().await;
    open(&world, LATER).await;
    let seen = duty(&world).await.unwrap();
    let operator = world.portal.operator(&world.operator, "test").await.unwrap();
    let instance = key(DEVELOPMENT);
    let extend = async |seen, lasts| {
        operator.extend(&instance, seen, lasts, None, &world::idempotency_key()).await
    };
    let day = Duration::from_hours(24);
    extend(seen.due_at, day).await.unwrap();
    let moved = duty(&world).await.unwrap();
    assert!(moved.due_at > seen.due_at);
    assert!(matches!(extend(seen.due_at, day).await, Err(ServiceError::ReviewOver)), "seen before");
    let nothing = extend(moved.due_at, Duration::ZERO).await;
    assert!(matches!(nothing, Err(ServiceError::Invalid { field: Field::Lasts, .. })));
    assert_eq!(duty(&world).await, Some(moved));
    assert_eq!(told(&world, AuditCode::ReturnExtended).await, 1);
}

#[tokio::test]
async fn a_time_beyond_the_cap_is_refused_and_nothing_is_sent() {
    let world = World::new().await;
    let confirmation = world.reviewed(PRODUCTION, Access::PasswordFree).await;
    for (lasts, problem) in [
        (Lasts::UntilShut, Problem::TooLong),
        (Lasts::For(Duration::from_hours(5)), Problem::TooLong),
        (Lasts::For(Duration::ZERO), Problem::TooShort),
    ] {
        let refused = world.confirm(Confirmation { lasts, ..confirmation.clone() }).await;
        let Err(ServiceError::Invalid { field, problem: found }) = refused else {
            panic!("{lasts:?}: {refused:?}")
        };
        assert_eq!((field, found), (Field::Lasts, problem), "{lasts:?}");
    }
    assert!(world.cloud.control().ledger().is_empty());
    // A key of the returns' own is not to be had.
    let key = "return-00000000000000000000000000000001-1".parse().unwrap();
    let refused = world.confirm(Confirmation { key, ..confirmation }).await;
    assert!(matches!(refused, Err(ServiceError::KeyReused)), "{refused:?}");
}
