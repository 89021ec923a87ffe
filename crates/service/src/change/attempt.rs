//! The one mutating call, and the proof it needs before it is ever made again.
//!
//! Each attempt is committed with its nonce before the first byte leaves. A new one follows only where the one before
//! provably changed nothing: refused with a code, or never sent. Anything else is left to reading.

use domain::audit::{AuditCode, AuditEvent, Outcome};
use domain::change::{
    Attempt, Change, ChangeState, Ending, Observation, SendOutcome, Unclear, classify_outcome,
};
use domain::id::{CloudCode, RequestId};
use domain::time::Timestamp;
use store::change::{AttemptResult, AttemptWrite, IntentGuard, Move};
use tokio::time::Instant;

use super::drive::{late_until, to_reconciling};
use super::record::{detailed, event};
use crate::{Account, Portal, ServiceError, failpoint};

/// Where sending ended.
pub(super) enum SendEnd {
    /// The change is over, or left where it stands because the process is about to end.
    Over,
    Accepted(Change),
    Unclear(Change),
}

const MAX_ATTEMPTS: i32 = 3;

/// Sends until the cloud accepted or refused it, or nobody can say.
pub(super) async fn send_until_clear(
    portal: &Portal,
    account: &Account,
    mut change: Change,
    guard: IntentGuard,
) -> Result<SendEnd, ServiceError> {
    let began = Instant::now();
    let mut number = 0;
    loop {
        number += 1;
        let Some(call) = portal.engine().call() else { return Ok(SendEnd::Over) };
        let InstanceOf { region, id } = InstanceOf::the(&change);
        let prepared =
            match account.client.prepare_modify_vpc_auth_mode(region, id, change.to).await {
                Ok(prepared) => prepared,
                Err(error) => {
                    tracing::warn!(change = %change.id, %error, "the call could not be signed");
                    return end_not_sent(portal, &change, Ending::NotSent).await;
                }
            };
        let attempt = Attempt {
            id: portal.outside().attempt_id(),
            change: change.id,
            number,
            nonce: prepared.nonce().to_string(),
            signed_at: prepared.signed_at(),
            call: prepared.call().clone(),
            outcome: None,
            cloud_request_id: None,
            cloud_code: None,
            http_status: None,
            finished_at: None,
        };
        change = match commit_intent(portal, &change, &attempt, guard).await {
            Ok(change) => change,
            // The policy or the role moved. Before the first call the wish is looked at again, by whoever takes it up.
            Err(error) if number > 1 && error.is_conflict() => {
                return end_not_sent(portal, &change, Ending::NoLongerAllowed).await;
            }
            Err(error) => return Err(error.into()),
        };
        failpoint::reach(failpoint::INTENT_COMMITTED);
        // The process may have been held up for any time since, and another may have gone on without it.
        if !portal.may_send(change.id) {
            tracing::warn!(change = %change.id, attempt = number, "the call was not made: it came too late");
            let (why, open) = (Unclear::PortalStopped, Some(&attempt));
            return Ok(SendEnd::Unclear(to_reconciling(portal, change, why, open).await?));
        }
        let observation = account.client.send(prepared).await;
        let seen_at = portal.now();
        let outcome = classify_outcome(&observation);
        tracing::info!(change = %change.id, attempt = number, %outcome, request_id = ?request_id(&observation), "the call was made");
        failpoint::reach(failpoint::ANSWERED);
        let again = number < MAX_ATTEMPTS
            && began.elapsed() < portal.settings().timing.attempts_end_after()
            && may_be_made_again(&observation, number);
        let seen = Seen { attempt: &attempt, observation: &observation, again, at: seen_at };
        change = match conclude_surely(portal, &change, &seen).await? {
            Concluded::Again(change) => change,
            Concluded::End(end) => return Ok(end),
        };
        drop(call);
        let jitter = portal.outside().jitter();
        tokio::time::sleep(portal.settings().timing.before_attempt(number).mul_f64(jitter)).await;
    }
}

