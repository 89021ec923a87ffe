//! The second factor after the password, and proving again who one is: forms that make sessions out of sessions.

use app::api::error::{ApiError, ErrorCode, FieldProblem};
use app::api::ssr::Request as Known;
use app::path;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use service::{FactorProof, Method, Proof};
use tower_sessions::Session;

use super::forms::FormPairs;
use super::headers::Asker;
use super::identify::{ClientAddress, SessionHash};
use super::sign_in::{Entry, begin, failure, success, success_with};
use super::{Web, session};

/// Half signed in becomes signed in.
pub async fn second_step(
    State(web): State<Web>,
    Extension(known): Extension<Known>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    Extension(session): Extension<Session>,
    Extension(asker): Extension<Asker>,
    Extension(form): Extension<FormPairs>,
    headers: HeaderMap,
) -> Response {
    let next = path::safe_next(form.get("next"));
    let back = path::second_step_for(&next);
    if form.has_others(&["code", "passkey", "next"]) {
        return failure(ApiError::new(ErrorCode::Malformed), &back);
    }
    let asked_as = asked_as(&session).await;
    let proof = match (form.filled("code"), form.filled("passkey")) {
        (Some(code), None) => FactorProof::Code(code),
        (None, Some(answer)) => FactorProof::Passkey { session: &asked_as, answer },
        _ => return failure(ApiError::field("code", FieldProblem::Missing), &back),
    };
    let Some(half) = session::half(&session, web.portal.session_now()).await else {
        return failure(ApiError::new(ErrorCode::SignInOver), &path::sign_in_for(&next));
    };
    let factor = Some(proof.code());
    let entered = match web.portal.finish_half(&half, proof, address).await {
        Ok(person) => {
            let (method, headers, asker) = (Method::Password, &headers, &asker);
            let entry = Entry { method, address, headers, asker, factor, until: None };
            begin(&web, &session, &person, &entry).await
        }
        Err(error) => Err(known.respond(error)),
    };
    match entered {
        Ok(()) => success(&next),
        Err(error) => failure(error, &back),
    }
}

/// What an authenticator is asked after the password, as JSON.
pub async fn ask_passkey(
    State(web): State<Web>,
    Extension(known): Extension<Known>,
    Extension(session): Extension<Session>,
    Extension(form): Extension<FormPairs>,
) -> Response {
    let back = path::SECOND_STEP;
    if !form.0.is_empty() {
        return failure(ApiError::new(ErrorCode::Malformed), back);
    }
    let Some(half) = session::half(&session, web.portal.now()).await else {
        return failure(ApiError::new(ErrorCode::SignInOver), back);
    };
    match web.portal.ask_passkey(half.user, &asked_as(&session).await).await {
        Ok(asked) => success_with(axum::Json(asked), back),
        Err(error) => failure(known.respond(error), back),
    }
}

/// Under which name what a half session was asked is kept.
async fn asked_as(session: &Session) -> String {
    session::current_hash(session).await.as_deref().map(session::label).unwrap_or_default()
}

/// The same person, proven again: the session goes on under another id, no longer than it would have.
pub async fn step_up(
    State(web): State<Web>,
    Extension(known): Extension<Known>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    Extension(session): Extension<Session>,
    hash: Option<Extension<SessionHash>>,
    Extension(form): Extension<FormPairs>,
) -> Response {
    let next = path::safe_next(form.get("next"));
    let keep = path::as_kept(form.get("keep"));
    let back = path::step_up_for(&next, &keep);
    if form.has_others(&["password", "code", "passkey", "next", "keep"]) {
        return failure(ApiError::new(ErrorCode::Malformed), &back);
    }
    let given = ["password", "code", "passkey"].map(|field| form.filled(field));
    let proof = match given {
        [Some(password), None, None] => Proof::Password(password.into()),
        [None, Some(code), None] => Proof::Code(code.to_owned()),
        [None, None, Some(answer)] => Proof::Passkey(answer.to_owned()),
        _ => return failure(ApiError::field("password", FieldProblem::Missing), &back),
    };
    let (Some(who), Some(Extension(SessionHash(old)))) = (&known.who, hash) else {
        return failure(ApiError::new(ErrorCode::NotSignedIn), &back);
    };
    if let Err(error) = web.portal.prove_again(who, proof, address).await {
        return failure(known.respond(error), &back);
    }
    match renew(&web, &session, &old).await {
        Ok(()) => success(&path::and_kept(&next, &keep)),
        Err(error) => failure(error, &back),
    }
}

/// Another id for what goes on; what the old one was told goes along.
async fn renew(web: &Web, session: &Session, old: &str) -> Result<(), ApiError> {
    let unavailable = |error: &(dyn std::error::Error + 'static)| {
        tracing::error!(error, "a session could not be renewed");
        ApiError::new(ErrorCode::Unavailable)
    };
    session.cycle_id().await.map_err(|error| unavailable(&error))?;
    let proven = web.portal.session_now().as_millis();
    session.insert(session::PROVEN, proven).await.map_err(|error| unavailable(&error))?;
    session.save().await.map_err(|error| unavailable(&error))?;
    let Some(new) = session::current_hash(session).await else {
        return Err(ApiError::new(ErrorCode::Fault));
    };
    web.portal.store().hand_notices_over(old, &new).await.map_err(|error| unavailable(&error))
}
