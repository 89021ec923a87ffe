//! The number that makes every request a different one.
//!
//! The cloud refuses a nonce it has seen within 15 minutes, which is what keeps a copied request from working twice.
//! Sixteen random bytes are unique without anybody keeping a list, and nobody can use one up before us.

use std::fmt;

/// Where randomness comes from: sixteen bytes nobody can guess, different at every call. Any `Fn() -> [u8; 16]` is one.
pub trait NonceSource: Send + Sync {
    /// Different at every call.
    fn bytes(&self) -> [u8; 16];
}

impl<F: Fn() -> [u8; 16] + Send + Sync> NonceSource for F {
    fn bytes(&self) -> [u8; 16] {
        self()
    }
}

/// `SignatureNonce` (V1) or `x-acs-signature-nonce` (V3): 32 lower-case hex digits. Not a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nonce(String);

impl Nonce {
    pub(crate) fn draw(source: &dyn NonceSource) -> Self {
        Self(hex::encode(source.bytes()))
    }

    /// As it stands in the request.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_its_bytes_in_hex() {
        let source = || [0xab; 16];
        assert_eq!(Nonce::draw(&source).as_str(), "ab".repeat(16));
    }
}
