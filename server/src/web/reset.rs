//! Links by which somebody sets a password once: made by an admin, used by whoever has it.
//!
//! Both are no server functions: a link begins with the name that people type, and using one needs the client's address
//! for the record.

use app::api::error::{ApiError, ErrorCode, FieldProblem};
use app::api::ssr::Request as Known;
use app::path;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use domain::id::UserName;
use secrecy::ExposeSecret as _;
use service::ResetLink;

use super::Web;
use super::forms::FormPairs;
use super::identify::ClientAddress;
use super::sign_in::{failure, success, success_once};

pub async fn make(
    State(web): State<Web>,
    Extension(known): Extension<Known>,
    Extension(form): Extension<FormPairs>,
) -> Response {
    let pairs = form.pairs();
    let [("name", name)] = pairs[..] else {
        return failure(ApiError::new(ErrorCode::Malformed), path::PEOPLE);
    };
    let Ok(name) = name.parse::<UserName>() else {
        return failure(ApiError::new(ErrorCode::Malformed), path::PEOPLE);
    };
    let back = path::person(&name);
    let link = match known.admin("make-reset-link").await {
        Ok(admin) => {
            let made = admin.people().make_reset_link(&name).await;
            made.map_err(|error| known.respond(error))
        }
        Err(error) => Err(error),
    };
    match link {
        Ok(link) => shown(&web, &name, &link),
        Err(error) => failure(error, &back),
    }
}

/// The link, for the page of that person once.
fn shown(web: &Web, name: &UserName, link: &ResetLink) -> Response {
    let origin = web.origins.first().cloned().unwrap_or_default();
    let address = format!("{origin}{}", path::reset(link.secret.expose_secret()));
    let until = app::text::machine_time(link.expires_at);
    let once = format!("{address} {until}");
    let told = serde_json::json!({ "link": address, "expires_at": until });
    success_once(axum::Json(told), &path::person(name), &once)
}

const FIELDS: &[&str] = &["link", "password", "again"];

pub async fn set_password(
    State(web): State<Web>,
    Extension(known): Extension<Known>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    Extension(form): Extension<FormPairs>,
) -> Response {
    let secret = form.get("link").unwrap_or_default();
    let is_secret = secret.len() == 32 && secret.bytes().all(|b| b.is_ascii_hexdigit());
    if !is_secret || form.has_others(FIELDS) {
        return failure(ApiError::new(ErrorCode::Malformed), path::SIGN_IN);
    }
    let back = path::reset(secret);
    let Some(password) = form.filled("password") else {
        return failure(ApiError::field("password", FieldProblem::Missing), &back);
    };
    if form.get("again") != Some(password) {
        return failure(ApiError::field("again", FieldProblem::Mismatch), &back);
    }
    let who = known.who.as_deref();
    let set = web.portal.reset_password(&secret.into(), password.into(), who, address).await;
    match set {
        Ok(()) => success(path::SIGN_IN),
        Err(error) => failure(known.respond(error), &back),
    }
}
