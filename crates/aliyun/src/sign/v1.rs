//! RPC signature, HMAC-SHA1: everything, the signature included, travels in the parameters.
//!
//! Older pages call it V1, some newer ones V2; on the wire it is `SignatureVersion=1.0`.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::{hmac_sha1, percent};

/// `METHOD&%2F&` and the encoded canonical query. `canonical_query` comes from [`super::canonical_query`] over
/// all parameters but `Signature`, those of the query and those of a form body alike.
///
/// Values end up encoded twice: `:` is `%253A`.
pub fn string_to_sign(method: &str, canonical_query: &str) -> String {
    format!("{method}&{}&{}", percent::encode("/"), percent::encode(canonical_query))
}

/// Base64 of the HMAC-SHA1. The key is the secret and an ampersand, which is always there.
pub fn signature(access_key_secret: &str, string_to_sign: &str) -> String {
    let key = format!("{access_key_secret}&");
    BASE64_STANDARD.encode(hmac_sha1(key.as_bytes(), string_to_sign))
}
