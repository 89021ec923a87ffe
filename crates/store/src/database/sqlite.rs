//! SQLite: one file, readable by its owner only, one writer, durable at every commit.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, SqliteConnection, SqlitePool};

use super::file::MemoryFile;
use super::inspect::{Applied, Tables, compare};
use super::{Pools, lock};
use crate::OpenError;

const READERS: u32 = 4;
const BUSY: Duration = Duration::from_secs(5);

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

pub(super) async fn open(path: &Path, owner: &str) -> Result<Pools, OpenError> {
    let lock = lock::take(path, owner)?;
    create_private(path).map_err(|source| OpenError::Lock { path: path.to_owned(), source })?;
    // SQLite would open it for reading, and fail at the first thing to write.
    OpenOptions::new()
        .write(true)
        .open(path)
        .map_err(|source| OpenError::ReadOnly { path: path.to_owned(), source })?;
    let write = connect(path, options(path).create_if_missing(true), 1).await?;
    check_by(&write, path).await?;
    keep_what_was(&write, path).await?;
    MIGRATIONS
        .run(&write)
        .await
        .map_err(|source| OpenError::Migrate { address: path.display().to_string(), source })?;
    let read = connect(path, options(path).read_only(true), READERS).await?;
    Ok(Pools::Sqlite { read, write, file: file(path)?, _lock: Some(lock) })
}

/// Beside the portal that holds the lock. SQLite itself keeps the two apart.
pub(super) async fn open_in_use(path: &Path) -> Result<Pools, OpenError> {
    let write = connect(path, options(path), 1).await?;
    let read = connect(path, options(path).read_only(true), 1).await?;
    Ok(Pools::Sqlite { read, write, file: file(path)?, _lock: None })
}

/// Changes nothing; a portal may use the file meanwhile.
pub(super) async fn inspect(path: &Path) -> Result<Tables, OpenError> {
    if !path.exists() {
        // A file is made at the first start, a folder is not.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        return match std::fs::read_dir(folder.unwrap_or_else(|| Path::new("."))) {
            Ok(_) => Ok(Tables::None),
            Err(source) => Err(OpenError::Lock { path: path.to_owned(), source }),
        };
    }
    let pool = connect(path, options(path).read_only(true), 1).await?;
    check_by(&pool, path).await?;
    let applied = applied(&pool).await.map_err(|source| refused(path, source))?;
    pool.close().await;
    compare(&MIGRATIONS, &path.display().to_string(), &applied)
}

/// A copy beside the file before its tables are changed: `latchkey.db.before-6`, named after the first change that is new.
/// The first one stays, should the change be tried again.
async fn keep_what_was(pool: &SqlitePool, path: &Path) -> Result<(), OpenError> {
    let applied = applied(pool).await.map_err(|source| refused(path, source))?;
    let is_new = |version: i64| applied.iter().all(|done| done.version != version);
    let first = MIGRATIONS.iter().map(|ours| ours.version).find(|version| is_new(*version));
    let Some(first) = first.filter(|_| !applied.is_empty()) else { return Ok(()) };
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".before-{first}"));
    let copy = PathBuf::from(name);
    let failed = |source| OpenError::Lock { path: copy.clone(), source };
    create_private(&copy).map_err(failed)?;
    if std::fs::metadata(&copy).map_err(failed)?.len() > 0 {
        return Ok(());
    }
    let target = copy.display().to_string();
    let copied = sqlx::query("VACUUM INTO $1").bind(&target).execute(pool).await;
    copied.map_err(|source| refused(&copy, source))?;
    tracing::info!(copy = target, "the tables are about to be changed: this is what they were");
    Ok(())
}

/// What was done to the tables; nothing where there are none.
async fn applied(pool: &SqlitePool) -> Result<Vec<Applied>, sqlx::Error> {
    let tables: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = '_sqlx_migrations'",
    )
    .fetch_one(pool)
    .await?;
    if tables == 0 {
        return Ok(Vec::new());
    }
    sqlx::query_as("SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version")
        .fetch_all(pool)
        .await
}

pub(super) fn options(path: &Path) -> SqliteConnectOptions {
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
        .after_release(|connection, _| Box::pin(is_done(connection)))
        .connect_with(options)
        .await
        .map_err(|source| refused(path, source))
}

/// Whether a connection may be used again. Where there is no space left, SQLite undoes a transaction by itself, and undoing
/// it once more fails: such a connection counts as within one for ever, and can begin none.
async fn is_done(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // What is to be undone is undone before this is answered.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// The file holds password hashes and the audit: nobody but its owner reads it.
fn create_private(path: &Path) -> std::io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn file(path: &Path) -> Result<MemoryFile, OpenError> {
    MemoryFile::of(path).map_err(|source| OpenError::Lock { path: path.to_owned(), source })
}

async fn check_by(pool: &SqlitePool, path: &Path) -> Result<(), OpenError> {
    let mut connection = pool.acquire().await.map_err(|source| refused(path, source))?;
    check(&mut connection, path).await
}

/// Reads the whole file.
pub(super) async fn check(on: &mut SqliteConnection, path: &Path) -> Result<(), OpenError> {
    let found = sqlx::query_scalar::<_, String>("PRAGMA quick_check(1)").fetch_one(on).await;
    match found {
        Ok(found) if found == "ok" => Ok(()),
        Ok(found) => Err(OpenError::Damaged { path: path.to_owned(), found }),
        Err(error) => Err(refused(path, error)),
    }
}

/// SQLite's own words for a file that is not, or no longer, a database: `SQLITE_CORRUPT` and `SQLITE_NOTADB`.
pub(super) fn refused(path: &Path, source: sqlx::Error) -> OpenError {
    let code =
        source.as_database_error().and_then(|error| error.code().map(std::borrow::Cow::into_owned));
    match code.as_deref() {
        Some("11" | "26") => {
            OpenError::Damaged { path: path.to_owned(), found: source.to_string() }
        }
        _ => OpenError::Connect { address: path.display().to_string(), source },
    }
}
