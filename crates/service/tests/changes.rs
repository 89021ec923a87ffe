//! From a wish to its proof, against a cloud that behaves and one that does not.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod world;

use domain::access::{Access, AccessState};
use domain::call::SignatureScheme;
use domain::change::{ChangeState, Ending, VerifiedBy};
use domain::person::{Role, Scope};
use domain::preflight::Verdict;
use service::{Field, Problem, ServiceError};
use simulator::WhitelistGroup;
use world::{DEVELOPMENT, World, key};

const PRODUCTION: &str = "core-1/cn-shanghai/r-uf6sessions00001";

fn of(instance: &str) -> String {
    key(instance).id.to_string()
}

#[tokio::test]
async fn it_is_enabled_proven_and_disabled_again_with_either_signature() {
    for scheme in [SignatureScheme::V1, SignatureScheme::V3] {
        let world = World::with(scheme).await;
        let change = world.change(DEVELOPMENT, Access::PasswordFree).await;
        assert_eq!(change.ending, Some(Ending::Verified { by: VerifiedBy::Worker }));
        assert!(change.cloud_request_id.is_some());
        assert_eq!(world.mode(DEVELOPMENT), "Close");
        world.check_invariants(&change).await;
        assert_eq!(
            world.audited(change.id).await,
            [
                "change.requested",
                "change.checked",
                "change.intent",
                "change.accepted",
                "change.verified",
                "return.planned"
            ]
        );
        let stored =
            world.portal.viewer(&world.operator).get_instance(&key(DEVELOPMENT)).await.unwrap();
        assert_eq!(
            stored.facts().access_state(),
            AccessState::PasswordFree,
            "pages show it at once"
        );
        let back = world.change(DEVELOPMENT, Access::PasswordRequired).await;
        assert_eq!(back.state, ChangeState::Verified);
        assert_eq!(world.mode(DEVELOPMENT), "Open");
        assert_eq!(world.writes(), 2);
        let words: Vec<String> = world
            .cloud
            .control()
            .ledger()
            .iter()
            .map(|entry| entry.parameters["VpcAuthMode"].clone())
            .collect();
        assert_eq!(words, ["Close", "Open"], "the wire words read backwards");
    }
}

