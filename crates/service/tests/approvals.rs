//! Second persons, emergencies, hours, freezes, and taking back: who has a say, and what holds until they said it.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod world;

use std::time::Duration;

use domain::access::Access;
use domain::approval::Verdict;
use domain::change::{Cause, Change, ChangeState, Ending, VerifiedBy};
use domain::id::ChangeId;
use domain::person::{Role, Scope};
use domain::policy::{ApprovalRule, Freeze, Policy, Refusal, Windows};
use domain::text::Reason;
use service::{Approver, Confirmation, Extended, Lasts, ServiceError, SignedIn, Start};
use world::{DEVELOPMENT, World, idempotency_key, key};

const FREE: Access = Access::PasswordFree;
const REQUIRED: Access = Access::PasswordRequired;

/// What an admin has said.
async fn rule(world: &World, edit: impl FnOnce(&mut Policy)) {
    let admin = world.person(Role::Admin);
    let in_force = world.portal.policy().await.unwrap();
    let mut policy = in_force.policy;
    edit(&mut policy);
    let admin = world.portal.admin(&admin, "test").await.unwrap();
    admin.set_policy(in_force.version, Some(policy), None).await.unwrap();
}

async fn approval_to_open(world: &World) {
    rule(world, |policy| policy.development.open.approval = ApprovalRule::Always).await;
}

async fn request(world: &World, to: Access) -> ChangeId {
    let confirmation = world.reviewed(DEVELOPMENT, to).await;
    world.confirm(confirmation).await.unwrap()
}

async fn waiting(world: &World) -> ChangeId {
    let id = request(world, FREE).await;
    world.until(id, |change| change.state == ChangeState::AwaitingApproval).await;
    id
}

async fn approver(world: &World) -> SignedIn {
    world.somebody("mei", Role::Approver).await
}

async fn approve(world: &World, who: &SignedIn, id: ChangeId) -> Result<ChangeId, ServiceError> {
    let approver = world.portal.approver(who, "test").await.unwrap();
    let review = approver.take_review(id).await?;
    approver.approve(review.id, None, Start::Now).await
}

fn note(text: &str) -> Reason {
    text.parse().unwrap()
}

#[tokio::test]
async fn nothing_is_sent_until_somebody_else_agrees() {
    let world = World::new().await;
    approval_to_open(&world).await;
    let id = waiting(&world).await;
    assert_eq!(world.writes(), 0);
    // Not the one who asked, whatever their role is by now.
    let own = world.person(Role::Admin);
    let refused = approve(&world, &own, id).await.unwrap_err();
    assert!(matches!(refused, ServiceError::OwnRequest), "{refused}");
    let mei = approver(&world).await;
    approve(&world, &mei, id).await.unwrap();
    let change = world.ended(id).await;
    assert_eq!(change.ending, Some(Ending::Verified { by: VerifiedBy::Worker }));
    assert_eq!(world.writes(), 1);
    let detail = world.portal.viewer(&world.operator).get_change(id).await.unwrap();
    let decided = detail.approval.unwrap().decided.unwrap();
    assert_eq!((decided.verdict, decided.by.as_str()), (Verdict::Approved, "mei"));
    let told = world.audited(id).await;
    assert_eq!(
        told,
        [
            "change.requested",
            "change.checked",
            "approval.asked",
            "review.taken",
            "change.approved",
            "change.intent",
            "change.accepted",
            "change.verified",
            "return.planned"
        ]
    );
    // A second word comes too late.
    let again = approve(&world, &mei, id).await.unwrap_err();
    assert!(matches!(again, ServiceError::Overtaken), "{again}");
}

#[tokio::test]
async fn the_database_itself_lets_nobody_decide_on_their_own_wish() {
    let world = World::new().await;
    approval_to_open(&world).await;
    let id = waiting(&world).await;
    let change = world.find(id).await;
    let decision = store::change::Decision {
        verdict: Verdict::Approved,
        by: change.requested_by,
        by_name: &change.requested_by_name,
        note: None,
    };
    let step = store::change::Move {
        approval: Some(store::change::ApprovalWrite::Decide(decision)),
        ..store::change::Move::new(&change, ChangeState::Approved, world.portal.now())
    };
    assert!(world.portal.store().move_change(step).await.is_err());
    assert_eq!(world.find(id).await.state, ChangeState::AwaitingApproval);
}

