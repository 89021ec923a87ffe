//! What is known of an account as a whole: who its key belongs to, and what could not be read with it.

use domain::cloud::CallerIdentity;
use domain::fact::Unread;
use domain::id::AccountName;
use domain::inventory::{FactKind, Reading};
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::database::on;
use crate::{Error, Store, json};

#[derive(FromRow)]
struct Row {
    identity: Option<String>,
    identity_read_at: Option<i64>,
    problem: Option<String>,
}

impl Store {
    pub async fn read_identity(
        &self,
        account: &AccountName,
    ) -> Result<Reading<CallerIdentity>, Error> {
        let mut db = self.read().await?;
        let row: Option<Row> = on!(db, |c| sqlx::query_as(
            "SELECT identity, identity_read_at, problem FROM accounts WHERE name = $1"
        )
        .bind(account.as_str())
        .fetch_optional(c)
        .await)?;
        let Some(row) = row else { return Ok(Reading::never()) };
        Ok(Reading {
            value: json::read_opt("identity", row.identity.as_deref())?,
            read_at: row.identity_read_at.map(Timestamp::from_millis),
            problem: json::read_opt("problem", row.problem.as_deref())?,
        })
    }

    /// Facts whose last reading failed: of which kind, why, and of how many instances.
    pub async fn count_failed(
        &self,
        account: &AccountName,
    ) -> Result<Vec<(FactKind, Unread, i64)>, Error> {
        let mut db = self.read().await?;
        let rows: Vec<(String, String, i64)> = on!(db, |c| {
            sqlx::query_as(
            "SELECT kind, problem, COUNT(*) FROM readings
             WHERE problem IS NOT NULL AND account = $1 GROUP BY kind, problem ORDER BY kind, problem"
        )
        .bind(account.as_str())
        .fetch_all(c)
        .await
        })?;
        rows.into_iter()
            .map(|(kind, problem, count)| {
                Ok((json::word("fact kind", &kind)?, json::read("problem", &problem)?, count))
            })
            .collect()
    }
}
