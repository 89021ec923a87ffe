//! The portal answers to its own name only: a page that makes its name point here gets nothing.

use app::api::error::{ApiError, ErrorCode};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::HOST;

use super::{Web, forms};

pub async fn known(State(web): State<Web>, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if web.authorities.iter().any(|known| known.eq_ignore_ascii_case(host)) {
        return next.run(request).await;
    }
    if forms::is_form_address(&request) {
        let refusal = ApiError::new(ErrorCode::CrossSite);
        return forms::refuse_with(StatusCode::MISDIRECTED_REQUEST, &request, refusal);
    }
    let text = "This portal has another name. Open it by the address in its public_url.\n";
    (StatusCode::MISDIRECTED_REQUEST, text).into_response()
}
