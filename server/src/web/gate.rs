//! Whatever writes comes from a page of ours.
//!
//! A browser says where a request comes from: `Sec-Fetch-Site` must be `same-origin`. One that does not say it must send
//! the exact `Origin`. One that says neither is refused: browsers send at least one with every form.
//!
//! Each refusal is a row of the audit, until somebody makes so many that the rows would be the attack: see [`Refusals`].

use std::num::NonZeroU32;
use std::sync::Arc;

use app::api::error::{ApiError, ErrorCode};
use app::api::ssr::Request as Known;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use http::HeaderMap;
use http::header::ORIGIN;

use super::identify::{ClientAddress, looks};
use super::{Web, forms};

/// So many rows, and from then on so many a second: what is more is in the log alone.
const ROWS: NonZeroU32 = NonZeroU32::MIN.saturating_add(1_999);
const ROWS_A_SECOND: NonZeroU32 = NonZeroU32::MIN;

/// How much more this process may write about strangers.
#[derive(Debug, Clone)]
pub struct Refusals(Arc<DefaultDirectRateLimiter>);

impl Default for Refusals {
    fn default() -> Self {
        let quota = Quota::per_second(ROWS_A_SECOND).allow_burst(ROWS);
        Self(Arc::new(RateLimiter::direct(quota)))
    }
}

pub async fn cross_site(State(web): State<Web>, request: Request, next: Next) -> Response {
    if looks(&request) || is_ours(request.headers(), &web.origins) {
        return next.run(request).await;
    }
    let event = event(&web, &request);
    if web.refusals.0.check().is_err() {
        tracing::warn!(address = event.address, "a request from another site was refused");
    } else if let Err(error) = web.portal.store().record(&event).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "a refused request could not be recorded"
        );
    }
    // Answered here, before the form is even read; never by a page that carries a notice to somebody else's session.
    forms::refuse(&request, ApiError::new(ErrorCode::CrossSite))
}

fn is_ours(headers: &HeaderMap, origins: &[String]) -> bool {
    // Said twice, it is said by nobody in particular.
    let text = |name: &str| {
        let mut values = headers.get_all(name).iter();
        let first = values.next()?;
        let alone = values.next().is_none();
        Some(first.to_str().ok().filter(|_| alone).unwrap_or_default())
    };
    match (text("sec-fetch-site"), text(ORIGIN.as_str())) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origins.iter().any(|ours| ours == origin),
        (None, None) => false,
    }
}

/// No stranger writes more than this into the record.
const PATH_CHARS: usize = 200;

fn event(web: &Web, request: &Request) -> AuditEvent {
    let who = request.extensions().get::<Known>().and_then(|known| known.who.clone());
    let address = request.extensions().get::<ClientAddress>().and_then(|address| address.0);
    let actor = who.as_ref().map_or(Actor::Anonymous, |who| Actor::Person {
        id: who.person.id,
        name: who.person.name.clone(),
    });
    AuditEvent {
        session: who.map(|who| who.session.clone()),
        address: address.map(|address| address.to_string()),
        detail: vec![("path".to_owned(), request.uri().path().chars().take(PATH_CHARS).collect())],
        ..AuditEvent::new(web.portal.now(), AuditCode::CrossSiteRefused, Outcome::Refused, actor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_refusals_writes_no_flood_of_rows() {
        let refusals = Refusals::default();
        let written = (0..10_000).filter(|_| refusals.0.check().is_ok()).count();
        // A slow machine has seconds for some more.
        assert!((2_000..2_500).contains(&written), "{written}");
    }

    #[test]
    fn a_request_is_ours_only_if_the_browser_says_so() {
        let ours = ["https://redis.example.com".to_owned()];
        for (site, origin, expected) in [
            (Some("same-origin"), Some("https://redis.example.com"), true),
            (Some("same-origin"), None, true),
            (None, Some("https://redis.example.com"), true),
            (Some("cross-site"), Some("https://redis.example.com"), false),
            (Some("same-site"), Some("https://redis.example.com"), false),
            (Some("none"), Some("https://redis.example.com"), false),
            (Some(""), None, false),
            (None, Some("https://evil.example"), false),
            (None, Some("null"), false),
            (None, Some("http://redis.example.com"), false),
            (None, Some("https://redis.example.com:444"), false),
            (None, Some("https://redis.example.com.evil.example"), false),
            (None, None, false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(site) = site {
                headers.insert("sec-fetch-site", site.parse().unwrap());
            }
            if let Some(origin) = origin {
                headers.insert(ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(is_ours(&headers, &ours), expected, "{site:?} {origin:?}");
        }
        for (name, value) in [("sec-fetch-site", "same-origin"), ("origin", ours[0].as_str())] {
            let mut headers = HeaderMap::new();
            headers.append(name, value.parse().unwrap());
            assert!(is_ours(&headers, &ours), "{name}");
            headers.append(name, "cross-site".parse().unwrap());
            assert!(!is_ours(&headers, &ours), "{name} twice");
        }
    }
}
