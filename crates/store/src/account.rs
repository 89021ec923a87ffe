//! What is known of an account as a whole: who its key belongs to, and what could not be read with it.

use std::collections::BTreeMap;

use domain::cloud::CallerIdentity;
use domain::fact::Unread;
use domain::id::AccountName;
use domain::inventory::{FactKind, Reading};
use domain::person::Scope;
use domain::time::Timestamp;
use sqlx::{AssertSqlSafe, FromRow};

use crate::database::on;
use crate::scope::{Narrow, narrowed};
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

    /// Facts whose last reading failed, of every account: of which kind, why, and of how many instances.
    ///
    /// Of all accounts at once: asked for one, SQLite walks everything that was ever read of it.
    pub async fn count_failed(
        &self,
        scope: &Scope,
    ) -> Result<BTreeMap<AccountName, Vec<(FactKind, Unread, i64)>>, Error> {
        let narrow = Narrow::numbers(scope, "readings.number", 0);
        let sql = format!(
            "SELECT account, kind, problem, COUNT(*) FROM readings
             WHERE problem IS NOT NULL AND {}
             GROUP BY kind, problem, account ORDER BY kind, problem, account",
            narrow.sql
        );
        let mut db = self.read().await?;
        let rows: Vec<(String, String, String, i64)> = on!(db, |c| {
            let query = sqlx::query_as(AssertSqlSafe(sql));
            narrowed!(query, narrow).fetch_all(c).await
        })?;
        let mut failed = BTreeMap::<_, Vec<_>>::new();
        for (account, kind, problem, count) in rows {
            let reading =
                (json::word("fact kind", &kind)?, json::read("problem", &problem)?, count);
            failed.entry(json::word("account", &account)?).or_default().push(reading);
        }
        Ok(failed)
    }
}
