//! The duties to shut doors.
//!
//! A duty is written in the transaction that proves the door open, and ends in the one that proves it shut: no crash can
//! come between. Whoever takes a due one moves its next try in the same statement, so replicas take each once.

use std::time::Duration;

use domain::access::Access;
use domain::audit::AuditEvent;
use domain::change::{Cause, Change};
use domain::id::{ChangeId, InstanceKey, ReviewId, UserId};
use domain::inbox::{Audience, Notice, NoticeKind};
use domain::person::{Role, Scope};
use domain::time::Timestamp;
use domain::timebox::ReturnDuty;
use sqlx::{AssertSqlSafe, FromRow};

use crate::database::{Tx, on};
use crate::scope::{Narrow, narrowed};
use crate::{Error, Store, audit, fleet, inbox, json};

/// A duty that somebody has to do now, with what its change is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueReturn {
    pub duty: ReturnDuty,
    pub planned_by: UserId,
    pub review: ReviewId,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT opened_by, account, region, instance, name, environment, planned_by, planned_by_name, review,
                    opened_at, due_at, next_try_at, tries, last_try, alarmed_at FROM returns ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    opened_by: String,
    account: String,
    region: String,
    instance: String,
    name: String,
    environment: String,
    planned_by: String,
    planned_by_name: String,
    review: String,
    opened_at: i64,
    due_at: i64,
    next_try_at: i64,
    tries: i32,
    last_try: Option<String>,
    alarmed_at: Option<i64>,
}

/// What a change that was proven means for the duty of its instance.
pub(super) async fn settle(tx: &mut Tx, change: &Change, at: Timestamp) -> Result<(), Error> {
    let ended = match (change.to, change.cause) {
        (Access::PasswordFree, _) => "replaced",
        (Access::PasswordRequired, Cause::Return) => "done",
        (Access::PasswordRequired, Cause::Wish | Cause::PutBack) => "early",
    };
    let key = &change.instance;
    on!(tx, |c| sqlx::query(
        "UPDATE returns SET open = FALSE, ended = $4, ended_at = $5
         WHERE account = $1 AND region = $2 AND instance = $3 AND open"
    )
    .bind(key.account.as_str())
    .bind(key.region.as_str())
    .bind(key.id.as_str())
    .bind(ended)
    .bind(at.as_millis())
    .execute(c)
    .await
    .map(drop))?;
    let (Access::PasswordFree, Some(lasts)) = (change.to, change.lasts) else { return Ok(()) };
    let due = at.plus(lasts);
    on!(tx, |c| {
        sqlx::query(
        "INSERT INTO returns
            (opened_by, account, region, instance, name, environment, planned_by, planned_by_name, review, opened_at,
             due_at, next_try_at, tries, open)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, 0, TRUE)"
    )
    .bind(change.id.to_string())
    .bind(key.account.as_str())
    .bind(key.region.as_str())
    .bind(key.id.as_str())
    .bind(fleet::stored_text(change.name.as_str()))
    .bind(change.environment.code())
    .bind(change.requested_by.to_string())
    .bind(change.requested_by_name.as_str())
    .bind(change.review.to_string())
    .bind(at.as_millis())
    .bind(due.as_millis())
    .execute(c)
    .await
    .map(drop)
    })?;
    Ok(())
}

impl Store {
    /// Every duty that is open, the next one first.
    pub async fn list_returns(&self, scope: &Scope, limit: i64) -> Result<Vec<ReturnDuty>, Error> {
        let narrow = Narrow::naming(scope, "returns", "instance", 1);
        let sql = format!(
            select!("WHERE open AND {narrow} ORDER BY due_at, opened_by LIMIT $1"),
            narrow = narrow.sql
        );
        let mut db = self.read().await?;
        let rows: Vec<Row> = on!(db, |c| {
            let query = sqlx::query_as(AssertSqlSafe(sql)).bind(limit);
            narrowed!(query, narrow).fetch_all(c).await
        })?;
        rows.into_iter().map(|row| row.duty()).collect()
    }

