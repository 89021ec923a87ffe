//! What programs ask, under `/api/v1`: JSON in and out, with a token and without a cookie. A table of routes of its own:
//! no session is read, so no page of another site can make a browser ask anything here.
//!
//! Every function goes through the same use cases as the pages, and starts by asking for the role it needs. What is
//! refused or fails is [`Problem`](crate::shape::Problem), whatever part of the server says no.
//!
//! To add a function: an `async fn` with `#[utoipa::path]` in the file of its noun, a name in [`table`], a row in
//! `tests/portal/tables.rs` and one in `tests/portal/api/roles.rs`. The document is made of the same table.

mod answer;
mod ask;
mod audit;
mod bearer;
mod changes;
mod decisions;
mod document;
mod instances;

use std::sync::Arc;

use app::path;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::{any, get};
use http::header::CONTENT_TYPE;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Web;
use bearer::Gate;

/// Waiting for a change takes at most so many seconds.
const LONGEST_WAIT: u64 = 60;

pub fn routes(web: &Web) -> Router<Web> {
    let (functions, document) = table().split_for_parts();
    let document: Arc<str> = document.to_json().unwrap_or_default().into();
    let functions = functions
        .route("/api/v1", any(answer::no_such_function))
        .route("/api/v1/", any(answer::no_such_function))
        .route("/api/v1/{*any}", any(answer::no_such_function))
        .method_not_allowed_fallback(answer::no_such_method)
        .layer(
            // From the outside in.
            ServiceBuilder::new()
                .layer(from_fn_with_state(Gate::new(web.clone()), bearer::admit))
                .layer(CatchPanicLayer::custom(answer::panicked)),
        );
    // The same bytes for everybody, so it needs no token.
    let document = move || async move {
        ([(CONTENT_TYPE, "application/json")], document.to_string()).into_response()
    };
    Router::new().route(path::API_DOCUMENT, get(document)).merge(functions)
}

/// Every function there is.
fn table() -> OpenApiRouter<Web> {
    OpenApiRouter::with_openapi(document::Document::openapi())
        .routes(routes!(bearer::get_holder))
        .routes(routes!(instances::list_instances))
        .routes(routes!(instances::get_instance))
        .routes(routes!(instances::get_exposure))
        .routes(routes!(instances::take_preflight))
        .routes(routes!(changes::list_changes, changes::request_change))
        .routes(routes!(changes::get_change))
        .routes(routes!(changes::wait_for_change))
        .routes(routes!(changes::end_change))
        .routes(routes!(changes::cancel_change))
        .routes(routes!(decisions::approve_change))
        .routes(routes!(decisions::reject_change))
        .routes(routes!(audit::list_audit))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the document says is checked against a running portal in `tests/portal/api`.
    #[test]
    fn every_function_is_in_the_document_with_all_its_answers() {
        let document = table().split_for_parts().1;
        let operations: Vec<_> = document
            .paths
            .paths
            .values()
            .flat_map(|item| [&item.get, &item.post].into_iter().flatten())
            .collect();
        assert_eq!(operations.len(), 14);
        for operation in operations {
            let id = operation.operation_id.as_deref().unwrap();
            let answers = &operation.responses.responses;
            assert!(answers.contains_key("default"), "{id}");
            assert!(answers.keys().any(|status| status.starts_with('2')), "{id}");
            assert!(operation.summary.is_some(), "{id}");
        }
        let text = document.to_json().unwrap();
        for reference in text.split("#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap();
            assert!(text.contains(&format!("\"{name}\":{{")), "{name} is nowhere");
        }
    }
}
