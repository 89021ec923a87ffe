//! The receipt of a change that ended, as a file.

use app::api::error::{ApiError, ErrorCode};
use app::api::ssr::Request as Known;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request};
use axum::response::{IntoResponse, Response};
use domain::id::ChangeId;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};

use super::forms;

pub async fn send(id: Result<Path<String>, PathRejection>, request: Request) -> Response {
    let Some(known) = request.extensions().get::<Known>().cloned() else {
        return forms::refuse(&request, ApiError::new(ErrorCode::NotSignedIn));
    };
    let Some(id) = id.ok().and_then(|Path(id)| id.parse::<ChangeId>().ok()) else {
        return forms::refuse(&request, ApiError::new(ErrorCode::NotFound));
    };
    let receipt = match known.viewer() {
        Ok(viewer) => viewer.get_receipt(id).await.map_err(|error| known.respond(error)),
        Err(error) => Err(error),
    };
    match receipt {
        Ok(receipt) => (
            [
                (CONTENT_TYPE, "application/json".to_owned()),
                (
                    CONTENT_DISPOSITION,
                    format!("attachment; filename=\"latchkey-receipt-{id}.json\""),
                ),
                (CACHE_CONTROL, "no-store".to_owned()),
            ],
            receipt,
        )
            .into_response(),
        Err(error) => forms::refuse(&request, error),
    }
}
