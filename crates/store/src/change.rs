//! Changes, their attempts and their proof.
//!
//! A change moves by one conditional update from the state and version that its mover saw; the attempt and the audit
//! events that belong to the move are part of the same transaction. Zero rows: somebody else moved it first. The database
//! lets no other statement through, whoever sends it (`0006_change_guard.sql`).

mod approvals;
mod attempts;
mod guard;
mod late;
mod legal_moves;
mod moves;
pub(crate) mod returns;
mod rows;
mod telling;

use std::time::Duration;

use domain::approval::ApprovalKind;
use domain::audit::AuditEvent;
use domain::change::Change;
use domain::id::{ChangeId, IdempotencyKey, InstanceKey, UserId, UserName};
use domain::person::Scope;
use domain::time::Timestamp;
use sqlx::AssertSqlSafe;

pub use approvals::{ApprovalWrite, Decision};
pub use attempts::AttemptResult;
pub use guard::{ChangeGuard, DriverLease};
pub use late::LateWatch;
pub use moves::{AttemptWrite, IntentGuard, Move};
pub use returns::DueReturn;
use rows::{Row, select};

use crate::database::on;
use crate::scope::{Narrow, narrowed};
use crate::{Error, Store, audit, fleet, json};

/// A wish to store, with what recognises its repetition.
#[derive(Debug)]
pub struct NewChange<'a> {
    pub change: &'a Change,
    pub key: &'a IdempotencyKey,
    /// A digest of what was asked: the same key with another digest is a mistake of the client.
    pub arguments: &'a str,
    pub session: Option<&'a str>,
    pub address: Option<&'a str>,
    pub event: &'a AuditEvent,
}

/// What became of a wish.
#[derive(Debug, PartialEq, Eq)]
pub enum Requested {
    Stored,
    /// The same person asked the same before: this is that change.
    Repeated(ChangeId),
    /// The same key was used for another wish.
    KeyReused,
    /// Another change of the instance is open.
    Busy(ChangeId),
}

/// Which changes to list. Empty fields do not filter.
#[derive(Debug, Clone, Default)]
pub struct ChangeFilter {
    pub instance: Option<InstanceKey>,
    pub person: Option<UserName>,
    pub open_only: bool,
    /// Only changes older than this one.
    pub before: Option<ChangeId>,
}