/// After a restart: a call that provably changed nothing ends here, one that may have been made is read.
pub(super) async fn settle_orphan(
    portal: &Portal,
    change: Change,
) -> Result<SendEnd, ServiceError> {
    let attempts = portal.store().list_attempts(change.id).await?;
    match attempts.last() {
        Some(Attempt { outcome: Some(outcome), cloud_code, .. })
            if outcome.proves_nothing_happened() =>
        {
            let ending = refused_ending(*outcome, cloud_code.as_ref());
            end_not_sent(portal, &change, ending).await
        }
        last => {
            // Nobody came back to say: that is what became of it, whatever reading shows.
            let open = last.filter(|attempt| attempt.outcome.is_none());
            let why = Unclear::PortalStopped;
            Ok(SendEnd::Unclear(to_reconciling(portal, change, why, open).await?))
        }
    }
}

struct InstanceOf<'a> {
    region: &'a domain::id::RegionId,
    id: &'a domain::id::InstanceId,
}

impl<'a> InstanceOf<'a> {
    fn the(change: &'a Change) -> Self {
        Self { region: &change.instance.region, id: &change.instance.id }
    }
}

enum Concluded {
    Again(Change),
    End(SendEnd),
}

async fn commit_intent(
    portal: &Portal,
    change: &Change,
    attempt: &Attempt,
    guard: IntentGuard,
) -> Result<Change, store::Error> {
    let at = portal.now();
    let detail = [("attempt", attempt.number.to_string()), ("nonce", attempt.nonce.clone())];
    let events = [detailed(change, at, AuditCode::ChangeIntent, Outcome::Intended, &detail)];
    let step = Move {
        attempt: Some(AttemptWrite::Open(attempt)),
        guard: Some(guard),
        events: &events,
        ..Move::new(change, ChangeState::Intent, at)
    };
    portal.move_change(step).await
}

/// By `security`: a refusal by load, a call that never left, one re-signing after our clock was put right.
fn may_be_made_again(observation: &Observation, number: i32) -> bool {
    match observation {
        Observation::Throttled { .. } => true,
        Observation::NotSent { certificate } => !certificate,
        Observation::ClockWrong { .. } => number == 1,
        Observation::Accepted { .. } | Observation::Denied { .. } | Observation::Unclear { .. } => {
            false
        }
    }
}

/// What became of a call.
struct Seen<'a> {
    attempt: &'a Attempt,
    observation: &'a Observation,
    again: bool,
    at: Timestamp,
}

/// What was seen is not forgotten because the memory is away for a while: tried until it is written, or another process
/// has gone on without us.
async fn conclude_surely(
    portal: &Portal,
    change: &Change,
    seen: &Seen<'_>,
) -> Result<Concluded, ServiceError> {
    let mut told = false;
    loop {
        let error = match conclude(portal, change, seen).await {
            Err(ServiceError::Store(error @ store::Error::Unavailable(_))) => error,
            ended => return ended,
        };
        if !told {
            let outcome = classify_outcome(seen.observation);
            tracing::error!(
                change = %change.id, attempt = seen.attempt.number, %outcome, request_id = ?request_id(seen.observation),
                error = &error as &dyn std::error::Error, "what became of the call cannot be recorded yet"
            );
        }
        told = true;
        tokio::time::sleep(portal.settings().timing.before_attempt(1)).await;
        portal.still_drives(change.id)?;
    }
}

