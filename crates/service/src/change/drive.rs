//! From a stored wish to its end, starting wherever it stands.

use std::sync::Arc;

use domain::audit::{AuditCode, Outcome};
use domain::change::{
    Attempt, Cause, Change, ChangeState, Ending, SendOutcome, Unclear, VerifiedBy,
};
use domain::person::{Person, Role, Scope};
use domain::policy::{Refusal, Wish};
use domain::preflight::{self, Facts, Preflight, Verdict};
use domain::review::{Moved, moved};
use domain::time::Timestamp;
use store::change::{ApprovalWrite, AttemptResult, AttemptWrite, IntentGuard, Move};

use super::attempt::{self, SendEnd};
use super::put_back::is_still_approved;
use super::record::{detailed, event, planned};
use super::verify;
use crate::{Account, Portal, ServiceError, failpoint};

/// Brings a change to its end. An error leaves it where it stands, to be taken up again.
pub(super) async fn drive(portal: &Portal, change: Change) -> Result<(), ServiceError> {
    let Some(account) = portal.accounts().find(&change.instance.account).cloned() else {
        tracing::warn!(change = %change.id, account = %change.instance.account, "the account of an open change is not configured");
        return Ok(());
    };
    match change.state {
        ChangeState::Requested | ChangeState::Preflighted | ChangeState::Approved => {
            failpoint::reach(failpoint::REQUESTED);
            let Some((checked, guard)) = check(portal, &account, change).await? else {
                return Ok(());
            };
            failpoint::reach(failpoint::CHECKED);
            match attempt::send_until_clear(portal, &account, checked, guard).await? {
                SendEnd::Over => Ok(()),
                SendEnd::Accepted(change) => verify::accepted(portal, &account, change).await,
                SendEnd::Unclear(change) => verify::unclear(portal, &account, change).await,
            }
        }
        // Somebody died between committing the intent and recording what came of it.
        ChangeState::Intent | ChangeState::Sent => {
            match attempt::settle_orphan(portal, change).await? {
                SendEnd::Over => Ok(()),
                SendEnd::Accepted(change) => verify::accepted(portal, &account, change).await,
                SendEnd::Unclear(change) => verify::unclear(portal, &account, change).await,
            }
        }
        ChangeState::Accepted => verify::accepted(portal, &account, change).await,
        ChangeState::Unknown | ChangeState::Reconciling => {
            verify::unclear(portal, &account, change).await
        }
        ChangeState::AwaitingApproval
        | ChangeState::Verified
        | ChangeState::Failed
        | ChangeState::Diverged
        | ChangeState::Refused
        | ChangeState::Rejected
        | ChangeState::Expired
        | ChangeState::Cancelled => Ok(()),
    }
}

/// Reads afresh and decides. `None`: it ended or waits here, and nothing was sent.
async fn check(
    portal: &Portal,
    account: &Arc<Account>,
    change: Change,
) -> Result<Option<(Change, IntentGuard)>, ServiceError> {
    let store = portal.store();
    // A return was shown to nobody: it stands on what is found now.
    let review = match change.cause {
        Cause::Return => None,
        Cause::Wish | Cause::PutBack => {
            let Some(review) = store.find_review(change.review, change.requested_by).await? else {
                expire(portal, &change).await?;
                return Ok(None);
            };
            Some(review)
        }
    };
    let known = store.find_instance(&Scope::Everything, &change.instance).await?;
    let facts = portal
        .gather_facts(account, &change.instance, known.as_ref().map(|detail| &detail.row))
        .await?;
    let found = preflight::run(&facts, change.to);
    let moved = review.map(|review| moved(&review.facts, &facts, change.to)).unwrap_or_default();
    if refuse_on_facts(portal, &change, moved, &found).await? {
        return Ok(None);
    }
    let at = portal.now();
    let Some((change, guard)) = permit(portal, change, &facts, &found).await? else {
        return Ok(None);
    };
    if change.is_planned(at) {
        // Looked at once, so that what cannot be is told at once; looked at again when its time has come.
        if change.state == ChangeState::Requested {
            to_preflighted(portal, &change, &found).await?;
        }
        return Ok(None);
    }
    if found.is_already_so() {
        // A wish that was already checked once has no move of its own to "it is so": it is out of date then.
        let by = VerifiedBy::NoOp;
        let to = ChangeState::Verified;
        if !change.state.may_become(to) {
            refuse(portal, &change, Ending::Stale { moved: vec![] }, "already-so").await?;
            return Ok(None);
        }
        let verified = detailed(
            &change,
            at,
            AuditCode::ChangeVerified,
            Outcome::Succeeded,
            &[("by", by.to_string())],
        );
        let events: Vec<_> = [verified].into_iter().chain(planned(&change, at)).collect();
        let ending = Some(Ending::Verified { by });
        portal
            .move_change(Move {
                ending,
                preflight: Some(&found),
                events: &events,
                ..Move::new(&change, to, at)
            })
            .await?;
        return Ok(None);
    }
    if change.state != ChangeState::Requested {
        return Ok(Some((change, guard)));
    }
    Ok(Some((to_preflighted(portal, &change, &found).await?, guard)))
}

