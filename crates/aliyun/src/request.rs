//! From a call to signed bytes.
//!
//! Always POST to `/`. Business parameters are a form body in both schemes; V1 puts its signature among them, V3 in
//! a header that covers the body by its hash. Nothing is ever in the URL, where proxies and servers log it. (The
//! official SDKs put V3's business parameters there; the gateway takes them from the form just as well.)
//!
//! Whatever is secret is redacted where it is written, in the same line: [`SentCall`] is built beside the request.

mod unsigned;
mod v1;
mod v3;

use domain::call::{SentCall, SignatureScheme};
use domain::time::Timestamp;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::call::Call;
use crate::clock::format_wire;
use crate::credential::Credential;
use crate::endpoint::ApiEndpoint;
use crate::error::{Error, ErrorKind};
use crate::http::Outgoing;
use crate::nonce::Nonce;

pub(crate) use unsigned::unsigned;

const METHOD: &str = "POST";
const FORM: &str = "application/x-www-form-urlencoded";

/// What is different in every request.
pub(crate) struct Stamp {
    pub nonce: Nonce,
    /// By the cloud's clock, as far as we know it.
    pub timestamp: Timestamp,
}

pub(crate) struct SignedRequest {
    pub outgoing: Outgoing,
    /// The same without its secrets.
    pub call: SentCall,
    signed: Signed,
}

/// What the cloud repeats when it gets another signature.
pub(crate) struct Signed {
    string_to_sign: String,
    /// V3 only: what the string to sign is a hash of.
    canonical_request: Option<String>,
}

impl Signed {
    /// Whether what we signed stands in `message`, whole: not as the beginning of something longer.
    pub(crate) fn is_in(&self, message: &str) -> bool {
        let whole = |signed: &str| {
            message.match_indices(signed).any(|(at, _)| {
                let before = message[..at].chars().next_back();
                let after = message[at + signed.len()..].chars().next();
                [before, after]
                    .into_iter()
                    .flatten()
                    .all(|c| c.is_whitespace() || "[](),;:'\"".contains(c))
            })
        };
        whole(&self.string_to_sign) || self.canonical_request.as_deref().is_some_and(whole)
    }
}

impl SignedRequest {
    pub(crate) fn into_parts(self) -> (Outgoing, Signed) {
        (self.outgoing, self.signed)
    }
}

pub(crate) fn sign(
    scheme: SignatureScheme,
    endpoint: &ApiEndpoint,
    call: &Call,
    credential: &Credential,
    stamp: &Stamp,
    user_agent: &str,
) -> Result<SignedRequest, Error> {
    let date = format_wire(stamp.timestamp).ok_or_else(|| Error::new(ErrorKind::Clock, None))?;
    let parts = match scheme {
        SignatureScheme::V1 => v1::sign(call, credential, stamp, &date),
        SignatureScheme::V3 => v3::sign(endpoint, call, credential, stamp, &date),
    };
    let mut all = vec![
        Header::plain("accept", "application/json"),
        Header::plain("content-type", FORM),
        Header::plain("host", endpoint.authority()),
        Header::plain("user-agent", user_agent),
    ];
    all.extend(parts.headers);
    let url = endpoint.url();
    let mut headers = HeaderMap::new();
    for header in &all {
        let name = HeaderName::from_static(header.name);
        let mut value = HeaderValue::from_str(&header.value)
            .map_err(|_| Error::new(ErrorKind::InvalidParameter, None))?;
        value.set_sensitive(header.shown.is_some());
        headers.insert(name, value);
    }
    let sent = SentCall {
        scheme,
        method: METHOD.to_owned(),
        url: url.clone(),
        headers: all.into_iter().map(Header::redacted).collect(),
        form: parts.form,
    };
    Ok(SignedRequest {
        outgoing: Outgoing { method: Method::POST, url, headers, body: parts.body },
        call: sent,
        signed: parts.signed,
    })
}

struct Parts {
    headers: Vec<Header>,
    body: String,
    /// The body, redacted.
    form: Vec<(String, String)>,
    signed: Signed,
}

struct Header {
    name: &'static str,
    value: String,
    /// What people get to see in place of a secret value.
    shown: Option<String>,
}

impl Header {
    fn plain(name: &'static str, value: impl Into<String>) -> Self {
        Self { name, value: value.into(), shown: None }
    }

    fn secret(name: &'static str, value: impl Into<String>, shown: impl Into<String>) -> Self {
        Self { name, value: value.into(), shown: Some(shown.into()) }
    }

    fn redacted(self) -> (String, String) {
        (self.name.to_owned(), self.shown.unwrap_or(self.value))
    }
}

#[cfg(test)]
mod tests {
    use domain::call::REDACTED;

    use super::*;
    use crate::sign::{percent, v1, v3};

