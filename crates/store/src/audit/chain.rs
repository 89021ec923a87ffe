//! Events become rows of a chain when their transaction is committed.
//!
//! The row of `audit_head` is locked last and until the commit, so that places follow each other without a gap, on every
//! replica, and nobody who holds it waits for anything else. A chain has epochs: one begins with the first event of all,
//! with another key, and after a restored backup was acknowledged. Its first row binds the last seal before it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::time::Timestamp;
use sqlx::FromRow;

use super::key::{AuditKey, Seal};
use super::log::Sealed;
use super::row::{Row, select};
use crate::Error;
use crate::database::{Connection, Tx, on};

/// Rows of before the chain are read so many at a time.
const PAGE: i64 = 1000;

/// The key, and whether this process may begin an epoch with it.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    pub(super) key: AuditKey,
    may_change_key: Arc<AtomicBool>,
}

/// What a transaction writes into the chain when it is committed.
#[derive(Debug, Default)]
pub(crate) struct Events {
    /// A new epoch begins with this event, and its number is above this one.
    pub opening: Option<(i64, AuditEvent)>,
    pub events: Vec<AuditEvent>,
}

/// Where the chain ends.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Head {
    pub epoch: i64,
    pub position: i64,
    /// Hex; empty before the first.
    pub mac: String,
    /// Which key sealed it.
    pub key_name: String,
    /// The anchor that this database is older than, until somebody acknowledged it.
    pub older_than: Option<String>,
}

/// Why an epoch begins.
pub(super) mod cause {
    pub const FIRST: &str = "first";
    pub const KEY: &str = "key";
    pub const RESTORE: &str = "restore";
}

impl Chain {
    /// `may_change_key`: only a portal at its start; what works beside it uses the portal's key.
    pub fn new(key: AuditKey, may_change_key: bool) -> Self {
        Self { key, may_change_key: Arc::new(AtomicBool::new(may_change_key)) }
    }

    /// Writes the events of a transaction that is about to be committed.
    ///
    /// Gives them back as they are in the chain.
    pub async fn seal(&self, tx: &mut Tx, events: Events) -> Result<Vec<Sealed>, Error> {
        let Events { opening, events } = events;
        let asked = opening.iter().map(|(_, event)| event);
        let Some(at) = asked.chain(&events).map(|event| event.at).next() else {
            return Ok(Vec::new());
        };
        let head = lock_head(tx).await?;
        let needed = self.needed_epoch(tx, &head, at).await?;
        let (mut epoch, mut position) = (head.epoch, head.position);
        let opening = match opening {
            Some((above, event)) => {
                epoch = epoch.max(above);
                Some(begun(event, cause::RESTORE, &self.key, &head, Vec::new()))
            }
            None => needed,
        };
        if opening.is_some() {
            (epoch, position) = (epoch.saturating_add(1), 0);
        }
        let mut seal = seal_of(&head.mac)?;
        let mut sealed = Vec::new();
        for event in opening.iter().chain(&events) {
            position = position.saturating_add(1);
            let mut row = Row::of(event)?;
            seal = self.key.seal(&seal, &row.bytes(epoch, position));
            (row.epoch, row.position, row.mac) = (epoch, Some(position), Some(hex::encode(seal)));
            row.insert(tx).await?;
            sealed.push(Sealed::of(row, event));
        }
        let moved = on!(tx, |c| sqlx::query(
            "UPDATE audit_head SET epoch = $1, position = $2, mac = $3, key_name = $4
             WHERE id = 1 AND epoch = $5 AND position = $6 AND mac = $7"
        )
        .bind(epoch)
        .bind(position)
        .bind(hex::encode(seal))
        .bind(self.key.name())
        .bind(head.epoch)
        .bind(head.position)
        .bind(&head.mac)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))?;
        if !moved {
            return Err(Error::Conflict);
        }
        self.may_change_key.store(false, Ordering::Release);
        Ok(sealed)
    }

    /// The first row of the epoch that has to begin before anything else is written, if one has to.
    async fn needed_epoch(
        &self,
        tx: &mut Tx,
        head: &Head,
        at: Timestamp,
    ) -> Result<Option<AuditEvent>, Error> {
        let event =
            AuditEvent::new(at, AuditCode::AuditEpochBegan, Outcome::Succeeded, Actor::Portal);
        if head.epoch == 0 {
            let (rows, digest) = digest_of_unsealed(tx, &self.key).await?;
            let more = vec![
                ("unsealed_rows".to_owned(), rows.to_string()),
                ("unsealed_digest".to_owned(), digest),
            ];
            return Ok(Some(begun(event, cause::FIRST, &self.key, head, more)));
        }
        if head.key_name == self.key.name() {
            return Ok(None);
        }
        if !self.may_change_key.load(Ordering::Acquire) {
            tracing::error!(ours = self.key.name(), theirs = %head.key_name, "the audit is sealed with another key than this process has: nothing is written");
            return Err(Error::OtherAuditKey);
        }
        tracing::warn!(ours = self.key.name(), before = %head.key_name, "the key of the audit is another one than before: a new epoch begins");
        Ok(Some(begun(event, cause::KEY, &self.key, head, Vec::new())))
    }
}