/// What the policy and the role say now. `None`: it ended or waits here.
async fn permit(
    portal: &Portal,
    change: Change,
    facts: &Facts,
    found: &Preflight,
) -> Result<Option<(Change, IntentGuard)>, ServiceError> {
    let at = portal.now();
    let in_force = portal.policy().await?;
    let person = asker(portal, &change).await?;
    let guard = IntentGuard {
        policy_version: in_force.version,
        person: person.as_ref().map(|(person, role)| (person.id, *role)),
    };
    if let Some((_, role)) = person {
        let wish = Wish {
            environment: change.environment,
            to: change.to,
            role,
            at: change.start_at.map_or(at, |start| start.max(at)),
            facts,
            break_glass: change.break_glass,
        };
        let demand = in_force.policy.demand(&wish);
        match demand.refusal {
            Some(Refusal::Role { .. } | Refusal::BreakGlassRole { .. }) => {
                refuse(portal, &change, Ending::NoLongerAllowed, "no-longer-allowed").await?;
                return Ok(None);
            }
            Some(refusal) => {
                let ending = Ending::AgainstPolicy { refusal };
                refuse(portal, &change, ending, refusal.code()).await?;
                return Ok(None);
            }
            None => {}
        }
        // What is already as wished needs nobody's word, unless it gives an open door a later end.
        let needless = found.is_already_so() && !change.to.opens();
        let agreed =
            change.state == ChangeState::Approved || is_still_approved(portal, &change).await?;
        if demand.approval && !agreed && !needless {
            let expires_at = at.plus(in_force.policy.approval_lasts);
            ask_approval(portal, change, found, expires_at).await?;
            return Ok(None);
        }
    } else if change.cause != Cause::Return {
        refuse(portal, &change, Ending::NoLongerAllowed, "no-longer-allowed").await?;
        return Ok(None);
    }
    Ok(Some((change, guard)))
}

async fn to_preflighted(
    portal: &Portal,
    change: &Change,
    found: &Preflight,
) -> Result<Change, ServiceError> {
    let at = portal.now();
    let events = [event(change, at, AuditCode::ChangeChecked, Outcome::Succeeded)];
    let step = Move {
        preflight: Some(found),
        events: &events,
        ..Move::new(change, ChangeState::Preflighted, at)
    };
    Ok(portal.move_change(step).await?)
}

/// From here on it is somebody else's to say.
async fn ask_approval(
    portal: &Portal,
    change: Change,
    found: &Preflight,
    expires_at: Timestamp,
) -> Result<(), ServiceError> {
    let change = match change.state {
        ChangeState::Requested => to_preflighted(portal, &change, found).await?,
        _ => change,
    };
    let at = portal.now();
    let detail = [("expires_at", expires_at.as_millis().to_string())];
    let events = [detailed(&change, at, AuditCode::ApprovalAsked, Outcome::Intended, &detail)];
    let step = Move {
        approval: Some(ApprovalWrite::Ask { expires_at }),
        events: &events,
        ..Move::new(&change, ChangeState::AwaitingApproval, at)
    };
    portal.move_change(step).await?;
    Ok(())
}

