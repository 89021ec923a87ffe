//! Answers where no page could be made: plain, true, and without a word from below.

use std::any::Any;
use std::time::Duration;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use http::{Method, StatusCode};

/// Longer than any use case takes: a review waits five seconds for the cloud.
pub const TIMEOUT: Duration = Duration::from_secs(15);

/// A page of one sentence.
pub fn page(status: StatusCode, title: &str, text: &str) -> Response {
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\
         <body><h1>{title}</h1><p>{text}</p><p><a href=\"/instances\">Latchkey</a></p></body></html>"
    );
    (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

/// One failing request is one 500; the process lives on, and so does every change under way.
pub fn panicked(_panic: Box<dyn Any + Send + 'static>) -> Response {
    // What was said by the panic is in the log, written where it happened.
    page(
        StatusCode::INTERNAL_SERVER_ERROR,
        "A fault of the portal",
        "It is in the log under this answer's x-request-id. A change that was under way is brought to its end.",
    )
}

pub async fn no_such_address(method: Method) -> Response {
    let looks = matches!(method, Method::GET | Method::HEAD);
    let status = if looks { StatusCode::NOT_FOUND } else { StatusCode::METHOD_NOT_ALLOWED };
    page(status, "There is nothing here", "The address is wrong. Nothing was changed.")
}

pub async fn no_store(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
