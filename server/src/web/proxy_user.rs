//! People whom a proxy in front of the portal vouches for, by a header.
//!
//! The header is believed from a trusted proxy alone; from anybody else it is as if it were not there. Each request of a
//! session that began so has to carry it, with the same person. Nobody has a password here for whom a proxy vouches.

use std::net::SocketAddr;

use app::api::ssr::Request as Known;
use app::path;
use axum::Extension;
use axum::extract::{ConnectInfo, State};
use axum::response::Response;
use http::{Extensions, HeaderMap, HeaderName, Method as Verb};
use ipnet::IpNet;
use service::{Method, Vouched};
use store::identity::Identity;
use store::session::LiveSession;
use tower_sessions::Session;

use super::headers::Asker;
use super::identify::{ClientAddress, lead_on};
use super::sign_in::{Entry, begin};
use super::{Web, forms, problem, session};

/// In place of an issuer.
const ISSUER: &str = "proxy";
/// Nobody is called longer.
const MOST_BYTES: usize = 255;

/// Which headers say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyUser {
    pub user: HeaderName,
    pub groups: Option<HeaderName>,
}

/// What the proxy said of this request.
#[derive(Debug, Clone)]
pub struct Said(Vouched);

/// What is said by a proxy that may say it.
pub fn said(
    headers: &HeaderMap,
    extensions: &Extensions,
    proxy: Option<&ProxyUser>,
    trusted: &[IpNet],
) -> Option<Said> {
    let proxy = proxy?;
    let peer = extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip().to_canonical();
    if !trusted.iter().any(|net| net.contains(&peer)) {
        return None;
    }
    let subject = only(headers, &proxy.user)?;
    let groups = proxy.groups.as_ref().map(|name| {
        let said = only(headers, name).unwrap_or_default();
        said.split(',')
            .map(str::trim)
            .filter(|group| !group.is_empty())
            .map(str::to_owned)
            .collect()
    });
    let (issuer, name) = (ISSUER.to_owned(), Some(subject.to_owned()));
    let subject = subject.to_owned();
    Some(Said(Vouched { method: Method::Proxy, issuer, subject, name, groups }))
}

/// A header that is there once: of two, nobody knows which one the proxy wrote.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut lines = headers.get_all(name).iter();
    let line = lines.next()?.to_str().ok()?.trim();
    (lines.next().is_none() && (1..=MOST_BYTES).contains(&line.len())).then_some(line)
}

/// A session that a proxy began is one only while the proxy says the same.
pub async fn still_vouched(
    web: &Web,
    session: &Session,
    live: LiveSession,
    said: Option<&Said>,
) -> Result<Option<LiveSession>, store::Error> {
    if session::method(session).await != Some(Method::Proxy) {
        return Ok(Some(live));
    }
    let Some(Said(vouched)) = said else { return Ok(None) };
    let identity = Identity { issuer: &vouched.issuer, subject: &vouched.subject };
    let user = web.portal.store().find_identity(identity).await?;
    Ok((user == Some(live.user.person.id)).then_some(live))
}

/// Makes a session of what the proxy says.
pub async fn enter(
    State(web): State<Web>,
    Extension(known): Extension<Known>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    Extension(session): Extension<Session>,
    Extension(asker): Extension<Asker>,
    said: Option<Extension<Said>>,
    headers: HeaderMap,
) -> Response {
    let Some(Extension(Said(vouched))) = said else {
        return problem::no_such_address(Verb::GET).await;
    };
    let next = path::safe_next(path::query_value(&known.address, "next").as_deref());
    let (method, headers, asker) = (Method::Proxy, &headers, &asker);
    let entry = Entry { method, address, headers, asker, factor: None, until: None };
    let entered = match web.portal.sign_in_vouched(&vouched, address).await {
        Ok(person) => begin(&web, &session, &person, &entry).await,
        Err(error) => Err(known.respond(error)),
    };
    match entered {
        Ok(()) => lead_on(&next),
        Err(error) => forms::led_back(&web, &known, error, path::SIGN_IN).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(peer: &str, lines: &[(&'static str, &str)]) -> Option<Vouched> {
        let proxy = ProxyUser {
            user: HeaderName::from_static("remote-user"),
            groups: Some(HeaderName::from_static("remote-groups")),
        };
        let (mut headers, mut extensions) = (HeaderMap::new(), Extensions::new());
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        said(&headers, &extensions, Some(&proxy), &trusted).map(|said| said.0)
    }

    #[test]
    fn a_header_counts_from_a_trusted_proxy_and_once() {
        let kay = asked("10.1.2.3", &[("remote-user", "kay"), ("remote-groups", "a, b,,c ")]);
        let kay = kay.unwrap();
        assert_eq!((kay.subject.as_str(), kay.issuer.as_str()), ("kay", ISSUER));
        assert_eq!(kay.groups.unwrap(), ["a", "b", "c"]);
        assert_eq!(
            asked("::ffff:10.1.2.3", &[("remote-user", "kay")]).unwrap().groups.unwrap().len(),
            0
        );
        for (peer, lines) in [
            ("203.0.113.9", &[("remote-user", "kay")][..]),
            ("127.0.0.1", &[("remote-user", "kay")]),
            ("10.1.2.3", &[]),
            ("10.1.2.3", &[("remote-user", "")]),
            ("10.1.2.3", &[("remote-user", "  ")]),
            ("10.1.2.3", &[("remote-user", "kay"), ("remote-user", "root")]),
            ("10.1.2.3", &[("x-remote-user", "kay")]),
        ] {
            assert!(asked(peer, lines).is_none(), "{peer} {lines:?}");
        }
        assert!(asked("10.1.2.3", &[("remote-user", &"x".repeat(256))]).is_none());
        assert!(said(&HeaderMap::new(), &Extensions::new(), None, &[]).is_none());
    }
}
