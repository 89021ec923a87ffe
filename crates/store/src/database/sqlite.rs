//! SQLite: one file, readable by its owner only, one writer, durable at every commit.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::{Pools, lock};
use crate::OpenError;

const READERS: u32 = 4;
const BUSY: Duration = Duration::from_secs(5);

pub(super) async fn open(path: &Path, owner: &str) -> Result<Pools, OpenError> {
    let lock = lock::take(path, owner)?;
    create_private(path).map_err(|source| OpenError::Lock { path: path.to_owned(), source })?;
    let write = connect(path, options(path).create_if_missing(true), 1).await?;
    check(&write, path).await?;
    sqlx::migrate!("migrations/sqlite")
        .run(&write)
        .await
        .map_err(|source| OpenError::Migrate { address: path.display().to_string(), source })?;
    let read = connect(path, options(path).read_only(true), READERS).await?;
    Ok(Pools::Sqlite { read, write, _lock: Some(lock) })
}

/// Beside the portal that holds the lock. SQLite itself keeps the two apart.
pub(super) async fn open_in_use(path: &Path) -> Result<Pools, OpenError> {
    let write = connect(path, options(path), 1).await?;
    let read = connect(path, options(path).read_only(true), 1).await?;
    Ok(Pools::Sqlite { read, write, _lock: None })
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
}

async fn connect(
    path: &Path,
    options: SqliteConnectOptions,
    connections: u32,
) -> Result<SqlitePool, OpenError> {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(BUSY)
        .connect_with(options)
        .await
        .map_err(|source| refused(path, source))
}

/// The file holds password hashes and the audit: nobody but its owner reads it.
fn create_private(path: &Path) -> std::io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

async fn check(pool: &SqlitePool, path: &Path) -> Result<(), OpenError> {
    let found = sqlx::query_scalar::<_, String>("PRAGMA quick_check(1)").fetch_one(pool).await;
    match found {
        Ok(found) if found == "ok" => Ok(()),
        Ok(found) => Err(OpenError::Damaged { path: path.to_owned(), found }),
        Err(error) => Err(refused(path, error)),
    }
}

/// SQLite's own words for a file that is not, or no longer, a database: `SQLITE_CORRUPT` and `SQLITE_NOTADB`.
fn refused(path: &Path, source: sqlx::Error) -> OpenError {
    let code =
        source.as_database_error().and_then(|error| error.code().map(std::borrow::Cow::into_owned));
    match code.as_deref() {
        Some("11" | "26") => {
            OpenError::Damaged { path: path.to_owned(), found: source.to_string() }
        }
        _ => OpenError::Connect { address: path.display().to_string(), source },
    }
}
