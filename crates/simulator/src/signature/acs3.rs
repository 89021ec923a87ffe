//! The V3 scheme: `ACS3-HMAC-SHA256` over a canonical request, in the `Authorization` header.
//!
//! Which headers are signed differs between SDKs, so the list is the client's, and the values are
//! taken as they arrived.

use super::{hmac_sha256, percent::encode, sha256_hex};
use std::collections::BTreeMap;

pub const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// What an `Authorization` header says.
#[derive(Debug, PartialEq, Eq)]
pub struct Authorization {
    pub access_key_id: String,
    /// Names as given, in the order given.
    pub signed_headers: String,
    pub signature: String,
}

impl Authorization {
    /// Reads `ACS3-HMAC-SHA256 Credential=…,SignedHeaders=…,Signature=…`. `None` for anything else.
    pub fn parse(header: &str) -> Option<Self> {
        let fields = header.strip_prefix(ALGORITHM)?.strip_prefix(' ')?;
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for field in fields.split(',') {
            let (name, value) = field.trim().split_once('=')?;
            let slot = match name {
                "Credential" => &mut credential,
                "SignedHeaders" => &mut signed_headers,
                "Signature" => &mut signature,
                _ => return None,
            };
            if slot.replace(value.to_owned()).is_some() {
                return None;
            }
        }
        Some(Self {
            access_key_id: credential?,
            signed_headers: signed_headers?,
            signature: signature?,
        })
    }

    /// The names that are signed.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.signed_headers.split(';')
    }
}

/// The query's parameters, encoded and sorted; a form body is covered by its hash, not by this.
pub fn canonical_query(query: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> =
        query.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}

/// A line a header: name in lower case, value trimmed, repeated values sorted and joined by a
/// comma.
pub fn canonical_headers<'a>(
    signed_headers: &str,
    headers: impl Iterator<Item = (&'a str, &'a str)>,
) -> String {
    let mut lines: BTreeMap<String, Vec<&str>> =
        signed_headers.split(';').map(|name| (name.to_ascii_lowercase(), Vec::new())).collect();
    for (name, value) in headers {
        if let Some(values) = lines.get_mut(&name.to_ascii_lowercase()) {
            values.push(value.trim());
        }
    }
    let mut text = String::new();
    for (name, mut values) in lines {
        values.sort_unstable();
        text.push_str(&name);
        text.push(':');
        text.push_str(&values.join(","));
        text.push('\n');
    }
    text
}

/// All that is signed. `hashed_payload` is the lower-case hexadecimal SHA-256 of the body's bytes.
pub fn canonical_request(
    method: &str,
    canonical_query: &str,
    canonical_headers: &str,
    signed_headers: &str,
    hashed_payload: &str,
) -> String {
    [method, "/", canonical_query, canonical_headers, signed_headers, hashed_payload].join("\n")
}

pub fn string_to_sign(canonical_request: &str) -> String {
    format!("{ALGORITHM}\n{}", sha256_hex(canonical_request.as_bytes()))
}

/// Lower-case hexadecimal HMAC. The key is the secret as it is.
pub fn signature(secret: &str, string_to_sign: &str) -> String {
    hex::encode(hmac_sha256(secret.as_bytes(), string_to_sign.as_bytes()))
}
