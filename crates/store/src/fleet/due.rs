//! What is to be read next, and that it has been taken up.

use domain::id::{AccountName, InstanceKey};
use domain::inventory::FactKind;
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::database::on;
use crate::{Error, Store, json};

#[derive(FromRow)]
struct KeyRow {
    account: String,
    region: String,
    id: String,
}

/// When a fact is due.
#[derive(Debug, Clone, Copy)]
pub struct DueBefore {
    /// Not tried since then.
    pub tried: Timestamp,
    /// Looked at since `looked`, and not tried since `tried_if_looked`.
    pub looked: Timestamp,
    pub tried_if_looked: Timestamp,
}

impl Store {
    /// Takes up to `limit` instances of an account whose fact is due: those that people look at first, then the longest
    /// untried. They count as tried from now on, so that nobody else takes them; whoever dies with them leaves them to
    /// the next turn.
    pub async fn take_due_facts(
        &self,
        account: &AccountName,
        kind: FactKind,
        due: DueBefore,
        limit: i64,
        now: Timestamp,
    ) -> Result<Vec<InstanceKey>, Error> {
        let mut db = self.read().await?;
        let looked: Vec<i64> = on!(db, |c| {
            sqlx::query_scalar(
            "SELECT r.number FROM looks l JOIN readings r ON r.number = l.number AND r.kind = $2
             WHERE r.account = $1 AND l.at > $3 AND r.tried_at < $4 ORDER BY r.tried_at LIMIT $5"
        )
        .bind(account.as_str())
        .bind(kind.code())
        .bind(due.looked.as_millis())
        .bind(due.tried_if_looked.as_millis())
        .bind(limit)
        .fetch_all(c)
        .await
        })?;
        let stale: Vec<i64> = on!(db, |c| sqlx::query_scalar(
            "SELECT number FROM readings WHERE account = $1 AND kind = $2 AND tried_at < $3
             ORDER BY tried_at LIMIT $4"
        )
        .bind(account.as_str())
        .bind(kind.code())
        .bind(due.tried.as_millis())
        .bind(limit)
        .fetch_all(c)
        .await)?;
        drop(db);
        let mut numbers = looked;
        let known: std::collections::HashSet<i64> = numbers.iter().copied().collect();
        numbers.extend(stale.into_iter().filter(|number| !known.contains(number)));
        numbers.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.write().await?;
        let mut keys = Vec::with_capacity(numbers.len());
        for number in numbers {
            let taken = on!(tx, |c| {
                sqlx::query(
                "UPDATE readings SET tried_at = $3 WHERE number = $1 AND kind = $2 AND tried_at < $4"
            )
            .bind(number)
            .bind(kind.code())
            .bind(now.as_millis())
            .bind(due.tried.max(due.tried_if_looked).as_millis())
            .execute(c)
            .await
            .map(|done| done.rows_affected() == 1)
            })?;
            if !taken {
                continue;
            }
            let row: Option<KeyRow> = on!(tx, |c| {
                sqlx::query_as(
                "SELECT account, region, id FROM instances WHERE number = $1 AND released_at IS NULL"
            )
            .bind(number)
            .fetch_optional(c)
            .await
            })?;
            if let Some(row) = row {
                keys.push(InstanceKey {
                    account: json::word("account name", &row.account)?,
                    region: json::word("region id", &row.region)?,
                    id: json::word("instance id", &row.id)?,
                });
            }
        }
        tx.commit().await?;
        Ok(keys)
    }
}
