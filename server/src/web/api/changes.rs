//! Wishes: asked for once, however often they are sent; looked at; waited for; ended.

use std::time::Duration;

use app::api::change::parse_reason;
use app::api::error::{ApiError, ErrorCode, FieldProblem};
use app::api::ssr::Request as Known;
use app::path;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use domain::id::{ChangeId, InstanceKey};
use http::StatusCode;
use http::header::LOCATION;
use http::request::Parts;
use service::viewer::ChangeFilter;
use service::{Confirmation, Order, ServiceError, Viewer};

use super::LONGEST_WAIT;
use super::answer::{Answer, Refused};
use super::ask::{self, Body, Key, OfChange, Query};
use super::bearer::Shown;
use crate::shape::Problem;
use crate::shape::change::{
    Change, ChangeDetail, ChangeList, ChangeRequest, EndRequest, ReasonRequest,
};

const USUAL: u64 = 50;
const MOST: u64 = 200;
const USUAL_WAIT: u64 = 30;

/// Changes, the newest first
#[utoipa::path(
    get,
    path = "/api/v1/changes",
    tag = "changes",
    params(
        ("instance" = Option<String>, Query, description = "account/region/id"),
        ("person" = Option<String>, Query),
        ("open" = Option<bool>, Query, description = "true: only those that have not ended"),
        ("waiting" = Option<bool>, Query, description = "true: only those that wait for approval, the oldest first; with no other field but `limit`"),
        ("limit" = Option<u64>, Query, description = "1 to 200; 50"),
        ("before" = Option<String>, Query, description = "`next` of the page before")
    ),
    responses((status = 200, body = ChangeList), (status = "default", description = "Refused", body = Problem))
)]
pub async fn list_changes(Extension(known): Extension<Known>, parts: Parts) -> Answer<ChangeList> {
    let fields = ["instance", "person", "open", "waiting", "limit", "before"];
    let query = Query::of(&parts, &fields)?;
    let filter = ChangeFilter {
        instance: query.word::<InstanceKey>("instance")?,
        person: query.word("person")?,
        open_only: query.word("open")?.unwrap_or(false),
        before: query.word("before")?,
    };
    let waiting = query.word("waiting")?.unwrap_or(false);
    let others = ["instance", "person", "open", "before"];
    if waiting && others.iter().any(|name| query.text(name).is_some()) {
        return Err(ApiError::field("waiting", FieldProblem::Mismatch).into());
    }
    let limit = query.number("limit", USUAL, MOST)?;
    let wanted = i64::try_from(limit).unwrap_or(1).saturating_add(1);
    let viewer = known.viewer()?;
    let listed = if waiting {
        viewer.list_waiting(wanted).await
    } else {
        viewer.list_changes(&filter, wanted).await
    };
    let mut changes = listed.map_err(|error| known.respond(error))?;
    let more = changes.len() > usize::try_from(limit).unwrap_or_default() && !waiting;
    changes.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(Json(ChangeList {
        next: changes.last().filter(|_| more).map(|last| last.id.to_string()),
        changes: changes.iter().map(|change| Change::of(change, known.now)).collect(),
    }))
}

/// Asks for a change. It is stored; a worker carries it out: see `wait`
#[utoipa::path(
    post,
    path = "/api/v1/changes",
    tag = "changes",
    params(("Idempotency-Key" = String, Header, description = "16 to 64 letters, digits, - and _: the same for the same wish")),
    request_body = ChangeRequest,
    responses((status = 202, description = "Stored", body = Change), (status = "default", description = "Refused", body = Problem))
)]
pub async fn request_change(
    Extension(known): Extension<Known>,
    Key(key): Key,
    Body(asked): Body<ChangeRequest>,
) -> Result<Response, Refused> {
    let operator = known.operator("confirm-change").await?;
    let reason = parse_reason(asked.reason.as_deref())?;
    let (lasts, start) = (ask::lasts(asked.lasts.as_deref())?, ask::start(asked.start.as_deref())?);
    let typed_name = asked.typed_name.filter(|name| !name.trim().is_empty());
    let (acknowledged, break_glass) = (asked.acknowledged, asked.break_glass);
    let id = match (asked.review, asked.instance, asked.to) {
        (Some(review), None, None) => {
            if let Some(fingerprint) = asked.fingerprint {
                let seen = operator.get_review(review).await;
                let seen = seen.map_err(|error| known.respond(error))?;
                if service::fingerprint(&seen) != fingerprint {
                    return Err(ApiError::field("fingerprint", FieldProblem::Mismatch).into());
                }
            }
            let confirmation = Confirmation {
                review,
                reason,
                typed_name,
                acknowledged,
                lasts,
                start,
                break_glass,
                key,
            };
            operator.confirm(confirmation).await
        }
        (None, Some(instance), Some(to)) if asked.fingerprint.is_none() => {
            let malformed = |_| ApiError::field("instance", FieldProblem::Malformed);
            let instance = instance.parse::<InstanceKey>().map_err(malformed)?;
            let order = Order {
                instance,
                to,
                reason,
                typed_name,
                acknowledged,
                lasts,
                start,
                break_glass,
                key,
            };
            operator.order(order).await
        }
        (None, Some(_), None) => return Err(ApiError::field("to", FieldProblem::Missing).into()),
        (None, None, _) => return Err(ApiError::field("review", FieldProblem::Missing).into()),
        _ => return Err(ApiError::field("review", FieldProblem::Mismatch).into()),
    };
    stored(&known, id.map_err(|error| known.respond(error))?).await
}

