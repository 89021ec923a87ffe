//! Turning a reviewed wish into a change.

#![expect(clippy::too_many_arguments, reason = "each field of a form is an argument of its own")]

use std::time::Duration;

use domain::id::{
    AccountName, ChangeId, IdempotencyKey, InstanceId, InstanceKey, RegionId, ReviewId,
};
use domain::text::{ParseReasonError, Reason};
use domain::time::Timestamp;
use leptos::prelude::*;
use service::{Confirmation, Lasts};

use super::StrictForm;
use super::error::{ApiError, FieldProblem};
use super::ssr::{Request, back, goto};
use crate::path;

/// Stores the wish; a worker carries it out. Refuses if the form does not do, and keeps what was typed.
///
/// `lasts` is in whole seconds, `until-shut`, or absent: what is usual there.
/// The last three are the boxes of consequences, ticked or absent.
#[server(endpoint = "ui/change/confirm", input = StrictForm)]
pub async fn confirm_change(
    review: ReviewId,
    key: IdempotencyKey,
    reason: Option<String>,
    lasts: Option<String>,
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
        key,
    };
    let id = operator.confirm(confirmation).await.map_err(|error| request.respond(error))?;
    goto(&path::change(id));
    Ok(id)
}

/// An empty reason is none: whether one is needed is the use case's to say.
fn parse_reason(text: Option<&str>) -> Result<Option<Reason>, ApiError> {
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
fn parse_lasts(text: Option<&str>) -> Result<Lasts, ApiError> {
    match text.unwrap_or_default() {
        "" => Ok(Lasts::Usual),
        UNTIL_SHUT => Ok(Lasts::UntilShut),
        seconds => Ok(Lasts::For(parse_seconds(seconds)?)),
    }
}

fn parse_seconds(text: &str) -> Result<Duration, ApiError> {
    let seconds =
        text.parse::<u32>().map_err(|_| ApiError::field("lasts", FieldProblem::Malformed))?;
    Ok(Duration::from_secs(seconds.into()))
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
) -> Result<(), ApiError> {
    let key = InstanceKey { account, region, id };
    back(&path::instance(&key));
    let request = Request::current();
    let operator = request.operator("extend-return").await?;
    let (lasts, reason) = (parse_seconds(&lasts)?, parse_reason(reason.as_deref())?);
    operator
        .extend(&key, Timestamp::from_millis(seen), lasts, reason)
        .await
        .map_err(|error| request.respond(error))?;
    goto(&path::instance(&key));
    Ok(())
}
