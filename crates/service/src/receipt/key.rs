//! The key that signs receipts, and the one that checks them.

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use store::key_file::{self, KeyFileError};

/// What stands before the 32 bytes of an Ed25519 key in `SubjectPublicKeyInfo` (RFC 8410).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const PEM_HEAD: &str = "-----BEGIN PUBLIC KEY-----";
const PEM_TAIL: &str = "-----END PUBLIC KEY-----";

/// Signs. Cheap to clone.
#[derive(Clone)]
pub struct ReceiptKey(Arc<Ed25519KeyPair>);

/// Checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

/// Why a receipt does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    #[error("this is no receipt")]
    NoReceipt,
    #[error("the signature does not fit: it was changed, or signed with another key")]
    Forged,
    #[error(
        "this is no public key: 32 bytes as base64, or a PEM file, as `latchkey receipt key` prints"
    )]
    NoKey,
}

impl ReceiptKey {
    /// From a file; `make`: where there is none, one is made.
    pub fn open(path: &Path, make: bool) -> Result<Self, KeyFileError> {
        let bytes = if make { key_file::read_or_make(path)? } else { key_file::read(path)? };
        Self::of(&bytes).ok_or(KeyFileError::Malformed)
    }

    /// The first 32 bytes are the seed of RFC 8032.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(bytes.get(..32)?).ok()?;
        Some(Self(Arc::new(pair)))
    }

    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.0.public_key().as_ref());
        PublicKey(bytes)
    }

    pub(super) fn sign(&self, said: &[u8]) -> String {
        BASE64_STANDARD.encode(self.0.sign(said).as_ref())
    }
}

impl fmt::Debug for ReceiptKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReceiptKey({})", self.public())
    }
}

impl PublicKey {
    pub(super) fn verify(&self, said: &[u8], signature: &str) -> Result<(), ReceiptError> {
        let signature = BASE64_STANDARD.decode(signature).map_err(|_| ReceiptError::NoReceipt)?;
        UnparsedPublicKey::new(&ED25519, self.0)
            .verify(said, &signature)
            .map_err(|_| ReceiptError::Forged)
    }

    /// As OpenSSL and others read it.
    pub fn pem(&self) -> String {
        let bytes = [&SPKI[..], &self.0].concat();
        format!("{PEM_HEAD}\n{}\n{PEM_TAIL}\n", BASE64_STANDARD.encode(bytes))
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_STANDARD.encode(self.0))
    }
}

impl FromStr for PublicKey {
    type Err = ReceiptError;

    fn from_str(text: &str) -> Result<Self, ReceiptError> {
        let text = text.trim();
        let inside = text.strip_prefix(PEM_HEAD).and_then(|rest| rest.strip_suffix(PEM_TAIL));
        let bytes = BASE64_STANDARD
            .decode(inside.unwrap_or(text).trim())
            .map_err(|_| ReceiptError::NoKey)?;
        let bytes = bytes.strip_prefix(&SPKI[..]).unwrap_or(&bytes);
        bytes.try_into().map(Self).map_err(|_| ReceiptError::NoKey)
    }
}