    /// Those that should have been done before `before`, the longest overdue first.
    pub async fn list_overdue_returns(
        &self,
        scope: &Scope,
        before: Timestamp,
        limit: i64,
    ) -> Result<Vec<ReturnDuty>, Error> {
        let narrow = Narrow::naming(scope, "returns", "instance", 2);
        let sql = format!(
            select!("WHERE open AND due_at < $1 AND {narrow} ORDER BY due_at, opened_by LIMIT $2"),
            narrow = narrow.sql
        );
        let mut db = self.read().await?;
        let rows: Vec<Row> = on!(db, |c| {
            let query = sqlx::query_as(AssertSqlSafe(sql)).bind(before.as_millis()).bind(limit);
            narrowed!(query, narrow).fetch_all(c).await
        })?;
        rows.into_iter().map(|row| row.duty()).collect()
    }

    pub async fn find_return(
        &self,
        scope: &Scope,
        key: &InstanceKey,
    ) -> Result<Option<ReturnDuty>, Error> {
        if !self.is_in(scope, key).await? {
            return Ok(None);
        }
        let mut db = self.read().await?;
        let row: Option<Row> = on!(db, |c| sqlx::query_as(select!(
            "WHERE account = $1 AND region = $2 AND instance = $3 AND open"
        ))
        .bind(key.account.as_str())
        .bind(key.region.as_str())
        .bind(key.id.as_str())
        .fetch_optional(c)
        .await)?;
        row.map(|row| row.duty()).transpose()
    }

    /// The duty that a change ended early at that moment.
    pub async fn find_return_ended(
        &self,
        key: &InstanceKey,
        at: Timestamp,
    ) -> Result<Option<ReturnDuty>, Error> {
        let mut db = self.read().await?;
        let row: Option<Row> = on!(db, |c| {
            sqlx::query_as(select!(
            "WHERE account = $1 AND region = $2 AND instance = $3 AND ended = 'early' AND ended_at = $4"
        ))
        .bind(key.account.as_str())
        .bind(key.region.as_str())
        .bind(key.id.as_str())
        .bind(at.as_millis())
        .fetch_optional(c)
        .await
        })?;
        row.map(|row| row.duty()).transpose()
    }

    /// Takes what is due. Nobody else gets it before `again`.
    pub async fn take_due_returns(
        &self,
        now: Timestamp,
        again: Duration,
        limit: i64,
    ) -> Result<Vec<DueReturn>, Error> {
        let mut db = self.read().await?;
        let due: Vec<Row> = on!(db, |c| sqlx::query_as(select!(
            "WHERE open AND next_try_at <= $1 ORDER BY next_try_at, opened_by LIMIT $2"
        ))
        .bind(now.as_millis())
        .bind(limit)
        .fetch_all(c)
        .await)?;
        drop(db);
        let mut taken = Vec::new();
        for row in due {
            let mut tx = self.write().await?;
            let mine = on!(tx, |c| {
                sqlx::query(
                "UPDATE returns SET next_try_at = $3 WHERE opened_by = $1 AND next_try_at = $2 AND open"
            )
            .bind(&row.opened_by)
            .bind(row.next_try_at)
            .bind(now.plus(again).as_millis())
            .execute(c)
            .await
            .map(|done| done.rows_affected() == 1)
            })?;
            tx.commit().await?;
            if mine {
                taken.push(DueReturn {
                    planned_by: json::word("user id", &row.planned_by)?,
                    review: json::word("review id", &row.review)?,
                    duty: row.duty()?,
                });
            }
        }
        Ok(taken)
    }

