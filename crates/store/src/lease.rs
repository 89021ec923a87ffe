//! Duties that one replica does at a time, taken for a while and given back.
//!
//! Leases take the time from PostgreSQL, so that replicas need not agree on theirs, and from the caller on SQLite, where
//! there is one process.

use std::time::Duration;

use domain::time::Timestamp;

use crate::database::on;
use crate::{Error, Store};

impl Store {
    /// Takes or keeps a lease. Returns its epoch, which grows whenever it goes to another holder; `None`: somebody else
    /// has it.
    pub async fn take_lease(
        &self,
        name: &str,
        holder: &str,
        lasts: Duration,
        now: Timestamp,
    ) -> Result<Option<i64>, Error> {
        let mut tx = self.write().await?;
        let now = tx.lease_clock(now).await?;
        let until = now.saturating_add(i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX));
        let epoch: Option<i64> = on!(tx, |c| sqlx::query_scalar(
            "INSERT INTO leases (name, holder, until, epoch) VALUES ($1, $2, $3, 1)
             ON CONFLICT (name) DO UPDATE SET
                epoch = CASE WHEN leases.holder = $2 THEN leases.epoch ELSE leases.epoch + 1 END,
                holder = $2, until = $3
             WHERE leases.holder = $2 OR leases.until < $4
             RETURNING epoch"
        )
        .bind(name)
        .bind(holder)
        .bind(until)
        .bind(now)
        .fetch_optional(c)
        .await)?;
        tx.commit().await?;
        Ok(epoch)
    }

    /// Who has a lease, also when it has run out.
    pub async fn find_lease_holder(&self, name: &str) -> Result<Option<String>, Error> {
        let mut db = self.read().await?;
        Ok(on!(db, |c| sqlx::query_scalar("SELECT holder FROM leases WHERE name = $1")
            .bind(name)
            .fetch_optional(c)
            .await)?)
    }

    /// How many have a lease now: the replicas that do something besides answering.
    pub async fn count_lease_holders(&self, now: Timestamp) -> Result<i64, Error> {
        let mut db = self.read().await?;
        Ok(on!(db, |c| {
            sqlx::query_scalar("SELECT COUNT(DISTINCT holder) FROM leases WHERE until > $1")
                .bind(now.as_millis())
                .fetch_one(c)
                .await
        })?)
    }

    /// Gives everything back that a holder has.
    pub async fn give_back_leases(&self, holder: &str) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| sqlx::query("UPDATE leases SET until = 0 WHERE holder = $1")
            .bind(holder)
            .execute(c)
            .await
            .map(drop))?;
        tx.commit().await
    }

    /// Gives a lease back, so that another need not wait for its end.
    pub async fn give_back_lease(&self, name: &str, holder: &str) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| sqlx::query("UPDATE leases SET until = 0 WHERE name = $1 AND holder = $2")
            .bind(name)
            .bind(holder)
            .execute(c)
            .await
            .map(drop))?;
        tx.commit().await
    }
}