    fn signed(scheme: SignatureScheme, token: &str) -> SignedRequest {
        let call = Call::of_instance(
            "ModifyInstanceVpcAuthMode",
            &"cn-shenzhen".parse().unwrap(),
            &"r-wz9abc0000000001".parse().unwrap(),
        )
        .with("VpcAuthMode", "Close");
        let credential =
            Credential::new("testid", "testsecret").unwrap().with_token(token).unwrap();
        let nonce = Nonce::draw(&|| [7; 16]);
        let stamp = Stamp { nonce, timestamp: Timestamp::from_secs(1_714_979_289) };
        let endpoint = "https://r-kvstore.cn-shenzhen.aliyuncs.com".parse().unwrap();
        sign(scheme, &endpoint, &call, &credential, &stamp, "latchkey/test").unwrap()
    }

    #[test]
    fn v1_is_a_form_with_everything_in_it() {
        let request = signed(SignatureScheme::V1, "tok/en");
        let query = "AccessKeyId=testid&Action=ModifyInstanceVpcAuthMode&Format=JSON\
            &InstanceId=r-wz9abc0000000001&RegionId=cn-shenzhen&SecurityToken=tok%2Fen&SignatureMethod=HMAC-SHA1\
            &SignatureNonce=07070707070707070707070707070707&SignatureVersion=1.0\
            &Timestamp=2024-05-06T07%3A08%3A09Z&Version=2015-01-01&VpcAuthMode=Close";
        let signature = v1::signature("testsecret", &v1::string_to_sign("POST", query));
        let expected = format!("{query}&Signature={}", percent::encode(&signature));
        assert_eq!(request.outgoing.body, expected);
        assert_eq!(request.outgoing.url, "https://r-kvstore.cn-shenzhen.aliyuncs.com/");
    }

    #[test]
    fn v3_has_the_wish_in_the_form_and_the_rest_in_headers() {
        let request = signed(SignatureScheme::V3, "");
        let body = "InstanceId=r-wz9abc0000000001&RegionId=cn-shenzhen&VpcAuthMode=Close";
        assert_eq!(request.outgoing.body, body);
        let hash = v3::payload_hash(body.as_bytes());
        let expected = format!(
            "POST\n/\n\ncontent-type:application/x-www-form-urlencoded\n\
            host:r-kvstore.cn-shenzhen.aliyuncs.com\nx-acs-action:ModifyInstanceVpcAuthMode\n\
            x-acs-content-sha256:{hash}\nx-acs-date:2024-05-06T07:08:09Z\n\
            x-acs-signature-nonce:07070707070707070707070707070707\nx-acs-version:2015-01-01\n\n\
            content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version\n{hash}"
        );
        assert_eq!(request.signed.canonical_request.as_deref(), Some(expected.as_str()));
        let authorization = request.outgoing.headers["authorization"].to_str().unwrap().to_owned();
        assert!(
            authorization
                .starts_with("ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=content-type;host;")
        );
        assert_eq!(request.outgoing.url, "https://r-kvstore.cn-shenzhen.aliyuncs.com/");
    }

    #[test]
    fn what_we_signed_is_found_in_a_message_only_whole() {
        for scheme in SignatureScheme::ALL {
            let signed = signed(*scheme, "").signed;
            let ours = signed.canonical_request.as_deref().unwrap_or(&signed.string_to_sign);
            for (message, found) in [
                (format!("server string to sign is:{ours}"), true),
                (format!("server CanonicalRequest is [{ours}], and more"), true),
                (format!("server string to sign is: {ours} "), true),
                (format!("server string to sign is:{ours}%26x%3D1"), false),
                (format!("server string to sign is:x{ours}"), false),
                ("server string to sign is:".to_owned(), false),
            ] {
                assert_eq!(signed.is_in(&message), found, "{message}");
            }
        }
    }

    #[test]
    fn what_people_see_is_the_request_without_its_secrets() {
        for scheme in SignatureScheme::ALL {
            let request = signed(*scheme, "tok/en");
            let call = &request.call;
            let shown = format!("{call:?} {}", serde_json::to_string(call).unwrap());
            for secret in ["testid", "testsecret", "tok/en", "tok%2Fen"] {
                assert!(!shown.contains(secret), "{scheme}: {shown}");
            }
            for telling in
                ["ModifyInstanceVpcAuthMode", "r-wz9abc0000000001", "Close", "0707", REDACTED]
            {
                assert!(shown.contains(telling), "{scheme}: {shown}");
            }
            assert!(!format!("{:?}", request.outgoing.headers).contains("testid"));
        }
    }

    #[test]
    fn the_call_lists_the_form_in_the_order_it_is_sent() {
        for scheme in SignatureScheme::ALL {
            let request = signed(*scheme, "");
            let sent: Vec<(String, String)> =
                serde_urlencoded::from_str(&request.outgoing.body).unwrap();
            let names = |form: &[(String, String)]| -> Vec<String> {
                form.iter().map(|(name, _)| name.clone()).collect()
            };
            assert_eq!(names(&sent), names(&request.call.form));
        }
    }
}