#[tokio::test]
async fn what_moved_in_between_makes_the_wish_void() {
    let world = World::new().await;
    approval_to_open(&world).await;
    let id = waiting(&world).await;
    let instance = key(DEVELOPMENT).id.to_string();
    world.cloud.control().set_field(&instance, "InstanceName", "another".into()).unwrap();
    let mei = approver(&world).await;
    approve(&world, &mei, id).await.unwrap();
    let change = world.find(id).await;
    assert_eq!(change.state, ChangeState::Refused);
    assert!(matches!(change.ending, Some(Ending::Stale { .. })), "{:?}", change.ending);
    assert_eq!(world.writes(), 0);
}

#[tokio::test]
async fn f19_what_moved_after_the_approval_is_refused_and_told_on_sqlite() {
    what_moved_after_the_approval(World::new().await).await;
}

#[tokio::test]
async fn f19_what_moved_after_the_approval_is_refused_and_told_on_postgres() {
    what_moved_after_the_approval(World::on_postgres().await).await;
}

/// It is looked at once more when its time has come, whoever agreed before.
async fn what_moved_after_the_approval(world: World) {
    approval_to_open(&world).await;
    let id = waiting(&world).await;
    let mei = approver(&world).await;
    let approving = world.portal.approver(&mei, "test").await.unwrap();
    let review = approving.take_review(id).await.unwrap();
    approving.approve(review.id, None, Start::In(Duration::from_millis(700))).await.unwrap();
    assert_eq!(world.find(id).await.state, ChangeState::Approved);
    let instance = key(DEVELOPMENT).id.to_string();
    world.cloud.control().set_field(&instance, "VpcAuthMode", "Close".into()).unwrap();
    tokio::spawn(world.portal.clone().supervise_changes());
    let change = world.ended(id).await;
    let stale = matches!(&change.ending, Some(Ending::Stale { moved }) if !moved.is_empty());
    assert!(stale && change.state == ChangeState::Refused, "{change:?}");
    assert_eq!(world.writes(), 0);
    world.check_invariants(&change).await;
    // That it moved is told, and that it was by no change of ours.
    let filter = store::fleet::EventFilter {
        instance: Some(key(DEVELOPMENT)),
        ..store::fleet::EventFilter::default()
    };
    let told = world.portal.store().list_events(&Scope::Everything, &filter, 50).await.unwrap();
    let outside = told.iter().find(|event| event.field == "access" && event.change.is_none());
    let outside = outside.unwrap();
    assert_eq!(outside.after.as_deref(), Some("password-free"), "{outside:?}");
}

#[tokio::test]
async fn a_no_needs_a_reason_and_ends_it() {
    let world = World::new().await;
    approval_to_open(&world).await;
    let id = waiting(&world).await;
    let mei = approver(&world).await;
    let approver: Approver<'_> = world.portal.approver(&mei, "test").await.unwrap();
    assert!(approver.reject(id, None).await.is_err());
    approver.reject(id, Some(note("not before the sale"))).await.unwrap();
    let change = world.find(id).await;
    assert_eq!(change.state, ChangeState::Rejected);
    // The instance is free for another wish.
    request(&world, FREE).await;
}

#[tokio::test]
async fn what_nobody_decides_is_over_and_what_is_taken_back_too() {
    let world = World::new().await;
    rule(&world, |policy| {
        policy.development.open.approval = ApprovalRule::Always;
        policy.approval_lasts = Duration::from_millis(200);
    })
    .await;
    let id = waiting(&world).await;
    tokio::spawn(world.portal.clone().supervise_changes());
    let change = world.ended(id).await;
    assert_eq!((change.state, change.ending), (ChangeState::Expired, Some(Ending::NotDecided)));
    rule(&world, |policy| policy.approval_lasts = Duration::from_hours(1)).await;
    let id = waiting(&world).await;
    let operator = world.portal.operator(&world.operator, "test").await.unwrap();
    operator.cancel(id, None).await.unwrap();
    assert_eq!(world.find(id).await.state, ChangeState::Cancelled);
    assert_eq!(world.writes(), 0);
}

