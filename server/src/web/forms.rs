//! The answer to a form, whoever sent it.
//!
//! The functions behind answer with JSON and, in two headers that end here, with where a plain form goes. A page's own
//! form (it accepts `text/html`) gets a 303 to a route of ours; after a failure that route shows a notice, once, with
//! what had been typed. Everybody else gets the JSON, with the status of its code.

use std::time::Duration;

use app::api::error::{ApiError, ErrorCode};
use app::api::ssr::{BACK, GOTO, Notice, ONCE, Request as Known};
use app::api::strict_form;
use app::path;
use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::LengthLimitError;
use hyper::body::Body as _;

use super::headers::RequestNumber;
use super::identify::SessionHash;
use super::sign_in::CLEAR_SITE_DATA;
use super::{Web, once, problem};
use crate::outside;

/// No form of ours comes near it.
pub const BODY_LIMIT: usize = 64 * 1024;
/// Nobody waits for a body that says to be longer. A shorter one is read up to the limit: whoever is cut off while still
/// sending hears no answer.
const NEVER_READ: usize = 1024 * 1024;
/// An error's JSON is a few hundred bytes.
const ANSWER_LIMIT: usize = 256 * 1024;
const NOTICE_LASTS: Duration = Duration::from_mins(10);
/// What may be shown again. Never a password.
const SHOWN_AGAIN: &[&str] = &[
    "reason",
    "lasts",
    "start",
    "break_glass",
    "typed_name",
    "passwordless_clients_fail",
    "old_password_counts",
    "late_effect",
    "name",
    "role",
    "accounts",
    "regions",
    "production",
    "staging",
    "development",
    "unlabelled",
    "tags",
    "member",
    "environment",
    "open_who",
    "open_approval",
    "open_at_most",
    "close_who",
    "close_approval",
    "need_reason",
    "windows",
    "zone",
    "approval_lasts",
    "put_back_within",
    "at_once",
    "failures",
    "typed_count",
    "label",
    "role",
    "expires_in",
];

/// The strictly read pairs of a form, for handlers that are no server functions.
#[derive(Debug, Clone)]
pub struct FormPairs(pub Vec<(String, String)>);

impl FormPairs {
    /// A field that is there and not empty.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// Whether there is a field that nobody asked for.
    pub fn has_others(&self, known: &[&str]) -> bool {
        self.0.iter().any(|(name, _)| !known.contains(&name.as_str()))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn pairs(&self) -> Vec<(&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

pub async fn answer(State(web): State<Web>, request: Request, next: Next) -> Response {
    if !is_form_address(&request) {
        return next.run(request).await;
    }
    if request.method() != Method::POST {
        return no_form(&request);
    }
    let asked = Asked::of(&request);
    let (mut parts, body) = request.into_parts();
    let read = match unread(&parts, &body) {
        Some(refusal) => Err(refusal),
        None => to_bytes(body, BODY_LIMIT).await.map_err(|error| broken_off(&error)),
    };
    let read = read.and_then(|bytes| match strict_form::pairs(&bytes) {
        Some(pairs) => Ok((bytes, pairs)),
        None => Err(MALFORMED),
    });
    let (bytes, pairs) = match read {
        Ok(read) => read,
        Err((code, status)) => {
            return asked.failed(&web, ApiError::new(code), status, None, &[]).await;
        }
    };
    // So that the framework makes no redirect of its own, which would carry the error in the address.
    parts.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    parts.headers.remove(CONTENT_LENGTH);
    parts.extensions.insert(FormPairs(pairs.clone()));
    let mut response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    let goto = take(response.headers_mut(), &GOTO);
    let back = take(response.headers_mut(), &BACK);
    let once = take(response.headers_mut(), &ONCE);
    if response.status().is_success() {
        return asked.succeeded(&web, response, goto, once).await;
    }
    let status = response.status();
    let (parts, body) = response.into_parts();
    let error = match to_bytes(body, ANSWER_LIMIT)
        .await
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
    {
        Some(error) => error,
        None => ApiError::new(code_of(status)),
    };
    let status = StatusCode::from_u16(error.code.status()).unwrap_or(status);
    let mut answer = asked.failed(&web, error, status, back.as_deref(), &pairs).await;
    for cookie in parts.headers.get_all(http::header::SET_COOKIE) {
        answer.headers_mut().append(http::header::SET_COOKIE, cookie.clone());
    }
    answer
}

type Refused = (ErrorCode, StatusCode);

const MALFORMED: Refused = (ErrorCode::Malformed, StatusCode::BAD_REQUEST);
const UNSUPPORTED: Refused = (ErrorCode::Malformed, StatusCode::UNSUPPORTED_MEDIA_TYPE);
const TOO_LARGE: Refused = (ErrorCode::TooLarge, StatusCode::PAYLOAD_TOO_LARGE);

/// What is refused before any of its body is waited for.
fn unread(parts: &http::request::Parts, body: &Body) -> Option<Refused> {
    let only = |name: &http::HeaderName| {
        let mut values = parts.headers.get_all(name).iter();
        let first = values.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
        values.next().is_none().then_some(first)
    };
    if !only(&CONTENT_TYPE).is_some_and(strict_form::is_form)
        || !only(&CONTENT_ENCODING).is_some_and(|coding| matches!(coding, "" | "identity"))
    {
        return Some(UNSUPPORTED);
    }
    // All that a form says stands in its body.
    if parts.uri.query().is_some() {
        return Some(MALFORMED);
    }
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    (announced > NEVER_READ).then_some(TOO_LARGE)
}

/// Too long, or no body at all.
fn broken_off(error: &axum::Error) -> Refused {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return TOO_LARGE;
        }
        cause = error.source();
    }
    MALFORMED
}

/// Whether a request is for a form, and so is answered in the words of forms.
pub fn is_form_address(request: &Request) -> bool {
    request.uri().path().starts_with(path::UI)
}

/// A refusal before anything was read: a page of one sentence, or JSON.
pub fn refuse(request: &Request, error: ApiError) -> Response {
    let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::FORBIDDEN);
    refuse_with(status, request, error)
}

