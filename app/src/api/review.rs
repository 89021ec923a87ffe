//! Opening a review.

use domain::access::Access;
use domain::id::{AccountName, InstanceId, InstanceKey, RegionId, ReviewId};
use leptos::prelude::*;

use super::StrictForm;
use super::error::ApiError;
use super::ssr::{Request, back, goto};
use crate::path;

/// Reads an instance afresh, checks it, and keeps what will be shown.
#[server(endpoint = "ui/review/take", input = StrictForm)]
pub async fn take_review(
    account: AccountName,
    region: RegionId,
    id: InstanceId,
    to: Access,
) -> Result<ReviewId, ApiError> {
    let key = InstanceKey { account, region, id };
    back(&path::instance(&key));
    let request = Request::current();
    let operator = request.operator("take-review").await?;
    let review = operator.take_review(&key, to).await.map_err(|error| request.respond(error))?;
    goto(&path::review(review.id));
    Ok(review.id)
}
