//! The answer to a form, whoever sent it.
//!
//! The functions behind answer with JSON and, in two headers that end here, with where a plain form goes. A page's own
//! form (it accepts `text/html`) gets a 303 to a route of ours; after a failure that route shows a notice, once, with
//! what had been typed. Everybody else gets the JSON, with the status of its code.

use std::time::Duration;

use app::api::error::{ApiError, ErrorCode};
use app::api::ssr::{BACK, GOTO, Notice, Request as Known};
use app::api::strict_form;
use app::path;
use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method, StatusCode};

use super::headers::RequestNumber;
use super::identify::SessionHash;
use super::{Web, problem};
use crate::outside;

/// No form of ours comes near it.
pub const BODY_LIMIT: usize = 64 * 1024;
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
];

/// The strictly read pairs of a form, for handlers that are no server functions.
#[derive(Debug, Clone)]
pub struct FormPairs(pub Vec<(String, String)>);

impl FormPairs {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
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
    let content_type =
        parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !strict_form::is_form(content_type) {
        let refusal = ApiError::new(ErrorCode::Malformed);
        return asked.failed(&web, refusal, StatusCode::UNSUPPORTED_MEDIA_TYPE, None, &[]).await;
    }
    let Ok(bytes) = to_bytes(body, BODY_LIMIT).await else {
        return asked
            .failed(
                &web,
                ApiError::new(ErrorCode::TooLarge),
                StatusCode::PAYLOAD_TOO_LARGE,
                None,
                &[],
            )
            .await;
    };
    let Some(pairs) = strict_form::pairs(&bytes) else {
        return asked
            .failed(&web, ApiError::new(ErrorCode::Malformed), StatusCode::BAD_REQUEST, None, &[])
            .await;
    };
    // So that the framework makes no redirect of its own, which would carry the error in the address.
    parts.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    parts.headers.remove(CONTENT_LENGTH);
    parts.extensions.insert(FormPairs(pairs.clone()));
    let mut response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    let goto = take(response.headers_mut(), &GOTO);
    let back = take(response.headers_mut(), &BACK);
    if response.status().is_success() {
        return asked.succeeded(response, goto.as_deref());
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
    let language = asked.known.as_ref().map_or(app::text::Language::En, |known| known.language);
    let words = app::text::error_words(language, error.code);
    problem::page(status, words.title, &format!("{} {}", words.sentence, words.next))
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

    fn succeeded(&self, response: Response, goto: Option<&str>) -> Response {
        if !self.html {
            return response;
        }
        let mut redirect = Redirect::to(goto.unwrap_or(path::INSTANCES)).into_response();
        for cookie in response.headers().get_all(http::header::SET_COOKIE) {
            redirect.headers_mut().append(http::header::SET_COOKIE, cookie.clone());
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
            let language =
                self.known.as_ref().map_or(app::text::Language::En, |known| known.language);
            let words = app::text::error_words(language, error.code);
            return problem::page(
                status,
                words.title,
                &format!("{} {}", words.sentence, words.next),
            );
        }
        Redirect::to(&path::and(&back, "notice", &id)).into_response()
    }
}
