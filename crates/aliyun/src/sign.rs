//! The two signatures of the cloud's OpenAPI, as pure functions that show every stage.
//!
//! Nothing here knows a clock, a nonce or a socket: a stage is text in, text out, so that each can be held against a
//! published example. Sources: the cloud's signature pages (RPC mechanism; V3 request structure and signature).
//!
//! To add a scheme: one file here, one variant of [`SignatureScheme`](domain::call::SignatureScheme), one arm in
//! `request`.

pub mod percent;
pub mod v1;
pub mod v3;

use hmac::{Hmac, KeyInit, Mac};

/// The parameters sorted by raw name, percent-encoded and joined: the same text in both schemes.
///
/// Names are compared by code point, so upper case comes before lower case and `Tag.10.Key` before `Tag.2.Key`.
/// An empty value stays as `name=`.
pub fn canonical_query<N: AsRef<str>, V: AsRef<str>>(params: &[(N, V)]) -> String {
    let mut sorted: Vec<(&str, &str)> =
        params.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
    sorted.sort_unstable();
    let pairs: Vec<String> = sorted
        .into_iter()
        .map(|(name, value)| format!("{}={}", percent::encode(name), percent::encode(value)))
        .collect();
    pairs.join("&")
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
fn keyed<M: KeyInit>(key: &[u8]) -> M {
    M::new_from_slice(key).expect("HMAC takes a key of any length")
}

fn hmac_sha1(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac: Hmac<sha1::Sha1> = keyed(key);
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hmac_sha256(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac: Hmac<sha2::Sha256> = keyed(key);
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
