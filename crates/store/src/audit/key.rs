//! The key of the audit: where it lies, and what is made of it.
//!
//! It never enters the database, so that whoever can write there cannot make a seal. Beside an SQLite file it is made
//! at the first start; PostgreSQL is shared by replicas, which must be given the same one.

use std::fmt;
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::key_file::{self, KeyFileError, with_ending};
use crate::{DatabaseUrl, OpenError};

/// A seal.
pub(crate) type Seal = [u8; 32];

/// Where the key and the anchor lie. Empty: beside the database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFiles {
    pub key: Option<PathBuf>,
    pub anchor: Option<PathBuf>,
}

/// 32 random bytes or more.
#[derive(Clone)]
pub struct AuditKey {
    chain: Hmac<Sha256>,
    anchor: Hmac<Sha256>,
    name: String,
}

impl AuditKey {
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        Self::of(&key_file::read(path)?).ok_or(KeyFileError::Malformed)
    }

    /// Each use has a key of its own, made from this one.
    fn of(bytes: &[u8]) -> Option<Self> {
        let made = |what: &str| {
            let mut mac = Hmac::<Sha256>::new_from_slice(bytes).ok()?;
            mac.update(what.as_bytes());
            Some(mac.finalize().into_bytes())
        };
        let keyed = |what| Hmac::<Sha256>::new_from_slice(&made(what)?).ok();
        Some(Self {
            chain: keyed("latchkey/audit/chain/1")?,
            anchor: keyed("latchkey/audit/anchor/1")?,
            name: hex::encode(made("latchkey/audit/name/1")?).get(..16)?.to_owned(),
        })
    }

    /// A fingerprint: which key it is, and nothing of it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The seal of a row that stands after `before`.
    pub(super) fn seal(&self, before: &Seal, row: &[u8]) -> Seal {
        let mut mac = self.chain.clone();
        mac.update(before);
        mac.update(row);
        mac.finalize().into_bytes().into()
    }

    pub(super) fn seal_anchor(&self, text: &str) -> String {
        let mut mac = self.anchor.clone();
        mac.update(text.as_bytes());
        hex::encode(mac.finalize().into_bytes())
    }

    /// The configured one; or, beside an SQLite file, the one that is there, which is made where nothing was sealed yet.
    pub(crate) fn open(
        url: &DatabaseUrl,
        files: &AuditFiles,
        was_sealed: bool,
    ) -> Result<Self, OpenError> {
        let path = match &files.key {
            Some(path) => return Self::read(path).map_err(|source| unusable(path, source)),
            None => key_file::beside(url, ".audit-key").ok_or(OpenError::NoAuditKey)?,
        };
        if was_sealed {
            return Self::read(&path).map_err(|source| match source {
                gone if gone.is_missing() => OpenError::AuditKeyGone { path: path.clone() },
                other => unusable(&path, other),
            });
        }
        let bytes = key_file::read_or_make(&path);
        bytes
            .and_then(|bytes| Self::of(&bytes).ok_or(KeyFileError::Malformed))
            .map_err(|source| unusable(&path, source))
    }
}

impl AuditFiles {
    /// Where the anchor lies.
    pub(crate) fn anchor_path(&self, url: &DatabaseUrl) -> Option<PathBuf> {
        match (&self.anchor, &self.key) {
            (Some(path), _) => Some(path.clone()),
            (None, Some(key)) => Some(with_ending(key, ".anchor")),
            (None, None) => key_file::beside(url, ".audit-anchor"),
        }
    }
}

impl fmt::Debug for AuditKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuditKey({})", self.name)
    }
}

fn unusable(path: &Path, source: KeyFileError) -> OpenError {
    OpenError::AuditKey { path: path.to_owned(), source }
}