    /// A try was begun; the next one begins no sooner than `next`.
    pub async fn note_return_try(
        &self,
        opened_by: ChangeId,
        change: ChangeId,
        next: Timestamp,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| {
            sqlx::query(
            "UPDATE returns SET tries = tries + 1, last_try = $2, next_try_at = $3 WHERE opened_by = $1"
        )
        .bind(opened_by.to_string())
        .bind(change.to_string())
        .bind(next.as_millis())
        .execute(c)
        .await
        .map(drop)
        })?;
        tx.commit().await
    }

    /// Another change is under way: not before `next`. No try.
    pub async fn put_off_return(&self, opened_by: ChangeId, next: Timestamp) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| sqlx::query(
            "UPDATE returns SET next_try_at = $2 WHERE opened_by = $1 AND open"
        )
        .bind(opened_by.to_string())
        .bind(next.as_millis())
        .execute(c)
        .await
        .map(drop))?;
        tx.commit().await
    }

    /// Moves the end of an open door. `false`: it was no longer as the person saw it, and nothing was written.
    pub async fn extend_return(
        &self,
        seen: &ReturnDuty,
        due_at: Timestamp,
        event: &AuditEvent,
    ) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        let moved = on!(tx, |c| sqlx::query(
            "UPDATE returns SET due_at = $3, next_try_at = $3, alarmed_at = NULL
             WHERE opened_by = $1 AND due_at = $2 AND tries = 0 AND open"
        )
        .bind(seen.opened_by.to_string())
        .bind(seen.due_at.as_millis())
        .bind(due_at.as_millis())
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))?;
        if !moved {
            return Ok(false);
        }
        audit::append(&mut tx, event).await?;
        let told = fleet::NewEvent {
            at: event.at,
            instance: &seen.instance,
            name: seen.name.as_str(),
            field: "ends",
            before: Some(seen.due_at.as_millis().to_string()),
            after: Some(due_at.as_millis().to_string()),
            change: Some(seen.opened_by),
        };
        fleet::record_event(&mut tx, told).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Records once that a duty is overdue. `false`: it was recorded before.
    pub async fn alarm_return(
        &self,
        opened_by: ChangeId,
        event: &AuditEvent,
    ) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        let first = on!(tx, |c| {
            sqlx::query(
            "UPDATE returns SET alarmed_at = $2 WHERE opened_by = $1 AND alarmed_at IS NULL AND open"
        )
        .bind(opened_by.to_string())
        .bind(event.at.as_millis())
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1)
        })?;
        if first {
            audit::append(&mut tx, event).await?;
            let once = format!("return-overdue:{opened_by}:{}", event.at.as_millis());
            let notice = Notice {
                instance: event.instance.clone(),
                change: event.change,
                ..Notice::new(NoticeKind::ReturnOverdue, event.at, once)
            };
            inbox::notify(&mut tx, &notice, &Audience::covering(Role::Operator)).await?;
            tx.commit().await?;
        }
        Ok(first)
    }

    /// The instance is gone, and its door with it.
    pub async fn end_return_of_released(
        &self,
        opened_by: ChangeId,
        at: Timestamp,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| {
            sqlx::query(
            "UPDATE returns SET open = FALSE, ended = 'released', ended_at = $2 WHERE opened_by = $1 AND open"
        )
        .bind(opened_by.to_string())
        .bind(at.as_millis())
        .execute(c)
        .await
        .map(drop)
        })?;
        tx.commit().await
    }
}

impl Row {
    fn duty(&self) -> Result<ReturnDuty, Error> {
        Ok(ReturnDuty {
            opened_by: json::word("change id", &self.opened_by)?,
            instance: InstanceKey {
                account: json::word("account name", &self.account)?,
                region: json::word("region id", &self.region)?,
                id: json::word("instance id", &self.instance)?,
            },
            name: self.name.clone().into(),
            environment: json::word("environment", &self.environment)?,
            planned_by: json::word("user name", &self.planned_by_name)?,
            opened_at: Timestamp::from_millis(self.opened_at),
            due_at: Timestamp::from_millis(self.due_at),
            tries: self.tries,
            last_try: json::word_opt("change id", self.last_try.as_deref())?,
            alarmed: self.alarmed_at.is_some(),
        })
    }
}