/// The same where the status says more than the code.
pub fn refuse_with(status: StatusCode, request: &Request, error: ApiError) -> Response {
    let asked = Asked::of(request);
    let error = ApiError { request_id: asked.number.clone(), ..error };
    if !asked.html {
        return (status, axum::Json(error)).into_response();
    }
    asked.plain(status, error.code)
}

/// Back to a page of ours that says what went wrong, for what is no form but ends like one.
pub async fn led_back(web: &Web, known: &Known, error: ApiError, back: &str) -> Response {
    let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::FORBIDDEN);
    let (number, known) = (known.id.clone(), Some(known.clone()));
    let asked = Asked { html: true, number, session: None, known };
    asked.failed(web, error, status, Some(back), &[]).await
}

/// Whatever is no POST: a form is not looked at.
fn no_form(request: &Request) -> Response {
    let matched = request.extensions().get::<MatchedPath>();
    let known = matched.is_some_and(|matched| matched.as_str().starts_with(path::UI));
    let status = if known { StatusCode::METHOD_NOT_ALLOWED } else { StatusCode::NOT_FOUND };
    refuse_with(status, request, ApiError::new(ErrorCode::NotFound))
}

/// A framework's status where there was no error of ours.
const fn code_of(status: StatusCode) -> ErrorCode {
    match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => ErrorCode::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::TooLarge,
        StatusCode::BAD_REQUEST
        | StatusCode::UNPROCESSABLE_ENTITY
        | StatusCode::UNSUPPORTED_MEDIA_TYPE => ErrorCode::Malformed,
        StatusCode::SERVICE_UNAVAILABLE => ErrorCode::Unavailable,
        _ => ErrorCode::Fault,
    }
}

fn take(headers: &mut HeaderMap, name: &http::HeaderName) -> Option<String> {
    headers.remove(name).and_then(|value| value.to_str().map(str::to_owned).ok())
}

/// Who asked, as far as the answer depends on it.
struct Asked {
    html: bool,
    number: String,
    session: Option<String>,
    known: Option<Known>,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let accepts =
            request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Self {
            html: accepts.contains("text/html") || !is_form_address(request),
            number: request
                .extensions()
                .get::<RequestNumber>()
                .map(|number| number.0.clone())
                .unwrap_or_default(),
            session: request.extensions().get::<SessionHash>().map(|hash| hash.0.clone()),
            known: request.extensions().get::<Known>().cloned(),
        }
    }

    async fn succeeded(
        &self,
        web: &Web,
        response: Response,
        goto: Option<String>,
        once: Option<String>,
    ) -> Response {
        if !self.html {
            return response;
        }
        let mut goto = goto.unwrap_or_else(|| path::INSTANCES.to_owned());
        if let Some(secret) = once {
            match once::keep(web, self.session.as_deref(), &goto, &secret).await {
                Ok(address) => goto = address,
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "what was made cannot be shown"
                    );
                    return self.plain(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable);
                }
            }
        }
        let mut redirect = Redirect::to(&goto).into_response();
        for cookie in response.headers().get_all(http::header::SET_COOKIE) {
            redirect.headers_mut().append(http::header::SET_COOKIE, cookie.clone());
        }
        if let Some(forget) = response.headers().get(CLEAR_SITE_DATA) {
            redirect.headers_mut().insert(CLEAR_SITE_DATA, forget.clone());
        }
        redirect
    }

    async fn failed(
        &self,
        web: &Web,
        error: ApiError,
        status: StatusCode,
        back: Option<&str>,
        pairs: &[(String, String)],
    ) -> Response {
        let error = ApiError { request_id: self.number.clone(), ..error };
        if !self.html {
            return (status, axum::Json(error)).into_response();
        }
        let back = back.unwrap_or(path::INSTANCES).to_owned();
        let signed_out = error.code == ErrorCode::NotSignedIn;
        let (back, session) = if signed_out {
            (path::sign_in_for(&back), None)
        } else {
            (back, self.session.as_deref())
        };
        let typed = pairs
            .iter()
            .filter(|(name, _)| SHOWN_AGAIN.contains(&name.as_str()))
            .cloned()
            .collect();
        let id = hex::encode(outside::random_bytes());
        let expires_at = web.portal.now().plus(NOTICE_LASTS);
        let notice = serde_json::to_string(&Notice { error: error.clone(), typed });
        let kept = match notice {
            Ok(body) => {
                web.portal.store().put_notice(&id, session, &body, expires_at).await.is_ok()
            }
            Err(_) => false,
        };
        if !kept {
            // Without memory there is no page to go back to: say it here.
            return self.plain(status, error.code);
        }
        if error.code == ErrorCode::ProofNeeded {
            // What was typed waits there; that page leads back to it.
            return Redirect::to(&path::step_up_for(&back, &id)).into_response();
        }
        Redirect::to(&path::and(&back, "notice", &id)).into_response()
    }

    /// A page of one sentence.
    fn plain(&self, status: StatusCode, code: ErrorCode) -> Response {
        problem::told(status, code, self.known.as_ref().map(|known| known.language))
    }
}
