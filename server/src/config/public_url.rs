//! The address people type: it gives the origin of forms and, later, of redirects and passkeys.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// `https://HOST[:PORT]`, or `http://` on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(Url);

impl PublicUrl {
    pub fn of_loopback(port: u16) -> Self {
        let url = Url::parse(&format!("http://127.0.0.1:{port}/"));
        // Digits after a colon are a port, whatever they are.
        Self(url.unwrap_or_else(|_| unreachable_loopback()))
    }

    /// As a browser writes it in `Origin`.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    pub fn is_secure(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// As a browser writes it in `Host`.
    pub fn authority(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

fn unreachable_loopback() -> Url {
    // A constant that parses.
    Url::parse("http://127.0.0.1/").unwrap_or_else(|_| std::process::abort())
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin())
    }
}

/// What is allowed, to be put behind "is not …".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParsePublicUrlError {
    #[error("allowed is https://HOST[:PORT], or http:// on 127.0.0.1, [::1] or localhost")]
    NotAnAddress,
    #[error(
        "plain http is allowed on 127.0.0.1, [::1] and localhost only: browsers keep no secure cookie elsewhere"
    )]
    PlainHttp,
    #[error(
        "it must be a host name of its own, without a path: whatever else lived under this name could act as the portal"
    )]
    NotAnOrigin,
}

impl FromStr for PublicUrl {
    type Err = ParsePublicUrlError;

    fn from_str(text: &str) -> Result<Self, ParsePublicUrlError> {
        let url = Url::parse(text).map_err(|_| ParsePublicUrlError::NotAnAddress)?;
        let plain = url.username().is_empty() && url.password().is_none();
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() || !plain {
            return Err(ParsePublicUrlError::NotAnOrigin);
        }
        match (url.scheme(), url.host()) {
            ("https", Some(_)) => Ok(Self(url)),
            ("http", Some(host)) if is_loopback(&host) => Ok(Self(url)),
            ("http", Some(_)) => Err(ParsePublicUrlError::PlainHttp),
            _ => Err(ParsePublicUrlError::NotAnAddress),
        }
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_browsers_keep_a_secure_cookie_for_is_allowed() {
        for (text, origin, authority) in [
            ("https://redis.example.com", "https://redis.example.com", "redis.example.com"),
            (
                "https://redis.example.com:8443/",
                "https://redis.example.com:8443",
                "redis.example.com:8443",
            ),
            ("https://REDIS.example.com:443", "https://redis.example.com", "redis.example.com"),
            ("http://localhost:3000", "http://localhost:3000", "localhost:3000"),
            ("http://[::1]:3000", "http://[::1]:3000", "[::1]:3000"),
        ] {
            let url: PublicUrl = text.parse().unwrap();
            assert_eq!(
                (url.origin().as_str(), url.authority().as_str()),
                (origin, authority),
                "{text}"
            );
        }
        for (text, error) in [
            ("http://redis.example.com", ParsePublicUrlError::PlainHttp),
            ("http://10.0.0.1", ParsePublicUrlError::PlainHttp),
            ("https://example.com/redis", ParsePublicUrlError::NotAnOrigin),
            ("https://u:p@example.com", ParsePublicUrlError::NotAnOrigin),
            ("https://example.com/?x", ParsePublicUrlError::NotAnOrigin),
            ("redis.example.com", ParsePublicUrlError::NotAnAddress),
            ("ftp://example.com", ParsePublicUrlError::NotAnAddress),
            ("", ParsePublicUrlError::NotAnAddress),
        ] {
            assert_eq!(text.parse::<PublicUrl>(), Err(error), "{text}");
        }
        assert_eq!(PublicUrl::of_loopback(3001).origin(), "http://127.0.0.1:3001");
    }
}
