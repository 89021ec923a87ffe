//! From a stored wish to its end, starting wherever it stands.

use std::sync::Arc;

use domain::audit::{AuditCode, Outcome};
use domain::change::{
    Attempt, Cause, Change, ChangeState, Ending, SendOutcome, Unclear, VerifiedBy,
};
use domain::person::{Role, Scope};
use domain::preflight::{self, Verdict};
use domain::review::{Moved, moved};
use domain::time::Timestamp;
use store::change::{AttemptResult, AttemptWrite, Move};

use super::attempt::{self, SendEnd};
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
            let Some(checked) = check(portal, &account, change).await? else { return Ok(()) };
            failpoint::reach(failpoint::CHECKED);
            match attempt::send_until_clear(portal, &account, checked).await? {
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

/// Reads afresh and decides. `None`: it ended here, and nothing was sent.
async fn check(
    portal: &Portal,
    account: &Arc<Account>,
    change: Change,
) -> Result<Option<Change>, ServiceError> {
    let store = portal.store();
    if !may_still(portal, &change).await? {
        refuse(portal, &change, Ending::NoLongerAllowed, "no-longer-allowed").await?;
        return Ok(None);
    }
    // A return was shown to nobody: it stands on what is found now.
    let review = match change.cause {
        Cause::Return => None,
        Cause::Wish => {
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
    if !moved.is_empty() {
        let what = moved.iter().map(Moved::code).collect::<Vec<_>>().join(" ");
        refuse(portal, &change, Ending::Stale { moved }, &what).await?;
        return Ok(None);
    }
    if found.is_blocked() {
        let checks: Vec<String> =
            found.with(Verdict::Blocks).map(|check| check.kind.code().to_owned()).collect();
        let what = checks.join(" ");
        refuse(portal, &change, Ending::Blocked { checks }, &what).await?;
        return Ok(None);
    }
    let at = portal.now();
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
        return Ok(Some(change));
    }
    let events = [event(&change, at, AuditCode::ChangeChecked, Outcome::Succeeded)];
    let step = Move {
        preflight: Some(&found),
        events: &events,
        ..Move::new(&change, ChangeState::Preflighted, at)
    };
    Ok(Some(portal.move_change(step).await?))
}

/// Whether the person could ask for it today: roles are read where they are used.
pub(super) async fn may_still(portal: &Portal, change: &Change) -> Result<bool, ServiceError> {
    // A return rests on nobody's role.
    if change.cause == Cause::Return {
        return Ok(true);
    }
    let person = portal.store().find_active_person(change.requested_by).await?;
    Ok(person.is_some_and(|person| {
        person.role.covers(Role::Operator) && person.scope.contains(&change.instance)
    }))
}

pub(super) async fn refuse(
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

async fn expire(portal: &Portal, change: &Change) -> Result<(), ServiceError> {
    let at = portal.now();
    let events = [event(change, at, AuditCode::ChangeExpired, Outcome::Refused)];
    portal
        .move_change(Move { events: &events, ..Move::new(change, ChangeState::Expired, at) })
        .await?;
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
