//! Looking at a database without changing it: whether a portal of this version could start on it.

use sqlx::FromRow;
use sqlx::migrate::{MigrateError, Migrator};

use super::{DatabaseUrl, Store, postgres, sqlite};
use crate::OpenError;

/// How far the tables of a database are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tables {
    /// There are none: the first start makes them.
    None,
    /// The next start brings them up to date.
    Behind {
        steps: usize,
    },
    UpToDate,
}

/// A migration that was done.
#[derive(Debug, FromRow)]
pub(super) struct Applied {
    pub version: i64,
    checksum: Vec<u8>,
    success: bool,
}

impl Store {
    /// The same refusals as [`Store::open`], but for a file that is in use, and nothing is made or changed.
    pub async fn inspect(url: &DatabaseUrl) -> Result<Tables, OpenError> {
        match url {
            DatabaseUrl::Sqlite(path) => sqlite::inspect(path).await,
            DatabaseUrl::Postgres(url) => postgres::inspect(url).await,
        }
    }
}

/// What is missing, or why this version cannot have made what is there.
pub(super) fn compare(
    ours: &Migrator,
    address: &str,
    applied: &[Applied],
) -> Result<Tables, OpenError> {
    for done in applied {
        let mistake = match ours.iter().find(|ours| ours.version == done.version) {
            _ if !done.success => Some(MigrateError::Dirty(done.version)),
            None => Some(MigrateError::VersionMissing(done.version)),
            Some(ours) if *ours.checksum != done.checksum => {
                Some(MigrateError::VersionMismatch(done.version))
            }
            Some(_) => None,
        };
        if let Some(source) = mistake {
            return Err(OpenError::Migrate { address: address.to_owned(), source });
        }
    }
    Ok(match ours.iter().count().saturating_sub(applied.len()) {
        0 => Tables::UpToDate,
        _ if applied.is_empty() => Tables::None,
        steps => Tables::Behind { steps },
    })
}
