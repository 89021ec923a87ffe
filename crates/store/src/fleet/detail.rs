//! Everything remembered of one instance, and that somebody looked at it.

use domain::id::InstanceKey;
use domain::inventory::{FactKind, InstanceDetail, Reading};
use domain::person::Scope;
use domain::time::Timestamp;
use serde::de::DeserializeOwned;
use sqlx::FromRow;

use crate::database::on;
use crate::{Error, Store, json};

#[derive(FromRow)]
struct InstanceRecord {
    number: i64,
    body: String,
    environment: String,
    exposure: String,
    listed_at: i64,
    released_at: Option<i64>,
}

#[derive(FromRow)]
struct FactRecord {
    kind: String,
    body: Option<String>,
    read_at: Option<i64>,
    problem: Option<String>,
}

impl Store {
    pub async fn find_instance(
        &self,
        scope: &Scope,
        key: &InstanceKey,
    ) -> Result<Option<InstanceDetail>, Error> {
        if !self.is_in(scope, key).await? {
            return Ok(None);
        }
        let mut db = self.read().await?;
        let row: Option<InstanceRecord> = on!(db, |c| sqlx::query_as(
            "SELECT number, body, environment, exposure, listed_at, released_at FROM instances
             WHERE account = $1 AND region = $2 AND id = $3"
        )
        .bind(key.account.as_str())
        .bind(key.region.as_str())
        .bind(key.id.as_str())
        .fetch_optional(c)
        .await)?;
        let Some(row) = row else { return Ok(None) };
        let facts: Vec<FactRecord> = on!(db, |c| {
            sqlx::query_as(
            "SELECT f.kind, f.body, r.read_at, r.problem
             FROM facts f LEFT JOIN readings r ON r.number = f.number AND r.kind = f.kind WHERE f.number = $1
             UNION ALL
             SELECT r.kind, NULL, r.read_at, r.problem FROM readings r
             WHERE r.number = $1
               AND NOT EXISTS (SELECT 1 FROM facts f WHERE f.number = r.number AND f.kind = r.kind)"
        )
        .bind(row.number)
        .fetch_all(c)
        .await
        })?;
        Ok(Some(InstanceDetail {
            key: key.clone(),
            row: json::read("instance", &row.body)?,
            environment: json::word("environment", &row.environment)?,
            listed_at: Timestamp::from_millis(row.listed_at),
            released_at: row.released_at.map(Timestamp::from_millis),
            exposure: json::read("exposure", &row.exposure)?,
            attribute: reading(&facts, FactKind::Attribute)?,
            whitelist: reading(&facts, FactKind::Whitelist)?,
            endpoints: reading(&facts, FactKind::Endpoints)?,
            release: reading(&facts, FactKind::Release)?,
            whitelist_check: reading(&facts, FactKind::WhitelistCheck)?,
            sentinel: reading(&facts, FactKind::Sentinel)?,
        }))
    }
}

fn reading<T: DeserializeOwned>(facts: &[FactRecord], kind: FactKind) -> Result<Reading<T>, Error> {
    let Some(fact) = facts.iter().find(|fact| fact.kind == kind.code()) else {
        return Ok(Reading::never());
    };
    Ok(Reading {
        value: json::read_opt("fact", fact.body.as_deref())?,
        read_at: fact.read_at.map(Timestamp::from_millis),
        problem: json::read_opt("problem", fact.problem.as_deref())?,
    })
}
