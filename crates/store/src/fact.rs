//! What was read of each instance, with when, and why the rest was not.

use domain::cloud::{EngineRelease, InstanceAttribute, InstanceRow, WhitelistCheck};
use domain::endpoint::Endpoint;
use domain::fact::{Fact, Unread};
use domain::id::{AccountName, InstanceKey};
use domain::inventory::{FactKind, WhitelistFinding};
use domain::time::Timestamp;
use domain::whitelist::WhitelistGroup;
use serde::Serialize;
use sqlx::FromRow;

use crate::database::{Tx, on};
use crate::{Error, Store, json};

/// One reading, or the failure of one.
#[derive(Debug, Clone)]
pub enum FactUpdate<'a> {
    Attribute(&'a Fact<InstanceAttribute>),
    Whitelist(&'a Fact<Vec<WhitelistGroup>>),
    Endpoints(&'a Fact<Vec<Endpoint>>),
    Release(&'a Fact<EngineRelease>),
    WhitelistCheck(&'a Fact<WhitelistCheck>),
}

#[derive(FromRow)]
struct KeyRow {
    account: String,
    region: String,
    id: String,
}

impl Store {
    /// Keeps what was read; a failed reading keeps the last value and its age, and adds why.
    pub async fn record_facts(
        &self,
        key: &InstanceKey,
        updates: &[FactUpdate<'_>],
        at: Timestamp,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        for update in updates {
            match update {
                FactUpdate::Attribute(fact) => {
                    put(&mut tx, key, FactKind::Attribute, fact, at).await?;
                    if let Fact::Known(attribute) = fact {
                        take_over(&mut tx, key, attribute).await?;
                    }
                }
                FactUpdate::Whitelist(fact) => {
                    put(&mut tx, key, FactKind::Whitelist, fact, at).await?;
                    if let Fact::Known(groups) = fact {
                        set_whitelist(&mut tx, key, WhitelistFinding::of(groups)).await?;
                    }
                }
                FactUpdate::Endpoints(fact) => {
                    put(&mut tx, key, FactKind::Endpoints, fact, at).await?;
                }
                FactUpdate::Release(fact) => put(&mut tx, key, FactKind::Release, fact, at).await?,
                FactUpdate::WhitelistCheck(fact) => {
                    put(&mut tx, key, FactKind::WhitelistCheck, fact, at).await?;
                }
            }
        }
        tx.commit().await
    }

    /// Instances of an account whose fact nobody tried to read since `tried_before`, the longest untried first.
    pub async fn list_due_facts(
        &self,
        account: &AccountName,
        kind: FactKind,
        tried_before: Timestamp,
        limit: i64,
    ) -> Result<Vec<InstanceKey>, Error> {
        let mut db = self.read().await?;
        let rows: Vec<KeyRow> = on!(db, |c| {
            sqlx::query_as(
            "SELECT i.account, i.region, i.id FROM instances i
             LEFT JOIN facts f ON f.account = i.account AND f.region = i.region AND f.id = i.id AND f.kind = $2
             WHERE i.account = $1 AND i.released_at IS NULL AND COALESCE(f.tried_at, 0) < $3
             ORDER BY COALESCE(f.tried_at, 0), i.region, i.id LIMIT $4"
        )
        .bind(account.as_str())
        .bind(kind.code())
        .bind(tried_before.as_millis())
        .bind(limit)
        .fetch_all(c)
        .await
        })?;
        rows.iter()
            .map(|row| {
                Ok(InstanceKey {
                    account: json::word("account name", &row.account)?,
                    region: json::word("region id", &row.region)?,
                    id: json::word("instance id", &row.id)?,
                })
            })
            .collect()
    }
}

async fn put<T: Serialize>(
    tx: &mut Tx,
    key: &InstanceKey,
    kind: FactKind,
    fact: &Fact<T>,
    at: Timestamp,
) -> Result<(), Error> {
    let (body, read_at, problem) = match fact {
        Fact::Known(value) => (Some(json::write(value)?), Some(at.as_millis()), None),
        Fact::Unknown(why) => (None, None, Some(json::write::<Unread>(why)?)),
    };
    on!(tx, |c| {
        sqlx::query(
        "INSERT INTO facts (account, region, id, kind, body, read_at, tried_at, problem)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (account, region, id, kind) DO UPDATE SET
            body = COALESCE($5, facts.body), read_at = COALESCE($6, facts.read_at), tried_at = $7, problem = $8"
    )
    .bind(key.account.as_str())
    .bind(key.region.as_str())
    .bind(key.id.as_str())
    .bind(kind.code())
    .bind(body)
    .bind(read_at)
    .bind(at.as_millis())
    .bind(problem)
    .execute(c)
    .await
    .map(drop)
    })?;
    Ok(())
}

/// The attribute call is fresher than the list: its mode, status and name show in the list at once.
async fn take_over(
    tx: &mut Tx,
    key: &InstanceKey,
    attribute: &InstanceAttribute,
) -> Result<(), Error> {
    let body: Option<String> = on!(tx, |c| sqlx::query_scalar(
        "SELECT body FROM instances WHERE account = $1 AND region = $2 AND id = $3"
    )
    .bind(key.account.as_str())
    .bind(key.region.as_str())
    .bind(key.id.as_str())
    .fetch_optional(c)
    .await)?;
    let Some(body) = body else { return Ok(()) };
    let mut row: InstanceRow = json::read("instance", &body)?;
    row.status = attribute.row.status.clone();
    row.name = attribute.row.name.clone();
    let body = json::write(&row)?;
    on!(tx, |c| sqlx::query(
        "UPDATE instances SET access = $4, body = $5 WHERE account = $1 AND region = $2 AND id = $3"
    )
    .bind(key.account.as_str())
    .bind(key.region.as_str())
    .bind(key.id.as_str())
    .bind(attribute.access_state().code())
    .bind(body)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

async fn set_whitelist(
    tx: &mut Tx,
    key: &InstanceKey,
    finding: WhitelistFinding,
) -> Result<(), Error> {
    on!(tx, |c| sqlx::query(
        "UPDATE instances SET whitelist = $4 WHERE account = $1 AND region = $2 AND id = $3"
    )
    .bind(key.account.as_str())
    .bind(key.region.as_str())
    .bind(key.id.as_str())
    .bind(finding.code())
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}
