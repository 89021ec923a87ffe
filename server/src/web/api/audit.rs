//! The audit, page by page.

use app::api::ssr::Request as Known;
use axum::{Extension, Json};
use http::request::Parts;
use service::viewer::{AUDIT_PAGE, AuditFilter};

use super::answer::Answer;
use super::ask::Query;
use crate::shape::audit::{AuditEvent, AuditList};
use crate::shape::{Moment, Problem};

const FILTERS: &[&str] =
    &["code", "outcome", "person", "instance", "change", "since", "until", "before"];

/// What was recorded, the newest first, a hundred at a time
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    tag = "audit",
    params(
        ("code" = Option<crate::shape::words::AuditCode>, Query),
        ("outcome" = Option<crate::shape::words::AuditOutcome>, Query),
        ("person" = Option<String>, Query),
        ("instance" = Option<String>, Query, description = "account/region/id"),
        ("change" = Option<String>, Query),
        ("since" = Option<String>, Query, description = "A day or a moment: 2026-11-22 or 2026-11-22T08:00:00Z"),
        ("until" = Option<String>, Query, description = "Before this day or moment"),
        ("before" = Option<i64>, Query, description = "`next` of the page before")
    ),
    responses((status = 200, body = AuditList), (status = "default", description = "Refused", body = Problem))
)]
pub async fn list_audit(Extension(known): Extension<Known>, parts: Parts) -> Answer<AuditList> {
    let query = Query::of(&parts, FILTERS)?;
    let filter = AuditFilter {
        code: query.word("code")?,
        person: query.word("person")?,
        instance: query.word("instance")?,
        change: query.word("change")?,
        outcome: query.word("outcome")?,
        since: query.word::<Moment>("since")?.map(|moment| moment.0),
        until: query.word::<Moment>("until")?.map(|moment| moment.0),
        before: query.word("before")?,
        own: None,
    };
    let viewer = known.viewer()?;
    let events = viewer.list_audit(&filter).await.map_err(|error| known.respond(error))?;
    let full = i64::try_from(events.len()).is_ok_and(|count| count == AUDIT_PAGE);
    let next = events.last().filter(|_| full).map(|last| last.sequence);
    Ok(Json(AuditList { events: events.into_iter().map(AuditEvent::from).collect(), next }))
}