/// One change, with everything that proves it
#[utoipa::path(
    get,
    path = "/api/v1/changes/{id}",
    tag = "changes",
    params(("id" = String, Path)),
    responses((status = 200, body = ChangeDetail), (status = "default", description = "Refused", body = Problem))
)]
pub async fn get_change(
    Extension(known): Extension<Known>,
    OfChange(id): OfChange,
    parts: Parts,
) -> Answer<ChangeDetail> {
    Query::of(&parts, &[])?;
    detail(&known, id).await
}

/// Waits until a change ended, or, with `version`, until it moved on from there. Answers with the change as it is then, or
/// as it is when the time is over
#[utoipa::path(
    get,
    path = "/api/v1/changes/{id}/wait",
    tag = "changes",
    params(
        ("id" = String, Path),
        ("timeout" = Option<u64>, Query, description = "Seconds, 1 to 60; 30"),
        ("version" = Option<i64>, Query, description = "Of the change as it was seen")
    ),
    responses((status = 200, body = ChangeDetail), (status = "default", description = "Refused", body = Problem))
)]
pub async fn wait_for_change(
    Extension(known): Extension<Known>,
    Extension(Shown { hash }): Extension<Shown>,
    OfChange(id): OfChange,
    parts: Parts,
) -> Answer<ChangeDetail> {
    let query = Query::of(&parts, &["timeout", "version"])?;
    let at_most = Duration::from_secs(query.number("timeout", USUAL_WAIT, LONGEST_WAIT)?);
    let seen = query.word("version")?;
    let viewer = known.viewer()?;
    match viewer.wait_for_change(id, seen, at_most, &hash).await {
        Ok(_) => detail(&known, id).await,
        // Whoever loses the token or the account while waiting is told nothing more.
        Err(ServiceError::SignInRefused) => Err(ErrorCode::TokenRefused.into()),
        Err(error) => Err(known.respond(error).into()),
    }
}

/// Shuts the door that a change opened for a time, now
#[utoipa::path(
    post,
    path = "/api/v1/changes/{id}/end",
    tag = "changes",
    params(
        ("id" = String, Path),
        ("Idempotency-Key" = String, Header, description = "16 to 64 letters, digits, - and _: the same for the same wish")
    ),
    request_body = EndRequest,
    responses((status = 202, description = "The change that shuts it", body = Change), (status = "default", description = "Refused", body = Problem))
)]
pub async fn end_change(
    Extension(known): Extension<Known>,
    OfChange(id): OfChange,
    Key(key): Key,
    Body(asked): Body<EndRequest>,
) -> Result<Response, Refused> {
    let operator = known.operator("end-change").await?;
    let reason = parse_reason(asked.reason.as_deref())?;
    let ended = operator.end(id, reason, asked.acknowledged, key).await;
    stored(&known, ended.map_err(|error| known.respond(error))?).await
}

/// Takes back a change that only waits
#[utoipa::path(
    post,
    path = "/api/v1/changes/{id}/cancel",
    tag = "changes",
    params(("id" = String, Path)),
    request_body = ReasonRequest,
    responses((status = 200, body = ChangeDetail), (status = "default", description = "Refused", body = Problem))
)]
pub async fn cancel_change(
    Extension(known): Extension<Known>,
    OfChange(id): OfChange,
    Body(asked): Body<ReasonRequest>,
) -> Answer<ChangeDetail> {
    let operator = known.operator("cancel-change").await?;
    let reason = parse_reason(asked.reason.as_deref())?;
    operator.cancel(id, reason).await.map_err(|error| known.respond(error))?;
    detail(&known, id).await
}

/// The change as it is now.
pub(super) async fn detail(known: &Known, id: ChangeId) -> Answer<ChangeDetail> {
    let viewer = known.viewer()?;
    let detail = viewer.get_change(id).await.map_err(|error| known.respond(error))?;
    let ends_at = ends_at(&viewer, &detail.change).await.map_err(|error| known.respond(error))?;
    Ok(Json(ChangeDetail::of(&detail, ends_at, known.portal.now())))
}

/// When the door that it opened shuts by itself.
async fn ends_at(
    viewer: &Viewer<'_>,
    change: &domain::change::Change,
) -> Result<Option<domain::time::Timestamp>, ServiceError> {
    let duty = viewer.find_return(&change.instance).await?;
    Ok(duty.filter(|duty| duty.opened_by == change.id).map(|duty| duty.due_at))
}

/// Accepted: it is not done yet.
async fn stored(known: &Known, id: ChangeId) -> Result<Response, Refused> {
    let viewer = known.viewer()?;
    let found = viewer.get_change(id).await.map_err(|error| known.respond(error))?;
    let change = Change::of(&found.change, known.portal.now());
    let location = format!("{}{}", path::API, path::change(id));
    Ok((StatusCode::ACCEPTED, [(LOCATION, location)], Json(change)).into_response())
}
