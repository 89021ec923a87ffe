//! Batches and their lines.

use domain::audit::AuditEvent;
use domain::batch::{Batch, BatchItem, BatchState, Halt, ItemChange, ItemProblem};
use domain::id::{BatchId, ChangeId, InstanceKey, UserId};
use domain::person::Scope;
use domain::review::Review;
use domain::time::Timestamp;
use sqlx::{AssertSqlSafe, FromRow};

use crate::database::on;
use crate::fleet::stored_text;
use crate::scope::{Narrow, narrowed};
use crate::{Error, Store, audit, json, review};

/// How the idempotency keys of changes begin that are lines of a batch: its id and their place follow, with `-` between.
pub const KEY: &str = "batch-";

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, target, state, halt, version, requested_by, requested_by_name, reason, lasts, at_once,
                    failures_allowed, failures_seen, after_batch, session, address, created_at, started_at, updated_at
             FROM batches ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    id: String,
    target: String,
    state: String,
    halt: Option<String>,
    version: i64,
    requested_by: String,
    requested_by_name: String,
    reason: Option<String>,
    lasts: String,
    at_once: i32,
    failures_allowed: Option<i32>,
    failures_seen: i32,
    after_batch: Option<String>,
    session: Option<String>,
    address: Option<String>,
    created_at: i64,
    started_at: Option<i64>,
    updated_at: i64,
}

#[derive(FromRow)]
struct ItemRow {
    position: i32,
    account: String,
    region: String,
    instance: String,
    name: String,
    environment: String,
    line: String,
    review: String,
    problem: Option<String>,
    change_id: Option<String>,
    state: Option<String>,
    ending: Option<String>,
}

/// How many lines go in one transaction: whoever writes meanwhile waits for no more than that.
const PIECE: usize = 100;

impl Store {
    /// Drafts that this person made since then and has not started.
    pub async fn count_drafts(&self, person: UserId, since: Timestamp) -> Result<i64, Error> {
        let mut db = self.read().await?;
        Ok(on!(db, |c| sqlx::query_scalar(
            "SELECT COUNT(*) FROM batches
             WHERE requested_by = $1 AND state = $2 AND created_at >= $3"
        )
        .bind(person.to_string())
        .bind(BatchState::Draft.code())
        .bind(since.as_millis())
        .fetch_one(c)
        .await)?)
    }

    /// Keeps what is shown, with the review that each line stands on. Nothing of it is carried out.
    pub async fn save_draft(
        &self,
        batch: &Batch,
        items: &[(BatchItem, Review)],
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let lasts = json::write(&batch.lasts)?;
        on!(tx, |c| {
            sqlx::query(
            "INSERT INTO batches
                (id, target, state, version, requested_by, requested_by_name, lasts, at_once, failures_allowed,
                 failures_seen, after_batch, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)"
        )
        .bind(batch.id.to_string())
        .bind(batch.to.code())
        .bind(batch.state.code())
        .bind(batch.version)
        .bind(batch.requested_by.to_string())
        .bind(batch.requested_by_name.as_str())
        .bind(lasts)
        .bind(small(batch.at_once))
        .bind(batch.failures_allowed.map(small))
        .bind(small(batch.failures_seen))
        .bind(batch.after.map(|id| id.to_string()))
        .bind(batch.created_at.as_millis())
        .execute(c)
        .await
        .map(drop)
        })?;
        for (index, (item, shown)) in items.iter().enumerate() {
            if index > 0 && index % PIECE == 0 {
                tx.commit().await?;
                tx = self.write().await?;
            }
            review::save(&mut tx, shown).await?;
            let line = json::write(&item.line)?;
            on!(tx, |c| {
                sqlx::query(
                "INSERT INTO batch_items (batch, position, account, region, instance, name, environment, line, review)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
            )
            .bind(batch.id.to_string())
            .bind(item.position)
            .bind(item.instance.account.as_str())
            .bind(item.instance.region.as_str())
            .bind(item.instance.id.as_str())
            .bind(stored_text(item.name.as_str()))
            .bind(item.environment.code())
            .bind(line)
            .bind(item.review.to_string())
            .execute(c)
            .await
            .map(drop)
            })?;
        }
        tx.commit().await
    }

