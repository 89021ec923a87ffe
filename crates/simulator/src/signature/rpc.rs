//! The RPC scheme: HMAC-SHA1 over method and parameters, `SignatureVersion` 1.0.
//!
//! Parameters of query and form are one set, and headers are not signed.

use super::{hmac_sha1, percent::encode};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::collections::BTreeMap;

/// `name=value&…`, encoded, sorted by the raw name by code point; `Signature` itself is left out.
pub fn canonical_query(parameters: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> = parameters
        .iter()
        .filter(|(name, _)| *name != "Signature")
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    pairs.join("&")
}

pub fn string_to_sign(method: &str, parameters: &BTreeMap<String, String>) -> String {
    format!("{method}&%2F&{}", encode(&canonical_query(parameters)))
}

/// Base64 of the HMAC. The key is the secret with an ampersand behind it.
pub fn signature(secret: &str, string_to_sign: &str) -> String {
    STANDARD.encode(hmac_sha1(format!("{secret}&").as_bytes(), string_to_sign.as_bytes()))
}
