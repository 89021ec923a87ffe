//! Around every answer: a number, a line in the log, and the headers that tell a browser what not to do.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, RETRY_AFTER,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use tracing::{Instrument as _, Span};

use super::{Web, identify, problem};
use crate::outside;

/// The portal's number of a request: in the log, in every error, in the answer.
#[derive(Debug, Clone)]
pub struct RequestNumber(pub String);

/// The short name of the session that asks, or that was just begun: known within the request, and logged at its end,
/// however that comes.
#[derive(Debug, Clone)]
pub struct Asker {
    session: Arc<OnceLock<String>>,
    /// Of the request: others may stand within it.
    span: Span,
}

impl Asker {
    /// From now on every line that this request logs has it.
    pub fn is(&self, session: &str) {
        self.span.record("session", session);
        // A session that begins in a request takes the place of none.
        let _ = self.session.set(session.to_owned());
    }
}

const NUMBER: HeaderName = HeaderName::from_static("x-request-id");

const FIXED: [(HeaderName, HeaderValue); 8] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000; includeSubDomains")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-embedder-policy"),
        HeaderValue::from_static("require-corp"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
];

/// What an answer without a page of ours may do: nothing at all.
const NOTHING: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// When whoever asked too much may come again, in seconds: the longest that signing in is slowed down.
const LATER: HeaderValue = HeaderValue::from_static("10");

pub async fn around(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let number = outside::short_token();
    request.extensions_mut().insert(RequestNumber(number.clone()));
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let client = identify::client_address(&request, &web.trusted_proxies);
    let client = client.map(tracing::field::display);
    // Of the highest level, so that whatever is logged has it.
    let span = tracing::error_span!("request", number, client, session = tracing::field::Empty);
    let asker = Asker { session: Arc::default(), span: span.clone() };
    request.extensions_mut().insert(asker.clone());
    let began = Instant::now();
    let reader = problem::reader(request.headers(), &method, &number);
    let answer = next.run(request).instrument(span).await;
    let mut response = problem::shown(answer, reader, &web.hrefs);
    let status = response.status().as_u16();
    let (session, ms) = (asker.session.get(), began.elapsed().as_millis());
    // The query stays out: it holds what people search for.
    tracing::info!(number, client, session, %method, path, status, ms, "answered");
    let refused = response.status() == StatusCode::TOO_MANY_REQUESTS;
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, value);
    }
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(NOTHING);
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if refused {
        headers.entry(RETRY_AFTER).or_insert(LATER);
    }
    if let Ok(number) = HeaderValue::from_str(&number) {
        headers.insert(NUMBER, number);
    }
    response
}

/// One nonce a page; nothing inline, nothing from elsewhere.
pub fn content_security_policy() {
    let nonce =
        leptos::nonce::use_nonce().map(|nonce| format!("'nonce-{nonce}'")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self' {nonce} 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    if let (Some(response), Ok(policy)) =
        (use_context::<ResponseOptions>(), HeaderValue::from_str(&policy))
    {
        response.insert_header(CONTENT_SECURITY_POLICY, policy);
    }
}