    /// Moves a batch on from the version its mover saw, to what `to` says. `Conflict`: somebody else was first.
    pub async fn move_batch(&self, to: &Batch, event: Option<&AuditEvent>) -> Result<(), Error> {
        let lasts = json::write(&to.lasts)?;
        let mut tx = self.write().await?;
        let moved = on!(tx, |c| {
            sqlx::query(
            "UPDATE batches SET
                state = $3, halt = $4, reason = $5, lasts = $6, at_once = $7, failures_allowed = $8,
                failures_seen = $9, session = $10, address = $11, started_at = $12, updated_at = $13,
                version = version + 1
             WHERE id = $1 AND version = $2"
        )
        .bind(to.id.to_string())
        .bind(to.version)
        .bind(to.state.code())
        .bind(to.halt.map(Halt::code))
        .bind(to.reason.as_ref().map(domain::text::Reason::as_str))
        .bind(lasts)
        .bind(small(to.at_once))
        .bind(to.failures_allowed.map(small))
        .bind(small(to.failures_seen))
        .bind(to.session.as_deref())
        .bind(to.address.as_deref())
        .bind(to.started_at.map(Timestamp::as_millis))
        .bind(to.updated_at.as_millis())
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1)
        })?;
        if !moved {
            return Err(Error::Conflict);
        }
        if let Some(event) = event {
            audit::append(&mut tx, event).await?;
        }
        tx.commit().await
    }

    /// What became of the start of a line.
    pub async fn note_batch_item(
        &self,
        batch: BatchId,
        position: i32,
        became: Result<ChangeId, ItemProblem>,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| sqlx::query(
            "UPDATE batch_items SET change_id = $3, problem = $4 WHERE batch = $1 AND position = $2"
        )
        .bind(batch.to_string())
        .bind(position)
        .bind(became.ok().map(|id| id.to_string()))
        .bind(became.err().map(ItemProblem::code))
        .execute(c)
        .await
        .map(drop))?;
        tx.commit().await
    }

    /// Of which a line at least is in the scope.
    pub async fn find_batch(&self, scope: &Scope, id: BatchId) -> Result<Option<Batch>, Error> {
        let narrow = of_lines(scope, 1);
        let sql = format!(select!("WHERE id = $1 AND {narrow}"), narrow = narrow.sql);
        let mut db = self.read().await?;
        let row: Option<Row> = on!(db, |c| {
            let query = sqlx::query_as(AssertSqlSafe(sql)).bind(id.to_string());
            narrowed!(query, narrow).fetch_optional(c).await
        })?;
        row.map(Batch::try_from).transpose()
    }

    /// The batch that a change is a line of.
    pub async fn find_batch_of(&self, change: ChangeId) -> Result<Option<BatchId>, Error> {
        let mut db = self.read().await?;
        let id: Option<String> =
            on!(db, |c| sqlx::query_scalar("SELECT batch FROM batch_items WHERE change_id = $1")
                .bind(change.to_string())
                .fetch_optional(c)
                .await)?;
        json::word_opt("batch id", id.as_deref())
    }

    /// In the order they are started; those in the scope.
    pub async fn list_batch_items(
        &self,
        scope: &Scope,
        batch: BatchId,
    ) -> Result<Vec<BatchItem>, Error> {
        let narrow = Narrow::naming(scope, "batch_items", "instance", 1);
        let sql = format!(
            "SELECT batch_items.position, batch_items.account, batch_items.region, batch_items.instance,
                    batch_items.name, batch_items.environment, batch_items.line, batch_items.review,
                    batch_items.problem, batch_items.change_id, c.state, c.ending
             FROM batch_items LEFT JOIN changes c ON c.id = batch_items.change_id
             WHERE batch_items.batch = $1 AND {} ORDER BY batch_items.position",
            narrow.sql
        );
        let mut db = self.read().await?;
        let rows: Vec<ItemRow> = on!(db, |c| {
            let query = sqlx::query_as(AssertSqlSafe(sql)).bind(batch.to_string());
            narrowed!(query, narrow).fetch_all(c).await
        })?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Those that were started, the newest first.
    pub async fn list_batches(&self, scope: &Scope, limit: i64) -> Result<Vec<Batch>, Error> {
        let narrow = of_lines(scope, 1);
        let sql = format!(
            select!("WHERE state <> 'draft' AND {narrow} ORDER BY id DESC LIMIT $1"),
            narrow = narrow.sql
        );
        let mut db = self.read().await?;
        let rows: Vec<Row> = on!(db, |c| {
            let query = sqlx::query_as(AssertSqlSafe(sql)).bind(limit);
            narrowed!(query, narrow).fetch_all(c).await
        })?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    pub async fn list_running_batches(&self) -> Result<Vec<Batch>, Error> {
        let mut db = self.read().await?;
        let rows: Vec<Row> =
            on!(db, |c| sqlx::query_as(select!("WHERE state = 'running' ORDER BY id"))
                .fetch_all(c)
                .await)?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Forgets what nobody started.
    pub async fn prune_drafts(&self, before: Timestamp) -> Result<(), Error> {
        let mut tx = self.write().await?;
        for sql in [
            "DELETE FROM batch_items WHERE batch IN
                (SELECT id FROM batches WHERE state = 'draft' AND created_at < $1)",
            "DELETE FROM batches WHERE state = 'draft' AND created_at < $1",
        ] {
            on!(tx, |c| sqlx::query(sql).bind(before.as_millis()).execute(c).await.map(drop))?;
        }
        tx.commit().await
    }
}

/// Batches of which a line at least is in the scope.
fn of_lines(scope: &Scope, bound: usize) -> Narrow {
    let narrow = Narrow::naming(scope, "batch_items", "instance", bound);
    if scope.is_everything() {
        return narrow;
    }
    let sql = format!(
        "EXISTS (SELECT 1 FROM batch_items WHERE batch_items.batch = batches.id AND {})",
        narrow.sql
    );
    Narrow { sql, ..narrow }
}

fn small(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn large(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

impl TryFrom<Row> for Batch {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: json::word("batch id", &row.id)?,
            to: json::word("access", &row.target)?,
            state: json::word::<BatchState>("batch state", &row.state)?,
            halt: json::word_opt("halt", row.halt.as_deref())?,
            version: row.version,
            requested_by: json::word("user id", &row.requested_by)?,
            requested_by_name: json::word("user name", &row.requested_by_name)?,
            reason: json::word_opt("reason", row.reason.as_deref())?,
            lasts: json::read("time", &row.lasts)?,
            at_once: large(row.at_once),
            failures_allowed: row.failures_allowed.map(large),
            failures_seen: large(row.failures_seen),
            after: json::word_opt("batch id", row.after_batch.as_deref())?,
            session: row.session,
            address: row.address,
            created_at: Timestamp::from_millis(row.created_at),
            started_at: row.started_at.map(Timestamp::from_millis),
            updated_at: Timestamp::from_millis(row.updated_at),
        })
    }
}

impl TryFrom<ItemRow> for BatchItem {
    type Error = Error;

    fn try_from(row: ItemRow) -> Result<Self, Error> {
        let change = match (row.change_id, row.state) {
            (Some(id), Some(state)) => Some(ItemChange {
                id: json::word("change id", &id)?,
                state: json::word("change state", &state)?,
                ending: json::read_opt("ending", row.ending.as_deref())?,
            }),
            _ => None,
        };
        Ok(Self {
            position: row.position,
            instance: InstanceKey {
                account: json::word("account name", &row.account)?,
                region: json::word("region id", &row.region)?,
                id: json::word("instance id", &row.instance)?,
            },
            name: row.name.into(),
            environment: json::word("environment", &row.environment)?,
            line: json::read("line", &row.line)?,
            review: json::word("review id", &row.review)?,
            change,
            problem: json::word_opt("problem", row.problem.as_deref())?,
        })
    }
}
