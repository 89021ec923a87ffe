//! The word of a second person.

use app::api::change::parse_reason;
use app::api::ssr::Request as Known;
use axum::Extension;

use super::answer::Answer;
use super::ask::{self, Body, OfChange};
use super::changes;
use crate::shape::Problem;
use crate::shape::change::{ApproveRequest, ChangeDetail, ReasonRequest};

/// Agrees to somebody else's wish, on facts read now: where they are not what that person saw, the wish is void
#[utoipa::path(
    post,
    path = "/api/v1/changes/{id}/approve",
    tag = "changes",
    params(("id" = String, Path)),
    request_body = ApproveRequest,
    responses((status = 200, body = ChangeDetail), (status = "default", description = "Refused", body = Problem))
)]
pub async fn approve_change(
    Extension(known): Extension<Known>,
    OfChange(id): OfChange,
    Body(asked): Body<ApproveRequest>,
) -> Answer<ChangeDetail> {
    let approver = known.approver("approve-request").await?;
    let note = parse_reason(asked.reason.as_deref())?;
    let start = ask::start(asked.start.as_deref())?;
    let review = approver.take_review(id).await.map_err(|error| known.respond(error))?;
    let id = approver.approve(review.id, note, start).await;
    changes::detail(&known, id.map_err(|error| known.respond(error))?).await
}

/// Says no to somebody else's wish; a reason is needed
#[utoipa::path(
    post,
    path = "/api/v1/changes/{id}/reject",
    tag = "changes",
    params(("id" = String, Path)),
    request_body = ReasonRequest,
    responses((status = 200, body = ChangeDetail), (status = "default", description = "Refused", body = Problem))
)]
pub async fn reject_change(
    Extension(known): Extension<Known>,
    OfChange(id): OfChange,
    Body(asked): Body<ReasonRequest>,
) -> Answer<ChangeDetail> {
    let approver = known.approver("reject-request").await?;
    let note = parse_reason(asked.reason.as_deref())?;
    approver.reject(id, note).await.map_err(|error| known.respond(error))?;
    changes::detail(&known, id).await
}
