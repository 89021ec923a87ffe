//! Who asks, from where, in which language, and what the form before was told.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use app::api::error::{ApiError, ErrorCode};
use app::api::ssr::{Notice, Request as Known};
use app::path;
use app::text::Language;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::time::Timestamp;
use domain::zone::Zone;
use http::header::{ACCEPT_LANGUAGE, COOKIE};
use http::{HeaderMap, Method as Verb, StatusCode};
use ipnet::IpNet;
use service::{Attention, Factors, Method, SignedIn};
use store::session::LiveSession;
use tower_sessions::Session;

use super::headers::{Asker, RequestNumber};
use super::preferences::{HIDDEN, LANGUAGE_COOKIE, THEME_COOKIE, TOUR_COOKIE, ZONE_COOKIE};
use super::proxy_user::{Said, said, still_vouched};
use super::{Web, forms, once, session};

/// A session is noted as used no more often than this.
const TOUCH_EVERY: Duration = Duration::from_mins(1);

/// Sent by pages that fetch themselves: an open tab alone keeps no session alive.
const BACKGROUND: &str = "x-latchkey-background";

/// The hash of the session of somebody who is signed in.
#[derive(Debug, Clone)]
pub struct SessionHash(pub String);

pub async fn identify(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    // Whatever the request says is taken out before anything is waited for: its body cannot be shared.
    let asked = Asked::of(&request, &web);
    let session = request.extensions().get::<Session>().cloned();
    let hash = match &session {
        Some(session) => session::current_hash(session).await,
        None => None,
    };
    let mut live = match &hash {
        Some(hash) => match find(&web, hash, asked.by_hand).await {
            Ok(live) => live,
            Err(error) => return unavailable(&request, &error),
        },
        None => None,
    };
    if web.proxy_user.is_some()
        && let (Some(session), Some(found)) = (&session, live.take())
    {
        live = match still_vouched(&web, session, found, asked.vouched.as_ref()).await {
            Ok(live) => live,
            Err(error) => return unavailable(&request, &error),
        };
    }
    if let Some(said) = asked.vouched.clone() {
        request.extensions_mut().insert(said);
    }
    if let (Some(asker), Some(live)) = (request.extensions().get::<Asker>(), &live) {
        asker.is(&live.label);
    }
    let kept = match &asked.notice {
        Some(id) => take_notice(&web, id, hash.as_deref().filter(|_| live.is_some())).await,
        None => None,
    };
    let notice = kept.as_deref().and_then(|body| serde_json::from_str(body).ok()).map(Arc::new);
    let shown = kept.zip(asked.pad.as_deref()).and_then(|(body, pad)| once::open(&body, pad));
    if let (Some(hash), true) = (hash, live.is_some()) {
        request.extensions_mut().insert(SessionHash(hash));
    }
    // Forms show none.
    let looks = looks(&request);
    request.extensions_mut().insert(ClientAddress(asked.client));
    // What is only looked at needs no proof.
    let proven_at = match (&session, looks || live.is_none()) {
        (Some(session), false) => proven_at(&web, session).await,
        _ => None,
    };
    let mut known = Known { once: shown, ..asked.known(&web, live, notice, proven_at) };
    if let (Some(session), path::SECOND_STEP, true) = (&session, request.uri().path(), looks) {
        known.half = half(&web, session).await;
    }
    if let (Some(who), true) = (&known.who, looks) {
        known.attention = attention(&web, who).await;
    }
    request.extensions_mut().insert(known);
    next.run(request).await
}

/// What a request says of itself.
struct Asked {
    client: Option<IpAddr>,
    number: String,
    address: String,
    notice: Option<String>,
    /// The other half of what the notice shows once.
    pad: Option<String>,
    /// A person did something, not a page that keeps itself up to date.
    by_hand: bool,
    language: Option<Language>,
    accepted: Language,
    theme: Option<String>,
    /// Where the browser's clock stands.
    zone: Option<Zone>,
    tour_hidden: bool,
    /// What a proxy says of whoever asks.
    vouched: Option<Said>,
}