#[tokio::test]
async fn shutting_a_door_comes_before_a_wish_that_only_waits() {
    let world = World::new().await;
    let opened = Confirmation {
        lasts: Lasts::For(Duration::from_millis(900)),
        ..world.reviewed(DEVELOPMENT, FREE).await
    };
    let opened = world.confirm(opened).await.unwrap();
    world.ended(opened).await;
    approval_to_open(&world).await;
    // A later end needs the same word as opening: it waits.
    let operator = world.portal.operator(&world.operator, "test").await.unwrap();
    let duty = operator.viewer().find_return(&key(DEVELOPMENT)).await.unwrap().unwrap();
    let extended = operator
        .extend(&key(DEVELOPMENT), duty.due_at, Duration::from_hours(1), None, &idempotency_key())
        .await
        .unwrap();
    let Extended::Requested(asked) = extended else { panic!("{extended:?}") };
    world.until(asked, |change| change.state == ChangeState::AwaitingApproval).await;
    // Its time is over all the same.
    tokio::spawn(world.portal.clone().keep_returns());
    let over = world.ended(asked).await;
    assert_eq!((over.state, over.ending), (ChangeState::Cancelled, Some(Ending::Overtaken)));
    shut(&world).await;
    assert_eq!(world.mode(DEVELOPMENT), "Open");
}

/// Waits until no door of the instance is open for a time. The deadline only tells a hang.
async fn shut(world: &World) {
    let waiting = async {
        let store = world.portal.store();
        while store.find_return(&Scope::Everything, &key(DEVELOPMENT)).await.unwrap().is_some() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), waiting).await.unwrap();
}

#[tokio::test]
async fn a_later_end_that_was_approved_is_the_end() {
    let world = World::new().await;
    world.change(DEVELOPMENT, FREE).await;
    approval_to_open(&world).await;
    let operator = world.portal.operator(&world.operator, "test").await.unwrap();
    let duty = operator.viewer().find_return(&key(DEVELOPMENT)).await.unwrap().unwrap();
    let hours = Duration::from_hours(8);
    let extended = operator
        .extend(&key(DEVELOPMENT), duty.due_at, hours, None, &idempotency_key())
        .await
        .unwrap();
    let Extended::Requested(asked) = extended else { panic!("{extended:?}") };
    world.until(asked, |change| change.state == ChangeState::AwaitingApproval).await;
    let mei = approver(&world).await;
    approve(&world, &mei, asked).await.unwrap();
    let change = world.ended(asked).await;
    assert_eq!(change.ending, Some(Ending::Verified { by: VerifiedBy::NoOp }));
    let later = operator.viewer().find_return(&key(DEVELOPMENT)).await.unwrap().unwrap();
    assert_eq!(later.due_at, change.updated_at.plus(hours));
    assert_eq!(world.writes(), 1, "only the one that opened it");
}

#[tokio::test]
async fn a_freeze_stops_people_and_what_waits_but_not_returns() {
    let world = World::new().await;
    let confirmation = world.reviewed(DEVELOPMENT, FREE).await;
    rule(&world, |policy| policy.freeze = Freeze::Opening).await;
    let refused = world.confirm(confirmation).await.unwrap_err();
    let frozen = Refusal::Frozen { freeze: Freeze::Opening };
    assert!(
        matches!(refused, ServiceError::AgainstPolicy { refusal } if refusal == frozen),
        "{refused}"
    );
    rule(&world, |policy| policy.freeze = Freeze::None).await;
    // Asked for before the freeze, approved after it.
    approval_to_open(&world).await;
    let id = waiting(&world).await;
    rule(&world, |policy| policy.freeze = Freeze::All).await;
    let mei = approver(&world).await;
    approve(&world, &mei, id).await.unwrap();
    let change = world.ended(id).await;
    assert_eq!(change.state, ChangeState::Refused);
    assert_eq!(
        change.ending,
        Some(Ending::AgainstPolicy { refusal: Refusal::Frozen { freeze: Freeze::All } })
    );
    assert_eq!(world.writes(), 0);
    // A door whose time is over.
    rule(&world, |policy| *policy = Policy { caps: policy.caps, ..Policy::default() }).await;
    let opened = Confirmation {
        lasts: Lasts::For(Duration::from_millis(300)),
        ..world.reviewed(DEVELOPMENT, FREE).await
    };
    let opened = world.confirm(opened).await.unwrap();
    world.ended(opened).await;
    rule(&world, |policy| policy.freeze = Freeze::All).await;
    tokio::spawn(world.portal.clone().keep_returns());
    shut(&world).await;
    assert_eq!(world.mode(DEVELOPMENT), "Open");
}

