//! Language and theme: kept for a person, and in a cookie for whoever is not signed in.

use app::api::error::{ApiError, ErrorCode};
use app::api::ssr::Request as Known;
use app::path;
use app::text::Language;
use axum::Extension;
use axum::response::Response;
use http::header::{HeaderValue, SET_COOKIE};

use super::forms::FormPairs;
use super::sign_in::{failure, success};

pub const LANGUAGE_COOKIE: &str = "__Host-language";
pub const THEME_COOKIE: &str = "__Host-theme";

pub async fn set(
    Extension(known): Extension<Known>,
    Extension(form): Extension<FormPairs>,
) -> Response {
    // Back to the page it was chosen on, which may be the sign-in page.
    let wanted = form.get("next");
    let next = match wanted {
        Some(wanted) if wanted.split('?').next() == Some(path::SIGN_IN) => path::SIGN_IN.to_owned(),
        other => path::safe_next(other),
    };
    let language = form
        .get("language")
        .map(|tag| Language::ALL.into_iter().find(|language| language.tag() == tag));
    let theme = form
        .get("theme")
        .map(|theme| ["system", "light", "dark"].into_iter().find(|known| *known == theme));
    let unknown =
        form.0.iter().any(|(name, _)| !["next", "language", "theme"].contains(&name.as_str()));
    if unknown || language == Some(None) || theme == Some(None) {
        return failure(ApiError::new(ErrorCode::Malformed), &next);
    }
    let (language, theme) = (language.flatten(), theme.flatten());
    if known.who.is_some() {
        let stored = match known.viewer() {
            Ok(viewer) => viewer.set_preferences(language.map(Language::tag), theme).await,
            Err(error) => return failure(error, &next),
        };
        if let Err(error) = stored {
            return failure(known.respond(error), &next);
        }
    }
    let mut response = success(&next);
    for (name, value) in [(LANGUAGE_COOKIE, language.map(Language::tag)), (THEME_COOKIE, theme)] {
        let cookie = value.map(|value| {
            format!("{name}={value}; Path=/; Max-Age=31536000; Secure; HttpOnly; SameSite=Lax")
        });
        if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    response
}