impl Asked {
    fn of(request: &Request, web: &Web) -> Self {
        let (headers, trusted) = (request.headers(), &web.trusted_proxies);
        let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|header| header.to_str().ok());
        let number = request.extensions().get::<RequestNumber>().map(|number| number.0.clone());
        Self {
            client: client_address(request, trusted),
            number: number.unwrap_or_default(),
            address: address_without_notice(request),
            notice: notice_id(request),
            pad: once::pad(request.uri().query().unwrap_or_default()),
            by_hand: !headers.contains_key(BACKGROUND) && request.uri().path() != path::EVENTS,
            language: cookie(headers, LANGUAGE_COOKIE).and_then(|tag| Language::of_tag(&tag)),
            accepted: Language::accepted(accepted.unwrap_or_default()),
            theme: cookie(headers, THEME_COOKIE),
            zone: cookie(headers, ZONE_COOKIE).and_then(|name| name.parse().ok()),
            tour_hidden: cookie(headers, TOUR_COOKIE).as_deref() == Some(HIDDEN),
            vouched: said(headers, request.extensions(), web.proxy_user.as_deref(), trusted),
        }
    }

    /// With who it is. What a person chose counts before what a browser remembers, and that before what it asks for.
    fn known(
        self,
        web: &Web,
        live: Option<LiveSession>,
        notice: Option<Arc<Notice>>,
        proven_at: Option<Timestamp>,
    ) -> Known {
        let chosen = live.as_ref().and_then(|live| live.user.language.clone());
        let language = chosen.and_then(|tag| Language::of_tag(&tag)).or(self.language);
        let theme = live.as_ref().and_then(|live| live.user.theme.clone()).or(self.theme);
        // A word that is no zone, such as that for the browser's, is no choice.
        let zone = live.as_ref().and_then(|live| live.user.time_zone.as_deref()?.parse().ok());
        let shortcuts =
            live.as_ref().is_none_or(|live| live.user.shortcuts.as_deref() != Some("off"));
        let who = live.map(|live| {
            Arc::new(SignedIn {
                person: live.user.person,
                session: live.label,
                address: self.client,
                language: live.user.language,
                theme: live.user.theme,
                proven_at,
            })
        });
        Known {
            portal: web.portal.clone(),
            who,
            half: None,
            id: self.number,
            now: web.portal.now(),
            language: language.unwrap_or(self.accepted),
            theme: theme.filter(|theme| matches!(theme.as_str(), "light" | "dark")),
            zone_chosen: zone.is_some(),
            zone: zone.or(self.zone).unwrap_or(Zone::UTC),
            shortcuts,
            address: self.address,
            notice,
            once: None,
            sandbox: web.sandbox.clone(),
            tour_hidden: self.tour_hidden,
            attention: Arc::default(),
        }
    }
}

/// For whom a proxy vouches, it vouches with each request: whether they have to prove it anew is its business.
async fn proven_at(web: &Web, session: &Session) -> Option<Timestamp> {
    if web.proxy_user.is_some() && session::method(session).await == Some(Method::Proxy) {
        return Some(web.portal.session_now());
    }
    session::proven_at(session).await
}

/// Whether something is only looked at.
pub(super) fn looks(request: &Request) -> bool {
    matches!(*request.method(), Verb::GET | Verb::HEAD)
}

/// Told to whoever gave the password, and nobody else.
async fn half(web: &Web, session: &Session) -> Option<Factors> {
    let half = session::half(session, web.portal.now()).await?;
    let factors = web.portal.factors_of(half.user).await;
    factors
        .inspect_err(|error| {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "second factors could not be looked for"
            );
        })
        .ok()
}

/// A page without these lines is better than none.
async fn attention(web: &Web, who: &SignedIn) -> Arc<Attention> {
    match web.portal.attention(who).await {
        Ok(attention) => Arc::new(attention),
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "what needs somebody could not be looked for"
            );
            Arc::default()
        }
    }
}

/// Where a request came from, past the proxies that are trusted.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub Option<IpAddr>);

async fn find(web: &Web, hash: &str, by_hand: bool) -> Result<Option<LiveSession>, store::Error> {
    let now = web.portal.session_now();
    let settings = web.portal.settings();
    let live =
        web.portal.store().find_live_session(hash, now, now.minus(settings.session_idle)).await?;
    if let Some(live) = &live
        && by_hand
        && now.since(live.seen_at) > TOUCH_EVERY
        && let Err(error) = web.portal.store().touch_session(hash, now).await
    {
        // Whoever only looks is served where nothing can be stored; the session ends the sooner for it.
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "that a session is used could not be noted"
        );
    }
    Ok(live)
}

fn unavailable(request: &Request, error: &store::Error) -> Response {
    tracing::error!(error = error as &dyn std::error::Error, "sessions are not available");
    forms::refuse(request, ApiError::new(ErrorCode::Unavailable))
}

/// The right-most address that is no trusted proxy. Without trusted proxies: the peer, whatever a header says.
pub(super) fn client_address(request: &Request, trusted: &[IpNet]) -> Option<IpAddr> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip())?;
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    if !is_trusted(&peer) {
        return Some(peer);
    }
    let lines = request.headers().get_all("x-forwarded-for").iter();
    let hops: Vec<&str> =
        lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')).collect();
    for hop in hops.iter().rev() {
        match hop.trim().parse::<IpAddr>() {
            Ok(address) if is_trusted(&address) => {}
            Ok(address) => return Some(address),
            // What a proxy of ours did not write is worth nothing.
            Err(_) => break,
        }
    }
    Some(peer)
}

fn query(request: &Request) -> impl Iterator<Item = (&str, &str)> {
    let pairs = request.uri().query().unwrap_or_default().split('&');
    pairs.filter_map(|pair| pair.split_once('='))
}

