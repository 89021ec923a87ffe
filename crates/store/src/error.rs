//! What can go wrong with the memory of the portal. Not finding something is no error but `None`.

use std::path::PathBuf;

use crate::key_file::KeyFileError;

/// The database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It could not be reached, was busy for too long, or has no space left. Nothing was written.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// Somebody else was first. Nothing was written.
    #[error("somebody else changed it first")]
    Conflict,
    /// What is stored cannot be understood: another version wrote it, or it was edited by hand.
    #[error("the database holds a {what} that cannot be read")]
    Corrupt { what: &'static str },
    /// The database is older than what is known of it outside, and nobody acknowledged that yet: nothing that leads to
    /// a call of the cloud is stored.
    #[error(
        "the database is older than the anchor of its audit: it was restored from a backup, or its end was cut off; \
         `latchkey audit acknowledge-restore` lets changes go on"
    )]
    Restored,
    /// The file of the memory cannot be trusted any more: nothing that leads to a call of the cloud is stored until the
    /// portal was started on a good one.
    #[error(
        "{path} is damaged ({found}): stop the portal, restore the file from a backup and start again",
        path = path.display()
    )]
    Damaged { path: PathBuf, found: String },
    /// A standby that follows another server, or one that was told to take nothing.
    #[error("the database is read-only")]
    ReadOnly,
    /// Another process sealed the audit with another key. Nothing was written.
    #[error("the audit is sealed with another key than this process was given")]
    OtherAuditKey,
    /// The file that tells where the audit ends.
    #[error(
        "the anchor of the audit in {path} cannot be read or written: set audit_anchor_file to a file that the portal \
         can write",
        path = path.display()
    )]
    Anchor { path: PathBuf, source: std::io::Error },
}

impl Error {
    pub const fn is_restored(&self) -> bool {
        matches!(self, Self::Restored)
    }

    pub const fn is_damaged(&self) -> bool {
        matches!(self, Self::Damaged { .. })
    }

    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict)
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(inner) if inner.is_unique_violation() => Self::Conflict,
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
                tracing::error!(%error, "a row cannot be decoded");
                Self::Corrupt { what: "row" }
            }
            _ => Self::Unavailable(error),
        }
    }
}

/// The database cannot be used at all; the text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("`{0}` is not a database address: use sqlite:PATH or postgres://USER@HOST/NAME")]
    Address(String),
    #[error("{path} is in use by another portal ({holder}): stop it first, or give this one a database of its own", path = path.display())]
    InUse { path: PathBuf, holder: String },
    #[error("cannot lock {path}", path = path.display())]
    Lock { path: PathBuf, source: std::io::Error },
    #[error("{path} cannot be written to: let the account that runs the portal own it", path = path.display())]
    ReadOnly { path: PathBuf, source: std::io::Error },
    #[error("cannot open the database {address}")]
    Connect { address: String, source: sqlx::Error },
    #[error(
        "{address} on another machine is reached by verified TLS only: say `sslmode=verify-full` (and `sslrootcert=FILE` \
         for an authority of your own), or leave sslmode out, which means the same"
    )]
    Unverified { address: String },
    /// The command puts a backup back: what of the damaged file is left beside it would be read into it.
    #[error(
        "{path} is damaged ({found}): restore it from a backup (`rm -f {path}-wal {path}-shm && cp BACKUP {path}`)",
        path = path.display()
    )]
    Damaged { path: PathBuf, found: String },
    /// Searching would find other text than on any other database.
    #[error(
        "the PostgreSQL database {database} has the encoding {encoding} and the locale {locale}, under which text of \
         other languages is not searched as it should be: make another one with CREATE DATABASE … ENCODING 'UTF8' \
         LOCALE 'C.UTF-8' TEMPLATE template0"
    )]
    Locale { database: String, encoding: String, locale: String },
    #[error("the key of the audit in {path} cannot be used: it {source}", path = path.display())]
    AuditKey { path: PathBuf, source: KeyFileError },
    #[error(
        "the key of the audit in {path} is gone: put it back. If it is lost, make another one \
         (`openssl rand -hex 32 > {path}`): what it sealed can then no longer be verified",
        path = path.display()
    )]
    AuditKeyGone { path: PathBuf },
    #[error(
        "on PostgreSQL the key of the audit has to be given, the same to every replica: set audit_key_file to a file \
         with 32 random bytes (`openssl rand -hex 32`)"
    )]
    NoAuditKey,
    #[error("cannot bring the tables of {address} up to date")]
    Migrate { address: String, source: sqlx::migrate::MigrateError },
    #[error("cannot write the legal moves of a change into {address}")]
    Moves { address: String, source: Error },
}
