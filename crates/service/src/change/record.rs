//! The audit events of a change.

use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::change::Change;
use domain::time::Timestamp;

/// An event of the portal itself about a change.
pub(super) fn event(
    change: &Change,
    at: Timestamp,
    code: AuditCode,
    outcome: Outcome,
) -> AuditEvent {
    AuditEvent {
        instance: Some(change.instance.clone()),
        change: Some(change.id),
        before: Some(change.expected_prior.code().to_owned()),
        after: Some(change.to.code().to_owned()),
        ..AuditEvent::new(at, code, outcome, Actor::Portal)
    }
}

/// Where a door was proven open for a time: that its end is planned.
pub(super) fn planned(change: &Change, at: Timestamp) -> Option<AuditEvent> {
    let lasts = change.lasts.filter(|_| change.to.opens())?;
    let due = at.plus(lasts).as_millis().to_string();
    let detail = [("due_at", due), ("lasts_seconds", lasts.as_secs().to_string())];
    Some(detailed(change, at, AuditCode::ReturnPlanned, Outcome::Intended, &detail))
}

/// The same with particulars.
pub(super) fn detailed(
    change: &Change,
    at: Timestamp,
    code: AuditCode,
    outcome: Outcome,
    detail: &[(&str, String)],
) -> AuditEvent {
    AuditEvent {
        detail: detail.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect(),
        ..event(change, at, code, outcome)
    }
}
