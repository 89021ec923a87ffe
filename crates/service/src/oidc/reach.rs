//! Calls of the provider: where they may go, and how much is read.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use openidconnect::{HttpRequest, HttpResponse};
use url::{Host, Url};

use crate::outgoing;

const CONNECT: Duration = Duration::from_secs(3);
const TOTAL: Duration = Duration::from_secs(5);
/// Keys and metadata are a few kilobytes.
const MOST_BYTES: usize = 512 * 1024;

/// Why an address cannot be used, to be put behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("is not https://HOST[:PORT][/PATH], without a query")]
    NotAnAddress,
    #[error(
        "is plain http, which is allowed to a loopback address that oidc_allow names, and nowhere else"
    )]
    PlainHttp,
    #[error("is in a network that is not reached unless oidc_allow names it")]
    Refused,
    #[error("needs the certificates of the system, which cannot be read")]
    NoCertificates,
}

/// A call that came to nothing; the text is for the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReachError {
    #[error("the provider's address {0}")]
    Address(#[from] AddressError),
    #[error("the provider did not answer")]
    Call(#[source] reqwest::Error),
    #[error("the provider answered with more than is read")]
    TooLarge,
    #[error("the provider's answer is none")]
    Malformed(#[source] openidconnect::http::Error),
}

/// `https`, or `http` on this machine; a name is looked up when it is used, not here.
pub(super) fn check(url: &str, allow: &[IpNet]) -> Result<Url, AddressError> {
    let url = Url::parse(url).map_err(|_| AddressError::NotAnAddress)?;
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let address = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::from(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::from(address)),
        Some(Host::Domain(name)) if !name.is_empty() => None,
        _ => return Err(AddressError::NotAnAddress),
    };
    let allowed = address.is_none_or(|address| outgoing::may_be_reached(address, allow));
    match url.scheme() {
        _ if !plain => Err(AddressError::NotAnAddress),
        "https" if allowed => Ok(url),
        "https" => Err(AddressError::Refused),
        "http" if allowed && address.is_some_and(|address| address.is_loopback()) => Ok(url),
        "http" => Err(AddressError::PlainHttp),
        _ => Err(AddressError::NotAnAddress),
    }
}

/// Cheap to clone.
#[derive(Clone)]
pub(super) struct Reach {
    client: reqwest::Client,
    allow: Arc<[IpNet]>,
}

impl Reach {
    pub fn new(issuer: &Url, allow: &[IpNet]) -> Result<Self, AddressError> {
        let client = outgoing::client(allow, issuer.scheme() == "https", CONNECT, TOTAL)
            .map_err(|_| AddressError::NoCertificates)?;
        Ok(Self { client, allow: allow.into() })
    }

    /// Whether the browser may be sent there, or a call be made.
    pub fn check(&self, url: &str) -> Result<Url, AddressError> {
        check(url, &self.allow)
    }

    pub async fn send(&self, request: HttpRequest) -> Result<HttpResponse, ReachError> {
        let (parts, body) = request.into_parts();
        let url = self.check(&parts.uri.to_string())?;
        let call = self.client.request(parts.method, url).headers(parts.headers).body(body);
        let mut answer = call.send().await.map_err(|error| {
            if outgoing::is_refused(&error) {
                return ReachError::Address(AddressError::Refused);
            }
            ReachError::Call(error.without_url())
        })?;
        let mut response = openidconnect::http::Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            headers.clone_from(answer.headers());
        }
        let mut body = Vec::new();
        while let Some(chunk) =
            answer.chunk().await.map_err(|error| ReachError::Call(error.without_url()))?
        {
            if body.len() + chunk.len() > MOST_BYTES {
                return Err(ReachError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        response.body(body).map_err(ReachError::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_asked_by_https_and_in_networks_that_are_public_or_named() {
        let allow: Vec<IpNet> = vec!["127.0.0.0/8".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
        for (url, allow, expected) in [
            ("https://id.example.com/realms/a", &[][..], Ok(())),
            ("https://8.8.8.8/", &[], Ok(())),
            ("https://10.1.2.3/", &[], Err(AddressError::Refused)),
            ("https://10.1.2.3/", &allow, Ok(())),
            ("https://169.254.169.254/", &allow, Err(AddressError::Refused)),
            ("http://127.0.0.1:4000", &allow, Ok(())),
            ("http://127.0.0.1:4000", &[], Err(AddressError::PlainHttp)),
            ("http://10.1.2.3/", &allow, Err(AddressError::PlainHttp)),
            ("http://id.example.com/", &allow, Err(AddressError::PlainHttp)),
            ("http://localhost/", &allow, Err(AddressError::PlainHttp)),
            ("https://u:p@id.example.com/", &[], Err(AddressError::NotAnAddress)),
            ("https://id.example.com/#x", &[], Err(AddressError::NotAnAddress)),
            ("file:///etc/passwd", &[], Err(AddressError::NotAnAddress)),
            ("id.example.com", &[], Err(AddressError::NotAnAddress)),
        ] {
            assert_eq!(check(url, allow).map(drop), expected, "{url}");
        }
    }
}
