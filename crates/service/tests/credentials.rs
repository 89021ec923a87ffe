//! A credential that is revoked, replaced, over, of another place or may too little (F28): the cloud's code is told, a look
//! finds what a look can find, and no write is repeated. On both databases.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod world;

use std::time::Duration;

use aliyun::Credential;
use domain::access::Access;
use domain::change::{ChangeState, Ending, SendOutcome, VerifiedBy};
use domain::fact::Unread;
use service::ServiceError;
use simulator::{Fault, Rule};
use world::hands::Hands;
use world::{DEVELOPMENT, Memory, World, key};

const FREE: Access = Access::PasswordFree;
const WRITE: &str = "ModifyInstanceVpcAuthMode";

macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite { $(#[tokio::test] async fn $name() { super::$name(crate::world::Memory::Sqlite).await; })+ }
        mod postgres { $(#[tokio::test] async fn $name() { super::$name(crate::world::Memory::Postgres).await; })+ }
    };
}

on_both! {
    f28_a_key_that_is_gone_is_found_by_looking_and_a_new_one_is_used_at_once,
    f28_a_token_that_is_over_is_found_by_looking_and_a_new_one_is_used_at_once,
    f28_what_only_the_write_meets_is_told_by_its_code_and_not_repeated,
    f28_what_may_only_shut_doors_shuts_them,
}

async fn in_hand(memory: Memory) -> (World, Hands) {
    let mut world = World::in_memory(memory).await;
    let hands = Hands::of(&world);
    hands.take(&mut world).await;
    (world, hands)
}

/// Whoever wants to change something is told by the review, before anything is stored.
async fn expect_found_by_looking(world: &World) {
    let confirmation = world.reviewed(DEVELOPMENT, FREE).await;
    let viewer = world.portal.viewer(&world.operator);
    let seen = viewer.get_instance(&key(DEVELOPMENT)).await.unwrap();
    assert_eq!(seen.attribute.problem, Some(Unread::NoCredential));
    assert!(seen.attribute.value.is_some(), "what was known stays shown");
    let refused = world.confirm(confirmation).await;
    assert!(matches!(refused, Err(ServiceError::Blocked)), "{refused:?}");
    assert_eq!(world.writes(), 0);
}

async fn expect_works(world: &World, to: Access) {
    world.cloud.control().clear_ledger();
    let change = world.change(DEVELOPMENT, to).await;
    assert_eq!(change.ending, Some(Ending::Verified { by: VerifiedBy::Worker }), "{change:?}");
    assert_eq!(world.writes(), 1);
    world.check_invariants(&change).await;
    world.cloud.control().clear_ledger();
}

async fn f28_a_key_that_is_gone_is_found_by_looking_and_a_new_one_is_used_at_once(memory: Memory) {
    let (world, hands) = in_hand(memory).await;
    let control = world.cloud.control();
    world.reviewed(DEVELOPMENT, FREE).await;
    let old = world.cloud.accounts()[0].access_key_id.clone();
    control.enable_key(&old, false).unwrap();
    expect_found_by_looking(&world).await;
    hands.give(Credential::new("LTAI5tNobodyKnowsThisKey", "whatever").unwrap());
    expect_found_by_looking(&world).await;
    // Rotated: the new one is asked for before every call.
    let new = control
        .issue_credentials(&world.cloud.accounts()[0].name, Duration::from_hours(1))
        .unwrap();
    let keys = Credential::new(&new.access_key_id, &new.access_key_secret).unwrap();
    hands.give(keys.with_token(&new.security_token).unwrap());
    expect_works(&world, FREE).await;
}

async fn f28_a_token_that_is_over_is_found_by_looking_and_a_new_one_is_used_at_once(
    memory: Memory,
) {
    let (world, hands) = in_hand(memory).await;
    let control = world.cloud.control();
    world.reviewed(DEVELOPMENT, FREE).await;
    let issue = || {
        let name = &world.cloud.accounts()[0].name;
        let new = control.issue_credentials(name, Duration::from_mins(15)).unwrap();
        let keys = Credential::new(&new.access_key_id, &new.access_key_secret).unwrap();
        keys.with_token(&new.security_token).unwrap()
    };
    hands.give(issue());
    expect_works(&world, FREE).await;
    for secs in [20 * 60, 40 * 60] {
        control.shift_clock(secs * 1000);
        hands.turn(secs);
        expect_found_by_looking(&world).await;
        hands.give(issue());
        let to = if world.mode(DEVELOPMENT) == "Open" { FREE } else { Access::PasswordRequired };
        expect_works(&world, to).await;
    }
}

async fn f28_what_only_the_write_meets_is_told_by_its_code_and_not_repeated(memory: Memory) {
    let (world, _) = in_hand(memory).await;
    let control = world.cloud.control();
    let error =
        |code: &str, status| Fault::Error { code: code.into(), status, message: String::new() };
    for (code, fault) in [
        // Between the look and the call: revoked, deleted, over.
        ("InvalidAccessKeyId.Inactive", error("InvalidAccessKeyId.Inactive", 400)),
        ("InvalidAccessKeyId.NotFound", error("InvalidAccessKeyId.NotFound", 404)),
        ("InvalidSecurityToken.Expired", error("InvalidSecurityToken.Expired", 400)),
        // Of another place.
        ("InvalidRegionId.NotFound", error("InvalidRegionId.NotFound", 404)),
        ("InvalidInstanceId.NotFound", error("InvalidInstanceId.NotFound", 404)),
        // No look asks for the right to write.
        (
            "Forbidden.RAM",
            Fault::Deny { code: "Forbidden.RAM".into(), explicit: false, vpc_auth_mode: None },
        ),
        (
            "NoPermission",
            Fault::Deny { code: "NoPermission".into(), explicit: true, vpc_auth_mode: None },
        ),
    ] {
        control.clear_ledger();
        let rule = control.add_fault(Rule::always(fault).for_action(WRITE));
        let change = world.change(DEVELOPMENT, FREE).await;
        control.remove_fault(rule);
        assert_eq!(change.state, ChangeState::Failed, "{code}: {change:?}");
        let told =
            matches!(&change.ending, Some(Ending::Denied { code: told }) if told.as_str() == code);
        assert!(told, "{code}: {change:?}");
        let attempts = world.portal.store().list_attempts(change.id).await.unwrap();
        let ends: Vec<_> = attempts.iter().map(|attempt| attempt.outcome).collect();
        assert_eq!(ends, [Some(SendOutcome::Denied)], "{code}");
        assert_eq!(world.writes(), 1, "{code}: not repeated");
        assert_eq!(world.mode(DEVELOPMENT), "Open", "{code}");
        world.check_invariants(&change).await;
    }
    expect_works(&world, FREE).await;
}

/// The least that the documentation asks for a portal that may shut doors only: `kvstore:VpcAuthMode`.
async fn f28_what_may_only_shut_doors_shuts_them(memory: Memory) {
    let (world, _) = in_hand(memory).await;
    expect_works(&world, FREE).await;
    let may_not_open = Fault::Deny {
        code: "Forbidden.RAM".into(),
        explicit: true,
        vpc_auth_mode: Some("Close".into()),
    };
    world.cloud.control().add_fault(Rule::always(may_not_open).for_action(WRITE));
    expect_works(&world, Access::PasswordRequired).await;
    let change = world.change(DEVELOPMENT, FREE).await;
    assert!(matches!(&change.ending, Some(Ending::Denied { .. })), "{change:?}");
    assert_eq!((world.writes(), world.mode(DEVELOPMENT).as_str()), (1, "Open"));
}
