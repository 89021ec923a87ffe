//! How far reading the accounts went, region by region.

use domain::cloud::CallerIdentity;
use domain::fact::Unread;
use domain::id::{AccountName, RegionId};
use domain::inventory::{Coverage, InstanceFilter, RegionCoverage};
use domain::person::Scope;
use domain::time::Timestamp;
use sqlx::{AssertSqlSafe, FromRow};

use crate::database::on;
use crate::scope::{Narrow, narrowed};
use crate::{Error, Store, json};

#[derive(FromRow)]
struct Row {
    account: String,
    region: String,
    listed_at: Option<i64>,
    problem: Option<String>,
}

#[derive(FromRow)]
struct Totals {
    unread: i64,
    oldest: Option<i64>,
}

impl Store {
    /// Forgets accounts and regions that are no longer read, so that they do not stand as gaps for ever.
    pub async fn keep_regions(
        &self,
        account: &AccountName,
        regions: &[RegionId],
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let known: Vec<String> = on!(tx, |c| sqlx::query_scalar(
            "SELECT region FROM coverage WHERE account = $1 AND region <> ''"
        )
        .bind(account.as_str())
        .fetch_all(c)
        .await)?;
        for gone in known
            .iter()
            .filter(|known| !regions.iter().any(|region| region.as_str() == known.as_str()))
        {
            on!(tx, |c| sqlx::query("DELETE FROM coverage WHERE account = $1 AND region = $2")
                .bind(account.as_str())
                .bind(gone)
                .execute(c)
                .await
                .map(drop))?;
        }
        for region in regions {
            on!(tx, |c| {
                sqlx::query(
                "INSERT INTO coverage (account, region) VALUES ($1, $2) ON CONFLICT (account, region) DO NOTHING"
            )
            .bind(account.as_str())
            .bind(region.as_str())
            .execute(c)
            .await
            .map(drop)
            })?;
        }
        on!(tx, |c| {
            sqlx::query(
            "INSERT INTO coverage (account, region, listed_at, tried_at) VALUES ($1, '', $2, $2)
             ON CONFLICT (account, region) DO UPDATE SET listed_at = $2, tried_at = $2, problem = NULL"
        )
        .bind(account.as_str())
        .bind(now.as_millis())
        .execute(c)
        .await
        .map(drop)
        })?;
        tx.commit().await
    }

