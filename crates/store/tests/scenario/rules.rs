//! Policies and approvals.

use domain::approval::{ApprovalKind, Verdict};
use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::change::{Change, ChangeState};
use domain::person::Role;
use domain::policy::{Freeze, Policy};
use store::change::{ApprovalWrite, Decision, IntentGuard, Move, Requested};
use store::policy::NewPolicy;
use store::{Error, Store};

use super::changes::request;
use super::{at, change, person};

fn event(code: AuditCode) -> AuditEvent {
    AuditEvent::new(at(20), code, Outcome::Succeeded, Actor::Portal)
}

pub async fn a_policy_has_one_version_after_the_other(store: &Store) {
    let by = person(store, "zhao.min").await;
    assert_eq!(store.find_policy().await.unwrap(), None);
    let name = "zhao.min".parse().unwrap();
    let frozen = Policy { freeze: Freeze::All, ..Policy::default() };
    let changed = event(AuditCode::PolicyChanged);
    let new = |above, policy| NewPolicy {
        above,
        policy,
        by,
        by_name: &name,
        note: None,
        event: &changed,
    };
    store.save_policy(new(0, Some(&frozen))).await.unwrap();
    let again = store.save_policy(new(0, None)).await;
    assert!(matches!(again, Err(Error::Conflict)), "{again:?}");
    let found = store.find_policy().await.unwrap().unwrap();
    assert_eq!(
        (found.version, found.policy, found.changed_by),
        (1, Some(frozen.clone()), name.clone())
    );
    store.save_policy(new(1, None)).await.unwrap();
    assert_eq!(store.find_policy().await.unwrap().unwrap().policy, None);
    let versions = store.list_policies(10).await.unwrap();
    assert_eq!(versions.iter().map(|version| version.version).collect::<Vec<_>>(), [2, 1]);
}

async fn asked(store: &Store) -> Change {
    let by = person(store, "lin.wei").await;
    let wanted = change(1, "r-a", by);
    assert_eq!(request(store, &wanted, "1", "a").await, Requested::Stored);
    let checked = Move::new(&wanted, ChangeState::Preflighted, at(11));
    let checked = store.move_change(checked).await.unwrap();
    let ask = Move {
        approval: Some(ApprovalWrite::Ask { expires_at: at(100) }),
        ..Move::new(&checked, ChangeState::AwaitingApproval, at(12))
    };
    store.move_change(ask).await.unwrap()
}

pub async fn a_wish_is_decided_once_and_by_somebody_else(store: &Store) {
    let waiting = asked(store).await;
    let scope = domain::person::Scope::Everything;
    assert_eq!(
        store.list_waiting_changes(&scope, 10).await.unwrap(),
        std::slice::from_ref(&waiting)
    );
    assert!(store.list_undecided(at(99)).await.unwrap().is_empty());
    assert_eq!(store.list_undecided(at(100)).await.unwrap(), std::slice::from_ref(&waiting));
    let other = person(store, "zhao.min").await;
    let name = "zhao.min".parse().unwrap();
    let approve = |by| Move {
        approval: Some(ApprovalWrite::Decide(Decision {
            verdict: Verdict::Approved,
            by,
            by_name: &name,
            note: None,
        })),
        start_at: Some(at(50)),
        ..Move::new(&waiting, ChangeState::Approved, at(13))
    };
    assert!(store.move_change(approve(waiting.requested_by)).await.is_err(), "their own");
    let asked = store.find_approval(waiting.id).await.unwrap().unwrap();
    assert_eq!(
        (asked.kind, asked.expires_at, asked.decided),
        (ApprovalKind::Before, Some(at(100)), None)
    );
    let approved = store.move_change(approve(other)).await.unwrap();
    assert_eq!((approved.state, approved.start_at), (ChangeState::Approved, Some(at(50))));
    assert_eq!(store.find_change(&scope, waiting.id).await.unwrap(), Some(approved));
    let decided = store.find_approval(waiting.id).await.unwrap().unwrap().decided.unwrap();
    assert_eq!(
        (decided.verdict, decided.by, decided.at),
        (Verdict::Approved, name.clone(), at(13))
    );
    assert!(store.list_waiting_changes(&scope, 10).await.unwrap().is_empty());
}

pub async fn an_emergency_waits_for_somebody_else_to_look(store: &Store) {
    let by = person(store, "lin.wei").await;
    let wanted = Change { break_glass: true, ..change(1, "r-a", by) };
    request(store, &wanted, "1", "a").await;
    let scope = domain::person::Scope::Everything;
    assert_eq!(
        store.list_unseen_emergencies(&scope, 10).await.unwrap(),
        std::slice::from_ref(&wanted)
    );
    let name = "zhao.min".parse().unwrap();
    let seen = event(AuditCode::BreakGlassSeen);
    let word = |by| Decision { verdict: Verdict::Approved, by, by_name: &name, note: None };
    assert!(store.record_emergency_seen(wanted.id, word(by), &seen).await.is_err(), "their own");
    let other = person(store, "zhao.min").await;
    store.record_emergency_seen(wanted.id, word(other), &seen).await.unwrap();
    let again = store.record_emergency_seen(wanted.id, word(other), &seen).await;
    assert!(matches!(again, Err(Error::Conflict)), "{again:?}");
    assert!(store.list_unseen_emergencies(&scope, 10).await.unwrap().is_empty());
}

/// Policy, role and account are looked at in the transaction that commits the intent.
pub async fn an_intent_needs_the_policy_and_the_role_it_was_found_under(store: &Store) {
    let by = person(store, "lin.wei").await;
    let wanted = change(1, "r-a", by);
    request(store, &wanted, "1", "a").await;
    let checked = Move::new(&wanted, ChangeState::Preflighted, at(11));
    let checked = store.move_change(checked).await.unwrap();
    let intent = |policy_version, role| Move {
        guard: Some(IntentGuard { policy_version, person: Some((by, role)) }),
        ..Move::new(&checked, ChangeState::Intent, at(12))
    };
    for (version, role) in [(1, Role::Operator), (0, Role::Admin)] {
        let refused = store.move_change(intent(version, role)).await;
        assert!(matches!(refused, Err(Error::Conflict)), "{version} {role}: {refused:?}");
    }
    store.disable_user(by, at(12)).await.unwrap();
    let refused = store.move_change(intent(0, Role::Operator)).await;
    assert!(matches!(refused, Err(Error::Conflict)), "disabled: {refused:?}");
    let nobody = IntentGuard { policy_version: 0, person: None };
    let step = Move { guard: Some(nobody), ..Move::new(&checked, ChangeState::Intent, at(12)) };
    store.move_change(step).await.unwrap();
}
