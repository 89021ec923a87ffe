//! What a receipt says, field by field, in this order for ever.

use domain::audit::{Actor, AuditCode, RecordedEvent};
use domain::change::{Attempt, ReadBack};
use domain::time::Timestamp;
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::viewer::ChangeDetail;

/// So many reads prove an end; the ones before only waited.
const PROOF: usize = 2;
/// Codes of the audit by which somebody else had a say.
const DECISIONS: [&str; 4] =
    ["change.approved", "change.rejected", "break-glass.used", "break-glass.seen"];

#[derive(Serialize)]
struct Document<'a> {
    r#type: &'static str,
    portal_version: &'static str,
    change: Wish<'a>,
    instance: Instance<'a>,
    requested_by: Person<'a>,
    reason: Option<&'a str>,
    before: &'static str,
    after: &'static str,
    lasts_seconds: Option<u64>,
    approvals: Vec<Event<'a>>,
    attempts: Vec<Call<'a>>,
    read_backs: Vec<Look<'a>>,
    audit: Vec<Event<'a>>,
}

#[derive(Serialize)]
struct Wish<'a> {
    id: String,
    cause: &'static str,
    state: &'static str,
    ending: Option<&'a domain::change::Ending>,
    cloud_request_id: Option<&'a str>,
    requested_at: String,
    ended_at: String,
}

#[derive(Serialize)]
struct Instance<'a> {
    account: &'a str,
    region: &'a str,
    id: &'a str,
    name: &'a str,
    environment: &'static str,
}

#[derive(Serialize)]
struct Person<'a> {
    id: String,
    name: &'a str,
    session: Option<&'a str>,
    address: Option<&'a str>,
}

#[derive(Serialize)]
struct Call<'a> {
    number: i32,
    nonce: &'a str,
    signed_at: String,
    outcome: Option<&'static str>,
    http_status: Option<u16>,
    cloud_code: Option<&'a str>,
    cloud_request_id: Option<&'a str>,
    finished_at: Option<String>,
}

#[derive(Serialize)]
struct Look<'a> {
    at: String,
    access: &'static str,
    vpc_auth_mode: Option<&'a str>,
    status: &'a str,
    cloud_request_id: Option<&'a str>,
}

#[derive(Serialize)]
struct Event<'a> {
    epoch: i64,
    position: Option<i64>,
    seal: Option<&'a str>,
    at: String,
    code: &'static str,
    outcome: &'static str,
    actor: &'a str,
    reason: Option<&'a str>,
}

/// Indented, so that people can read it; the bytes that are signed.
pub(super) fn of(detail: &ChangeDetail) -> Result<String, serde_json::Error> {
    let change = &detail.change;
    let asked =
        detail.events.iter().find(|recorded| recorded.event.code == AuditCode::ChangeRequested);
    let proof = detail.read_backs.len().saturating_sub(PROOF);
    let decided = |recorded: &&RecordedEvent| DECISIONS.contains(&recorded.event.code.code());
    serde_json::to_string_pretty(&Document {
        r#type: "latchkey-receipt/1",
        portal_version: env!("CARGO_PKG_VERSION"),
        change: Wish {
            id: change.id.to_string(),
            cause: change.cause.code(),
            state: change.state.code(),
            ending: change.ending.as_ref(),
            cloud_request_id: change.cloud_request_id.as_ref().map(domain::id::RequestId::as_str),
            requested_at: moment(change.requested_at),
            ended_at: moment(change.updated_at),
        },
        instance: Instance {
            account: change.instance.account.as_str(),
            region: change.instance.region.as_str(),
            id: change.instance.id.as_str(),
            name: change.name.as_str(),
            environment: change.environment.code(),
        },
        requested_by: Person {
            id: change.requested_by.to_string(),
            name: change.requested_by_name.as_str(),
            session: asked.and_then(|recorded| recorded.event.session.as_deref()),
            address: asked.and_then(|recorded| recorded.event.address.as_deref()),
        },
        reason: change.reason.as_ref().map(domain::text::Reason::as_str),
        before: change.expected_prior.code(),
        after: change.to.code(),
        lasts_seconds: change.lasts.map(|lasts| lasts.as_secs()),
        approvals: detail.events.iter().filter(decided).map(event).collect(),
        attempts: detail.attempts.iter().map(call).collect(),
        read_backs: detail.read_backs.iter().skip(proof).map(look).collect(),
        audit: detail.events.iter().map(event).collect(),
    })
}

fn call(attempt: &Attempt) -> Call<'_> {
    Call {
        number: attempt.number,
        nonce: &attempt.nonce,
        signed_at: moment(attempt.signed_at),
        outcome: attempt.outcome.map(domain::change::SendOutcome::code),
        http_status: attempt.http_status,
        cloud_code: attempt.cloud_code.as_ref().map(domain::id::CloudCode::as_str),
        cloud_request_id: attempt.cloud_request_id.as_ref().map(domain::id::RequestId::as_str),
        finished_at: attempt.finished_at.map(moment),
    }
}

fn look(read: &ReadBack) -> Look<'_> {
    Look {
        at: moment(read.at),
        access: read.state.code(),
        vpc_auth_mode: read.raw.as_deref(),
        status: read.status.as_str(),
        cloud_request_id: read.request_id.as_ref().map(domain::id::RequestId::as_str),
    }
}

fn event(recorded: &RecordedEvent) -> Event<'_> {
    let event = &recorded.event;
    Event {
        epoch: recorded.epoch,
        position: recorded.position,
        seal: recorded.mac.as_deref(),
        at: moment(event.at),
        code: event.code.code(),
        outcome: event.outcome.code(),
        actor: match &event.actor {
            Actor::Portal => "portal",
            Actor::Person { name, .. } => name.as_str(),
            Actor::CommandLine => "command-line",
            Actor::Anonymous => "anonymous",
        },
        reason: event.reason.as_deref(),
    }
}

/// RFC 3339 in UTC, with milliseconds where there are any.
fn moment(at: Timestamp) -> String {
    let nanos = i128::from(at.as_millis()).saturating_mul(1_000_000);
    OffsetDateTime::from_unix_timestamp_nanos(nanos)
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}
