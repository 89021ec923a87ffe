//! One HTTP request, read as the gateway reads it: which scheme, which action, in which format to
//! answer.

use super::parameters::Parameters;
use crate::refusal::{self, Refusal};
use crate::signature::acs3;
use http::request::Parts;
use http::{HeaderMap, Method, header};

/// Which of the two schemes signed a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// HMAC-SHA1 in the parameters.
    V1,
    /// ACS3-HMAC-SHA256 in headers.
    V3,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Xml,
}

/// A request after its body has been read. Nothing in it has been verified.
#[derive(Debug)]
pub(crate) struct Request {
    pub method: Method,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub parameters: Parameters,
    pub scheme: Scheme,
    pub format: Format,
}

impl Request {
    pub fn read(parts: Parts, body: Vec<u8>) -> Result<Self, Refusal> {
        let form = if is_form(&parts.headers) { body.as_slice() } else { &[] };
        let parameters = Parameters::read(parts.uri.query().unwrap_or_default(), form)?;
        if parts.method != Method::GET && parts.method != Method::POST {
            return Err(refusal::UNSUPPORTED_METHOD.into());
        }
        if parts.uri.path() != "/" {
            return Err(refusal::ACTION_NOT_FOUND.into());
        }
        let scheme = scheme(&parts.headers);
        let format = match scheme {
            Scheme::V1 => parameters.get("Format").map_or(Some(Format::Xml), format_of),
            Scheme::V3 => Some(accepted_format(&parts.headers)),
        };
        let format = format.ok_or_else(|| Refusal::invalid("Format"))?;
        Ok(Self { method: parts.method, headers: parts.headers, body, parameters, scheme, format })
    }

    /// A header's text; bytes that are not UTF-8 are replaced.
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    }

    /// `(name, value)` of every header, repeated ones included.
    pub fn header_lines(&self) -> Vec<(&str, String)> {
        self.headers
            .iter()
            .map(|(name, value)| {
                (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect()
    }

    pub fn action(&self) -> Option<String> {
        self.named("Action", "x-acs-action")
    }

    pub fn version(&self) -> Option<String> {
        self.named("Version", "x-acs-version")
    }

    pub fn nonce(&self) -> Option<String> {
        self.named("SignatureNonce", "x-acs-signature-nonce")
    }

    pub fn timestamp(&self) -> Option<String> {
        self.named("Timestamp", "x-acs-date")
    }

    pub fn security_token(&self) -> Option<String> {
        self.named("SecurityToken", "x-acs-security-token")
    }

    pub fn access_key_id(&self) -> Option<String> {
        match self.scheme {
            Scheme::V1 => self.parameters.get("AccessKeyId").map(str::to_owned),
            Scheme::V3 => self.authorization().map(|authorization| authorization.access_key_id),
        }
    }

    pub fn authorization(&self) -> Option<acs3::Authorization> {
        acs3::Authorization::parse(&self.header(header::AUTHORIZATION.as_str())?)
    }

    fn named(&self, parameter: &str, header: &str) -> Option<String> {
        match self.scheme {
            Scheme::V1 => self.parameters.get(parameter).map(str::to_owned),
            Scheme::V3 => self.header(header).filter(|value| !value.is_empty()),
        }
    }
}

/// The host that was called, for `HostId`.
pub(crate) fn host(headers: &HeaderMap) -> String {
    headers
        .get(header::HOST)
        .map_or_else(String::new, |value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// The format of an answer to a request that could not be read.
pub(crate) fn likely_format(headers: &HeaderMap, query: &str) -> Format {
    let json = scheme(headers) == Scheme::V3
        || query
            .split('&')
            .filter_map(|pair| pair.strip_prefix("Format="))
            .any(|value| value.eq_ignore_ascii_case("json"));
    if json { Format::Json } else { Format::Xml }
}

fn scheme(headers: &HeaderMap) -> Scheme {
    let acs3 = headers
        .get(header::AUTHORIZATION)
        .is_some_and(|value| value.as_bytes().starts_with(b"ACS3-"));
    if acs3 { Scheme::V3 } else { Scheme::V1 }
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

fn format_of(name: &str) -> Option<Format> {
    match name.to_ascii_lowercase().as_str() {
        "json" => Some(Format::Json),
        "xml" => Some(Format::Xml),
        _ => None,
    }
}

fn accepted_format(headers: &HeaderMap) -> Format {
    let accept =
        headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accept.contains("/xml") && !accept.contains("json") { Format::Xml } else { Format::Json }
}
