//! Reading an instance afresh.

use domain::id::{AccountName, InstanceId, InstanceKey, RegionId};
use leptos::prelude::*;

use super::StrictForm;
use super::error::ApiError;
use super::ssr::{Request, back, goto};
use crate::path;

/// Asks the cloud now, and keeps what it says.
#[server(endpoint = "ui/instance/read-again", input = StrictForm)]
pub async fn read_again(
    account: AccountName,
    region: RegionId,
    id: InstanceId,
) -> Result<(), ApiError> {
    let key = InstanceKey { account, region, id };
    back(&path::instance(&key));
    goto(&path::instance(&key));
    let request = Request::current();
    request.viewer()?.read_again(&key).await.map_err(|error| request.respond(error))?;
    Ok(())
}
