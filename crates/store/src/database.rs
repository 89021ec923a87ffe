//! The two databases behind one set of queries.

mod file;
mod inspect;
mod lock;
mod postgres;
mod sqlite;
mod transaction;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use domain::time::Timestamp;
use sqlx::{PgPool, SqlitePool};
use tokio::time::Instant;

use crate::audit::chain::{Chain, Events};
use crate::audit::key::{AuditFiles, AuditKey};
use crate::fleet::CountCache;
use crate::{Error, OpenError};

pub use inspect::Tables;
use transaction::AnyTransaction;
pub(crate) use transaction::{Connection, Db, Tx, on};

/// Where the portal's memory lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    Sqlite(PathBuf),
    /// Holds a password as likely as not: never print it, use [`DatabaseUrl::label`].
    Postgres(String),
}

impl DatabaseUrl {
    /// For people: the file, or the word PostgreSQL.
    pub fn label(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            Self::Postgres(_) => "PostgreSQL".to_owned(),
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = OpenError;

    fn from_str(text: &str) -> Result<Self, OpenError> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if !path.is_empty() && !path.starts_with(':') {
                return Ok(Self::Sqlite(PathBuf::from(path)));
            }
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        // What stands behind a scheme can be a password.
        Err(OpenError::Address(text.split(':').next().unwrap_or_default().to_owned()))
    }
}

/// The portal's memory.
///
/// On SQLite all writing goes through one connection, reading through others beside it.
#[derive(Debug, Clone)]
pub struct Store {
    pools: Pools,
    counts: CountCache,
    chain: Chain,
    /// Whether notices go out too.
    webhook: bool,
    /// Where the anchor of the audit lies.
    anchor: Option<Arc<Path>>,
    /// What the database's own clock said, and when that was.
    opened_at: Option<(Timestamp, Instant)>,
}

#[derive(Debug, Clone)]
enum Pools {
    Sqlite {
        read: SqlitePool,
        write: SqlitePool,
        file: file::MemoryFile,
        _lock: Option<lock::SharedLock>,
    },
    Postgres(PgPool),
}

/// Whoever waits for a change to begin is told soon that it cannot; the same for whoever waits for the end of the audit.
pub(crate) const INTENT_PATIENCE: Duration = Duration::from_millis(1500);

impl Store {
    /// Opens the database, makes sure nobody else uses the file, and brings its tables up to date. The key of the audit
    /// lies beside the file and is made where there is none; on PostgreSQL it has to be named: [`Store::open_with`].
    ///
    /// `owner` tells another portal who holds the file: process id, host and since when.
    pub async fn open(url: &DatabaseUrl, owner: &str) -> Result<Self, OpenError> {
        Self::open_with(url, owner, &AuditFiles::default()).await
    }

    /// The same with a key and an anchor of the audit that lie where somebody said.
    pub async fn open_with(
        url: &DatabaseUrl,
        owner: &str,
        audit: &AuditFiles,
    ) -> Result<Self, OpenError> {
        let store = Self::with_key(url, Self::pools(url, owner).await?, audit, true).await?;
        let written = store.write_legal_moves().await;
        written.map_err(|source| OpenError::Moves { address: url.label(), source })?;
        Ok(store)
    }

    /// Like [`Store::open_with`], but for a command that does its work beside a running portal: a file that is in use is
    /// opened all the same, and is up to date already; and the key of the audit has to be the portal's.
    pub async fn open_beside(
        url: &DatabaseUrl,
        owner: &str,
        audit: &AuditFiles,
    ) -> Result<Self, OpenError> {
        let pools = match (Self::pools(url, owner).await, url) {
            (Err(OpenError::InUse { .. }), DatabaseUrl::Sqlite(path)) => {
                sqlite::open_in_use(path).await?
            }
            (opened, _) => opened?,
        };
        Self::with_key(url, pools, audit, false).await
    }

    async fn pools(url: &DatabaseUrl, owner: &str) -> Result<Pools, OpenError> {
        match url {
            DatabaseUrl::Sqlite(path) => sqlite::open(path, owner).await,
            DatabaseUrl::Postgres(url) => postgres::open(url).await,
        }
    }

    async fn with_key(
        url: &DatabaseUrl,
        pools: Pools,
        audit: &AuditFiles,
        may_change_key: bool,
    ) -> Result<Self, OpenError> {
        let sealed = pools.is_sealed().await;
        let sealed =
            sealed.map_err(|source| OpenError::Connect { address: url.label(), source })?;
        let key = AuditKey::open(url, audit, sealed)?;
        let opened_at = pools.clock().await;
        let opened_at =
            opened_at.map_err(|source| OpenError::Connect { address: url.label(), source })?;
        Ok(Self {
            pools,
            counts: CountCache::default(),
            chain: Chain::new(key, may_change_key),
            webhook: false,
            anchor: audit.anchor_path(url).map(Arc::from),
            opened_at,
        })
    }

    /// The same memory without what this one keeps a copy of.
    #[must_use]
    pub fn clone_without_copies(&self) -> Self {
        Self { counts: CountCache::default(), ..self.clone() }
    }

