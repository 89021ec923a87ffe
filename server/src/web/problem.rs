//! Answers where no page could be made: plain, true, and without a word from below.
//!
//! Whoever answers says only what it is ([`Told`]); the page is made around the answer (`headers`), where language, theme
//! and the number of the request are known.

use std::any::Any;
use std::time::Duration;

use app::api::error::ErrorCode;
use app::boot::AssetHrefs;
use app::problem::Reader;
use app::text::Language;
use axum::Extension;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method, StatusCode};

use super::identify::cookie;
use super::preferences::{LANGUAGE_COOKIE, THEME_COOKIE};

/// Longer than any use case takes: a review waits five seconds for the cloud.
pub const TIMEOUT: Duration = Duration::from_secs(15);

/// On an answer: it is to be a page with the words of this code, in this language if it is known by now.
#[derive(Debug, Clone, Copy)]
struct Told(ErrorCode, Option<Language>);

/// An answer that says this, as a page.
pub fn told(status: StatusCode, code: ErrorCode, language: Option<Language>) -> Response {
    (status, Extension(Told(code, language))).into_response()
}

/// One failing request is one 500; the process lives on, and so does every change under way.
pub fn panicked(_panic: Box<dyn Any + Send + 'static>) -> Response {
    // What was said by the panic is in the log, written where it happened.
    told(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Fault, None)
}

pub async fn no_such_address(method: Method) -> Response {
    let looks = matches!(method, Method::GET | Method::HEAD);
    let status = if looks { StatusCode::NOT_FOUND } else { StatusCode::METHOD_NOT_ALLOWED };
    told(status, ErrorCode::NotFound, None)
}

/// What a request says of whoever will read the answer.
pub fn reader(headers: &HeaderMap, method: &Method, number: &str) -> Reader {
    let chosen = cookie(headers, LANGUAGE_COOKIE).and_then(|tag| Language::of_tag(&tag));
    let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|header| header.to_str().ok());
    let theme = cookie(headers, THEME_COOKIE);
    Reader {
        language: chosen.unwrap_or_else(|| Language::accepted(accepted.unwrap_or_default())),
        theme: ["light", "dark"].into_iter().find(|known| theme.as_deref() == Some(*known)),
        number: number.to_owned(),
        looks: *method == Method::GET,
    }
}

/// The answer itself, or the page that it asks for.
pub fn shown(answer: Response, reader: Reader, hrefs: &AssetHrefs) -> Response {
    let Some(Told(code, language)) = answer.extensions().get::<Told>().copied() else {
        return answer;
    };
    let language = language.unwrap_or(reader.language);
    let page = app::problem::page(code, &Reader { language, ..reader }, hrefs);
    let (mut parts, _) = answer.into_parts();
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Response::from_parts(parts, Body::from(page))
}

/// Everything but what programs ask, which has limits and words of its own, ends within [`TIMEOUT`].
pub async fn in_time(request: Request, next: Next) -> Response {
    if request.uri().path().starts_with(app::path::API) {
        return next.run(request).await;
    }
    match tokio::time::timeout(TIMEOUT, next.run(request)).await {
        Ok(answer) => answer,
        Err(_) => told(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::TooBusy, None),
    }
}

pub async fn no_store(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
