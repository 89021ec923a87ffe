//! What became different in the fleet: the history of facts, and what open pages are told.
//!
//! The sequence is the order in which events become visible: on PostgreSQL a lock makes it so, since there a lower
//! number could otherwise appear after a higher one was handed out.

use domain::id::{ChangeId, InstanceKey};
use domain::inventory::FleetEvent;
use domain::person::Scope;
use domain::time::Timestamp;
use sqlx::{AssertSqlSafe, FromRow};

use super::stored_text;
use crate::database::{Connection, Tx, on};
use crate::scope::{Narrow, narrowed};
use crate::{Error, Store, json};

/// Longer values are cut: an event says what changed, the facts say what is.
const MOST_CHARS: usize = 500;

/// Something that became different.
#[derive(Debug)]
pub struct NewEvent<'a> {
    pub at: Timestamp,
    pub instance: &'a InstanceKey,
    pub name: &'a str,
    pub field: &'a str,
    pub before: Option<String>,
    pub after: Option<String>,
    pub change: Option<ChangeId>,
}

/// Which events to show. Empty fields do not filter.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    pub instance: Option<InstanceKey>,
    /// Only events before this one.
    pub before: Option<i64>,
}

#[derive(FromRow)]
struct Row {
    sequence: i64,
    at: i64,
    account: String,
    region: String,
    id: String,
    name: String,
    field: String,
    before: Option<String>,
    after: Option<String>,
    change_id: Option<String>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT sequence, at, account, region, id, name, field, before, after, change_id FROM fleet_events ",
            $rest
        )
    };
}

/// Adds an event to what the transaction does.
pub(crate) async fn record(tx: &mut Tx, event: NewEvent<'_>) -> Result<(), Error> {
    if let Connection::Postgres(c) = tx.connection() {
        sqlx::query("SELECT pg_advisory_xact_lock(7216350)").execute(c).await?;
    }
    on!(tx, |c| sqlx::query(
        "INSERT INTO fleet_events (at, account, region, id, name, field, before, after, change_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    )
    .bind(event.at.as_millis())
    .bind(event.instance.account.as_str())
    .bind(event.instance.region.as_str())
    .bind(event.instance.id.as_str())
    .bind(stored_text(event.name))
    .bind(event.field)
    .bind(event.before.as_deref().map(cut))
    .bind(event.after.as_deref().map(cut))
    .bind(event.change.map(|id| id.to_string()))
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

fn cut(text: &str) -> String {
    let text = stored_text(text);
    match text.char_indices().nth(MOST_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

impl Store {
    /// The newest first.
    pub async fn list_events(
        &self,
        scope: &Scope,
        filter: &EventFilter,
        limit: i64,
    ) -> Result<Vec<FleetEvent>, Error> {
        let before = filter.before.unwrap_or(i64::MAX);
        let rows: Vec<Row> = match &filter.instance {
            Some(key) if !self.is_in(scope, key).await? => Vec::new(),
            Some(key) => {
                let mut db = self.read().await?;
                on!(db, |c| {
                    sqlx::query_as(select!(
                "WHERE account = $1 AND region = $2 AND id = $3 AND sequence < $4 ORDER BY sequence DESC LIMIT $5"
            ))
            .bind(key.account.as_str())
            .bind(key.region.as_str())
            .bind(key.id.as_str())
            .bind(before)
            .bind(limit)
            .fetch_all(c)
            .await
                })?
            }
            None => {
                let narrow = Narrow::naming(scope, "fleet_events", "id", 2);
                let sql = format!(
                    select!("WHERE sequence < $1 AND {narrow} ORDER BY sequence DESC LIMIT $2"),
                    narrow = narrow.sql
                );
                let mut db = self.read().await?;
                on!(db, |c| {
                    let query = sqlx::query_as(AssertSqlSafe(sql)).bind(before).bind(limit);
                    narrowed!(query, narrow).fetch_all(c).await
                })?
            }
        };
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// What came after an event, the oldest first: for pages that stay open.
    pub async fn list_events_after(
        &self,
        scope: &Scope,
        sequence: i64,
        limit: i64,
    ) -> Result<Vec<FleetEvent>, Error> {
        let narrow = Narrow::naming(scope, "fleet_events", "id", 2);
        let sql = format!(
            select!("WHERE sequence > $1 AND {narrow} ORDER BY sequence LIMIT $2"),
            narrow = narrow.sql
        );
        let mut db = self.read().await?;
        let rows: Vec<Row> = on!(db, |c| {
            let query = sqlx::query_as(AssertSqlSafe(sql)).bind(sequence).bind(limit);
            narrowed!(query, narrow).fetch_all(c).await
        })?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// The newest event there is; 0 where there is none.
    pub async fn last_event(&self) -> Result<i64, Error> {
        let mut db = self.read().await?;
        let last: Option<i64> =
            on!(db, |c| sqlx::query_scalar("SELECT MAX(sequence) FROM fleet_events")
                .fetch_one(c)
                .await)?;
        Ok(last.unwrap_or(0))
    }

    /// The newest event, and the number that grows whenever a count of the fleet does.
    pub async fn read_news(&self) -> Result<(i64, i64), Error> {
        let mut db = self.read().await?;
        Ok(on!(db, |c| sqlx::query_as(
            "SELECT COALESCE((SELECT MAX(sequence) FROM fleet_events), 0), version FROM fleet_state"
        )
        .fetch_one(c)
        .await)?)
    }

    /// Forgets events from before `before`, and all but the newest `most`: of each up to `batch`, the oldest first.
    /// Returns how many it were.
    pub async fn prune_events(
        &self,
        before: Timestamp,
        most: u32,
        batch: i64,
    ) -> Result<u64, Error> {
        let newest = self.last_event().await?;
        let mut tx = self.write().await?;
        // One after the other in number, so the number of the last one tells how many there are at most.
        let rows = on!(tx, |c| sqlx::query(
            "DELETE FROM fleet_events WHERE sequence IN (
                SELECT sequence FROM (SELECT sequence FROM fleet_events WHERE sequence <= $1
                                      ORDER BY sequence LIMIT $3) AS beyond
                UNION
                SELECT sequence FROM (SELECT sequence FROM fleet_events WHERE at < $2
                                      ORDER BY at LIMIT $3) AS old)"
        )
        .bind(newest.saturating_sub(most.into()))
        .bind(before.as_millis())
        .bind(batch)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
        tx.commit().await?;
        Ok(rows)
    }
}

impl TryFrom<Row> for FleetEvent {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            sequence: row.sequence,
            at: Timestamp::from_millis(row.at),
            instance: InstanceKey {
                account: json::word("account name", &row.account)?,
                region: json::word("region id", &row.region)?,
                id: json::word("instance id", &row.id)?,
            },
            name: row.name.into(),
            field: row.field,
            before: row.before,
            after: row.after,
            change: json::word_opt("change id", row.change_id.as_deref())?,
        })
    }
}
