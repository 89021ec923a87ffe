//! Making a session and ending it.

use std::net::IpAddr;

use app::api::error::{ApiError, ErrorCode, FieldProblem};
use app::api::ssr::{BACK, GOTO, ONCE, Request as Known};
use app::path;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::person::Person;
use domain::time::Timestamp;
use http::header::{HeaderValue, SET_COOKIE, USER_AGENT};
use http::{HeaderMap, HeaderName, StatusCode};
use service::{FirstStep, Method, SignedIn};
use tower_sessions::Session;

use super::forms::FormPairs;
use super::headers::Asker;
use super::identify::{ClientAddress, SessionHash};
use super::{Web, session};

/// What a browser keeps of the portal ends with the session: pages, and the ids of ticked instances. Other tabs are told by
/// `boot.js`.
const FORGET: HeaderValue = HeaderValue::from_static("\"cache\", \"storage\"");
pub(super) const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

const FIELDS: &[&str] = &["name", "password", "next"];
/// Enough to recognise a browser by.
const AGENT_CHARS: usize = 200;

pub async fn sign_in(
    State(web): State<Web>,
    Extension(known): Extension<Known>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    Extension(session): Extension<Session>,
    Extension(asker): Extension<Asker>,
    Extension(form): Extension<FormPairs>,
    headers: HeaderMap,
) -> Response {
    let next = path::safe_next(form.get("next"));
    let back = path::sign_in_for(&next);
    if form.has_others(FIELDS) {
        return failure(ApiError::new(ErrorCode::Malformed), &back);
    }
    let Some(name) = form.filled("name") else {
        return failure(ApiError::field("name", FieldProblem::Missing), &back);
    };
    let Some(password) = form.filled("password") else {
        return failure(ApiError::field("password", FieldProblem::Missing), &back);
    };
    match web.portal.sign_in(name, password.into(), address).await {
        Ok(FirstStep::Half(half)) => {
            match session::begin_half(&session, &half, web.portal.session_now()).await {
                Ok(()) => success(&path::second_step_for(&next)),
                Err(error) => failure(unavailable(&error), &back),
            }
        }
        Ok(FirstStep::Done(user)) => {
            let (method, headers, asker) = (Method::Password, &headers, &asker);
            let entry = Entry { method, address, headers, asker, factor: None, until: None };
            match begin(&web, &session, &user.person, &entry).await {
                Ok(()) => success(&next),
                Err(error) => failure(error, &back),
            }
        }
        Err(error) => failure(known.respond(error), &back),
    }
}

/// How somebody comes in.
pub(super) struct Entry<'a> {
    pub method: Method,
    pub address: Option<IpAddr>,
    pub headers: &'a HeaderMap,
    /// Told which session began.
    pub asker: &'a Asker,
    /// What they showed after the password.
    pub factor: Option<&'static str>,
    /// The end of the session that this one goes on for; `None`: it is a new one.
    pub until: Option<Timestamp>,
}

fn unavailable(error: &tower_sessions::session::Error) -> ApiError {
    tracing::error!(error = error as &dyn std::error::Error, "a session could not be made");
    ApiError::new(ErrorCode::Unavailable)
}

/// A new session with a new id, whatever the browser came with.
pub(super) async fn begin(
    web: &Web,
    session: &Session,
    person: &Person,
    &Entry { method, address, headers, asker, factor, until }: &Entry<'_>,
) -> Result<(), ApiError> {
    let unavailable = |error: tower_sessions::session::Error| unavailable(&error);
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let agent: String = agent.chars().take(AGENT_CHARS).collect();
    session.cycle_id().await.map_err(unavailable)?;
    session::end_half(session).await.map_err(unavailable)?;
    let now = web.portal.session_now();
    let until = until.unwrap_or_else(|| now.plus(web.portal.settings().session_absolute));
    session.insert(session::UNTIL, until.as_millis()).await.map_err(unavailable)?;
    session.insert(session::PROVEN, now.as_millis()).await.map_err(unavailable)?;
    session.insert(session::USER, person.id.to_string()).await.map_err(unavailable)?;
    session.insert(session::AGENT, agent).await.map_err(unavailable)?;
    session.insert(session::METHOD, method.code()).await.map_err(unavailable)?;
    if let Some(address) = address {
        session.insert(session::ADDRESS, address.to_string()).await.map_err(unavailable)?;
    }
    session.save().await.map_err(unavailable)?;
    let Some(hash) = session::current_hash(session).await else {
        return Err(ApiError::new(ErrorCode::Fault));
    };
    let who = SignedIn {
        person: person.clone(),
        session: session::label(&hash),
        address,
        language: None,
        theme: None,
        proven_at: Some(now),
    };
    asker.is(&who.session);
    let Err(error) = web.portal.record_signed_in(&who, method, factor).await else { return Ok(()) };
    tracing::error!(error = &error as &dyn std::error::Error, "a sign-in could not be recorded");
    // Nobody is signed in without a record.
    session.flush().await.map_err(unavailable)?;
    Err(ApiError::new(ErrorCode::Unavailable))
}

pub async fn sign_out(
    State(web): State<Web>,
    Extension(known): Extension<Known>,
    Extension(session): Extension<Session>,
    hash: Option<Extension<SessionHash>>,
    Extension(form): Extension<FormPairs>,
) -> Response {
    if !form.0.is_empty() {
        return failure(ApiError::new(ErrorCode::Malformed), path::INSTANCES);
    }
    let mut goto = path::SIGN_IN;
    if let (Some(who), Some(Extension(SessionHash(hash)))) = (&known.who, hash) {
        // At the provider they are signed in still: the next page says so.
        if session::method(&session).await.is_some_and(|method| method != Method::Password) {
            goto = path::SIGNED_OUT;
        }
        let ended = web.portal.store().revoke_session(&hash, web.portal.session_now()).await;
        let recorded = match ended {
            Ok(true) => web.portal.record_signed_out(who).await,
            Ok(false) => Ok(()),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = recorded {
            return failure(known.respond(error), path::INSTANCES);
        }
    }
    let mut response = success(goto);
    response.headers_mut().append(SET_COOKIE, session::removal());
    response.headers_mut().insert(CLEAR_SITE_DATA, FORGET);
    response
}

/// As a server function would answer: see `forms`.
pub(super) fn success(goto: &str) -> Response {
    success_with(axum::Json(()), goto)
}

pub(super) fn success_with(answer: impl IntoResponse, goto: &str) -> Response {
    with_header(answer.into_response(), GOTO, goto)
}

/// What was made is shown on the page that follows, once.
pub(super) fn success_once(answer: impl IntoResponse, goto: &str, secret: &str) -> Response {
    with_header(success_with(answer, goto), ONCE, secret)
}

pub(super) fn failure(error: ApiError, back: &str) -> Response {
    let status =
        StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    with_header((status, axum::Json(error)).into_response(), BACK, back)
}

fn with_header(mut response: Response, name: HeaderName, address: &str) -> Response {
    if let Ok(address) = HeaderValue::from_str(address) {
        response.headers_mut().insert(name, address);
    }
    response
}