/// Whoever asked, as their account is today, with their role for the instance as it stands today. `None`: they may not
/// any more, or the change rests on nobody's role.
async fn asker(portal: &Portal, change: &Change) -> Result<Option<(Person, Role)>, ServiceError> {
    if change.cause == Cause::Return {
        return Ok(None);
    }
    let store = portal.store();
    let Some(person) = store.find_active_person(change.requested_by).await? else {
        return Ok(None);
    };
    let role = person.role_at(&store.locate(&change.instance).await?);
    let role = role.filter(|role| role.covers(Role::Operator));
    Ok(role.map(|role| (person, role)))
}

/// Refuses a wish whose ground moved, or that a check blocks. `false`: neither, and nothing was done.
pub(super) async fn refuse_on_facts(
    portal: &Portal,
    change: &Change,
    moved: Vec<Moved>,
    found: &Preflight,
) -> Result<bool, ServiceError> {
    let (ending, why) = if !moved.is_empty() {
        let why = moved.iter().map(Moved::code).collect::<Vec<_>>().join(" ");
        (Ending::Stale { moved }, why)
    } else if found.is_blocked() {
        let blocking = found.with(Verdict::Blocks);
        let checks: Vec<String> = blocking.map(|check| check.kind.code().to_owned()).collect();
        let why = checks.join(" ");
        (Ending::Blocked { checks }, why)
    } else {
        return Ok(false);
    };
    refuse(portal, change, ending, &why).await?;
    Ok(true)
}

async fn refuse(
    portal: &Portal,
    change: &Change,
    ending: Ending,
    why: &str,
) -> Result<(), ServiceError> {
    let at = portal.now();
    let events = [detailed(
        change,
        at,
        AuditCode::ChangeRefused,
        Outcome::Refused,
        &[("why", why.to_owned())],
    )];
    let step = Move {
        ending: Some(ending),
        events: &events,
        ..Move::new(change, ChangeState::Refused, at)
    };
    portal.move_change(step).await?;
    Ok(())
}

pub(super) async fn expire(portal: &Portal, change: &Change) -> Result<(), ServiceError> {
    let at = portal.now();
    let events = [event(change, at, AuditCode::ChangeExpired, Outcome::Refused)];
    let step = Move {
        ending: Some(Ending::NotDecided),
        events: &events,
        ..Move::new(change, ChangeState::Expired, at)
    };
    portal.move_change(step).await?;
    Ok(())
}

/// The move to "nobody knows", and on to reading. `open` is an attempt whose outcome nobody recorded.
pub(super) async fn to_reconciling(
    portal: &Portal,
    change: Change,
    why: Unclear,
    open: Option<&Attempt>,
) -> Result<Change, ServiceError> {
    let at = portal.now();
    let change = if change.state == ChangeState::Unknown {
        change
    } else {
        let events = [detailed(
            &change,
            at,
            AuditCode::ChangeUnclear,
            Outcome::Unknown,
            &[("why", why.code().to_owned())],
        )];
        let step = Move {
            ending: Some(Ending::Unclear { why }),
            attempt: open.map(|attempt| AttemptWrite::Finish(unclear(attempt, at))),
            late_until: open.map(|attempt| late_until(portal, attempt)),
            events: &events,
            ..Move::new(&change, ChangeState::Unknown, at)
        };
        portal.move_change(step).await?
    };
    let events = [event(&change, at, AuditCode::ChangeReconciling, Outcome::Intended)];
    Ok(portal
        .move_change(Move { events: &events, ..Move::new(&change, ChangeState::Reconciling, at) })
        .await?)
}

/// The cloud takes a call no later than this.
pub(super) fn late_until(portal: &Portal, attempt: &Attempt) -> Timestamp {
    attempt.signed_at.plus(portal.settings().timing.late_effect())
}

const fn unclear(attempt: &Attempt, at: Timestamp) -> AttemptResult<'static> {
    AttemptResult {
        id: attempt.id,
        outcome: SendOutcome::Unclear,
        cloud_request_id: None,
        cloud_code: None,
        http_status: None,
        at,
    }
}
