//! How many calls the cloud lets through, as learned from its refusals: kept, so that a restart does not learn it again.

use domain::id::{AccountName, RegionId};
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::database::on;
use crate::{Error, Store, json};

/// What is known of one action in one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallLimit {
    pub account: AccountName,
    pub action: String,
    pub region: RegionId,
    /// So many calls…
    pub calls: i32,
    /// …in so many seconds are let through.
    pub seconds: i32,
    /// How often the cloud refused one for this.
    pub throttled: i64,
    pub throttled_at: Option<Timestamp>,
}

#[derive(FromRow)]
struct Row {
    account: String,
    action: String,
    region: String,
    calls: i32,
    seconds: i32,
    throttled: i64,
    throttled_at: Option<i64>,
}

impl Store {
    pub async fn list_call_limits(&self, account: &AccountName) -> Result<Vec<CallLimit>, Error> {
        let mut db = self.read().await?;
        let rows: Vec<Row> = on!(db, |c| {
            sqlx::query_as(
            "SELECT account, action, region, calls, seconds, throttled, throttled_at FROM call_limits
             WHERE account = $1 ORDER BY action, region"
        )
        .bind(account.as_str())
        .fetch_all(c)
        .await
        })?;
        rows.into_iter()
            .map(|row| {
                Ok(CallLimit {
                    account: json::word("account name", &row.account)?,
                    action: row.action,
                    region: json::word("region id", &row.region)?,
                    calls: row.calls,
                    seconds: row.seconds,
                    throttled: row.throttled,
                    throttled_at: row.throttled_at.map(Timestamp::from_millis),
                })
            })
            .collect()
    }

    pub async fn save_call_limit(&self, limit: &CallLimit) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| {
            sqlx::query(
            "INSERT INTO call_limits (account, action, region, calls, seconds, throttled, throttled_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (account, action, region) DO UPDATE SET
                calls = $4, seconds = $5, throttled = $6, throttled_at = $7"
        )
        .bind(limit.account.as_str())
        .bind(&limit.action)
        .bind(limit.region.as_str())
        .bind(limit.calls)
        .bind(limit.seconds)
        .bind(limit.throttled)
        .bind(limit.throttled_at.map(Timestamp::as_millis))
        .execute(c)
        .await
        .map(drop)
        })?;
        tx.commit().await
    }
}
