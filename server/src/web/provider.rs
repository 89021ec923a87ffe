//! Signing in at the organisation's provider: there by a link, back with what it says.
//!
//! The browser keeps a secret of its own in a cookie meanwhile (`__Host-login`): lax, since it has to come along when the
//! provider leads back, and gone with the answer. The session that follows has the strict cookie as always, which does
//! not come along on the way back: so the answer is a page of ours that leads on from here.

use app::api::error::ApiError;
use app::api::ssr::Request as Known;
use app::api::strict_form;
use app::path;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{HeaderValue, SET_COOKIE};
use http::request::Parts;
use http::{Method as Verb, Uri};
use service::{Method, Proven, ProviderAnswer, ProviderProblem, SIGN_IN_LASTS, ServiceError};
use tower_sessions::Session;

use super::headers::Asker;
use super::identify::{ClientAddress, SessionHash, cookie, lead_on};
use super::sign_in::{Entry, begin};
use super::{Web, forms, problem, session};

pub const COOKIE: &str = "__Host-login";

/// To the provider. Looking at it is to begin, so it is no page.
pub async fn start(
    State(web): State<Web>,
    Extension(known): Extension<Known>,
    hash: Option<Extension<SessionHash>>,
    verb: Verb,
    uri: Uri,
) -> Response {
    if web.portal.settings().oidc.is_none() {
        return problem::no_such_address(verb).await;
    }
    let asked = uri.to_string();
    let next = path::safe_next(path::query_value(&asked, "next").as_deref());
    // Whoever is signed in may be asked to prove it again.
    let again = path::query_value(&asked, "again").is_some();
    let session = hash.filter(|_| again).map(|Extension(SessionHash(hash))| hash);
    match web.portal.begin_oidc(&next, session.as_deref()).await {
        Ok(begun) => {
            let mut response = Redirect::to(&begun.url).into_response();
            set_cookie(&mut response, &begun.secret, SIGN_IN_LASTS.as_secs());
            response
        }
        Err(error) => {
            let error = known.respond(error);
            forms::led_back(&web, &known, error, &path::sign_in_for(&next)).await
        }
    }
}

/// Back from the provider.
pub async fn callback(
    State(web): State<Web>,
    Extension(known): Extension<Known>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    Extension(session): Extension<Session>,
    Extension(asker): Extension<Asker>,
    arrived: Parts,
) -> Response {
    if web.portal.settings().oidc.is_none() {
        return problem::no_such_address(arrived.method).await;
    }
    let secret = cookie(&arrived.headers, COOKIE);
    let proven = match answer(&arrived.uri) {
        Some(answer) => web.portal.finish_oidc(secret.as_deref(), answer, address).await,
        None => Err(ServiceError::Provider { problem: ProviderProblem::Over("malformed") }),
    };
    let ended = match proven {
        Ok(proven) => {
            let (method, headers, asker) = (Method::Provider, &arrived.headers, &asker);
            let entry = Entry { method, address, headers, asker, factor: None, until: None };
            enter(&web, &session, proven, entry).await
        }
        Err(error) => Err(error),
    };
    let ended = ended.map_err(|error| known.respond(error));
    let mut response = match ended {
        Ok(next) => lead_on(&next),
        Err(error) => forms::led_back(&web, &known, error, path::SIGN_IN).await,
    };
    set_cookie(&mut response, "", 0);
    response
}

async fn enter(
    web: &Web,
    session: &Session,
    proven: Proven,
    entry: Entry<'_>,
) -> Result<String, ServiceError> {
    let Some(old) = &proven.session else {
        begin(web, session, &proven.person, &entry).await.map_err(|error| fault(&error))?;
        return Ok(proven.next);
    };
    // It goes on for the session that wanted to know, if that is alive and the same person's.
    let until = web.portal.end_of_proven(old, &proven.person).await?;
    begin(web, session, &proven.person, &Entry { until: Some(until), ..entry })
        .await
        .map_err(|error| fault(&error))?;
    if let Some(new) = session::current_hash(session).await {
        web.portal.store().hand_notices_over(old, &new).await?;
    }
    web.portal.store().revoke_session(old, web.portal.session_now()).await?;
    Ok(proven.next)
}

/// It is in the log already.
fn fault(error: &ApiError) -> ServiceError {
    ServiceError::Fault(error.to_string().into())
}

/// `None`: something is said twice, or is no text.
fn answer(uri: &Uri) -> Option<ProviderAnswer> {
    let mut answer = ProviderAnswer::default();
    for (name, value) in strict_form::pairs(uri.query().unwrap_or_default().as_bytes())? {
        match name.as_str() {
            "state" => answer.state = Some(value),
            "code" => answer.code = Some(value),
            "iss" => answer.issuer = Some(value),
            "error" => answer.error = Some(value),
            // Providers say more than anybody asked for.
            _ => {}
        }
    }
    Some(answer)
}

fn set_cookie(response: &mut Response, value: &str, seconds: u64) {
    let cookie =
        format!("{COOKIE}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}
