//! A region's list: instances appear, are changed, and are released.

use std::collections::HashMap;

use domain::access::AccessState;
use domain::cloud::InstanceRow;
use domain::environment::Environment;
use domain::id::{AccountName, InstanceKey, RegionId};
use domain::instance::Tag;
use domain::inventory::{FactKind, WhitelistFinding};
use domain::time::Timestamp;
use sqlx::{AssertSqlSafe, FromRow};

use super::counts::{self, Dimensions, Moves};
use super::events::{self, NewEvent};
use super::{grams, rows, summary, tags};
use crate::database::{Tx, on};
use crate::{Error, Store, json};

#[derive(FromRow)]
struct Known {
    id: String,
    body: String,
    environment: String,
    released_at: Option<i64>,
}

/// So many rows are looked at in one transaction: several regions wait for each other, and none may wait long.
const AT_ONCE: usize = 64;

impl Store {
    /// Takes in one region's list. What is as it was is not written. Only of a whole list is what is no longer there
    /// marked released.
    pub async fn record_listing(
        &self,
        account: &AccountName,
        region: &RegionId,
        rows: &[(InstanceRow, Environment)],
        whole: bool,
        at: Timestamp,
    ) -> Result<(), Error> {
        let mut tx = self.write_fleet().await?;
        let known: Vec<Known> = on!(tx, |c| {
            sqlx::query_as(
            "SELECT id, body, environment, released_at FROM instances WHERE account = $1 AND region = $2"
        )
        .bind(account.as_str())
        .bind(region.as_str())
        .fetch_all(c)
        .await
        })?;
        let mut known: HashMap<String, Known> =
            known.into_iter().map(|known| (known.id.clone(), known)).collect();
        let first = known.is_empty();
        let mut changed = false;
        for part in rows.chunks(AT_ONCE) {
            // Others write in between: a first list of thousands must not hold up somebody who signs in.
            if std::mem::take(&mut changed) {
                counts::changed(&mut tx).await?;
                tx.commit().await?;
                tx = self.write_fleet().await?;
            }
            let mut new = Vec::new();
            for (row, environment) in part {
                let key = || InstanceKey {
                    account: account.clone(),
                    region: region.clone(),
                    id: row.id.clone(),
                };
                changed |= match known.remove(row.id.as_str()) {
                    Some(known) if known.says(row, *environment)? => false,
                    Some(_) => update(&mut tx, &key(), row, *environment, at).await?,
                    None => {
                        new.push(NewInstance { key: key(), row, environment: *environment });
                        true
                    }
                };
            }
            insert(&mut tx, &new, at).await?;
            // The first list of a region is no news.
            for NewInstance { key, row, .. } in new.iter().filter(|_| !first) {
                tell(&mut tx, key, row.name.as_str(), "appeared", None, None, at).await?;
            }
        }
        if whole {
            for gone in known.into_values().filter(|known| known.released_at.is_none()) {
                let key = InstanceKey {
                    account: account.clone(),
                    region: region.clone(),
                    id: json::word("instance id", &gone.id)?,
                };
                release(&mut tx, &key, at).await?;
                changed = true;
            }
        }
        on!(tx, |c| {
            sqlx::query(
            "INSERT INTO coverage (account, region, listed_at, tried_at) VALUES ($1, $2, $3, $3)
             ON CONFLICT (account, region) DO UPDATE SET listed_at = $3, tried_at = $3, problem = NULL"
        )
        .bind(account.as_str())
        .bind(region.as_str())
        .bind(at.as_millis())
        .execute(c)
        .await
        .map(drop)
        })?;
        if changed {
            counts::changed(&mut tx).await?;
        }
        tx.commit().await
    }
}

impl Known {
    fn says(&self, row: &InstanceRow, environment: Environment) -> Result<bool, Error> {
        Ok(self.released_at.is_none()
            && self.environment == environment.code()
            && json::read::<InstanceRow>("instance", &self.body)? == *row)
    }
}

