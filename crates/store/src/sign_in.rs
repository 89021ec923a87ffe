//! Failed sign-ins, counted where every replica and every restart sees them.

use domain::time::Timestamp;
use sqlx::FromRow;

use crate::database::on;
use crate::{Error, Store};

/// How often signing in failed for one subject: an account name or a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromRow)]
pub struct Failures {
    pub failures: i32,
    last_failure_at: i64,
}

impl Failures {
    pub const fn last_at(self) -> Timestamp {
        Timestamp::from_millis(self.last_failure_at)
    }
}

impl Store {
    pub async fn find_sign_in_failures(&self, subject: &str) -> Result<Option<Failures>, Error> {
        let mut db = self.read().await?;
        Ok(on!(db, |c| sqlx::query_as(
            "SELECT failures, last_failure_at FROM sign_in_delays WHERE subject = $1"
        )
        .bind(subject)
        .fetch_optional(c)
        .await)?)
    }

    /// Counts one more; starts anew where the last one is older than `forget_before`.
    pub async fn record_sign_in_failure(
        &self,
        subject: &str,
        now: Timestamp,
        forget_before: Timestamp,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| {
            sqlx::query(
            "INSERT INTO sign_in_delays (subject, failures, last_failure_at) VALUES ($1, 1, $2)
             ON CONFLICT (subject) DO UPDATE SET
                failures = CASE WHEN sign_in_delays.last_failure_at < $3 THEN 1 ELSE sign_in_delays.failures + 1 END,
                last_failure_at = $2"
        )
        .bind(subject)
        .bind(now.as_millis())
        .bind(forget_before.as_millis())
        .execute(c)
        .await
        .map(drop)
        })?;
        tx.commit().await
    }

    /// Forgets whoever has not failed since.
    pub async fn prune_sign_in_failures(&self, before: Timestamp) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| sqlx::query("DELETE FROM sign_in_delays WHERE last_failure_at < $1")
            .bind(before.as_millis())
            .execute(c)
            .await
            .map(drop))?;
        tx.commit().await
    }

    /// Counts a try before it is looked at. `false`: another one was counted since these failures were seen, so that of
    /// many tries at once one goes on.
    pub async fn count_try(
        &self,
        subject: &str,
        seen: Option<Failures>,
        now: Timestamp,
        forget_before: Timestamp,
    ) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        let rows = on!(tx, |c| {
            sqlx::query(
                "INSERT INTO sign_in_delays (subject, failures, last_failure_at) VALUES ($1, 1, $2)
                 ON CONFLICT (subject) DO UPDATE SET
                    failures = CASE WHEN sign_in_delays.last_failure_at < $3 THEN 1 ELSE sign_in_delays.failures + 1 END,
                    last_failure_at = $2
                 WHERE sign_in_delays.failures = $4 AND sign_in_delays.last_failure_at = $5",
            )
            .bind(subject)
            .bind(now.as_millis())
            .bind(forget_before.as_millis())
            // No row has no failures.
            .bind(seen.map_or(0, |seen| seen.failures))
            .bind(seen.map_or(0, |seen| seen.last_failure_at))
            .execute(c)
            .await
            .map(|done| done.rows_affected())
        })?;
        tx.commit().await?;
        Ok(rows == 1)
    }

    pub async fn clear_sign_in_failures(&self, subject: &str) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| sqlx::query("DELETE FROM sign_in_delays WHERE subject = $1")
            .bind(subject)
            .execute(c)
            .await
            .map(drop))?;
        tx.commit().await
    }
}
