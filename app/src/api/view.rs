//! Lists of instances as a person likes them.

use leptos::prelude::*;

use super::StrictForm;
use super::error::ApiError;
use super::ssr::{Request, back, goto};
use crate::asked::Asked;

/// Saves a list under a name; what had the name before is replaced.
#[server(endpoint = "ui/view/save", input = StrictForm)]
pub async fn save_view(name: String, query: String) -> Result<(), ApiError> {
    // Only what the portal itself would write is kept.
    let asked = Asked::of_query(&query);
    back(&asked.address());
    goto(&asked.address());
    let request = Request::current();
    let saved = request.viewer()?.save_view(&name, &asked.query()).await;
    saved.map_err(|error| request.respond(error))
}

/// Forgets a list; `query` is the one that is open. One that is not there is no error.
#[server(endpoint = "ui/view/delete", input = StrictForm)]
pub async fn delete_view(name: String, query: String) -> Result<(), ApiError> {
    let asked = Asked::of_query(&query);
    back(&asked.address());
    goto(&asked.address());
    let request = Request::current();
    request.viewer()?.delete_view(&name).await.map_err(|error| request.respond(error))
}
