//! Deciding on the wishes of others.

use domain::approval::Verdict;
use domain::id::{ChangeId, ReviewId};
use leptos::prelude::*;

use super::StrictForm;
use super::change::{parse_reason, parse_start};
use super::error::ApiError;
use super::ssr::{Request, back, goto};
use crate::path;

/// Reads the instance of a waiting wish afresh, for whoever decides on it.
#[server(endpoint = "ui/approval/review", input = StrictForm)]
pub async fn review_request(change: ChangeId) -> Result<ReviewId, ApiError> {
    back(&path::change(change));
    let request = Request::current();
    let approver = request.approver("review-request").await?;
    let review = approver.take_review(change).await.map_err(|error| request.respond(error))?;
    goto(&path::review(review.id));
    Ok(review.id)
}

/// Agrees to what the review showed. `start` is in whole seconds from now, `when-allowed`, or absent: now.
#[server(endpoint = "ui/approval/approve", input = StrictForm)]
pub async fn approve_request(
    review: ReviewId,
    reason: Option<String>,
    start: Option<String>,
) -> Result<ChangeId, ApiError> {
    back(&path::review(review));
    let request = Request::current();
    let approver = request.approver("approve-request").await?;
    let (note, start) = (parse_reason(reason.as_deref())?, parse_start(start.as_deref())?);
    let id = approver.approve(review, note, start).await.map_err(|error| request.respond(error))?;
    goto(&path::change(id));
    Ok(id)
}

/// Says no. A reason is needed.
#[server(endpoint = "ui/approval/reject", input = StrictForm)]
pub async fn reject_request(change: ChangeId, reason: Option<String>) -> Result<(), ApiError> {
    back(&path::change(change));
    goto(&path::change(change));
    let request = Request::current();
    let approver = request.approver("reject-request").await?;
    let note = parse_reason(reason.as_deref())?;
    approver.reject(change, note).await.map_err(|error| request.respond(error))
}

/// Has looked at what somebody else did in an emergency.
#[server(endpoint = "ui/approval/see", input = StrictForm)]
pub async fn see_emergency(
    change: ChangeId,
    verdict: Verdict,
    reason: Option<String>,
) -> Result<(), ApiError> {
    back(&path::change(change));
    goto(&path::change(change));
    let request = Request::current();
    let approver = request.approver("see-emergency").await?;
    let note = parse_reason(reason.as_deref())?;
    approver.see_emergency(change, verdict, note).await.map_err(|error| request.respond(error))
}
