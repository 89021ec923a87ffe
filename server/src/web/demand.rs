//! Where everybody with a password has to have a second factor, whoever has none gets as far as the page that sets one up.
//!
//! Asked for every request: whoever removes theirs, or has it taken away, is led there at the next one.

use app::api::error::{ApiError, ErrorCode};
use app::api::ssr::Request as Known;
use app::path;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use service::{Method, ServiceError, SignedIn};
use tower_sessions::Session;

use super::identify::looks;
use super::{Web, forms, session};

/// What it takes to set one up, and to leave.
const WITHOUT: [&str; 12] = [
    path::SECOND_FACTOR,
    path::BEGIN_FACTOR_POST,
    path::CONFIRM_FACTOR_POST,
    path::REMOVE_FACTOR_POST,
    path::BEGIN_PASSKEY_POST,
    path::ADD_PASSKEY_POST,
    path::ASK_PASSKEY_POST,
    path::STEP_UP,
    path::STEP_UP_POST,
    path::PREFERENCES_POST,
    path::SIGN_OUT_POST,
    path::SIGNED_OUT,
];

pub async fn second_factor(State(web): State<Web>, request: Request, next: Next) -> Response {
    let free = WITHOUT.contains(&request.uri().path());
    if !web.portal.settings().demand_second_factor || free {
        return next.run(request).await;
    }
    // Taken out before anything is waited for: the body cannot be shared.
    let who = request.extensions().get::<Known>().and_then(|known| known.who.clone());
    let session = request.extensions().get::<Session>().cloned();
    let (Some(who), Some(session)) = (who, session) else { return next.run(request).await };
    match lacks(&web, &who, &session).await {
        Ok(false) => next.run(request).await,
        Ok(true) if request.uri().path() == path::EVENTS => StatusCode::NO_CONTENT.into_response(),
        Ok(true) if looks(&request) => Redirect::to(path::SECOND_FACTOR).into_response(),
        Ok(true) => forms::refuse(&request, ApiError::new(ErrorCode::SecondFactorDemanded)),
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "second factors could not be looked for"
            );
            forms::refuse(&request, ApiError::new(ErrorCode::Unavailable))
        }
    }
}

/// Of people whom somebody else vouches for, the second factor is there.
async fn lacks(web: &Web, who: &SignedIn, session: &Session) -> Result<bool, ServiceError> {
    if session::method(session).await != Some(Method::Password) {
        return Ok(false);
    }
    Ok(!web.portal.factors_of(who.person.id).await?.any())
}
