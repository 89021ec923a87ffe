//! Files with random bytes that make a key: read, and made beside an SQLite file where there is none.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::DatabaseUrl;

pub const LEAST_BYTES: usize = 32;

/// Why a file holds no key. Never repeats what is in it.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error("cannot be read ({0})")]
    Unreadable(#[source] std::io::Error),
    #[error("is not there and cannot be made ({0})")]
    Unmakeable(#[source] std::io::Error),
    #[error(
        "has to hold at least {LEAST_BYTES} random bytes as hex or base64, such as `openssl rand -hex 32` makes"
    )]
    Malformed,
}

impl KeyFileError {
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Unreadable(error) if error.kind() == std::io::ErrorKind::NotFound)
    }
}

/// The bytes, from hex or base64.
pub fn read(path: &Path) -> Result<Vec<u8>, KeyFileError> {
    let text = std::fs::read_to_string(path).map_err(KeyFileError::Unreadable)?;
    let text = text.trim();
    let bytes = hex::decode(text).ok().or_else(|| BASE64_STANDARD.decode(text).ok());
    bytes.filter(|bytes| bytes.len() >= LEAST_BYTES).ok_or(KeyFileError::Malformed)
}

/// The bytes of a file that is made where there is none: readable by its owner only, and on the disk before it is used.
/// Of two processes that make it at once, one wins and both read that one.
pub fn read_or_make(path: &Path) -> Result<Vec<u8>, KeyFileError> {
    match read(path) {
        Err(error) if error.is_missing() => {
            make(path).map_err(KeyFileError::Unmakeable)?;
            read(path)
        }
        read => read,
    }
}

/// `latchkey.db` and `.audit-key`: `latchkey.db.audit-key`. PostgreSQL has no beside.
pub fn beside(database: &DatabaseUrl, ending: &str) -> Option<PathBuf> {
    match database {
        DatabaseUrl::Sqlite(path) => Some(with_ending(path, ending)),
        DatabaseUrl::Postgres(_) => None,
    }
}

pub(crate) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn make(path: &Path) -> std::io::Result<()> {
    let mut bytes = [0_u8; LEAST_BYTES];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    let draft = with_ending(path, &format!(".{}", std::process::id()));
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    writeln!(file, "{}", hex::encode(bytes))?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
