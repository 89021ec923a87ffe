//! Calls that may yet be carried out although nobody heard of them: from a call that nobody can say the end of, until the
//! cloud would no longer take it, or until the change is verified.
//!
//! The attempt says until when; the guard row has the latest of its instance, for lists.

use domain::access::Access;
use domain::audit::AuditEvent;
use domain::change::{Change, ReadBack};
use domain::id::{ChangeId, InstanceKey};
use domain::time::Timestamp;

use super::attempts;
use crate::database::{Tx, on};
use crate::{Error, Store, audit, json};

/// A watch whose time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LateWatch {
    pub change: ChangeId,
    pub until: Timestamp,
}

/// The last call of the change may be carried out until then.
pub(super) async fn watch(tx: &mut Tx, change: &Change, until: Timestamp) -> Result<(), Error> {
    on!(tx, |c| sqlx::query(
        "UPDATE attempts SET late_until = $2
         WHERE change_id = $1 AND number = (SELECT MAX(number) FROM attempts WHERE change_id = $1)"
    )
    .bind(change.id.to_string())
    .bind(until.as_millis())
    .execute(c)
    .await
    .map(drop))?;
    gather(tx, &change.instance).await
}

/// What was wished is proven: the call was carried out, and is not carried out again.
pub(super) async fn clear(tx: &mut Tx, change: &Change) -> Result<(), Error> {
    let cleared = on!(tx, |c| sqlx::query(
        "UPDATE attempts SET late_until = NULL WHERE change_id = $1 AND late_until IS NOT NULL"
    )
    .bind(change.id.to_string())
    .execute(c)
    .await
    .map(|done| done.rows_affected() > 0))?;
    if cleared { gather(tx, &change.instance).await } else { Ok(()) }
}

/// The latest of all calls of the instance.
async fn gather(tx: &mut Tx, key: &InstanceKey) -> Result<(), Error> {
    on!(tx, |c| sqlx::query(
        "UPDATE change_guards SET late_until = (
            SELECT MAX(a.late_until) FROM attempts a JOIN changes c ON c.id = a.change_id
            WHERE c.account = $1 AND c.region = $2 AND c.instance = $3 AND a.late_until IS NOT NULL)
         WHERE account = $1 AND region = $2 AND instance = $3"
    )
    .bind(key.account.as_str())
    .bind(key.region.as_str())
    .bind(key.id.as_str())
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

impl Store {
    /// Until when an earlier call for the opposite of `to` may yet take effect.
    pub async fn find_opposite_late_effect(
        &self,
        key: &InstanceKey,
        to: Access,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        let mut db = self.read().await?;
        let until: Option<i64> = on!(db, |c| {
            sqlx::query_scalar(
            "SELECT MAX(a.late_until) FROM attempts a JOIN changes c ON c.id = a.change_id
             WHERE a.late_until > $5 AND c.account = $1 AND c.region = $2 AND c.instance = $3 AND c.target <> $4"
        )
        .bind(key.account.as_str())
        .bind(key.region.as_str())
        .bind(key.id.as_str())
        .bind(to.code())
        .bind(now.as_millis())
        .fetch_one(c)
        .await
        })?;
        Ok(until.map(Timestamp::from_millis))
    }

    /// Watches that are over, but for the last read. A change that is still open is read anyway.
    pub async fn list_late_watches_over(&self, now: Timestamp) -> Result<Vec<LateWatch>, Error> {
        let mut db = self.read().await?;
        let rows: Vec<(String, i64)> = on!(db, |c| {
            sqlx::query_as(
            "SELECT a.change_id, a.late_until FROM attempts a JOIN changes c ON c.id = a.change_id
             WHERE a.late_until <= $1 AND NOT c.open ORDER BY a.late_until LIMIT 100"
        )
        .bind(now.as_millis())
        .fetch_all(c)
        .await
        })?;
        rows.iter()
            .map(|(change, until)| {
                let change = json::word("change id", change)?;
                Ok(LateWatch { change, until: Timestamp::from_millis(*until) })
            })
            .collect()
    }

    /// Ends a watch with its last read. `false`: somebody else did, and nothing was written.
    pub async fn end_late_watch(
        &self,
        watch: LateWatch,
        key: &InstanceKey,
        read_back: &ReadBack,
        event: &AuditEvent,
    ) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        let ended = on!(tx, |c| sqlx::query(
            "UPDATE attempts SET late_until = NULL WHERE change_id = $1 AND late_until = $2"
        )
        .bind(watch.change.to_string())
        .bind(watch.until.as_millis())
        .execute(c)
        .await
        .map(|done| done.rows_affected() > 0))?;
        if !ended {
            return Ok(false);
        }
        gather(&mut tx, key).await?;
        attempts::add_read_back(&mut tx, watch.change, read_back).await?;
        audit::append(&mut tx, event).await?;
        tx.commit().await?;
        Ok(true)
    }
}
