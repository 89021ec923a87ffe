//! V3: the wish in the form, the rest in headers.

use domain::call::REDACTED;

use super::{FORM, Header, METHOD, Parts, Signed, Stamp};
use crate::call::Call;
use crate::credential::Credential;
use crate::endpoint::ApiEndpoint;
use crate::sign::{canonical_query, v3};

/// Signs `host`, `content-type` and every `x-acs-*` header, as the Node and Go SDKs do. `user-agent` is left out: some
/// proxies rewrite it.
pub(super) fn sign(
    endpoint: &ApiEndpoint,
    call: &Call,
    credential: &Credential,
    stamp: &Stamp,
    date: &str,
) -> Parts {
    let mut params: Vec<(&str, &str)> =
        call.params.iter().map(|(name, value)| (*name, value.as_str())).collect();
    params.sort_unstable();
    let body = canonical_query(&params);
    let hash = v3::payload_hash(body.as_bytes());
    let mut headers = vec![
        Header::plain("x-acs-action", call.action),
        Header::plain("x-acs-content-sha256", hash.as_str()),
        Header::plain("x-acs-date", date),
        Header::plain("x-acs-signature-nonce", stamp.nonce.as_str()),
        Header::plain("x-acs-version", call.service.version()),
    ];
    if let Some(token) = credential.expose_token() {
        headers.push(Header::secret("x-acs-accesskey-id", credential.access_key_id(), REDACTED));
        headers.push(Header::secret("x-acs-security-token", token, REDACTED));
    }
    let mut to_sign = vec![("content-type", FORM), ("host", endpoint.authority())];
    to_sign.extend(headers.iter().map(|header| (header.name, header.value.as_str())));
    let canonical = v3::canonical_headers(&to_sign);
    let request = v3::canonical_request(METHOD, "/", "", &canonical, &hash);
    let string_to_sign = v3::string_to_sign(&request);
    let signature = v3::signature(credential.expose_secret(), &string_to_sign);
    headers.push(Header::secret(
        "authorization",
        v3::authorization(credential.access_key_id(), &canonical.names, &signature),
        v3::authorization(REDACTED, &canonical.names, REDACTED),
    ));
    let form =
        params.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let signed = Signed { string_to_sign, canonical_request: Some(request) };
    Parts { headers, body, form, signed }
}
