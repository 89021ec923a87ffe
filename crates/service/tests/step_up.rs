//! Every way to open a door where it is guarded asks for a fresh proof, and changes nothing without one.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod world;

use std::time::Duration;

use domain::access::Access;
use domain::change::{Change, ChangeState};
use domain::person::{Role, Scope};
use domain::policy::{ApprovalRule, Freeze, Policy};
use service::{Act, Confirmation, Portal, ServiceError, SignedIn, Start};
use world::{DEVELOPMENT, World, idempotency_key, key};

const FREE: Access = Access::PasswordFree;
const REQUIRED: Access = Access::PasswordRequired;
const PRODUCTION: &str = "core-1/cn-shanghai/r-uf6sessions00001";

/// What an admin has said.
async fn rule(world: &World, edit: impl FnOnce(&mut Policy)) {
    let admin = world.person(Role::Admin);
    let in_force = world.portal.policy().await.unwrap();
    let mut policy = in_force.policy;
    edit(&mut policy);
    let admin = world.portal.admin(&admin, "test").await.unwrap();
    admin.set_policy(in_force.version, Some(policy), None).await.unwrap();
}

fn proven(portal: &Portal, who: &SignedIn) -> SignedIn {
    SignedIn { proven_at: Some(portal.now()), ..who.clone() }
}

fn asks<T: std::fmt::Debug>(done: &Result<T, ServiceError>, act: Act) {
    assert!(
        matches!(done, Err(ServiceError::ProofNeeded { act: asked }) if *asked == act),
        "{}: {done:?}",
        act.code()
    );
}

async fn put_back(portal: &Portal, who: &SignedIn, closed: &Change) -> Result<(), ServiceError> {
    let operator = portal.operator(who, "test").await.unwrap();
    operator.put_back(closed.id, &idempotency_key()).await.map(drop)
}

#[tokio::test]
async fn p4_opening_production_extending_and_putting_back_ask_for_a_proof() {
    let world = World::on_postgres().await;
    let (strict, stale) = (world.strict().await, world.operator.clone());
    let confirm = async |who: &SignedIn, confirmation: &Confirmation| {
        strict.operator(who, "test").await.unwrap().confirm(confirmation.clone()).await
    };
    let confirmation = world.reviewed(PRODUCTION, FREE).await;
    asks(&confirm(&stale, &confirmation).await, Act::OpenGuarded);
    assert_eq!(world.writes(), 0);

    let opened = world.change(PRODUCTION, FREE).await;
    assert_eq!(opened.state, ChangeState::Verified);
    let (instance, hour) = (key(PRODUCTION), Duration::from_hours(1));
    let duty = world.portal.store().find_return(&Scope::Everything, &instance).await;
    let seen = duty.unwrap().unwrap().due_at;
    let reason = Some("drill, OPS-1".parse().unwrap());
    let extend = async |who: &SignedIn| {
        let operator = strict.operator(who, "test").await.unwrap();
        operator.extend(&instance, seen, hour, reason.clone(), &idempotency_key()).await
    };
    asks(&extend(&stale).await, Act::OpenGuarded);
    let fresh = proven(&strict, &stale);
    extend(&fresh).await.unwrap();

    let closing = world.reviewed(PRODUCTION, REQUIRED).await;
    // Shutting a door asks nobody.
    let closed = confirm(&stale, &closing).await.unwrap();
    let closed = world.ended(closed).await;
    assert_eq!((closed.to, closed.state), (REQUIRED, ChangeState::Verified));
    asks(&put_back(&strict, &stale, &closed).await, Act::OpenGuarded);
    assert_eq!(world.writes(), 2);
    put_back(&strict, &fresh, &closed).await.unwrap();
}

#[tokio::test]
async fn p4_breaking_the_glass_asks_for_a_proof_anywhere() {
    let world = World::on_postgres().await;
    rule(&world, |policy| {
        policy.freeze = Freeze::All;
        policy.break_glass = Some(Role::Operator);
    })
    .await;
    let strict = world.strict().await;
    let glass = Confirmation { break_glass: true, ..world.reviewed(DEVELOPMENT, FREE).await };
    let broken = async |who: &SignedIn| {
        strict.operator(who, "test").await.unwrap().confirm(glass.clone()).await
    };
    asks(&broken(&world.operator).await, Act::BreakGlass);
    assert_eq!(world.writes(), 0);
    let id = broken(&proven(&strict, &world.operator)).await.unwrap();
    assert_eq!(world.ended(id).await.state, ChangeState::Verified);
}

#[tokio::test]
async fn p4_agreeing_to_open_production_asks_for_a_proof() {
    let world = World::on_postgres().await;
    rule(&world, |policy| policy.production.open.approval = ApprovalRule::Always).await;
    let id = world.confirm(world.reviewed(PRODUCTION, FREE).await).await.unwrap();
    world.until(id, |change| change.state == ChangeState::AwaitingApproval).await;

    let (strict, mei) = (world.strict().await, world.somebody("mei", Role::Approver).await);
    let approve = async |who: &SignedIn| {
        let approver = strict.approver(who, "test").await.unwrap();
        let review = approver.take_review(id).await.unwrap();
        approver.approve(review.id, None, Start::Now).await
    };
    asks(&approve(&mei).await, Act::ApproveGuarded);
    assert_eq!(world.find(id).await.state, ChangeState::AwaitingApproval);
    assert_eq!(world.writes(), 0);
    approve(&proven(&strict, &mei)).await.unwrap();
    assert_eq!(world.ended(id).await.state, ChangeState::Verified);
}
