//! Passkeys of whoever asks. What a browser is to ask an authenticator is JSON, for `crates/frontend/passkey.js`.

use domain::id::PasskeyId;
use leptos::prelude::*;

use super::StrictForm;
use super::error::{ApiError, ErrorCode};
use super::ssr::{Request, back, goto};
use crate::path;

/// What an authenticator is asked to make a key by.
#[server(endpoint = "ui/passkey/begin", input = StrictForm)]
pub async fn begin_passkey() -> Result<String, ApiError> {
    let request = here();
    request.viewer()?.begin_passkey().await.map_err(|error| request.respond(error))
}

/// `answer`: what the authenticator made of it. From now on signing in asks for it.
#[server(endpoint = "ui/passkey/add", input = StrictForm)]
pub async fn add_passkey(name: String, answer: String) -> Result<(), ApiError> {
    let request = here();
    let added = request.viewer()?.add_passkey(&name, &answer).await;
    added.map_err(|error| request.respond(error))
}

#[server(endpoint = "ui/passkey/rename", input = StrictForm)]
pub async fn rename_passkey(passkey: PasskeyId, name: String) -> Result<(), ApiError> {
    let request = here();
    let renamed = request.viewer()?.rename_passkey(passkey, &name).await;
    renamed.map_err(|error| request.respond(error))
}

#[server(endpoint = "ui/passkey/remove", input = StrictForm)]
pub async fn remove_passkey(passkey: PasskeyId) -> Result<(), ApiError> {
    let request = here();
    request.viewer()?.remove_passkey(passkey).await.map_err(|error| request.respond(error))
}

/// What an authenticator is asked to prove again who it is.
#[server(endpoint = "ui/passkey/ask", input = StrictForm)]
pub async fn ask_passkey() -> Result<String, ApiError> {
    let request = here();
    let who = request.who.clone().ok_or(ApiError::new(ErrorCode::NotSignedIn))?;
    let asked = request.portal.ask_passkey(who.person.id, &who.session).await;
    asked.map_err(|error| request.respond(error))
}

fn here() -> Request {
    back(path::SECOND_FACTOR);
    goto(path::SECOND_FACTOR);
    Request::current()
}
