//! Whatever writes comes from a page of ours.
//!
//! A browser says where a request comes from: `Sec-Fetch-Site` must be `same-origin`. One that does not say it must send
//! the exact `Origin`. One that says neither is refused: browsers send at least one with every form.

use app::api::error::{ApiError, ErrorCode};
use app::api::ssr::Request as Known;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use http::header::ORIGIN;
use http::{HeaderMap, Method};

use super::identify::ClientAddress;
use super::{Web, forms};

pub async fn cross_site(State(web): State<Web>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads || is_ours(request.headers(), &web.origins) {
        return next.run(request).await;
    }
    let event = event(&web, &request);
    if let Err(error) = web.portal.store().record(&event).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "a refused request could not be recorded"
        );
    }
    // Answered here, before the form is even read; never by a page that carries a notice to somebody else's session.
    forms::refuse(&request, ApiError::new(ErrorCode::CrossSite))
}

fn is_ours(headers: &HeaderMap, origins: &[String]) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match (text("sec-fetch-site"), text(ORIGIN.as_str())) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origins.iter().any(|ours| ours == origin),
        (None, None) => false,
    }
}

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
        detail: vec![("path".to_owned(), request.uri().path().to_owned())],
        ..AuditEvent::new(web.portal.now(), AuditCode::CrossSiteRefused, Outcome::Refused, actor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    }
}