/// Records what was seen and moves the change accordingly.
async fn conclude(
    portal: &Portal,
    change: &Change,
    seen: &Seen<'_>,
) -> Result<Concluded, ServiceError> {
    let &Seen { attempt, observation, again, at } = seen;
    let outcome = classify_outcome(observation);
    let (code, status) = code_and_status(observation);
    let result = AttemptResult {
        id: attempt.id,
        outcome,
        cloud_request_id: request_id(observation),
        cloud_code: code,
        http_status: status,
        at,
    };
    let (to, ending, event) = match observation {
        Observation::Accepted { request_id } => (
            ChangeState::Accepted,
            None,
            with_request(
                event(change, at, AuditCode::ChangeAccepted, Outcome::Succeeded),
                Some(request_id),
            ),
        ),
        Observation::Unclear { why, request_id, .. } => {
            let detail = [("why", why.code().to_owned())];
            let event = detailed(change, at, AuditCode::ChangeUnclear, Outcome::Unknown, &detail);
            (
                ChangeState::Unknown,
                Some(Ending::Unclear { why: *why }),
                with_request(event, request_id.as_ref()),
            )
        }
        Observation::Throttled { request_id, .. }
        | Observation::ClockWrong { request_id, .. }
        | Observation::Denied { request_id, .. } => {
            let event = refused_event(change, at, outcome, code, again);
            let to = if again { ChangeState::Intent } else { ChangeState::Failed };
            let ending = (!again).then(|| refused_ending(outcome, code));
            (to, ending, with_request(event, request_id.as_ref()))
        }
        Observation::NotSent { .. } => {
            let event = refused_event(change, at, outcome, code, again);
            let to = if again { ChangeState::Intent } else { ChangeState::Failed };
            (to, (!again).then_some(Ending::NotSent), event)
        }
    };
    let events = [event];
    let step = Move {
        ending,
        late_until: (to == ChangeState::Unknown).then(|| late_until(portal, attempt)),
        cloud_request_id: request_id(observation),
        attempt: Some(AttemptWrite::Finish(result)),
        events: &events,
        ..Move::new(change, to, at)
    };
    let change = portal.move_change(step).await?;
    Ok(match change.state {
        ChangeState::Intent => Concluded::Again(change),
        ChangeState::Accepted => Concluded::End(SendEnd::Accepted(change)),
        ChangeState::Unknown => {
            let why = Unclear::ConnectionLost;
            Concluded::End(SendEnd::Unclear(to_reconciling(portal, change, why, None).await?))
        }
        _ => Concluded::End(SendEnd::Over),
    })
}

async fn end_not_sent(
    portal: &Portal,
    change: &Change,
    ending: Ending,
) -> Result<SendEnd, ServiceError> {
    let at = portal.now();
    let refused = !change.state.may_have_been_sent();
    let (to, code, outcome) = if refused {
        (ChangeState::Refused, AuditCode::ChangeRefused, Outcome::Refused)
    } else {
        (ChangeState::Failed, AuditCode::ChangeFailed, Outcome::Failed)
    };
    let events = [event(change, at, code, outcome)];
    portal
        .move_change(Move { ending: Some(ending), events: &events, ..Move::new(change, to, at) })
        .await?;
    Ok(SendEnd::Over)
}

fn refused_event(
    change: &Change,
    at: Timestamp,
    outcome: SendOutcome,
    code: Option<&CloudCode>,
    again: bool,
) -> AuditEvent {
    let mut detail = vec![("outcome", outcome.to_string())];
    detail.extend(code.map(|code| ("cloud_code", code.to_string())));
    let (audit, result) = if again {
        (AuditCode::ChangeAttemptRefused, Outcome::Refused)
    } else {
        (AuditCode::ChangeFailed, Outcome::Failed)
    };
    detailed(change, at, audit, result, &detail)
}

fn refused_ending(outcome: SendOutcome, code: Option<&CloudCode>) -> Ending {
    match (outcome, code.cloned()) {
        (SendOutcome::Throttled, Some(code)) => Ending::Throttled { code },
        (SendOutcome::Denied | SendOutcome::ClockWrong, Some(code)) => Ending::Denied { code },
        _ => Ending::NotSent,
    }
}

fn with_request(event: AuditEvent, request_id: Option<&RequestId>) -> AuditEvent {
    AuditEvent { cloud_request_id: request_id.cloned(), ..event }
}

fn request_id(observation: &Observation) -> Option<&RequestId> {
    match observation {
        Observation::Accepted { request_id } => Some(request_id),
        Observation::Throttled { request_id, .. }
        | Observation::ClockWrong { request_id, .. }
        | Observation::Denied { request_id, .. }
        | Observation::Unclear { request_id, .. } => request_id.as_ref(),
        Observation::NotSent { .. } => None,
    }
}

fn code_and_status(observation: &Observation) -> (Option<&CloudCode>, Option<u16>) {
    match observation {
        Observation::Accepted { .. } => (None, Some(200)),
        Observation::Throttled { code, status, .. }
        | Observation::ClockWrong { code, status, .. }
        | Observation::Denied { code, status, .. } => (Some(code), Some(*status)),
        Observation::Unclear { status, .. } => (None, *status),
        Observation::NotSent { .. } => (None, None),
    }
}
