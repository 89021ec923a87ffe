//! V1: everything in the form, the signature last.

use domain::call::REDACTED;

use super::{METHOD, Parts, Signed, Stamp};
use crate::call::Call;
use crate::credential::Credential;
use crate::sign::{canonical_query, percent, v1};

pub(super) fn sign(call: &Call, credential: &Credential, stamp: &Stamp, date: &str) -> Parts {
    let mut params: Vec<(&str, &str)> = vec![
        ("AccessKeyId", credential.access_key_id()),
        ("Action", call.action),
        ("Format", "JSON"),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureNonce", stamp.nonce.as_str()),
        ("SignatureVersion", "1.0"),
        ("Timestamp", date),
        ("Version", call.service.version()),
    ];
    params.extend(credential.expose_token().map(|token| ("SecurityToken", token)));
    params.extend(call.params.iter().map(|(name, value)| (*name, value.as_str())));
    params.sort_unstable();
    let query = canonical_query(&params);
    let string_to_sign = v1::string_to_sign(METHOD, &query);
    let signature = v1::signature(credential.expose_secret(), &string_to_sign);
    let body = format!("{query}&Signature={}", percent::encode(&signature));
    let form = params
        .into_iter()
        .chain([("Signature", REDACTED)])
        .map(|(name, value)| {
            let secret = matches!(name, "AccessKeyId" | "SecurityToken" | "Signature");
            (name.to_owned(), if secret { REDACTED } else { value }.to_owned())
        })
        .collect();
    let signed = Signed { string_to_sign, canonical_request: None };
    Parts { headers: Vec::new(), body, form, signed }
}
