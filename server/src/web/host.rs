//! The portal answers to its own name only: a page that makes its name point here gets nothing.

use app::api::error::{ApiError, ErrorCode};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::HOST;

use super::{Web, forms};

pub async fn known(State(web): State<Web>, request: Request, next: Next) -> Response {
    if is_ours(&web, &request) {
        return next.run(request).await;
    }
    if forms::is_form_address(&request) {
        let refusal = ApiError::new(ErrorCode::CrossSite);
        return forms::refuse_with(StatusCode::MISDIRECTED_REQUEST, &request, refusal);
    }
    let text = "This portal has another name. Open it by the address in its public_url.\n";
    (StatusCode::MISDIRECTED_REQUEST, text).into_response()
}

/// Named once, and by that name; an address that names a host itself must name the same (RFC 9112, 3.2).
pub fn is_ours(web: &Web, request: &Request) -> bool {
    let known = |host: &str| web.authorities.iter().any(|known| known.eq_ignore_ascii_case(host));
    let mut hosts = request.headers().get_all(HOST).iter();
    let named = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().is_ok_and(known),
        _ => false,
    };
    let plain = request.uri().scheme_str().is_none_or(|scheme| matches!(scheme, "http" | "https"));
    named && plain && request.uri().authority().is_none_or(|authority| known(authority.as_str()))
}
