//! For load balancers and supervisors. Both are asked by address, so neither checks the name.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;

use super::Web;

pub fn routes() -> Router<Web> {
    Router::new().route("/healthz", get(async || "ok\n")).route("/readyz", get(ready))
}

/// Whether the memory answers and every change that was open at the start has been taken up.
async fn ready(State(web): State<Web>) -> Response {
    if web.portal.is_ready().await {
        "ready\n".into_response()
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            "not ready: the database does not answer, or open changes are being taken up\n",
        )
            .into_response()
    }
}
