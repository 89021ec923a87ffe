//! What is to be read next, that it has been taken up, and what somebody wants sooner.
//!
//! Every fact has one time: when it is due. Taking it up moves that time a little, so that nobody else takes it and a
//! taker that dies loses nothing; recording it sets the next one. Whatever people look at comes before everything.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use domain::cloud::InstanceRow;
use domain::id::{AccountName, InstanceKey, RegionId};
use domain::inventory::{FactKind, InstanceFilter};
use domain::person::Scope;
use domain::time::Timestamp;
use sqlx::{AssertSqlSafe, FromRow};

use super::query::{Query, bound};
use super::rows;
use crate::database::{Tx, on};
use crate::{Error, Store, json};

/// A fact that somebody is to read now.
#[derive(Debug, Clone)]
pub struct DueFact {
    pub key: InstanceKey,
    pub row: InstanceRow,
}

/// What was due.
#[derive(Debug, Clone, Default)]
pub struct Due {
    pub facts: Vec<DueFact>,
    /// When there is more to do: now, later, or not before something happens.
    pub next: Option<Timestamp>,
}

#[derive(FromRow)]
struct DueRow {
    number: i64,
    due_at: i64,
}

#[derive(FromRow)]
struct InstanceBody {
    number: i64,
    id: String,
    body: String,
}

/// Which facts of a region.
#[derive(Debug, Clone)]
pub struct Lane {
    pub account: AccountName,
    pub region: RegionId,
    pub kind: FactKind,
}

impl Store {
    /// Takes up to `limit` facts that are due, the most overdue first. Unless they are recorded, they are due again
    /// after `claim`.
    pub async fn take_due_facts(
        &self,
        lane: &Lane,
        now: Timestamp,
        claim: Duration,
        limit: i64,
    ) -> Result<Due, Error> {
        let rows: Vec<DueRow> = {
            let mut db = self.read().await?;
            on!(db, |c| sqlx::query_as(
                "SELECT number, due_at FROM readings
                 WHERE account = $1 AND region = $2 AND kind = $3 ORDER BY due_at, number LIMIT $4"
            )
            .bind(lane.account.as_str())
            .bind(lane.region.as_str())
            .bind(lane.kind.code())
            .bind(limit.saturating_add(1))
            .fetch_all(c)
            .await)?
        };
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let next = rows.iter().enumerate().find_map(|(place, row)| {
            let wait = place >= most || row.due_at > now.as_millis();
            wait.then(|| Timestamp::from_millis(row.due_at))
        });
        let due: Vec<i64> = rows
            .iter()
            .take(most)
            .filter(|row| row.due_at <= now.as_millis())
            .map(|row| row.number)
            .collect();
        if due.is_empty() {
            return Ok(Due { facts: Vec::new(), next });
        }
        let mut tx = self.write_fleet().await?;
        let facts = take(&mut tx, lane, &due, now, claim).await?;
        tx.commit().await?;
        Ok(Due { facts, next })
    }

    /// Whoever had taken facts of an account is gone: those that were never read are due at once.
    pub async fn free_claims(&self, account: &AccountName) -> Result<(), Error> {
        let mut tx = self.write_fleet().await?;
        on!(tx, |c| sqlx::query(
            "UPDATE readings SET due_at = 0
             WHERE account = $1 AND read_at IS NULL AND problem IS NULL AND due_at > 0"
        )
        .bind(account.as_str())
        .execute(c)
        .await
        .map(drop))?;
        tx.commit().await
    }

    /// Somebody looks at an instance: what was not read since `fresh` is due before everything else.
    pub async fn want_instance(
        &self,
        key: &InstanceKey,
        fresh: Timestamp,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut tx = self.write_fleet().await?;
        let moved = on!(tx, |c| {
            sqlx::query(
            "UPDATE readings SET due_at = -$4
             WHERE number = (SELECT number FROM instances WHERE account = $1 AND region = $2 AND id = $3)
               AND ((read_at IS NULL AND due_at BETWEEN 0 AND $4) OR read_at < $5)"
        )
        .bind(key.account.as_str())
        .bind(key.region.as_str())
        .bind(key.id.as_str())
        .bind(now.as_millis())
        .bind(fresh.as_millis())
        .execute(c)
        .await
        .map(|done| done.rows_affected())
        })?;
        note_wish(&mut tx, moved).await?;
        tx.commit().await
    }

