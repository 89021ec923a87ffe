//! Reading instances afresh.

use domain::id::{AccountName, InstanceId, InstanceKey, RegionId};
use leptos::prelude::*;

use super::StrictForm;
use super::error::{ApiError, FieldProblem};
use super::ssr::{Request, back, goto};
use crate::asked::Asked;
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

/// Everything that a list holds is read before its turn. Does not wait for the cloud.
#[server(endpoint = "ui/instances/read-again", input = StrictForm)]
pub async fn read_list_again(query: String) -> Result<(), ApiError> {
    let asked = Asked::of_query(&query);
    let address = asked.address();
    back(&address);
    let request = Request::current();
    let viewer = request.viewer()?;
    // A filter that is dropped would read more than somebody meant.
    if Asked::strictly(&query).is_none() {
        return Err(ApiError::field("query", FieldProblem::Malformed));
    }
    let count =
        viewer.read_matches_again(&asked.filter).await.map_err(|error| request.respond(error))?;
    goto(&path::and(&address, path::BEING_READ, &count.to_string()));
    Ok(())
}
