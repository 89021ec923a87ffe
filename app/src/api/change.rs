//! Turning a reviewed wish into a change.

#![expect(clippy::too_many_arguments, reason = "each field of a form is an argument of its own")]

use std::time::Duration;

use domain::id::{
    AccountName, ChangeId, IdempotencyKey, InstanceId, InstanceKey, RegionId, ReviewId,
};
use domain::text::{ParseReasonError, Reason};
use domain::time::Timestamp;
use leptos::prelude::*;
use service::{Confirmation, Extended, Lasts, Start};

use super::StrictForm;
use super::error::{ApiError, FieldProblem};
use super::ssr::{Request, back, goto};
use crate::path;

/// Stores the wish; a worker carries it out. Refuses if the form does not do, and keeps what was typed.
///
/// `lasts` is in whole seconds, `until-shut`, or absent: what is usual there. `start` is in whole seconds from now,
/// `when-allowed`, or absent: now. `break_glass` is a box, and so are the last three, consequences to acknowledge.
#[server(endpoint = "ui/change/confirm", input = StrictForm)]
pub async fn confirm_change(
    review: ReviewId,
    key: IdempotencyKey,
    reason: Option<String>,
    lasts: Option<String>,
    start: Option<String>,
    break_glass: Option<String>,
    typed_name: Option<String>,
    passwordless_clients_fail: Option<String>,
    old_password_counts: Option<String>,
    late_effect: Option<String>,
) -> Result<ChangeId, ApiError> {
    back(&path::review(review));
    let request = Request::current();
    let operator = request.operator("confirm-change").await?;
    let acknowledged = [
        ("passwordless-clients-fail", passwordless_clients_fail),
        ("old-password-counts", old_password_counts),
        ("late-effect", late_effect),
    ];
    let confirmation = Confirmation {
        review,
        reason: parse_reason(reason.as_deref())?,
        typed_name: typed_name.filter(|name| !name.trim().is_empty()),
        acknowledged: acknowledged
            .into_iter()
            .filter(|(_, tick)| tick.is_some())
            .map(|(code, _)| code.to_owned())
            .collect(),
        lasts: parse_lasts(lasts.as_deref())?,
        start: parse_start(start.as_deref())?,
        break_glass: break_glass.is_some(),
        key,
    };
    let id = operator.confirm(confirmation).await.map_err(|error| request.respond(error))?;
    goto(&path::change(id));
    Ok(id)
}

/// An empty reason is none: whether one is needed is the use case's to say.
pub fn parse_reason(text: Option<&str>) -> Result<Option<Reason>, ApiError> {
    match text.unwrap_or_default().parse::<Reason>() {
        Ok(reason) => Ok(Some(reason)),
        Err(ParseReasonError::Empty) => Ok(None),
        Err(ParseReasonError::TooLong) => Err(ApiError::field("reason", FieldProblem::TooLong)),
        Err(ParseReasonError::Forbidden) => Err(ApiError::field("reason", FieldProblem::Malformed)),
    }
}

/// What a form sends for a time without an end.
pub const UNTIL_SHUT: &str = "until-shut";

/// Whether the time is allowed is the use case's to say.
pub(super) fn parse_lasts(text: Option<&str>) -> Result<Lasts, ApiError> {
    match text.unwrap_or_default() {
        "" => Ok(Lasts::Usual),
        UNTIL_SHUT => Ok(Lasts::UntilShut),
        seconds => Ok(Lasts::For(parse_seconds("lasts", seconds)?)),
    }
}

/// What a form sends for the next hours that are allowed.
pub const WHEN_ALLOWED: &str = "when-allowed";

pub(super) fn parse_start(text: Option<&str>) -> Result<Start, ApiError> {
    match text.unwrap_or_default() {
        "" | "0" => Ok(Start::Now),
        WHEN_ALLOWED => Ok(Start::WhenAllowed),
        seconds => Ok(Start::In(parse_seconds("start", seconds)?)),
    }
}

fn parse_seconds(field: &str, text: &str) -> Result<Duration, ApiError> {
    let seconds =
        text.parse::<u32>().map_err(|_| ApiError::field(field, FieldProblem::Malformed))?;
    Ok(Duration::from_secs(seconds.into()))
}

/// Ends a change that only waits.
#[server(endpoint = "ui/change/cancel", input = StrictForm)]
pub async fn cancel_change(change: ChangeId, reason: Option<String>) -> Result<(), ApiError> {
    back(&path::change(change));
    goto(&path::change(change));
    let request = Request::current();
    let operator = request.operator("cancel-change").await?;
    let reason = parse_reason(reason.as_deref())?;
    operator.cancel(change, reason).await.map_err(|error| request.respond(error))
}

/// Takes back what was just changed, by a change of its own.
#[server(endpoint = "ui/change/put-back", input = StrictForm)]
pub async fn put_back_change(change: ChangeId, key: IdempotencyKey) -> Result<ChangeId, ApiError> {
    back(&path::change(change));
    let request = Request::current();
    let operator = request.operator("put-back-change").await?;
    let id = operator.put_back(change, &key).await.map_err(|error| request.respond(error))?;
    goto(&path::change(id));
    Ok(id)
}

/// Lets a door stand open for so many seconds from now on. `seen` is the end that the page showed, in milliseconds.
#[server(endpoint = "ui/return/extend", input = StrictForm)]
pub async fn extend_return(
    account: AccountName,
    region: RegionId,
    id: InstanceId,
    seen: i64,
    lasts: String,
    reason: Option<String>,
    key: IdempotencyKey,
) -> Result<(), ApiError> {
    let instance = InstanceKey { account, region, id };
    back(&path::instance(&instance));
    let request = Request::current();
    let operator = request.operator("extend-return").await?;
    let (lasts, reason) = (parse_seconds("lasts", &lasts)?, parse_reason(reason.as_deref())?);
    let extended = operator
        .extend(&instance, Timestamp::from_millis(seen), lasts, reason, &key)
        .await
        .map_err(|error| request.respond(error))?;
    match extended {
        Extended::Done => goto(&path::instance(&instance)),
        Extended::Requested(change) => goto(&path::change(change)),
    }
    Ok(())
}
