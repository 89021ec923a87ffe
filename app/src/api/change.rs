//! Turning a reviewed wish into a change.

use domain::id::{ChangeId, IdempotencyKey, ReviewId};
use domain::text::{ParseReasonError, Reason};
use leptos::prelude::*;
use service::Confirmation;

use super::StrictForm;
use super::error::{ApiError, FieldProblem};
use super::ssr::{Request, back, goto};
use crate::path;

/// Stores the wish; a worker carries it out. Refuses if the form does not do, and keeps what was typed.
///
/// The last two are the boxes of the consequences of disabling, ticked or absent.
#[server(endpoint = "ui/change/confirm", input = StrictForm)]
pub async fn confirm_change(
    review: ReviewId,
    key: IdempotencyKey,
    reason: Option<String>,
    typed_name: Option<String>,
    passwordless_clients_fail: Option<String>,
    old_password_counts: Option<String>,
) -> Result<ChangeId, ApiError> {
    back(&path::review(review));
    let request = Request::current();
    let operator = request.operator("confirm-change").await?;
    let acknowledged = [
        ("passwordless-clients-fail", passwordless_clients_fail),
        ("old-password-counts", old_password_counts),
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
