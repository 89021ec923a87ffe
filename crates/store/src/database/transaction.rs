//! What a query runs on: a connection for reading, or a transaction that is written whole or not at all.

use domain::audit::AuditEvent;
use domain::time::Timestamp;
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection, Transaction};

use crate::Error;
use crate::audit::chain::{Chain, Events};

/// A connection for reading.
pub(crate) enum Db {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// A transaction. Dropped without [`Tx::commit`], it leaves no trace.
pub(crate) struct Tx {
    pub(super) on: AnyTransaction,
    /// Written last, so that the end of the audit is locked no longer than the commit takes.
    pub(super) events: Events,
    pub(super) chain: Chain,
    pub(super) webhook: bool,
}

pub(super) enum AnyTransaction {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// The time of PostgreSQL itself, in milliseconds.
pub(super) const CLOCK: &str = "SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT";

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
            Self::Postgres(c) => sqlx::query_scalar(CLOCK).fetch_one(c).await?,
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
        let sealed = self.chain.clone().seal(&mut self, events).await?;
        match self.on {
            AnyTransaction::Sqlite(tx) => tx.commit().await?,
            AnyTransaction::Postgres(tx) => tx.commit().await?,
        }
        for row in sealed {
            row.log();
        }
        Ok(())
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
