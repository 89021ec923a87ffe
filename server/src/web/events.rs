//! Tells open pages what changed, as server-sent events: a line for each instance, `*` for everything.
//!
//! A stream ends with the session it was opened in, and with the portal. It does not keep a session alive.

use std::convert::Infallible;
use std::time::Duration;

use app::api::error::{ApiError, ErrorCode};
use app::api::ssr::Request as Known;
use app::path;
use axum::extract::{Request, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::CACHE_CONTROL;
use service::{News, NewsStream};

use super::identify::SessionHash;
use super::{Web, forms};

/// Proxies close what is silent for longer; and so often it is asked whether the session still is.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// When a browser comes back after its stream broke.
const COME_BACK: Duration = Duration::from_secs(3);

struct Listener {
    web: Web,
    session: String,
    news: NewsStream,
    first: bool,
}

pub async fn follow(State(web): State<Web>, request: Request) -> Response {
    let known = request.extensions().get::<Known>().cloned();
    let session = request.extensions().get::<SessionHash>().map(|hash| hash.0.clone());
    let after = last_number(&request);
    let (Some(known), Some(session)) = (known, session) else {
        return forms::refuse(&request, ApiError::new(ErrorCode::NotSignedIn));
    };
    let opened = match known.viewer() {
        Ok(viewer) => viewer.follow_news(after).await.map_err(|error| known.respond(error)),
        Err(error) => Err(error),
    };
    let news = match opened {
        Ok(Some(news)) => news,
        Ok(None) => return forms::refuse(&request, ApiError::new(ErrorCode::Unavailable)),
        Err(error) => return forms::refuse(&request, error),
    };
    let listener = Listener { web, session, news, first: true };
    let stream = futures_util::stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok::<_, Infallible>(event), listener))
    });
    let mut response =
        Sse::new(stream).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE)).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

impl Listener {
    async fn next(&mut self) -> Option<Event> {
        if std::mem::take(&mut self.first) {
            return Some(Event::default().retry(COME_BACK));
        }
        loop {
            tokio::select! {
                news = self.news.next() => return match news? {
                    // Nobody is told anything after the session is over.
                    Ok(news) if self.may_listen().await => Some(message(&news)),
                    Ok(_) => None,
                    Err(error) => {
                        tracing::warn!(error = &error as &dyn std::error::Error, "a stream of news broke off");
                        None
                    }
                },
                () = tokio::time::sleep(SIGN_OF_LIFE) => {
                    if !self.may_listen().await {
                        return None;
                    }
                }
            }
        }
    }

    async fn may_listen(&self) -> bool {
        let (portal, now) = (&self.web.portal, self.web.portal.session_now());
        let used_since = now.minus(portal.settings().session_idle);
        let live = portal.store().find_live_session(&self.session, now, used_since).await;
        matches!(live, Ok(Some(_)))
    }
}

fn message(news: &News) -> Event {
    let text = match &news.about {
        Some(keys) => keys.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        None => "*".to_owned(),
    };
    Event::default().id(news.number.to_string()).data(text)
}

/// From the browser itself after a break, else from the address: another tab of it was listening before.
fn last_number(request: &Request) -> Option<i64> {
    let header = request.headers().get("last-event-id").and_then(|value| value.to_str().ok());
    let asked = path::query_value(&request.uri().to_string(), "after");
    header.and_then(|text| text.parse().ok()).or_else(|| asked?.parse().ok())
}
