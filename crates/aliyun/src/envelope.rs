//! What every answer has, refusals and successes alike: code, request id, message.

use domain::id::{CloudCode, RequestId};
use serde::Deserialize;

use crate::lenient::{Text, parse};

/// Read with care for missing and misspelt names; SDKs of the cloud accept the lower-case ones too.
#[derive(Default)]
pub(crate) struct Envelope {
    pub code: Option<CloudCode>,
    pub request_id: Option<RequestId>,
    /// Private to this module: it can repeat a request with its key id and its token.
    message: Option<String>,
}

impl Envelope {
    /// `None`: not JSON, or no object.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let wire: Wire = parse(body)?;
        Some(Self {
            code: wire.code.some().and_then(|code| code.parse().ok()),
            request_id: wire.request_id.some().and_then(|id| id.parse().ok()),
            message: wire.message.some(),
        })
    }

    /// The message, if the cloud tells in it what it signed, which it does when the signatures differ.
    ///
    /// V1: "server string to sign is:…". What is told of V3 varies: the string, the canonical request, or both.
    pub(crate) fn echo(&self) -> Option<&str> {
        let message = self.message.as_deref()?;
        let words = message.to_ascii_lowercase().replace(' ', "");
        let tells = ["stringtosign", "canonicalrequest"].iter().any(|word| words.contains(word));
        tells.then_some(message)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Wire {
    #[serde(rename = "Code", alias = "code")]
    code: Text,
    #[serde(rename = "RequestId", alias = "requestId", alias = "requestid")]
    request_id: Text,
    #[serde(rename = "Message", alias = "message")]
    message: Text,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lower_case_names_are_read_as_well() {
        let body =
            br#"{"requestId":"0B9377D9-C56B-5C2E-A8A4-ED01D6CC0901","code":"Throttling.User"}"#;
        let envelope = Envelope::read(body).unwrap();
        assert_eq!(envelope.code.unwrap().as_str(), "Throttling.User");
        assert_eq!(envelope.request_id.unwrap().as_str(), "0B9377D9-C56B-5C2E-A8A4-ED01D6CC0901");
    }

    #[test]
    fn a_code_or_an_id_that_is_not_well_formed_is_none() {
        let body = br#"{"RequestId":"<script>","Code":"not a code","Message":null}"#;
        let envelope = Envelope::read(body).unwrap();
        assert!(envelope.code.is_none() && envelope.request_id.is_none());
    }

    #[test]
    fn what_is_no_json_object_has_no_envelope() {
        for body in
            [&b""[..], b"[]", b"null", b"\"x\"", b"<html>", b"{\"Code\":", b"{\"Code\":\"a\"}x"]
        {
            assert!(Envelope::read(body).is_none(), "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn only_a_message_that_tells_what_was_signed_is_an_echo() {
        for (message, is_echo) in [
            (
                "Specified signature is not matched with our calculation. server string to sign is:POST&%2F&A%3D1",
                true,
            ),
            (
                "server StringToSign is [ACS3-HMAC-SHA256 ...], server CanonicalRequest is [POST ...]",
                true,
            ),
            ("Specified access key is not found.", false),
        ] {
            let body = serde_json::json!({"Message": message}).to_string();
            let envelope = Envelope::read(body.as_bytes()).unwrap();
            assert_eq!(envelope.echo(), is_echo.then_some(message));
        }
    }
}