fn begun(
    event: AuditEvent,
    cause: &str,
    key: &AuditKey,
    head: &Head,
    more: Vec<(String, String)>,
) -> AuditEvent {
    let known = [
        ("cause", cause.to_owned()),
        ("key", key.name().to_owned()),
        ("after_epoch", head.epoch.to_string()),
        ("after_position", head.position.to_string()),
    ];
    let detail = known.into_iter().map(|(name, value)| (name.to_owned(), value));
    AuditEvent { detail: detail.chain(event.detail).chain(more).collect(), ..event }
}

/// Zeros before the first.
pub(super) fn seal_of(mac: &str) -> Result<Seal, Error> {
    if mac.is_empty() {
        return Ok([0; 32]);
    }
    let bytes = hex::decode(mac).ok().and_then(|bytes| Seal::try_from(bytes).ok());
    bytes.ok_or(Error::Corrupt { what: "seal of the audit" })
}

async fn lock_head(tx: &mut Tx) -> Result<Head, Error> {
    // SQLite has the whole file already.
    Ok(match tx.connection() {
        Connection::Sqlite(c) => {
            sqlx::query_as(
                "SELECT epoch, position, mac, key_name, older_than FROM audit_head WHERE id = 1",
            )
            .fetch_one(c)
            .await
        }
        Connection::Postgres(c) => {
            // One behind the other: whoever cannot write in a moment lets the next one try, so that no queue of them
            // lasts for as long as people wait.
            sqlx::query("SET LOCAL lock_timeout = '1500ms'").execute(&mut *c).await?;
            sqlx::query_as("SELECT epoch, position, mac, key_name, older_than FROM audit_head WHERE id = 1 FOR UPDATE")
                .fetch_one(c)
                .await
        }
    }?)
}

/// How many rows there are without a seal, and one over all of them, so that they too cannot be touched unseen from now
/// on.
pub(super) async fn digest_of_unsealed(
    on: &mut impl Reads,
    key: &AuditKey,
) -> Result<(i64, String), Error> {
    let (mut count, mut digest, mut after) = (0_i64, [0; 32], i64::MIN);
    loop {
        let rows = on.unsealed(after).await?;
        let Some(last) = rows.last() else { return Ok((count, hex::encode(digest))) };
        after = last.sequence;
        for row in &rows {
            count = count.saturating_add(1);
            digest = key.seal(&digest, &row.bytes(0, row.sequence));
        }
    }
}

/// A transaction, or a connection for reading.
pub(super) trait Reads {
    async fn unsealed(&mut self, after: i64) -> Result<Vec<Row>, Error>;
}

macro_rules! reads {
    ($($kind:ty),+) => {$(
        impl Reads for $kind {
            async fn unsealed(&mut self, after: i64) -> Result<Vec<Row>, Error> {
                Ok(on!(self, |c| {
                    sqlx::query_as(select!("WHERE epoch = 0 AND sequence > $1 ORDER BY sequence LIMIT $2"))
                        .bind(after)
                        .bind(PAGE)
                        .fetch_all(c)
                        .await
                })?)
            }
        }
    )+};
}

reads!(Tx, crate::database::Db);