#[tokio::test]
async fn what_the_rules_forbid_is_not_asked_of_the_cloud() {
    let world = World::new().await;
    for (instance, check) in [
        ("core-1/cn-hangzhou/r-bp1partners00001", "whitelist-scope"),
        ("core-1/cn-hangzhou/r-bp1fresh00000001", "whitelist-set"),
        ("core-1/cn-hangzhou/r-bp1bare000000001", "whitelist-set"),
        ("core-1/cn-beijing/r-2zelegacy0000001", "network-type"),
        ("core-1/cn-beijing/r-2zefragments0001", "engine-type"),
        ("core-1/cn-shenzhen/r-wz9resizing00001", "instance-status"),
        ("core-1/cn-shenzhen/r-wz9oddmode000001", "access-state"),
    ] {
        let operator = world.portal.operator(&world.operator, "test").await.unwrap();
        let review = operator.take_review(&key(instance), Access::PasswordFree).await.unwrap();
        let blocks: Vec<&str> =
            review.preflight.with(Verdict::Blocks).map(|found| found.kind.code()).collect();
        assert!(blocks.contains(&check), "{instance}: {blocks:?}");
        let confirmation = world.reviewed(instance, Access::PasswordFree).await;
        let refused = world.confirm(confirmation).await;
        assert!(matches!(refused, Err(ServiceError::Blocked)), "{instance}: {refused:?}");
    }
    assert_eq!(world.writes(), 0);
    assert!(world.portal.store().list_open_changes().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_version_that_refuses_ends_in_the_cloud_s_code() {
    let world = World::new().await;
    let change = world.change("core-1/cn-shanghai/r-uf6archive000001", Access::PasswordFree).await;
    let code = "ParamNotSupportedForCurrentVersion".parse().unwrap();
    assert_eq!(
        (change.state, change.ending.clone()),
        (ChangeState::Failed, Some(Ending::Denied { code }))
    );
    assert!(change.cloud_request_id.is_some());
    assert_eq!(world.writes(), 1, "a refusal is not repeated");
    world.check_invariants(&change).await;
}

#[tokio::test]
async fn a_missing_permission_ends_in_the_cloud_s_code() {
    let world = World::new().await;
    let change = world.change("core-1/cn-hangzhou/r-denied0000000001", Access::PasswordFree).await;
    assert!(
        matches!(&change.ending, Some(Ending::Denied { code }) if code.as_str() == "Forbidden.RAM"),
        "{change:?}"
    );
    assert_eq!(world.writes(), 1);
}

#[tokio::test]
async fn an_accepted_change_that_never_comes_is_no_success() {
    let world = World::new().await;
    let change = world.change("core-1/cn-hangzhou/r-never00000000001", Access::PasswordFree).await;
    let ending = Some(Ending::Diverged { now: AccessState::PasswordRequired });
    assert_eq!((change.state, change.ending.clone()), (ChangeState::Diverged, ending));
    assert_eq!(world.writes(), 1);
}

#[tokio::test]
async fn a_wish_that_is_already_so_makes_no_call() {
    let world = World::new().await;
    let change = world.change("core-1/cn-shanghai/r-uf6catalogdev001", Access::PasswordFree).await;
    assert_eq!(change.ending, Some(Ending::Verified { by: VerifiedBy::NoOp }));
    assert_eq!(world.writes(), 0);
}

#[tokio::test]
async fn a_review_is_refused_when_the_world_moved() {
    let world = World::new().await;
    let control = world.cloud.control();
    let id = of(DEVELOPMENT);
    let wide = vec![WhitelistGroup::new("default", "", "10.0.0.0/8")];
    let confirmation = world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
    control.set_whitelist(&id, wide).unwrap();
    let change = world.ended(world.confirm(confirmation).await.unwrap()).await;
    assert!(
        matches!(&change.ending, Some(Ending::Stale { moved }) if moved[0].code() == "whitelist"),
        "{change:?}"
    );
    let confirmation = world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
    control.set_field(&id, "VpcAuthMode", "Close".into()).unwrap();
    let change = world.ended(world.confirm(confirmation).await.unwrap()).await;
    assert!(
        matches!(&change.ending, Some(Ending::Stale { moved }) if moved[0].code() == "access"),
        "{change:?}"
    );
    assert_eq!(change.state, ChangeState::Refused);
    assert_eq!(world.writes(), 0);
}

#[tokio::test]
async fn production_asks_for_more() {
    let world = World::new().await;
    let complete = world.reviewed(PRODUCTION, Access::PasswordFree).await;
    let refused = async |confirmation| match world.confirm(confirmation).await {
        Err(ServiceError::Invalid { field, problem }) => (field, problem),
        other => panic!("{other:?}"),
    };
    let without_reason = service::Confirmation { reason: None, ..complete.clone() };
    assert_eq!(refused(without_reason).await, (Field::Reason, Problem::Missing));
    let without_name = service::Confirmation { typed_name: None, ..complete.clone() };
    assert_eq!(refused(without_name).await, (Field::TypedName, Problem::Missing));
    let wrong_name =
        service::Confirmation { typed_name: Some("sessions".into()), ..complete.clone() };
    assert_eq!(refused(wrong_name).await, (Field::TypedName, Problem::Mismatch));
    assert_eq!(
        world.ended(world.confirm(complete).await.unwrap()).await.state,
        ChangeState::Verified
    );
    let closing = world.reviewed(PRODUCTION, Access::PasswordRequired).await;
    let half_ticked = service::Confirmation {
        acknowledged: vec!["old-password-counts".into()],
        ..closing.clone()
    };
    assert_eq!(refused(half_ticked).await, (Field::Acknowledged, Problem::Missing));
    let closing = service::Confirmation { typed_name: None, ..closing };
    assert_eq!(
        world.ended(world.confirm(closing).await.unwrap()).await.state,
        ChangeState::Verified
    );
}

#[tokio::test]
async fn a_viewer_is_refused_and_the_audit_tells_it() {
    let world = World::new().await;
    let viewer = world.person(Role::Viewer);
    let refused = world.portal.operator(&viewer, "confirm-change").await.err();
    assert!(
        matches!(refused, Some(ServiceError::Forbidden { needed: Role::Operator })),
        "{refused:?}"
    );
    let newest = world
        .portal
        .viewer(&viewer)
        .list_audit(&store::audit::AuditFilter::default())
        .await
        .unwrap()
        .remove(0);
    assert_eq!(newest.event.code.code(), "access.denied");
    assert!(newest.event.detail.contains(&("act".into(), "confirm-change".into())));
}

#[tokio::test]
async fn a_repeated_confirmation_is_one_change_and_another_person_s_waits() {
    let world = World::new().await;
    world.cloud.control().set_settle(simulator::Settle::Explicit);
    let confirmation = world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
    let other = world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
    let first = world.confirm(confirmation.clone()).await.unwrap();
    assert_eq!(world.confirm(confirmation.clone()).await.unwrap(), first);
    let reused = service::Confirmation { reason: Some("else".parse().unwrap()), ..confirmation };
    assert!(matches!(world.confirm(reused).await, Err(ServiceError::KeyReused)));
    match world.confirm(other).await {
        Err(ServiceError::Busy { open }) => assert_eq!(open.id, first),
        other => panic!("{other:?}"),
    }
    world.until(first, |change| change.state == ChangeState::Accepted).await;
    world.cloud.control().finish_all();
    assert_eq!(world.ended(first).await.state, ChangeState::Verified);
    assert_eq!(world.writes(), 1);
}

#[tokio::test]
async fn a_person_who_lost_the_role_meanwhile_changes_nothing() {
    let world = World::new().await;
    let confirmation = world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
    world.portal.store().disable_user(world.operator.person.id, world.portal.now()).await.unwrap();
    let change = world.ended(world.confirm(confirmation).await.unwrap()).await;
    assert_eq!(
        (change.state, change.ending),
        (ChangeState::Refused, Some(Ending::NoLongerAllowed))
    );
    assert_eq!(world.writes(), 0);
}

#[tokio::test]
async fn a_review_belongs_to_one_person_and_does_not_last() {
    let world = World::new().await;
    let confirmation = world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
    let mut stranger = world.person(Role::Operator);
    stranger.person.id = domain::id::UserId::from_u128(1);
    let refused =
        world.portal.operator(&stranger, "test").await.unwrap().confirm(confirmation.clone()).await;
    assert!(matches!(refused, Err(ServiceError::ReviewOver)), "{refused:?}");
    let invented =
        service::Confirmation { review: domain::id::ReviewId::from_u128(7), ..confirmation };
    assert!(matches!(world.confirm(invented).await, Err(ServiceError::ReviewOver)));
    assert!(world.portal.store().list_open_changes().await.unwrap().is_empty());
    assert!(
        world
            .portal
            .store()
            .find_instance(&Scope::Everything, &key(DEVELOPMENT))
            .await
            .unwrap()
            .is_some()
    );
}