#[tokio::test]
async fn outside_its_hours_a_wish_waits_for_them() {
    let world = World::new().await;
    let never: Windows = "refuse mon-sun 00:00-24:00".parse().unwrap();
    rule(&world, |policy| policy.development.windows = never).await;
    let confirmation = world.reviewed(DEVELOPMENT, FREE).await;
    let refused = world.confirm(confirmation).await.unwrap_err();
    assert!(matches!(
        refused,
        ServiceError::AgainstPolicy { refusal: Refusal::OutsideWindow { opens_at: None } }
    ));
    rule(&world, |policy| policy.development.windows = Windows::default()).await;
    let later = Confirmation {
        start: Start::In(Duration::from_millis(600)),
        ..world.reviewed(DEVELOPMENT, FREE).await
    };
    let id = world.confirm(later).await.unwrap();
    let planned = world.until(id, |change| change.state == ChangeState::Preflighted).await;
    assert_eq!(world.writes(), 0);
    tokio::spawn(world.portal.clone().supervise_changes());
    let change = world.ended(id).await;
    assert_eq!(change.state, ChangeState::Verified);
    assert!(change.updated_at >= planned.start_at.unwrap());
    let too_far = Confirmation {
        start: Start::In(Duration::from_hours(24 * 8)),
        ..world.reviewed(DEVELOPMENT, REQUIRED).await
    };
    assert!(world.confirm(too_far).await.is_err());
}

#[tokio::test]
async fn a_broken_glass_is_marked_until_somebody_else_looked() {
    let world = World::new().await;
    rule(&world, |policy| {
        policy.freeze = Freeze::All;
        policy.development.open.approval = ApprovalRule::Always;
        policy.break_glass = Some(Role::Operator);
    })
    .await;
    let reviewed = world.reviewed(DEVELOPMENT, FREE).await;
    let silent = Confirmation { break_glass: true, reason: None, ..reviewed.clone() };
    assert!(world.confirm(silent).await.is_err(), "a reason is needed");
    let id = world.confirm(Confirmation { break_glass: true, ..reviewed }).await.unwrap();
    let change = world.ended(id).await;
    assert_eq!(change.state, ChangeState::Verified);
    assert!(world.audited(id).await.contains(&"break-glass.used"));
    let mei = approver(&world).await;
    let seen = world.portal.attention(&mei).await.unwrap();
    assert_eq!(seen.emergencies.len(), 1);
    let own = world.person(Role::Approver);
    assert!(world.portal.attention(&own).await.unwrap().emergencies.is_empty());
    let own = world.portal.approver(&own, "test").await.unwrap();
    assert!(matches!(
        own.see_emergency(id, Verdict::Approved, None).await.unwrap_err(),
        ServiceError::OwnRequest
    ));
    let mei_acts = world.portal.approver(&mei, "test").await.unwrap();
    mei_acts.see_emergency(id, Verdict::Rejected, Some(note("call me first"))).await.unwrap();
    assert!(world.portal.attention(&mei).await.unwrap().emergencies.is_empty());
    assert!(mei_acts.see_emergency(id, Verdict::Approved, None).await.is_err(), "once");
    // Where nothing stands in the way no glass is broken.
    rule(&world, |policy| *policy = Policy { caps: policy.caps, ..Policy::default() }).await;
    let needless =
        Confirmation { break_glass: true, ..world.reviewed(DEVELOPMENT, REQUIRED).await };
    let id = world.confirm(needless).await.unwrap();
    assert!(!world.ended(id).await.break_glass);
}