fn notice_id(request: &Request) -> Option<String> {
    let get = request.method() == Verb::GET;
    let id = query(request).find(|(name, _)| *name == "notice").map(|(_, id)| id.to_owned())?;
    (get && id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit())).then_some(id)
}

async fn take_notice(web: &Web, id: &str, session: Option<&str>) -> Option<String> {
    match web.portal.store().take_notice(id, session, web.portal.now()).await {
        Ok(body) => body,
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a notice could not be taken"
            );
            None
        }
    }
}

fn address_without_notice(request: &Request) -> String {
    let query = request.uri().query().unwrap_or_default();
    let of_notice = |pair: &str| pair.starts_with("notice=") || pair.starts_with(once::PAD);
    let rest: Vec<&str> =
        query.split('&').filter(|pair| !pair.is_empty() && !of_notice(pair)).collect();
    let path = request.uri().path();
    if rest.is_empty() { path.to_owned() } else { format!("{path}?{}", rest.join("&")) }
}

pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs =
        lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
}

/// What nobody has to be signed in for.
const OPEN: [&str; 7] = [
    path::SIGN_IN,
    path::RESET,
    path::SECOND_STEP,
    path::SIGNED_OUT,
    path::PROVIDER,
    path::PROVIDER_CALLBACK,
    path::PROXY,
];

/// Pages are for people who are signed in; all others are asked to, and come back to where they wanted to go.
///
/// A link in a chat or mail arrives without the strict cookie: that page asks once more, from here, and then has it.
pub async fn require_sign_in(request: Request, next: Next) -> Response {
    let page = looks(&request) && !OPEN.contains(&request.uri().path());
    let known = request.extensions().get::<Known>();
    let (Some(known), true) = (known, page) else { return next.run(request).await };
    if known.who.is_some() {
        return next.run(request).await;
    }
    if request.uri().path() == path::EVENTS {
        // For a stream of events it means: do not ask again. A page in its place would be a complaint in the console.
        return StatusCode::NO_CONTENT.into_response();
    }
    if request.extensions().get::<Said>().is_some() {
        return Redirect::to(&path::with_query(path::PROXY, &[("next", &known.address)]))
            .into_response();
    }
    let from_elsewhere =
        request.headers().get("sec-fetch-site").is_some_and(|site| site == "cross-site");
    let has_cookie = cookie(request.headers(), session::COOKIE).is_some();
    if from_elsewhere && !has_cookie {
        return lead_on(&path::safe_next(Some(&known.address)));
    }
    Redirect::to(&path::sign_in_for(&known.address)).into_response()
}

/// A page that leads on by itself: what is asked for from there brings the strict cookie.
pub fn lead_on(next: &str) -> Response {
    let next = next.replace('&', "&amp;").replace('"', "&quot;");
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Latchkey</title>\
         <meta http-equiv=\"refresh\" content=\"0;url={next}\"></head>\
         <body><p><a href=\"{next}\">Latchkey</a></p></body></html>"
    );
    ([(http::header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn from(peer: &str, forwarded: &[&str]) -> Request {
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
        for line in forwarded {
            request.headers_mut().append("x-forwarded-for", line.parse().unwrap());
        }
        request
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_its_own_word() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        let address = |peer: &str, forwarded: &[&str]| {
            client_address(&from(peer, forwarded), &trusted).unwrap().to_string()
        };
        assert_eq!(
            address("203.0.113.9", &["1.2.3.4"]),
            "203.0.113.9",
            "a stranger's header is nothing"
        );
        assert_eq!(address("10.0.0.1", &["1.2.3.4"]), "1.2.3.4");
        assert_eq!(address("10.0.0.1", &["6.6.6.6, 1.2.3.4, 10.0.0.2"]), "1.2.3.4");
        assert_eq!(address("10.0.0.1", &["6.6.6.6", "1.2.3.4"]), "1.2.3.4");
        assert_eq!(address("10.0.0.1", &["rubbish"]), "10.0.0.1");
        assert_eq!(address("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(
            client_address(&from("10.0.0.1", &["1.2.3.4"]), &[]).unwrap().to_string(),
            "10.0.0.1"
        );
    }

    #[test]
    fn the_notice_leaves_the_address() {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() =
            "/reviews/1?q=a&notice=00ff00ff00ff00ff00ff00ff00ff00ff&pad=00".parse().unwrap();
        assert_eq!(address_without_notice(&request), "/reviews/1?q=a");
        assert_eq!(notice_id(&request).as_deref(), Some("00ff00ff00ff00ff00ff00ff00ff00ff"));
        *request.uri_mut() = "/reviews/1?notice=../x".parse().unwrap();
        assert_eq!(notice_id(&request), None);
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, "a=1; __Host-portal=x=y; b=2".parse().unwrap());
        assert_eq!(cookie(&headers, "__Host-portal").as_deref(), Some("x=y"));
        assert_eq!(cookie(&headers, "portal"), None);
    }
}
