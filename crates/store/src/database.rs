//! The two databases behind one set of queries.

mod file;
mod inspect;
mod lock;
mod postgres;
mod sqlite;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use domain::audit::AuditEvent;
use domain::time::Timestamp;
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction};

use crate::audit::chain::{Chain, Events};
use crate::audit::key::{AuditFiles, AuditKey};
use crate::fleet::CountCache;
use crate::{Error, OpenError};

pub use inspect::Tables;

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
        Ok(Self {
            pools,
            counts: CountCache::default(),
            chain: Chain::new(key, may_change_key),
            webhook: false,
            anchor: audit.anchor_path(url).map(Arc::from),
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

/// A connection for reading.
pub(crate) enum Db {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// A transaction. Dropped without [`Tx::commit`], it leaves no trace.
pub(crate) struct Tx {
    on: AnyTransaction,
    /// Written last, so that the end of the audit is locked no longer than the commit takes.
    events: Events,
    chain: Chain,
    webhook: bool,
}

enum AnyTransaction {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// What a query runs on.
pub(crate) enum Connection<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl Connection<'_> {
    /// The time of leases, in milliseconds: PostgreSQL's own, so that replicas need not agree on theirs; on SQLite, where
    /// there is one process, the caller's.
    pub(crate) async fn lease_clock(self, now: Timestamp) -> Result<i64, Error> {
        Ok(match self {
            Self::Sqlite(_) => now.as_millis(),
            Self::Postgres(c) => {
                sqlx::query_scalar("SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT")
                    .fetch_one(c)
                    .await?
            }
        })
    }
}

impl Db {
    pub(crate) fn connection(&mut self) -> Connection<'_> {
        match self {
            Self::Sqlite(connection) => Connection::Sqlite(connection),
            Self::Postgres(connection) => Connection::Postgres(connection),
        }
    }
}

impl Tx {
    pub(crate) fn connection(&mut self) -> Connection<'_> {
        match &mut self.on {
            AnyTransaction::Sqlite(tx) => Connection::Sqlite(tx),
            AnyTransaction::Postgres(tx) => Connection::Postgres(tx),
        }
    }

    /// See [`Connection::lease_clock`].
    pub(crate) async fn lease_clock(&mut self, now: Timestamp) -> Result<i64, Error> {
        self.connection().lease_clock(now).await
    }

    pub(crate) const fn has_webhook(&self) -> bool {
        self.webhook
    }

    pub(crate) fn add_event(&mut self, event: AuditEvent) {
        self.events.events.push(event);
    }

    /// A new epoch of the audit, of a number above this one, begins with this event.
    pub(crate) fn begin_epoch(&mut self, above: i64, event: AuditEvent) {
        self.events.opening = Some((above, event));
    }

    pub(crate) async fn commit(mut self) -> Result<(), Error> {
        let events = std::mem::take(&mut self.events);
        self.chain.clone().seal(&mut self, events).await?;
        match self.on {
            AnyTransaction::Sqlite(tx) => tx.commit().await?,
            AnyTransaction::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

impl Pools {
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

/// One query text on whichever database it is: `on!(db, |c| sqlx::query("…").execute(c).await)`.
macro_rules! on {
    ($any:expr, |$connection:ident| $body:expr) => {
        match $any.connection() {
            $crate::database::Connection::Sqlite($connection) => $body,
            $crate::database::Connection::Postgres($connection) => $body,
        }
    };
}

pub(crate) use on;