    /// The same memory, whose notices go out by the webhook too.
    #[must_use]
    pub fn with_webhook(self) -> Self {
        Self { webhook: true, ..self }
    }

    pub(crate) const fn chain(&self) -> &Chain {
        &self.chain
    }

    pub(crate) fn anchor_path(&self) -> Option<&Path> {
        self.anchor.as_deref()
    }

    /// Whether the database answers, and takes what is to be written.
    pub async fn ping(&self) -> Result<(), Error> {
        self.require_whole_file()?;
        let mut db = self.read().await?;
        let read_only = match db.connection() {
            // Those connections are for reading only.
            Connection::Sqlite(c) => {
                sqlx::query("SELECT 1").execute(c).await?;
                false
            }
            Connection::Postgres(c) => {
                sqlx::query_scalar("SELECT current_setting('transaction_read_only')::BOOLEAN")
                    .fetch_one(c)
                    .await?
            }
        };
        if read_only { Err(Error::ReadOnly) } else { Ok(()) }
    }

    pub async fn close(self) {
        match self.pools {
            Pools::Sqlite { read, write, .. } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    pub(crate) const fn counts(&self) -> &CountCache {
        &self.counts
    }

    /// The time by the clock of a database that several processes share: what it said when it was opened, and how long that
    /// is ago. Whoever sets a clock moves it nowhere. `None`: the database has none of its own.
    pub fn shared_now(&self) -> Option<Timestamp> {
        self.opened_at.map(|(said, at)| said.plus(at.elapsed()))
    }

    /// Whether several processes may work on it at once.
    pub const fn is_shared(&self) -> bool {
        !self.is_sqlite()
    }

    pub(crate) const fn is_sqlite(&self) -> bool {
        matches!(self.pools, Pools::Sqlite { .. })
    }

    pub(crate) async fn read(&self) -> Result<Db, Error> {
        Ok(match &self.pools {
            Pools::Sqlite { read, .. } => Db::Sqlite(read.acquire().await?),
            Pools::Postgres(pool) => Db::Postgres(pool.acquire().await?),
        })
    }

    /// A transaction that will write: on SQLite it takes the write lock at once, so that it cannot fail half-way for it.
    pub(crate) async fn write(&self) -> Result<Tx, Error> {
        self.begin("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE").await
    }

    /// The same for what leads to a call of the cloud: it waits [`INTENT_PATIENCE`] for others at most, and is refused
    /// where the file of the memory cannot be trusted any more.
    pub(crate) async fn write_intent(&self) -> Result<Tx, Error> {
        self.require_whole_file()?;
        let begun = self.begin("PRAGMA busy_timeout = 1500; BEGIN IMMEDIATE");
        // The connection, too, may be waited for.
        let mut tx = match tokio::time::timeout(INTENT_PATIENCE, begun).await {
            Ok(begun) => begun?,
            Err(_) => return Err(Error::Unavailable(sqlx::Error::PoolTimedOut)),
        };
        if let Connection::Postgres(c) = tx.connection() {
            sqlx::query("SET LOCAL lock_timeout = '1500ms'").execute(c).await?;
        }
        Ok(tx)
    }

    /// `on_sqlite`: how the transaction begins there.
    async fn begin(&self, on_sqlite: &'static str) -> Result<Tx, Error> {
        let on = match &self.pools {
            Pools::Sqlite { write, .. } => {
                AnyTransaction::Sqlite(write.begin_with(on_sqlite).await?)
            }
            Pools::Postgres(pool) => AnyTransaction::Postgres(pool.begin().await?),
        };
        let (chain, webhook) = (self.chain.clone(), self.webhook);
        Ok(Tx { on, events: Events::default(), chain, webhook })
    }

    /// A transaction that changes what is known of instances: one at a time, as on SQLite, so that counts and events
    /// follow each other and no two wait for each other.
    pub(crate) async fn write_fleet(&self) -> Result<Tx, Error> {
        let mut tx = self.write().await?;
        if let Connection::Postgres(c) = tx.connection() {
            sqlx::query("SELECT pg_advisory_xact_lock(7216351)").execute(c).await?;
        }
        Ok(tx)
    }
}

impl Pools {
    /// The database's own time, and when it said so. `None`: it has none.
    async fn clock(&self) -> Result<Option<(Timestamp, Instant)>, sqlx::Error> {
        let Self::Postgres(pool) = self else { return Ok(None) };
        let millis: i64 = sqlx::query_scalar(transaction::CLOCK).fetch_one(pool).await?;
        Ok(Some((Timestamp::from_millis(millis), Instant::now())))
    }

    /// Whether anything of the audit was sealed.
    async fn is_sealed(&self) -> Result<bool, sqlx::Error> {
        const SQL: &str = "SELECT epoch FROM audit_head WHERE id = 1";
        let epoch: i64 = match self {
            Self::Sqlite { read, .. } => sqlx::query_scalar(SQL).fetch_one(read).await?,
            Self::Postgres(pool) => sqlx::query_scalar(SQL).fetch_one(pool).await?,
        };
        Ok(epoch > 0)
    }
}
