//! Keeps web pages away from the control API: a browser on the same machine could otherwise be led
//! there by any page.

use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Refuses a request that names another host than loopback, or that a page of another origin sent.
pub(crate) async fn only_programs(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let to_loopback = matches!(name, "127.0.0.1" | "localhost" | "[::1]");
    if !to_loopback || headers.contains_key(header::ORIGIN) {
        return (StatusCode::FORBIDDEN, "the control API is for programs on this machine")
            .into_response();
    }
    next.run(request).await
}