/// An instance that was not known.
struct NewInstance<'a> {
    key: InstanceKey,
    row: &'a InstanceRow,
    environment: Environment,
}

async fn insert(tx: &mut Tx, new: &[NewInstance<'_>], at: Timestamp) -> Result<(), Error> {
    let unread = summary::of_unread();
    let exposure = json::write(&unread)?;
    let mut moves = Moves::default();
    for part in rows::parts(new) {
        let sql = format!(
            "INSERT INTO instances
                (account, region, id, name, name_folded, search, body, environment, version, access, whitelist,
                 exposure_level, exposure_rank, exposure, listed_at)
             VALUES {} RETURNING id, number",
            rows::values(0, part.len(), 15)
        );
        let prepared =
            part.iter().map(|new| Ok((new, search_text(new.row), json::write(new.row)?)));
        let prepared: Vec<_> = prepared.collect::<Result<_, Error>>()?;
        let numbers: Vec<(String, i64)> = on!(tx, |c| {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for (new, search, body) in &prepared {
                query = query
                    .bind(new.key.account.as_str())
                    .bind(new.key.region.as_str())
                    .bind(new.key.id.as_str())
                    .bind(stored_text(new.row.name.as_str()))
                    .bind(folded_name(new.row))
                    .bind(search)
                    .bind(body)
                    .bind(new.environment.code())
                    .bind(new.row.version.to_string())
                    .bind(AccessState::Unknown.code())
                    .bind(WhitelistFinding::Unknown.code())
                    .bind(summary::level_of(&unread).code())
                    .bind(unread.rank())
                    .bind(&exposure)
                    .bind(at.as_millis());
            }
            query.fetch_all(c).await
        })?;
        let numbers: HashMap<String, i64> = numbers.into_iter().collect();
        let number = |new: &NewInstance<'_>| numbers.get(new.key.id.as_str()).copied();
        let texts: Vec<(i64, &str)> = prepared
            .iter()
            .filter_map(|(new, search, _)| Some((number(new)?, search.as_str())))
            .collect();
        grams::add(tx, &texts).await?;
        let places: Vec<(i64, &InstanceKey)> =
            part.iter().filter_map(|new| Some((number(new)?, &new.key))).collect();
        expect_readings(tx, &places).await?;
        let tags: Vec<(i64, &[Tag])> =
            part.iter().filter_map(|new| Some((number(new)?, new.row.tags.as_slice()))).collect();
        tags::add(tx, &tags).await?;
        for new in part {
            let dimensions = Dimensions {
                account: new.key.account.to_string(),
                region: new.key.region.to_string(),
                environment: new.environment.code().to_owned(),
                version: new.row.version.to_string(),
                access: AccessState::Unknown.code().to_owned(),
                whitelist: WhitelistFinding::Unknown.code().to_owned(),
                exposure_level: summary::level_of(&unread).code().to_owned(),
            };
            moves.add(None, Some(dimensions));
        }
    }
    moves.store(tx).await
}

/// Every fact is due from the beginning.
async fn expect_readings(tx: &mut Tx, instances: &[(i64, &InstanceKey)]) -> Result<(), Error> {
    let wanted: Vec<(i64, &InstanceKey, FactKind)> = instances
        .iter()
        .flat_map(|(number, key)| FactKind::ALL.iter().map(|kind| (*number, *key, *kind)))
        .collect();
    for part in rows::parts(&wanted) {
        let sql = format!(
            "INSERT INTO readings (number, kind, account, region, due_at) VALUES {}
             ON CONFLICT (number, kind) DO NOTHING",
            rows::values(0, part.len(), 5)
        );
        on!(tx, |c| {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for (number, key, kind) in part {
                query = query
                    .bind(number)
                    .bind(kind.code())
                    .bind(key.account.as_str())
                    .bind(key.region.as_str())
                    .bind(0_i64);
            }
            query.execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// Writes what is different; returns whether anything is.
async fn update(
    tx: &mut Tx,
    key: &InstanceKey,
    row: &InstanceRow,
    environment: Environment,
    at: Timestamp,
) -> Result<bool, Error> {
    let Some(known) = summary::find(tx, key).await? else { return Ok(false) };
    let old = known.row()?;
    let before = known.dimensions(key);
    let after = Dimensions {
        environment: environment.code().to_owned(),
        version: row.version.to_string(),
        ..before.clone()
    };
    let search = search_text(row);
    on!(tx, |c| {
        sqlx::query(
        "UPDATE instances SET name = $2, name_folded = $3, search = $4, body = $5, environment = $6, version = $7,
                listed_at = $8, released_at = NULL
         WHERE number = $1"
    )
    .bind(known.number)
    .bind(stored_text(row.name.as_str()))
    .bind(folded_name(row))
    .bind(&search)
    .bind(json::write(row)?)
    .bind(&after.environment)
    .bind(&after.version)
    .bind(at.as_millis())
    .execute(c)
    .await
    .map(drop)
    })?;
    if search != known.search {
        grams::replace(tx, known.number, &search).await?;
    }
    if old.tags != row.tags {
        tags::replace(tx, known.number, &row.tags).await?;
    }
    let was_there = known.released_at.is_none();
    counts::moved(tx, was_there.then_some(before), Some(after.clone())).await?;
    if !was_there {
        expect_readings(tx, &[(known.number, key)]).await?;
        tell(tx, key, row.name.as_str(), "appeared", None, None, at).await?;
    }
    let texts = [
        ("name", old.name.to_string(), row.name.to_string()),
        ("status", old.status.to_string(), row.status.to_string()),
        ("version", old.version.to_string(), row.version.to_string()),
        ("class", old.class.clone(), row.class.clone()),
        ("network", network(&old), network(row)),
        ("environment", known.environment.clone(), environment.code().to_owned()),
    ];
    for (field, before, after) in texts {
        if before != after {
            tell(tx, key, row.name.as_str(), field, Some(before), Some(after), at).await?;
        }
    }
    Ok(true)
}

fn network(row: &InstanceRow) -> String {
    format!("{} {} {}", row.network, row.vpc, row.vswitch).trim_end().to_owned()
}

async fn release(tx: &mut Tx, key: &InstanceKey, at: Timestamp) -> Result<(), Error> {
    let Some(gone) = summary::find(tx, key).await? else { return Ok(()) };
    on!(tx, |c| sqlx::query("UPDATE instances SET released_at = $2 WHERE number = $1")
        .bind(gone.number)
        .bind(at.as_millis())
        .execute(c)
        .await
        .map(drop))?;
    on!(tx, |c| sqlx::query("DELETE FROM readings WHERE number = $1")
        .bind(gone.number)
        .execute(c)
        .await
        .map(drop))?;
    counts::moved(tx, Some(gone.dimensions(key)), None).await?;
    tell(tx, key, gone.row()?.name.as_str(), "released", None, None, at).await
}

async fn tell(
    tx: &mut Tx,
    instance: &InstanceKey,
    name: &str,
    field: &str,
    before: Option<String>,
    after: Option<String>,
    at: Timestamp,
) -> Result<(), Error> {
    events::record(tx, NewEvent { at, instance, name, field, before, after, change: None }).await
}

/// The name as lists sort it.
pub(super) fn folded_name(row: &InstanceRow) -> String {
    stored_text(&row.name.as_str().to_lowercase())
}

/// PostgreSQL stores no NUL; nobody misses it.
pub(crate) fn stored_text(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

/// Everything a person may search an instance by, one thing a line.
pub(super) fn search_text(row: &InstanceRow) -> String {
    let mut parts =
        vec![row.name.as_str(), row.id.as_str(), &row.private_ip, &row.connection_domain, &row.vpc];
    let tags: Vec<String> =
        row.tags.iter().map(|tag| format!("{}={}", tag.key, tag.value)).collect();
    parts.extend(tags.iter().map(String::as_str));
    stored_text(&parts.join("\n").to_lowercase())
}
