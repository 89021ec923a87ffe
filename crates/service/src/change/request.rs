//! From what somebody saw and wants to a stored change. Nothing is sent from here.

use std::time::Duration;

use domain::audit::{AuditCode, AuditEvent, Outcome};
use domain::change::{Cause, Change, ChangeState, Ending};
use domain::id::{ChangeId, IdempotencyKey};
use domain::review::Review;
use domain::text::Reason;
use domain::time::Timestamp;
use store::change::{Move, NewChange, Requested};

use super::record::detailed;
use crate::{Portal, ServiceError, SignedIn};

/// What a change is made of, besides what the review says.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub review: &'a Review,
    pub reason: Option<Reason>,
    pub cause: Cause,
    pub lasts: Option<Duration>,
    pub start_at: Option<Timestamp>,
    pub break_glass: bool,
    pub puts_back: Option<ChangeId>,
    pub key: &'a IdempotencyKey,
    /// What the same key has to come with.
    pub arguments: &'a str,
}

/// Stores the wish and has it driven. What is already wished by the same key is that change.
pub(super) async fn request(
    portal: &Portal,
    who: &SignedIn,
    wanted: Wanted<'_>,
) -> Result<ChangeId, ServiceError> {
    if !portal.engine().has_claimed() {
        return Err(ServiceError::Starting);
    }
    let (now, review) = (portal.now(), wanted.review);
    let change = Change {
        id: portal.outside().change_id(),
        instance: review.instance.clone(),
        name: review.name.clone(),
        environment: review.environment,
        to: review.to,
        expected_prior: review.facts.access_state(),
        state: ChangeState::Requested,
        ending: None,
        version: 0,
        requested_by: who.person.id,
        requested_by_name: who.person.name.clone(),
        reason: wanted.reason,
        cause: wanted.cause,
        lasts: wanted.lasts,
        start_at: wanted.start_at,
        break_glass: wanted.break_glass,
        puts_back: wanted.puts_back,
        review: review.id,
        preflight: Some(review.preflight.clone()),
        cloud_request_id: None,
        requested_at: now,
        updated_at: now,
    };
    let event = requested(&change, who);
    let address = who.address.map(|address| address.to_string());
    let new = || NewChange {
        change: &change,
        key: wanted.key,
        arguments: wanted.arguments,
        session: Some(&who.session),
        address: address.as_deref(),
        event: &event,
    };
    let mut requested = portal.store().request_change(new()).await?;
    if let Requested::Busy(id) = requested
        && make_way(portal, id, &change).await?
    {
        requested = portal.store().request_change(new()).await?;
    }
    match requested {
        Requested::Stored => {
            if change.break_glass {
                tracing::error!(change = %change.id, instance = %change.instance, by = %change.requested_by_name, "the glass was broken");
            }
            let id = change.id;
            portal.drive_change(change);
            Ok(id)
        }
        Requested::Repeated(id) => Ok(id),
        Requested::KeyReused => Err(ServiceError::KeyReused),
        Requested::Busy(id) => {
            let open = portal.store().find_change(&who.person.sees(), id).await?;
            Err(ServiceError::Busy { open: Box::new(open.ok_or(ServiceError::NotFound)?) })
        }
    }
}

/// The event of the wish; of an emergency, that one.
fn requested(change: &Change, who: &SignedIn) -> AuditEvent {
    let code =
        if change.break_glass { AuditCode::BreakGlassUsed } else { AuditCode::ChangeRequested };
    let start = change.start_at.map(|at| ("start_at", at.as_millis().to_string()));
    let lasts = change.lasts.map(|lasts| ("lasts_seconds", lasts.as_secs().to_string()));
    let puts_back = change.puts_back.map(|id| ("puts_back", id.to_string()));
    let detail =
        [Some(("environment", change.environment.code().to_owned())), lasts, start, puts_back];
    AuditEvent {
        instance: Some(change.instance.clone()),
        change: Some(change.id),
        reason: change.reason.as_ref().map(ToString::to_string),
        before: Some(change.expected_prior.code().to_owned()),
        after: Some(change.to.code().to_owned()),
        detail: detail
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        ..who.event(change.requested_at, code, Outcome::Intended)
    }
}

/// Shutting a door comes before a wish that only waits, to be approved or for its time. Nothing was sent for that one.
pub(super) async fn make_way(
    portal: &Portal,
    waiting: ChangeId,
    wanted: &Change,
) -> Result<bool, ServiceError> {
    let scope = domain::person::Scope::Everything;
    let Some(open) = portal.store().find_change(&scope, waiting).await? else { return Ok(true) };
    let yields = !wanted.to.opens() && (open.to.opens() || wanted.cause == Cause::Return);
    if !yields || !is_waiting(&open, portal.now()) {
        return Ok(false);
    }
    let at = portal.now();
    let detail = [("why", "overtaken".to_owned()), ("by", wanted.id.to_string())];
    let events = [detailed(&open, at, AuditCode::ChangeCancelled, Outcome::Refused, &detail)];
    let step = Move {
        ending: Some(Ending::Overtaken),
        events: &events,
        ..Move::new(&open, ChangeState::Cancelled, at)
    };
    match portal.store().move_change(step).await {
        Ok(_) => Ok(true),
        // It went on just now.
        Err(error) if error.is_conflict() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Whether it is about somebody's word or the clock, and nobody works on it.
pub(super) fn is_waiting(change: &Change, now: Timestamp) -> bool {
    match change.state {
        ChangeState::AwaitingApproval => true,
        ChangeState::Preflighted | ChangeState::Approved => change.is_planned(now),
        _ => false,
    }
}
