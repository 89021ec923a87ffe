//! ACS3-HMAC-SHA256: action, nonce, time and signature travel in headers, the body is covered by its hash.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::hmac_sha256;

/// The name of the algorithm, first word of the string to sign and of the `Authorization` header.
pub const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// The headers that are signed, in the form that is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanonicalHeaders {
    /// `name:value` and a newline each: names in lower case and sorted, values trimmed.
    pub block: String,
    /// The names, joined by `;`.
    pub names: String,
}

/// Values of a header that is given more than once are sorted and joined by a comma, as the official SDKs do.
pub fn canonical_headers<N: AsRef<str>, V: AsRef<str>>(headers: &[(N, V)]) -> CanonicalHeaders {
    let mut by_name: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (name, value) in headers {
        by_name.entry(name.as_ref().to_ascii_lowercase()).or_default().push(value.as_ref().trim());
    }
    let mut block = String::new();
    for (name, values) in &mut by_name {
        values.sort_unstable();
        block.push_str(name);
        block.push(':');
        block.push_str(&values.join(","));
        block.push('\n');
    }
    let names: Vec<&str> = by_name.keys().map(String::as_str).collect();
    CanonicalHeaders { block, names: names.join(";") }
}

/// SHA-256 of the exact bytes of the body (of nothing, if there is none), lower-case hex: `x-acs-content-sha256`.
pub fn payload_hash(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}

/// Method, path, query, headers, their names and the hash of the body, a line each. The block of headers ends with
/// a newline of its own, hence the empty line after it.
pub fn canonical_request(
    method: &str,
    path: &str,
    canonical_query: &str,
    headers: &CanonicalHeaders,
    payload_hash: &str,
) -> String {
    let CanonicalHeaders { block, names } = headers;
    format!("{method}\n{path}\n{canonical_query}\n{block}\n{names}\n{payload_hash}")
}

/// The algorithm and the SHA-256 of the canonical request.
pub fn string_to_sign(canonical_request: &str) -> String {
    format!("{ALGORITHM}\n{}", payload_hash(canonical_request.as_bytes()))
}

/// Lower-case hex of the HMAC-SHA256. The key is the secret as it is: no ampersand, no derivation.
pub fn signature(access_key_secret: &str, string_to_sign: &str) -> String {
    hex::encode(hmac_sha256(access_key_secret.as_bytes(), string_to_sign))
}

/// The `Authorization` header; commas without spaces.
pub fn authorization(access_key_id: &str, signed_headers: &str, signature: &str) -> String {
    format!(
        "{ALGORITHM} Credential={access_key_id},SignedHeaders={signed_headers},Signature={signature}"
    )
}