impl Store {
    /// Stores a wish and its audit event, unless it is a repetition or the instance has an open change.
    pub async fn request_change(&self, new: NewChange<'_>) -> Result<Requested, Error> {
        let change = new.change;
        let mut tx = self.write_intent().await?;
        let preflight = change.preflight.as_ref().map(json::write).transpose()?;
        let claimed = guard::claim(&mut tx, change).await?;
        let stored = claimed
            && on!(tx, |c| {
                sqlx::query(
            "INSERT INTO changes
                (id, account, region, instance, name, environment, target, expected_prior, state, open, version,
                 requested_by, requested_by_name, reason, review, preflight, idempotency_key, arguments, session, address,
                 requested_at, updated_at, cause, lasts_ms, start_at, break_glass, puts_back)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $21,
                     $22, $23, $24, $25, $26)
             ON CONFLICT DO NOTHING"
        )
        .bind(change.id.to_string())
        .bind(change.instance.account.as_str())
        .bind(change.instance.region.as_str())
        .bind(change.instance.id.as_str())
        .bind(fleet::stored_text(change.name.as_str()))
        .bind(change.environment.code())
        .bind(change.to.code())
        .bind(change.expected_prior.code())
        .bind(change.state.code())
        .bind(!change.state.is_terminal())
        .bind(change.version)
        .bind(change.requested_by.to_string())
        .bind(change.requested_by_name.as_str())
        .bind(change.reason.as_ref().map(domain::text::Reason::as_str))
        .bind(change.review.to_string())
        .bind(preflight)
        .bind(new.key.as_str())
        .bind(new.arguments)
        .bind(new.session)
        .bind(new.address)
        .bind(change.requested_at.as_millis())
        .bind(change.cause.code())
        .bind(change.lasts.map(|lasts| i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX)))
        .bind(change.start_at.map(Timestamp::as_millis))
        .bind(change.break_glass)
        .bind(change.puts_back.map(|id| id.to_string()))
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1)
            })?;
        if stored {
            audit::anchor::require_whole(&mut tx).await?;
            if change.break_glass {
                approvals::ask(
                    &mut tx,
                    change.id,
                    ApprovalKind::Afterwards,
                    change.requested_at,
                    None,
                )
                .await?;
                telling::break_glass(&mut tx, change).await?;
            }
            audit::append(&mut tx, new.event).await?;
            fleet::record_event(&mut tx, requested(change)).await?;
            tx.commit().await?;
            return Ok(Requested::Stored);
        }
        let same_key: Option<(String, String)> = on!(tx, |c| sqlx::query_as(
            "SELECT id, arguments FROM changes WHERE requested_by = $1 AND idempotency_key = $2"
        )
        .bind(change.requested_by.to_string())
        .bind(new.key.as_str())
        .fetch_optional(c)
        .await)?;
        if let Some((id, arguments)) = same_key {
            let same = arguments == new.arguments;
            return Ok(if same {
                Requested::Repeated(json::word("change id", &id)?)
            } else {
                Requested::KeyReused
            });
        }
        let open: Option<String> = on!(tx, |c| {
            sqlx::query_scalar(
                "SELECT open_change FROM change_guards
             WHERE account = $1 AND region = $2 AND instance = $3 AND open_change IS NOT NULL",
            )
            .bind(change.instance.account.as_str())
            .bind(change.instance.region.as_str())
            .bind(change.instance.id.as_str())
            .fetch_optional(c)
            .await
        })?;
        // It may have ended between the two statements: asking again is then right.
        open.map_or(Err(Error::Conflict), |id| Ok(Requested::Busy(json::word("change id", &id)?)))
    }

    pub async fn find_change(&self, scope: &Scope, id: ChangeId) -> Result<Option<Change>, Error> {
        let mut db = self.read().await?;
        let row: Option<Row> = on!(db, |c| sqlx::query_as(select!("WHERE id = $1"))
            .bind(id.to_string())
            .fetch_optional(c)
            .await)?;
        let change = row.map(Change::try_from).transpose()?;
        drop(db);
        match change {
            Some(change) if self.is_in(scope, &change.instance).await? => Ok(Some(change)),
            _ => Ok(None),
        }
    }

    /// What this person asked for by this key.
    pub async fn find_change_by_key(
        &self,
        person: UserId,
        key: &IdempotencyKey,
    ) -> Result<Option<Change>, Error> {
        let mut db = self.read().await?;
        let row: Option<Row> = on!(db, |c| sqlx::query_as(select!(
            "WHERE requested_by = $1 AND idempotency_key = $2"
        ))
        .bind(person.to_string())
        .bind(key.as_str())
        .fetch_optional(c)
        .await)?;
        row.map(Change::try_from).transpose()
    }

    /// The change that this person asked for by this key, with the digest of what was asked.
    pub async fn find_wish(
        &self,
        person: UserId,
        key: &IdempotencyKey,
    ) -> Result<Option<(ChangeId, String)>, Error> {
        let mut db = self.read().await?;
        let row: Option<(String, String)> = on!(db, |c| sqlx::query_as(
            "SELECT id, arguments FROM changes WHERE requested_by = $1 AND idempotency_key = $2"
        )
        .bind(person.to_string())
        .bind(key.as_str())
        .fetch_optional(c)
        .await)?;
        row.map(|(id, arguments)| Ok((json::word("change id", &id)?, arguments))).transpose()
    }

    /// The newest first.
    pub async fn list_changes(
        &self,
        scope: &Scope,
        filter: &ChangeFilter,
        limit: i64,
    ) -> Result<Vec<Change>, Error> {
        let instance = filter.instance.as_ref();
        let narrow = Narrow::naming(scope, "changes", "instance", 7);
        let sql = format!(
            select!(
                "WHERE ($1 = '' OR id < $1)
                   AND ($2 = '' OR (account = $2 AND region = $3 AND instance = $4))
                   AND ($5 = '' OR requested_by_name = $5)
                   AND (open OR NOT $6) AND {narrow}
                 ORDER BY id DESC LIMIT $7"
            ),
            narrow = narrow.sql
        );
        let mut db = self.read().await?;
        let rows: Vec<Row> = on!(db, |c| narrowed!(
            sqlx::query_as(AssertSqlSafe(sql))
                .bind(filter.before.map(|id| id.to_string()).unwrap_or_default())
                .bind(instance.map_or("", |key| key.account.as_str()))
                .bind(instance.map_or("", |key| key.region.as_str()))
                .bind(instance.map_or("", |key| key.id.as_str()))
                .bind(filter.person.as_ref().map_or("", UserName::as_str))
                .bind(filter.open_only)
                .bind(limit),
            narrow
        )
        .fetch_all(c)
        .await)?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Those that wait for somebody to approve them, the oldest first.
    pub async fn list_waiting_changes(
        &self,
        scope: &Scope,
        limit: i64,
    ) -> Result<Vec<Change>, Error> {
        let narrow = Narrow::naming(scope, "changes", "instance", 1);
        let sql = format!(
            select!("WHERE open AND state = 'awaiting-approval' AND {narrow} ORDER BY id LIMIT $1"),
            narrow = narrow.sql
        );
        let mut db = self.read().await?;
        let rows: Vec<Row> = on!(db, |c| {
            let query = sqlx::query_as(AssertSqlSafe(sql)).bind(limit);
            narrowed!(query, narrow).fetch_all(c).await
        })?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Every change that still has to be brought to an end, the oldest first.
    pub async fn list_open_changes(&self) -> Result<Vec<Change>, Error> {
        let mut db = self.read().await?;
        let rows: Vec<Row> =
            on!(db, |c| sqlx::query_as(select!("WHERE open ORDER BY id")).fetch_all(c).await)?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Those of them that `driver` may take: its own, and whose driver has not been heard of since `patience` after the
    /// end of its lease.
    pub async fn list_driverless_changes(
        &self,
        driver: &str,
        patience: Duration,
        now: Timestamp,
    ) -> Result<Vec<Change>, Error> {
        let mut db = self.read().await?;
        let now = db.connection().lease_clock(now).await?;
        let before = now.saturating_sub(guard::millis(patience));
        let rows: Vec<Row> = on!(db, |c| {
            sqlx::query_as(select!(
            "WHERE open AND id IN (
                SELECT open_change FROM change_guards
                WHERE open_change IS NOT NULL AND (driver IS NULL OR driver = $1 OR driver_until < $2))
             ORDER BY id"
        ))
        .bind(driver)
        .bind(before)
        .fetch_all(c)
        .await
        })?;
        rows.into_iter().map(TryInto::try_into).collect()
    }
}

/// Open pages are told that there is a change.
fn requested(change: &Change) -> fleet::NewEvent<'_> {
    fleet::NewEvent {
        at: change.requested_at,
        instance: &change.instance,
        name: change.name.as_str(),
        field: "change",
        before: None,
        after: Some(change.state.code().to_owned()),
        change: Some(change.id),
    }
}
