//! Making a session and ending it.

use app::api::error::{ApiError, ErrorCode, FieldProblem};
use app::api::ssr::{BACK, GOTO, Request as Known};
use app::path;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{HeaderValue, SET_COOKIE, USER_AGENT};
use http::{HeaderMap, HeaderName, StatusCode};
use service::SignedIn;
use store::user::User;
use tower_sessions::Session;

use super::forms::FormPairs;
use super::identify::{ClientAddress, SessionHash};
use super::{Web, session};

const FIELDS: &[&str] = &["name", "password", "next"];
/// Enough to recognise a browser by.
const AGENT_CHARS: usize = 200;

pub async fn sign_in(
    State(web): State<Web>,
    Extension(known): Extension<Known>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    Extension(session): Extension<Session>,
    Extension(form): Extension<FormPairs>,
    headers: HeaderMap,
) -> Response {
    let next = path::safe_next(form.get("next"));
    let back = path::sign_in_for(&next);
    if form.0.iter().any(|(name, _)| !FIELDS.contains(&name.as_str())) {
        return failure(ApiError::new(ErrorCode::Malformed), &back);
    }
    let filled = |field: &str| form.get(field).filter(|value| !value.is_empty());
    let Some(name) = filled("name") else {
        return failure(ApiError::field("name", FieldProblem::Missing), &back);
    };
    let Some(password) = filled("password") else {
        return failure(ApiError::field("password", FieldProblem::Missing), &back);
    };
    match web.portal.sign_in(name, password.into(), address).await {
        Ok(user) => match begin(&web, &session, &user, address, &headers).await {
            Ok(()) => success(&next),
            Err(error) => failure(error, &back),
        },
        Err(error) => failure(known.respond(error), &back),
    }
}

/// A new session with a new id, whatever the browser came with.
async fn begin(
    web: &Web,
    session: &Session,
    user: &User,
    address: Option<std::net::IpAddr>,
    headers: &HeaderMap,
) -> Result<(), ApiError> {
    let unavailable = |error: tower_sessions::session::Error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a session could not be made");
        ApiError::new(ErrorCode::Unavailable)
    };
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let agent: String = agent.chars().take(AGENT_CHARS).collect();
    session.cycle_id().await.map_err(unavailable)?;
    session.insert(session::USER, user.person.id.to_string()).await.map_err(unavailable)?;
    session.insert(session::AGENT, agent).await.map_err(unavailable)?;
    if let Some(address) = address {
        session.insert(session::ADDRESS, address.to_string()).await.map_err(unavailable)?;
    }
    session.save().await.map_err(unavailable)?;
    let Some(hash) = session::current_hash(session).await else {
        return Err(ApiError::new(ErrorCode::Fault));
    };
    let who = SignedIn {
        person: user.person.clone(),
        session: session::label(&hash),
        address,
        language: None,
        theme: None,
    };
    let Err(error) = web.portal.record_signed_in(&who).await else { return Ok(()) };
    tracing::error!(error = &error as &dyn std::error::Error, "a sign-in could not be recorded");
    // Nobody is signed in without a record.
    session.flush().await.map_err(unavailable)?;
    Err(ApiError::new(ErrorCode::Unavailable))
}

pub async fn sign_out(
    State(web): State<Web>,
    Extension(known): Extension<Known>,
    session: Option<Extension<SessionHash>>,
    Extension(form): Extension<FormPairs>,
) -> Response {
    if !form.0.is_empty() {
        return failure(ApiError::new(ErrorCode::Malformed), path::INSTANCES);
    }
    if let (Some(who), Some(Extension(SessionHash(hash)))) = (&known.who, session) {
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
    let mut response = success(path::SIGN_IN);
    response.headers_mut().append(SET_COOKIE, session::removal());
    response
}

/// As a server function would answer: see `forms`.
pub(super) fn success(goto: &str) -> Response {
    with_header(axum::Json(()).into_response(), GOTO, goto)
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
