//! The guard row of an instance: whose its open change is, who drives it, and until when a call may come late.
//!
//! - The row is claimed with the wish and given up in the transaction that ends the change: no crash frees it.
//! - A process drives a change as long as it holds the row's lease. Every move of a driver renews it and is refused once
//!   somebody else has taken over; taking over raises the epoch.
//! - Leases take the time from PostgreSQL, and from the caller on SQLite, where there is one process.

use std::time::Duration;

use domain::change::Change;
use domain::id::{ChangeId, InstanceKey};
use domain::time::Timestamp;

use crate::database::{Tx, on};
use crate::{Error, Store, json};

/// The right to drive a change, for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriverLease {
    pub change: ChangeId,
    pub driver: String,
    /// Another driver has another one.
    pub epoch: i64,
    /// How long it holds from its last renewal on.
    pub lasts: Duration,
}

/// The guard row of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeGuard {
    pub open_change: Option<ChangeId>,
    pub driver: Option<String>,
    pub driver_until: Timestamp,
    pub epoch: i64,
    pub late_until: Option<Timestamp>,
}

/// Gives an instance to a change. `false`: it belongs to another one.
pub(super) async fn claim(tx: &mut Tx, change: &Change) -> Result<bool, Error> {
    let key = &change.instance;
    let epoch: Option<i64> = on!(tx, |c| {
        sqlx::query_scalar(
        "INSERT INTO change_guards (account, region, instance, open_change, driver_until, epoch)
         VALUES ($1, $2, $3, $4, 0, 1)
         ON CONFLICT (account, region, instance) DO UPDATE SET
            open_change = $4, driver = NULL, driver_until = 0, epoch = change_guards.epoch + 1
         WHERE change_guards.open_change IS NULL
         RETURNING epoch"
    )
    .bind(key.account.as_str())
    .bind(key.region.as_str())
    .bind(key.id.as_str())
    .bind(change.id.to_string())
    .fetch_optional(c)
    .await
    })?;
    Ok(epoch.is_some())
}

/// The change is over and the instance free. A conflict: somebody else drives it by now.
pub(super) async fn release(
    tx: &mut Tx,
    change: ChangeId,
    lease: Option<&DriverLease>,
) -> Result<(), Error> {
    let released = on!(tx, |c| sqlx::query(
        "UPDATE change_guards SET open_change = NULL, driver = NULL, driver_until = 0
         WHERE open_change = $1 AND ($2 < 0 OR (epoch = $2 AND driver = $3))"
    )
    .bind(change.to_string())
    .bind(lease.map_or(-1, |lease| lease.epoch))
    .bind(lease.map_or("", |lease| lease.driver.as_str()))
    .execute(c)
    .await
    .map(|done| done.rows_affected() == 1))?;
    if released { Ok(()) } else { Err(Error::Conflict) }
}

/// Whoever moves a change drives it. A conflict: no longer.
pub(super) async fn renew(tx: &mut Tx, lease: &DriverLease, now: Timestamp) -> Result<(), Error> {
    let until = later(tx.lease_clock(now).await?, lease.lasts);
    let renewed = on!(tx, |c| {
        sqlx::query(
        "UPDATE change_guards SET driver_until = $4 WHERE open_change = $1 AND epoch = $2 AND driver = $3"
    )
    .bind(lease.change.to_string())
    .bind(lease.epoch)
    .bind(&lease.driver)
    .bind(until)
    .execute(c)
    .await
    .map(|done| done.rows_affected() == 1)
    })?;
    if renewed { Ok(()) } else { Err(Error::Conflict) }
}

impl Store {
    /// Makes `driver` the one who drives a change, if nobody does, or whoever did has not been heard of since
    /// `patience` after the end of the lease.
    pub async fn take_driver(
        &self,
        change: &Change,
        driver: &str,
        lasts: Duration,
        patience: Duration,
        now: Timestamp,
    ) -> Result<Option<DriverLease>, Error> {
        let mut tx = self.write().await?;
        let now = tx.lease_clock(now).await?;
        let epoch: Option<i64> = on!(tx, |c| sqlx::query_scalar(
            "UPDATE change_guards SET driver = $2, driver_until = $3, epoch = epoch + 1
             WHERE open_change = $1 AND (driver IS NULL OR driver = $2 OR driver_until < $4)
             RETURNING epoch"
        )
        .bind(change.id.to_string())
        .bind(driver)
        .bind(later(now, lasts))
        .bind(now.saturating_sub(millis(patience)))
        .fetch_optional(c)
        .await)?;
        tx.commit().await?;
        Ok(epoch.map(|epoch| DriverLease {
            change: change.id,
            driver: driver.to_owned(),
            epoch,
            lasts,
        }))
    }

    /// `Conflict`: somebody else drives it, or it is over.
    pub async fn renew_driver(&self, lease: &DriverLease, now: Timestamp) -> Result<(), Error> {
        let mut tx = self.write().await?;
        renew(&mut tx, lease, now).await?;
        tx.commit().await
    }

    /// Gives a change to whoever comes next, if it is still driven by this lease.
    pub async fn give_back_driver(&self, lease: &DriverLease) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| sqlx::query(
            "UPDATE change_guards SET driver = NULL, driver_until = 0
             WHERE open_change = $1 AND epoch = $2 AND driver = $3"
        )
        .bind(lease.change.to_string())
        .bind(lease.epoch)
        .bind(&lease.driver)
        .execute(c)
        .await
        .map(drop))?;
        tx.commit().await
    }

    /// The same for all that a process drives.
    pub async fn give_back_drivers(&self, driver: &str) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| sqlx::query(
            "UPDATE change_guards SET driver = NULL, driver_until = 0 WHERE driver = $1"
        )
        .bind(driver)
        .execute(c)
        .await
        .map(drop))?;
        tx.commit().await
    }

    /// `None`: nothing was ever asked of this instance.
    pub async fn find_guard(&self, key: &InstanceKey) -> Result<Option<ChangeGuard>, Error> {
        type Row = (Option<String>, Option<String>, i64, i64, Option<i64>);
        let mut db = self.read().await?;
        let row: Option<Row> = on!(db, |c| sqlx::query_as(
            "SELECT open_change, driver, driver_until, epoch, late_until FROM change_guards
             WHERE account = $1 AND region = $2 AND instance = $3"
        )
        .bind(key.account.as_str())
        .bind(key.region.as_str())
        .bind(key.id.as_str())
        .fetch_optional(c)
        .await)?;
        row.map(|(open_change, driver, driver_until, epoch, late_until)| {
            Ok(ChangeGuard {
                open_change: json::word_opt("change id", open_change.as_deref())?,
                driver,
                driver_until: Timestamp::from_millis(driver_until),
                epoch,
                late_until: late_until.map(Timestamp::from_millis),
            })
        })
        .transpose()
    }
}

fn later(now: i64, by: Duration) -> i64 {
    now.saturating_add(millis(by))
}

pub(super) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
