//! The second factor of whoever asks; and of somebody who lost theirs.

use domain::id::UserName;
use leptos::prelude::*;

use super::StrictForm;
use super::error::{ApiError, ErrorCode};
use super::ssr::{Request, back, goto};
use crate::path;

/// Makes a secret for an app, and recovery codes.
#[server(endpoint = "ui/second-factor/begin", input = StrictForm)]
pub async fn begin_second_factor() -> Result<(), ApiError> {
    let request = here();
    request.viewer()?.begin_factor().await.map_err(|error| request.respond(error))
}

/// The app's code fits: from now on signing in asks for one.
#[server(endpoint = "ui/second-factor/confirm", input = StrictForm)]
pub async fn confirm_second_factor(code: String) -> Result<(), ApiError> {
    let request = here();
    request.viewer()?.confirm_factor(&code).await.map_err(|error| request.respond(error))
}

/// From now on a password is enough.
#[server(endpoint = "ui/second-factor/remove", input = StrictForm)]
pub async fn remove_second_factor() -> Result<(), ApiError> {
    let request = here();
    request.viewer()?.remove_factor().await.map_err(|error| request.respond(error))
}

/// Takes away what somebody lost.
#[server(endpoint = "ui/second-factor/take", input = StrictForm)]
pub async fn take_second_factor(name: UserName) -> Result<(), ApiError> {
    let request = here();
    let who = request.who.clone().ok_or(ApiError::new(ErrorCode::NotSignedIn))?;
    let taken = request.portal.take_second_factor(&who, &name).await;
    taken.map_err(|error| request.respond(error))
}

fn here() -> Request {
    back(path::SECOND_FACTOR);
    goto(path::SECOND_FACTOR);
    Request::current()
}
