//! Language, theme, time zone and shortcuts: kept for a person; language and theme also in a cookie, for whoever is not
//! signed in. The zone of the browser comes in a cookie that `boot.js` sets; whether the sandbox shows its guided look
//! around is in a cookie alone.

use app::api::error::{ApiError, ErrorCode};
use app::api::ssr::Request as Known;
use app::path;
use app::text::Language;
use axum::Extension;
use axum::response::Response;
use domain::zone::Zone;
use http::header::{HeaderValue, SET_COOKIE};
use service::viewer::{AS_BROWSER, Preferences};

use super::forms::FormPairs;
use super::sign_in::{failure, success};

pub const LANGUAGE_COOKIE: &str = "__Host-language";
pub const THEME_COOKIE: &str = "__Host-theme";
pub const ZONE_COOKIE: &str = "__Host-zone";
pub const TOUR_COOKIE: &str = "__Host-tour";
pub const HIDDEN: &str = "hidden";

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
    let zone = form.get("time_zone").map(|zone| {
        let known = zone == AS_BROWSER || zone.parse::<Zone>().is_ok();
        known.then_some(zone)
    });
    let shortcuts = form
        .get("shortcuts")
        .map(|choice| ["on", "off"].into_iter().find(|known| *known == choice));
    let tour =
        form.get("tour").map(|tour| [HIDDEN, "shown"].into_iter().find(|known| *known == tour));
    let unknown = form.has_others(&["next", "language", "theme", "time_zone", "shortcuts", "tour"]);
    let nonsense = [theme, zone, shortcuts, tour].contains(&Some(None)) || language == Some(None);
    if unknown || nonsense {
        return failure(ApiError::new(ErrorCode::Malformed), &next);
    }
    let (language, theme, tour) = (language.flatten(), theme.flatten(), tour.flatten());
    if known.who.is_some() {
        let stored = match known.viewer() {
            Ok(viewer) => {
                let chosen = Preferences {
                    language: language.map(Language::tag),
                    theme,
                    time_zone: zone.flatten(),
                    shortcuts: shortcuts.flatten(),
                };
                viewer.set_preferences(chosen).await
            }
            Err(error) => return failure(error, &next),
        };
        if let Err(error) = stored {
            return failure(known.respond(error), &next);
        }
    }
    let mut response = success(&next);
    let cookies = [
        (LANGUAGE_COOKIE, language.map(Language::tag)),
        (THEME_COOKIE, theme),
        (TOUR_COOKIE, tour),
    ];
    for (name, value) in cookies {
        let cookie = value.map(|value| {
            format!("{name}={value}; Path=/; Max-Age=31536000; Secure; HttpOnly; SameSite=Lax")
        });
        if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    response
}
