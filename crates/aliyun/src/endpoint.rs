//! Which host a request goes to.
//!
//! Without an override only hosts under `.aliyuncs.com` are ever called, over https. An override replaces the host of
//! every region and of STS, and switches learning off. Plain http is for this machine alone, and for the metadata
//! service of ECS, whose address never leaves the host.

mod directory;

use std::fmt;
use std::str::FromStr;

use domain::id::RegionId;
use url::{Host, Url};

use directory::STS_HOST;
pub(crate) use directory::{Directory, built_in_host, is_host_of_the_cloud};

/// Scheme, host and port of a server that speaks the API: `https://HOST[:PORT]`, or `http://` to this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiEndpoint {
    secure: bool,
    /// Host, and port where it is not the usual one: what the `Host` header says.
    authority: String,
    /// Without the port; an IPv6 address in brackets.
    host: String,
}

impl ApiEndpoint {
    /// The host alone, without a port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// `https`, and not `http` to this machine.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// What the `Host` header says, and what V3 signs.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// The one path there is. Parameters never travel in it.
    pub(crate) fn url(&self) -> String {
        format!("{self}/")
    }

    /// `host` has to be a plain host name, without a port.
    fn https(host: &str) -> Self {
        Self { secure: true, authority: host.to_owned(), host: host.to_owned() }
    }

    /// STS: of a region, inside a VPC where wanted, or the one without a region.
    pub(crate) fn of_sts(region: Option<&RegionId>, vpc: bool) -> Self {
        match (region, vpc) {
            (Some(region), false) => Self::https(&format!("sts.{region}.aliyuncs.com")),
            (Some(region), true) => Self::https(&format!("sts-vpc.{region}.aliyuncs.com")),
            // There is no global one inside a VPC; the official libraries take the public one as well.
            (None, _) => Self::https(STS_HOST),
        }
    }

    /// The metadata service of every ECS instance. It speaks plain http only, and no router passes its address on.
    pub(crate) fn of_ecs_metadata() -> Self {
        const HOST: &str = "100.100.100.200";
        Self { secure: false, authority: HOST.to_owned(), host: HOST.to_owned() }
    }
}

/// `scheme://host[:port]`, without a slash at the end.
impl fmt::Display for ApiEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority)
    }
}

/// Why a text is no endpoint. Each says what is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseEndpointError {
    /// Cannot be read as one.
    #[error(
        "not an address; allowed is https://HOST[:PORT], or http:// to 127.0.0.1, [::1] or localhost"
    )]
    NotAnAddress,
    /// Neither `https` nor `http`.
    #[error("the scheme has to be https, or http to 127.0.0.1, [::1] or localhost")]
    Scheme,
    /// Unencrypted to another machine.
    #[error("http is allowed to 127.0.0.1, [::1] and localhost only; use https")]
    PlainHttp,
    /// Anything before an `@`.
    #[error("a user name or password has no place in an endpoint; allowed is https://HOST[:PORT]")]
    UserInfo,
    /// More than `/`.
    #[error("an endpoint has no path; allowed is https://HOST[:PORT]")]
    Path,
    /// A `?` or a `#`.
    #[error("an endpoint has no query and no fragment; allowed is https://HOST[:PORT]")]
    Query,
}

impl FromStr for ApiEndpoint {
    type Err = ParseEndpointError;

    fn from_str(text: &str) -> Result<Self, ParseEndpointError> {
        // URL parsers repair these silently, so that what is called is not what was written.
        let repaired = |c: char| c.is_whitespace() || c.is_control() || c == '\\';
        if text.contains(repaired) || !text.contains("://") {
            return Err(ParseEndpointError::NotAnAddress);
        }
        if text.contains('@') {
            return Err(ParseEndpointError::UserInfo);
        }
        if text.contains(['?', '#']) {
            return Err(ParseEndpointError::Query);
        }
        let url = Url::parse(text).map_err(|_| ParseEndpointError::NotAnAddress)?;
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(ParseEndpointError::Scheme),
        };
        let host = url.host().ok_or(ParseEndpointError::NotAnAddress)?;
        if !secure && !is_this_machine(&host) {
            return Err(ParseEndpointError::PlainHttp);
        }
        if url.path() != "/" {
            return Err(ParseEndpointError::Path);
        }
        let host = host.to_string();
        let authority = url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        Ok(Self { secure, authority, host })
    }
}

/// `localhost` counts because it is never looked up: the client's resolver answers it by itself.
pub(crate) fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => *name == "localhost",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_scheme_host_and_port_and_nothing_else() {
        for (text, shown, authority) in [
            ("https://kv.example.com", "https://kv.example.com", "kv.example.com"),
            ("https://KV.example.com/", "https://kv.example.com", "kv.example.com"),
            ("https://kv.example.com:8443", "https://kv.example.com:8443", "kv.example.com:8443"),
            ("https://kv.example.com:443", "https://kv.example.com", "kv.example.com"),
            ("http://127.0.0.1:3100", "http://127.0.0.1:3100", "127.0.0.1:3100"),
            ("http://127.9.9.9", "http://127.9.9.9", "127.9.9.9"),
            ("http://[::1]:3100/", "http://[::1]:3100", "[::1]:3100"),
            ("http://localhost:3100", "http://localhost:3100", "localhost:3100"),
        ] {
            let endpoint: ApiEndpoint = text.parse().unwrap();
            assert_eq!(endpoint.to_string(), shown);
            assert_eq!(endpoint.authority(), authority);
            assert_eq!(endpoint.url(), format!("{shown}/"));
        }
    }

    #[test]
    fn anything_else_is_refused_with_what_is_allowed() {
        use ParseEndpointError::{NotAnAddress, Path, PlainHttp, Query, Scheme, UserInfo};
        for (text, why) in [
            ("", NotAnAddress),
            ("r-kvstore.aliyuncs.com", NotAnAddress),
            ("https:kv.example.com", NotAnAddress),
            ("https://", NotAnAddress),
            ("https://kv example.com", NotAnAddress),
            ("https://kv.example.com\\evil", NotAnAddress),
            ("https://kv.\texample.com", NotAnAddress),
            ("https://kv.example.com:99999", NotAnAddress),
            ("ftp://kv.example.com", Scheme),
            ("file:///etc/passwd", Scheme),
            ("http://kv.example.com", PlainHttp),
            ("http://169.254.169.254", PlainHttp),
            ("http://100.100.100.200", PlainHttp),
            ("http://0.0.0.0:3100", PlainHttp),
            ("http://[::]:3100", PlainHttp),
            ("http://localhost.", PlainHttp),
            ("http://localhost.example.com", PlainHttp),
            ("http://127.0.0.1.example.com", PlainHttp),
            ("http://[::ffff:127.0.0.1]", PlainHttp),
            ("https://key:secret@kv.example.com", UserInfo),
            ("https://@kv.example.com", UserInfo),
            ("http://127.0.0.1@evil.example.com", UserInfo),
            ("https://kv.example.com/api", Path),
            ("https://kv.example.com?a=b", Query),
            ("https://kv.example.com/#x", Query),
        ] {
            let error = text.parse::<ApiEndpoint>().unwrap_err();
            assert_eq!(error, why, "{text:?}");
            let says_what = error.to_string();
            assert!(says_what.contains("https"), "{text:?}: {says_what}");
        }
    }
}