    /// Accounts that are no longer configured leave the coverage.
    pub async fn keep_accounts(&self, accounts: &[AccountName]) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let known: Vec<String> =
            on!(tx, |c| sqlx::query_scalar("SELECT DISTINCT account FROM coverage")
                .fetch_all(c)
                .await)?;
        for gone in known
            .iter()
            .filter(|known| !accounts.iter().any(|account| account.as_str() == known.as_str()))
        {
            on!(tx, |c| sqlx::query("DELETE FROM coverage WHERE account = $1")
                .bind(gone)
                .execute(c)
                .await
                .map(drop))?;
        }
        tx.commit().await
    }

    /// `region` is `None` where the account as a whole could not be read.
    pub async fn record_region_problem(
        &self,
        account: &AccountName,
        region: Option<&RegionId>,
        problem: &Unread,
        now: Timestamp,
    ) -> Result<(), Error> {
        let problem = json::write(problem)?;
        let mut tx = self.write().await?;
        on!(tx, |c| sqlx::query(
            "INSERT INTO coverage (account, region, tried_at, problem) VALUES ($1, $2, $3, $4)
             ON CONFLICT (account, region) DO UPDATE SET tried_at = $3, problem = $4"
        )
        .bind(account.as_str())
        .bind(region.map_or("", RegionId::as_str))
        .bind(now.as_millis())
        .bind(problem)
        .execute(c)
        .await
        .map(drop))?;
        tx.commit().await
    }

    pub async fn record_identity(
        &self,
        account: &AccountName,
        identity: &Result<CallerIdentity, Unread>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (identity, problem) = match identity {
            Ok(identity) => (Some(json::write(identity)?), None),
            Err(problem) => (None, Some(json::write(problem)?)),
        };
        let mut tx = self.write().await?;
        on!(tx, |c| {
            sqlx::query(
            "INSERT INTO accounts (name, identity, identity_read_at, problem) VALUES ($1, $2, $3, $4)
             ON CONFLICT (name) DO UPDATE SET
                identity = COALESCE($2, accounts.identity), identity_read_at = $3, problem = $4"
        )
        .bind(account.as_str())
        .bind(identity)
        .bind(now.as_millis())
        .bind(problem)
        .execute(c)
        .await
        .map(drop)
        })?;
        tx.commit().await
    }

    /// Whether any region of an account was ever listed.
    pub async fn was_listed(&self, account: &AccountName) -> Result<bool, Error> {
        let mut db = self.read().await?;
        let listed: i64 = on!(db, |c| {
            sqlx::query_scalar(
            "SELECT COUNT(*) FROM coverage WHERE account = $1 AND region <> '' AND listed_at IS NOT NULL"
        )
        .bind(account.as_str())
        .fetch_one(c)
        .await
        })?;
        Ok(listed > 0)
    }

    pub async fn get_coverage(&self, scope: &Scope) -> Result<Coverage, Error> {
        // Before a connection is held: whoever holds one and waits for another may wait for ever.
        let instances = self.count_instances(scope, &InstanceFilter::default()).await?.total;
        let narrow = Narrow::numbers(scope, "readings.number", 0);
        let sql = format!(
            "SELECT COUNT(*) AS unread,
                    (SELECT read_at FROM readings
                     WHERE kind = 'attribute' AND read_at IS NOT NULL AND {narrow}
                     ORDER BY read_at LIMIT 1) AS oldest
             FROM readings WHERE kind = 'attribute' AND read_at IS NULL AND {narrow}",
            narrow = narrow.sql
        );
        let mut db = self.read().await?;
        let totals: Totals = on!(db, |c| {
            narrowed!(sqlx::query_as(AssertSqlSafe(sql)), narrow).fetch_one(c).await
        })?;
        let rows: Vec<Row> = on!(db, |c| sqlx::query_as(
            "SELECT account, region, listed_at, problem FROM coverage ORDER BY account, region"
        )
        .fetch_all(c)
        .await)?;
        let sql = format!(
            "SELECT problem, COUNT(*) FROM readings
             WHERE kind = 'attribute' AND problem IS NOT NULL AND {}
             GROUP BY problem ORDER BY COUNT(*) DESC, problem",
            narrow.sql
        );
        let failed: Vec<(String, i64)> = on!(db, |c| {
            narrowed!(sqlx::query_as(AssertSqlSafe(sql)), narrow).fetch_all(c).await
        })?;
        let failed = failed
            .into_iter()
            .map(|(problem, count)| Ok((json::read("problem", &problem)?, count)))
            .collect::<Result<Vec<_>, Error>>()?;
        let regions = rows
            .into_iter()
            .map(TryInto::try_into)
            .collect::<Result<Vec<RegionCoverage>, Error>>()?;
        // The account's own row is worth showing only when something is wrong with it.
        let regions = regions
            .into_iter()
            .filter(|row| row.region.is_some() || row.problem.is_some())
            .filter(|row| scope.touches(&row.account, row.region.as_ref()))
            .collect();
        Ok(Coverage {
            instances,
            read: instances.saturating_sub(totals.unread).max(0),
            oldest: totals.oldest.map(Timestamp::from_millis),
            regions,
            failed,
        })
    }
}

impl TryFrom<Row> for RegionCoverage {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let region = (!row.region.is_empty()).then_some(row.region);
        Ok(Self {
            account: json::word("account name", &row.account)?,
            region: json::word_opt("region id", region.as_deref())?,
            listed_at: row.listed_at.map(Timestamp::from_millis),
            problem: json::read_opt("problem", row.problem.as_deref())?,
        })
    }
}
