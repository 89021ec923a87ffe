//! What follows from an instance's facts, kept beside it so that lists need not look at facts: access, whitelist,
//! exposure. Whoever changes a field that is filtered by keeps the counts in the same transaction.

use std::collections::HashMap;

use domain::access::AccessState;
use domain::cloud::InstanceRow;
use domain::exposure::{self, Exposure};
use domain::id::{ChangeId, InstanceKey};
use domain::inventory::{ExposureFilter, WhitelistFinding};
use domain::preflight::Facts;
use domain::time::Timestamp;
use sqlx::{AssertSqlSafe, FromRow};

use super::counts::{Dimensions, Moves};
use super::events::{self, NewEvent};
use super::{grams, listing, rows};
use crate::database::{Tx, on};
use crate::{Error, json};

/// An instance as the writers of this module need it.
#[derive(FromRow)]
pub(super) struct Stored {
    pub number: i64,
    pub body: String,
    pub search: String,
    pub environment: String,
    pub version: String,
    pub access: String,
    pub whitelist: String,
    pub exposure_level: String,
    pub exposure: String,
    pub released_at: Option<i64>,
}

impl Stored {
    pub fn dimensions(&self, key: &InstanceKey) -> Dimensions {
        Dimensions {
            account: key.account.to_string(),
            region: key.region.to_string(),
            environment: self.environment.clone(),
            version: self.version.clone(),
            access: self.access.clone(),
            whitelist: self.whitelist.clone(),
            exposure_level: self.exposure_level.clone(),
        }
    }

    pub fn row(&self) -> Result<InstanceRow, Error> {
        json::read("instance", &self.body)
    }
}

pub(super) async fn find(tx: &mut Tx, key: &InstanceKey) -> Result<Option<Stored>, Error> {
    Ok(on!(tx, |c| {
        sqlx::query_as(
        "SELECT number, body, search, environment, version, access, whitelist, exposure_level, exposure, released_at
         FROM instances WHERE account = $1 AND region = $2 AND id = $3"
    )
    .bind(key.account.as_str())
    .bind(key.region.as_str())
    .bind(key.id.as_str())
    .fetch_optional(c)
    .await
    })?)
}

#[derive(FromRow)]
struct Found {
    account: String,
    region: String,
    id: String,
    #[sqlx(flatten)]
    stored: Stored,
}

/// Those of the instances that are known.
pub(super) async fn find_all(
    tx: &mut Tx,
    keys: &[&InstanceKey],
) -> Result<HashMap<InstanceKey, Stored>, Error> {
    let mut all = HashMap::new();
    for part in rows::parts(keys) {
        let sql = format!(
            "SELECT account, region, id, number, body, search, environment, version, access, whitelist,
                    exposure_level, exposure, released_at
             FROM instances WHERE (account, region, id) IN (VALUES {})",
            rows::values(0, part.len(), 3)
        );
        let found: Vec<Found> = on!(tx, |c| {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for key in part {
                query = query
                    .bind(key.account.as_str())
                    .bind(key.region.as_str())
                    .bind(key.id.as_str());
            }
            query.fetch_all(c).await
        })?;
        for found in found {
            let key = InstanceKey {
                account: json::word("account name", &found.account)?,
                region: json::word("region id", &found.region)?,
                id: json::word("instance id", &found.id)?,
            };
            all.insert(key, found.stored);
        }
    }
    Ok(all)
}

/// The word of a level that is kept and filtered by.
pub(super) fn level_of(exposure: &Exposure) -> ExposureFilter {
    exposure.level.map_or(ExposureFilter::Unknown, ExposureFilter::Level)
}

/// What an instance is before anything but the list was read.
pub(super) fn of_unread() -> Exposure {
    exposure::of(&Facts::unread())
}

/// An instance whose facts became different, and what follows from them.
pub(super) struct Judged<'a> {
    key: &'a InstanceKey,
    stored: &'a Stored,
    row: InstanceRow,
    body: String,
    access: AccessState,
    exposure: Exposure,
    exposure_body: String,
    after: Dimensions,
    at: Timestamp,
}

/// Judges the instance anew. `None`: it is as it was.
pub(super) fn judge<'a>(
    key: &'a InstanceKey,
    stored: &'a Stored,
    row: InstanceRow,
    facts: &Facts,
    at: Timestamp,
) -> Result<Option<Judged<'a>>, Error> {
    let exposure = exposure::of(facts);
    let access = facts.access_state();
    let whitelist = facts
        .whitelist
        .known()
        .map_or(WhitelistFinding::Unknown, |groups| WhitelistFinding::of(groups));
    let before = stored.dimensions(key);
    let after = Dimensions {
        access: access.code().to_owned(),
        whitelist: whitelist.code().to_owned(),
        exposure_level: level_of(&exposure).code().to_owned(),
        version: row.version.to_string(),
        ..before.clone()
    };
    let (body, exposure_body) = (json::write(&row)?, json::write(&exposure)?);
    if before == after && exposure_body == stored.exposure && body == stored.body {
        return Ok(None);
    }
    Ok(Some(Judged { key, stored, row, body, access, exposure, exposure_body, after, at }))
}

