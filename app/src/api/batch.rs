//! The same change for many instances.

use std::time::Duration;

use domain::access::Access;
use domain::batch::BatchLasts;
use domain::id::BatchId;
use leptos::prelude::*;
use service::{After, BatchStart, Lasts};

use super::StrictForm;
use super::change::{parse_lasts, parse_reason};
use super::error::{ApiError, FieldProblem};
use super::ssr::{Request, back, goto};
use crate::asked::Asked;
use crate::path;

/// What a form sends for "whatever fails".
pub const NEVER: &str = "never";

/// What would become of everything that a list holds. Nothing is carried out.
#[server(endpoint = "ui/batch/draft", input = StrictForm)]
pub async fn draft_batch(query: String, to: Access) -> Result<BatchId, ApiError> {
    let asked = Asked::of_query(&query);
    back(&asked.address_under(path::NEW_BATCH));
    let request = Request::current();
    let operator = request.operator("draft-batch").await?;
    // A filter that is dropped would draft more than somebody meant.
    if Asked::strictly(&query).is_none() {
        return Err(ApiError::field("query", FieldProblem::Malformed));
    }
    let drafted = operator.draft_batch(&asked.filter, to).await;
    let id = drafted.map_err(|error| request.respond(error))?;
    goto(&path::batch(id));
    Ok(id)
}

/// Starts a draft. `lasts` as for one change; `failures` a number or `never`; the last two are boxes.
#[server(endpoint = "ui/batch/start", input = StrictForm)]
pub async fn start_batch(
    batch: BatchId,
    at_once: u32,
    failures: String,
    reason: Option<String>,
    lasts: Option<String>,
    typed_count: Option<String>,
    passwordless_clients_fail: Option<String>,
    old_password_counts: Option<String>,
) -> Result<(), ApiError> {
    back(&path::batch(batch));
    goto(&path::batch(batch));
    let request = Request::current();
    let operator = request.operator("start-batch").await?;
    let malformed = |field| ApiError::field(field, FieldProblem::Malformed);
    let failures_allowed = match failures.as_str() {
        NEVER => None,
        number => Some(number.parse().map_err(|_| malformed("failures"))?),
    };
    let typed_count = match typed_count.as_deref().map(str::trim) {
        None | Some("") => None,
        Some(number) => Some(number.parse().map_err(|_| malformed("typed_count"))?),
    };
    let ticks = [
        ("passwordless-clients-fail", passwordless_clients_fail),
        ("old-password-counts", old_password_counts),
    ];
    let ticked = ticks.into_iter().filter(|(_, tick)| tick.is_some());
    let start = BatchStart {
        batch,
        reason: parse_reason(reason.as_deref())?,
        lasts: match parse_lasts(lasts.as_deref())? {
            Lasts::Usual => BatchLasts::Usual,
            Lasts::For(lasts) => BatchLasts::For(lasts.max(Duration::from_secs(1))),
            Lasts::UntilShut => BatchLasts::UntilShut,
        },
        at_once,
        failures_allowed,
        typed_count,
        acknowledged: ticked.map(|(code, _)| code.to_owned()).collect(),
    };
    operator.start_batch(start).await.map_err(|error| request.respond(error))
}

#[server(endpoint = "ui/batch/pause", input = StrictForm)]
pub async fn pause_batch(batch: BatchId) -> Result<(), ApiError> {
    back(&path::batch(batch));
    goto(&path::batch(batch));
    let request = Request::current();
    let operator = request.operator("pause-batch").await?;
    operator.pause_batch(batch).await.map_err(|error| request.respond(error))
}

/// Goes on, whatever failed so far.
#[server(endpoint = "ui/batch/resume", input = StrictForm)]
pub async fn resume_batch(batch: BatchId) -> Result<(), ApiError> {
    back(&path::batch(batch));
    goto(&path::batch(batch));
    let request = Request::current();
    let operator = request.operator("resume-batch").await?;
    operator.resume_batch(batch).await.map_err(|error| request.respond(error))
}

/// Nothing is started any more.
#[server(endpoint = "ui/batch/stop", input = StrictForm)]
pub async fn stop_batch(batch: BatchId) -> Result<(), ApiError> {
    back(&path::batch(batch));
    goto(&path::batch(batch));
    let request = Request::current();
    let operator = request.operator("stop-batch").await?;
    operator.stop_batch(batch).await.map_err(|error| request.respond(error))
}

/// A new draft of the lines that failed.
#[server(endpoint = "ui/batch/try-again", input = StrictForm)]
pub async fn try_batch_again(batch: BatchId) -> Result<BatchId, ApiError> {
    follow(batch, After::Failed, "try-batch-again").await
}

/// A new draft of the way back, for the lines that were carried out.
#[server(endpoint = "ui/batch/put-back", input = StrictForm)]
pub async fn put_batch_back(batch: BatchId) -> Result<BatchId, ApiError> {
    follow(batch, After::PutBack, "put-batch-back").await
}

async fn follow(batch: BatchId, after: After, act: &'static str) -> Result<BatchId, ApiError> {
    back(&path::batch(batch));
    let request = Request::current();
    let operator = request.operator(act).await?;
    let id = operator.follow_batch(batch, after).await.map_err(|error| request.respond(error))?;
    goto(&path::batch(id));
    Ok(id)
}