async fn put_back(world: &World, id: ChangeId) -> Result<Change, ServiceError> {
    let operator = world.portal.operator(&world.operator, "test").await.unwrap();
    let id = operator.put_back(id, &idempotency_key()).await?;
    Ok(world.ended(id).await)
}

#[tokio::test]
async fn what_was_just_changed_is_put_back_with_the_end_it_had() {
    let world = World::new().await;
    approval_to_open(&world).await;
    let opened = waiting(&world).await;
    let mei = approver(&world).await;
    approve(&world, &mei, opened).await.unwrap();
    world.ended(opened).await;
    let store = world.portal.store();
    let end = store.find_return(&Scope::Everything, &key(DEVELOPMENT)).await.unwrap().unwrap();
    let closed = world.change(DEVELOPMENT, REQUIRED).await;
    let detail = world.portal.viewer(&world.operator).get_change(closed.id).await.unwrap();
    assert!(detail.put_back_until.is_some());
    let theirs = world.portal.viewer(&mei).get_change(closed.id).await.unwrap();
    assert_eq!(theirs.put_back_until, None, "the same person");
    // Somebody agreed to it until then: that still holds.
    let back = put_back(&world, closed.id).await.unwrap();
    assert_eq!((back.cause, back.state), (Cause::PutBack, ChangeState::Verified));
    assert_eq!(back.puts_back, Some(closed.id));
    let kept = store.find_return(&Scope::Everything, &key(DEVELOPMENT)).await.unwrap().unwrap();
    assert!(kept.due_at.since(end.due_at) < Duration::from_secs(2), "{kept:?} {end:?}");
    // What was put back is over; the newest can be put back again.
    assert!(put_back(&world, closed.id).await.is_err());
    let shut = put_back(&world, back.id).await.unwrap();
    assert_eq!((shut.to, shut.state), (REQUIRED, ChangeState::Verified));
    assert_eq!(world.mode(DEVELOPMENT), "Open");
}

#[tokio::test]
async fn putting_back_has_its_time_and_stops_at_what_moved() {
    let world = World::new().await;
    let opened = world.change(DEVELOPMENT, FREE).await;
    let instance = key(DEVELOPMENT).id.to_string();
    world.cloud.control().set_field(&instance, "VpcAuthMode", "Open".into()).unwrap();
    let moved = put_back(&world, opened.id).await.unwrap_err();
    assert!(matches!(moved, ServiceError::Overtaken), "{moved}");
    world.cloud.control().set_field(&instance, "VpcAuthMode", "Close".into()).unwrap();
    rule(&world, |policy| policy.put_back_within = Duration::ZERO).await;
    assert!(put_back(&world, opened.id).await.is_err());
    assert_eq!(world.writes(), 1);
}

#[tokio::test]
async fn rules_are_changed_one_version_after_the_other() {
    let world = World::new().await;
    let admin = world.person(Role::Admin);
    let seen = world.portal.policy().await.unwrap();
    assert_eq!(seen.version, 0);
    approval_to_open(&world).await;
    let late = world.portal.admin(&admin, "test").await.unwrap();
    let stale = late.set_policy(seen.version, Some(seen.policy.clone()), None).await.unwrap_err();
    assert!(matches!(stale, ServiceError::Overtaken), "{stale}");
    late.set_policy(1, None, Some(note("back to the file"))).await.unwrap();
    let now = world.portal.policy().await.unwrap();
    assert_eq!((now.version, now.is_of_the_portal()), (2, false));
    assert_eq!(now.policy, world.portal.settings().policy);
    let versions = world.portal.viewer(&admin).list_policies().await.unwrap();
    assert_eq!(versions.len(), 2);
    // Whoever is no admin changes nothing.
    assert!(world.portal.admin(&world.operator, "test").await.is_err());
}