    /// Somebody wants everything that a filter finds read again. Returns of how many instances.
    pub async fn want_matches(
        &self,
        scope: &Scope,
        filter: &InstanceFilter,
        fresh: Timestamp,
        now: Timestamp,
    ) -> Result<u64, Error> {
        let mut query = Query::default();
        query.add_scope(scope);
        query.add_fields(filter);
        self.add_text(&mut query, &filter.text, true).await?;
        let found = query.where_clause();
        let (due_at, fresh) = (query.number(-now.as_millis()), query.number(fresh.as_millis()));
        let sql = format!(
            "UPDATE readings SET due_at = {due_at} WHERE read_at < {fresh}
             AND number IN (SELECT i.number FROM instances i WHERE {found})"
        );
        let mut tx = self.write_fleet().await?;
        let moved = on!(tx, |c| bound!(sqlx::query(AssertSqlSafe(sql)), query.values)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        note_wish(&mut tx, moved).await?;
        tx.commit().await?;
        Ok(moved / FactKind::ALL.len() as u64)
    }

    /// How many facts of each kind were never read, and not for want of trying.
    pub async fn count_unread(&self, account: &AccountName) -> Result<Vec<(FactKind, i64)>, Error> {
        let mut db = self.read().await?;
        let rows: Vec<(String, i64)> = on!(db, |c| {
            sqlx::query_as(
            "SELECT kind, COUNT(*) FROM readings
             WHERE account = $1 AND read_at IS NULL AND problem IS NULL GROUP BY kind ORDER BY kind"
        )
        .bind(account.as_str())
        .fetch_all(c)
        .await
        })?;
        rows.into_iter().map(|(kind, count)| Ok((json::word("fact kind", &kind)?, count))).collect()
    }

    /// Grows whenever somebody wants something read soon.
    pub async fn count_wishes(&self) -> Result<i64, Error> {
        let mut db = self.read().await?;
        Ok(on!(db, |c| sqlx::query_scalar("SELECT wishes FROM fleet_state WHERE one = 1")
            .fetch_one(c)
            .await)?)
    }
}

async fn note_wish(tx: &mut Tx, moved: u64) -> Result<(), Error> {
    if moved == 0 {
        return Ok(());
    }
    on!(tx, |c| sqlx::query("UPDATE fleet_state SET wishes = wishes + 1 WHERE one = 1")
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Those of them that nobody else was faster with, and that are still there, in the same order.
async fn take(
    tx: &mut Tx,
    lane: &Lane,
    due: &[i64],
    now: Timestamp,
    claim: Duration,
) -> Result<Vec<DueFact>, Error> {
    let mut taken: HashSet<i64> = HashSet::new();
    for part in rows::parts(due) {
        let sql = format!(
            "UPDATE readings SET due_at = $1 WHERE kind = $2 AND due_at <= $3 AND number IN ({})
             RETURNING number",
            rows::list(3, part.len())
        );
        let numbers: Vec<i64> = on!(tx, |c| {
            let mut query = sqlx::query_scalar(AssertSqlSafe(sql))
                .bind(now.plus(claim).as_millis())
                .bind(lane.kind.code())
                .bind(now.as_millis());
            for number in part {
                query = query.bind(number);
            }
            query.fetch_all(c).await
        })?;
        taken.extend(numbers);
    }
    let taken: Vec<i64> = due.iter().copied().filter(|number| taken.contains(number)).collect();
    let mut bodies: HashMap<i64, InstanceBody> = HashMap::new();
    for part in rows::parts(&taken) {
        let sql = format!(
            "SELECT number, id, body FROM instances WHERE released_at IS NULL AND number IN ({})",
            rows::list(0, part.len())
        );
        let found: Vec<InstanceBody> = on!(tx, |c| {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for number in part {
                query = query.bind(number);
            }
            query.fetch_all(c).await
        })?;
        bodies.extend(found.into_iter().map(|row| (row.number, row)));
    }
    let facts = taken.iter().filter_map(|number| bodies.remove(number)).map(|row| {
        Ok(DueFact {
            key: InstanceKey {
                account: lane.account.clone(),
                region: lane.region.clone(),
                id: json::word("instance id", &row.id)?,
            },
            row: json::read("instance", &row.body)?,
        })
    });
    facts.collect()
}