/// Keeps what is different, and tells it.
pub(super) async fn keep(tx: &mut Tx, judged: &[Judged<'_>]) -> Result<(), Error> {
    let mut moves = Moves::default();
    for part in rows::parts(judged) {
        let sql = format!(
            "UPDATE instances SET access = new.column2, whitelist = new.column3, exposure_level = new.column4,
                    exposure_rank = new.column5, exposure = new.column6
             FROM (VALUES {}) AS new WHERE instances.number = new.column1",
            rows::values(0, part.len(), 6)
        );
        on!(tx, |c| {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for judged in part {
                query = query
                    .bind(judged.stored.number)
                    .bind(&judged.after.access)
                    .bind(&judged.after.whitelist)
                    .bind(&judged.after.exposure_level)
                    .bind(judged.exposure.rank())
                    .bind(&judged.exposure_body);
            }
            query.execute(c).await.map(drop)
        })?;
    }
    for judged in judged {
        // Apart, since it stands in every index and seldom changes.
        if judged.body != judged.stored.body {
            replace_row(tx, judged).await?;
        }
        if judged.stored.released_at.is_none() {
            moves.add(Some(judged.stored.dimensions(judged.key)), Some(judged.after.clone()));
        }
        let Judged { key, stored, row, access, exposure, at, .. } = judged;
        tell(tx, key, stored, row, (*access, exposure), *at).await?;
    }
    moves.store(tx).await
}

async fn replace_row(tx: &mut Tx, judged: &Judged<'_>) -> Result<(), Error> {
    let Judged { stored, row, .. } = judged;
    let search = listing::search_text(row);
    on!(tx, |c| sqlx::query(
        "UPDATE instances SET body = $2, name = $3, version = $4, name_folded = $5, search = $6
         WHERE number = $1"
    )
    .bind(stored.number)
    .bind(&judged.body)
    .bind(super::stored_text(row.name.as_str()))
    .bind(&judged.after.version)
    .bind(listing::folded_name(row))
    .bind(&search)
    .execute(c)
    .await
    .map(drop))?;
    if search != stored.search {
        grams::replace(tx, stored.number, &search).await?;
    }
    Ok(())
}

/// An event for what people would want to know. What was unread before did not become different by being read.
async fn tell(
    tx: &mut Tx,
    key: &InstanceKey,
    stored: &Stored,
    row: &InstanceRow,
    (access, judged): (AccessState, &Exposure),
    at: Timestamp,
) -> Result<(), Error> {
    let was: AccessState = json::word("access state", &stored.access)?;
    let judged_before: Exposure = json::read("exposure", &stored.exposure)?;
    let name = row.name.as_str();
    if was != access && was != AccessState::Unknown {
        let change = open_change(tx, key, access).await?;
        let event = NewEvent {
            at,
            instance: key,
            name,
            field: "access",
            before: Some(was.code().to_owned()),
            after: Some(access.code().to_owned()),
            change,
        };
        events::record(tx, event).await?;
    }
    let (level_before, level) = (level_of(&judged_before), level_of(judged));
    if judged_before.is_certain() && level_before != level {
        let event = NewEvent {
            at,
            instance: key,
            name,
            field: "exposure",
            before: Some(level_before.code().to_owned()),
            after: Some(level.code().to_owned()),
            change: None,
        };
        events::record(tx, event).await?;
    }
    Ok(())
}

/// The change that made it so: one that asked for this, and has made a call. All else happened outside the portal.
async fn open_change(
    tx: &mut Tx,
    key: &InstanceKey,
    access: AccessState,
) -> Result<Option<ChangeId>, Error> {
    let id: Option<String> = on!(tx, |c| sqlx::query_scalar(
        "SELECT id FROM changes
         WHERE account = $1 AND region = $2 AND instance = $3 AND open AND target = $4
           AND EXISTS (SELECT 1 FROM attempts WHERE change_id = changes.id)"
    )
    .bind(key.account.as_str())
    .bind(key.region.as_str())
    .bind(key.id.as_str())
    .bind(access.code())
    .fetch_optional(c)
    .await)?;
    json::word_opt("change id", id.as_deref())
}
