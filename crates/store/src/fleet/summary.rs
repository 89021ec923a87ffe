//! What follows from an instance's facts, kept beside it so that lists need not look at facts: access, whitelist,
//! exposure. Whoever changes a field that is filtered by keeps the counts in the same transaction.

use domain::access::AccessState;
use domain::cloud::InstanceRow;
use domain::exposure::{self, Exposure};
use domain::id::{ChangeId, InstanceKey};
use domain::inventory::{ExposureFilter, WhitelistFinding};
use domain::preflight::Facts;
use domain::time::Timestamp;
use sqlx::FromRow;

use super::counts::{self, Dimensions};
use super::events::{self, NewEvent};
use super::{grams, listing};
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

/// The word of a level that is kept and filtered by.
pub(super) fn level_of(exposure: &Exposure) -> ExposureFilter {
    exposure.level.map_or(ExposureFilter::Unknown, ExposureFilter::Level)
}

/// What an instance is before anything but the list was read.
pub(super) fn of_unread() -> Exposure {
    exposure::of(&Facts::unread())
}

/// Judges the instance anew, keeps what is different, and tells it.
pub(super) async fn judge(
    tx: &mut Tx,
    key: &InstanceKey,
    stored: &Stored,
    row: &InstanceRow,
    facts: &Facts,
    at: Timestamp,
) -> Result<(), Error> {
    let judged = exposure::of(facts);
    let access = facts.access_state();
    let whitelist = facts
        .whitelist
        .known()
        .map_or(WhitelistFinding::Unknown, |groups| WhitelistFinding::of(groups));
    let after = Dimensions {
        access: access.code().to_owned(),
        whitelist: whitelist.code().to_owned(),
        exposure_level: level_of(&judged).code().to_owned(),
        version: row.version.to_string(),
        ..stored.dimensions(key)
    };
    let exposure = json::write(&judged)?;
    let (body, search) = (json::write(row)?, listing::search_text(row));
    let before = stored.dimensions(key);
    if before == after && exposure == stored.exposure && body == stored.body {
        return Ok(());
    }
    on!(tx, |c| {
        sqlx::query(
        "UPDATE instances SET access = $2, whitelist = $3, exposure_level = $4, exposure_rank = $5, exposure = $6,
                body = $7, name = $8, version = $9, name_folded = $10, search = $11
         WHERE number = $1"
    )
    .bind(stored.number)
    .bind(&after.access)
    .bind(&after.whitelist)
    .bind(&after.exposure_level)
    .bind(judged.rank())
    .bind(&exposure)
    .bind(&body)
    .bind(super::stored_text(row.name.as_str()))
    .bind(&after.version)
    .bind(listing::folded_name(row))
    .bind(&search)
    .execute(c)
    .await
    .map(drop)
    })?;
    if search != stored.search {
        grams::store(tx, stored.number, &search, true).await?;
    }
    if stored.released_at.is_none() {
        counts::moved(tx, Some(&before), Some(&after)).await?;
    }
    tell(tx, key, stored, row, (access, &judged), at).await
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
        let change = open_change(tx, key).await?;
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

async fn open_change(tx: &mut Tx, key: &InstanceKey) -> Result<Option<ChangeId>, Error> {
    let id: Option<String> = on!(tx, |c| sqlx::query_scalar(
        "SELECT id FROM changes WHERE account = $1 AND region = $2 AND instance = $3 AND open"
    )
    .bind(key.account.as_str())
    .bind(key.region.as_str())
    .bind(key.id.as_str())
    .fetch_optional(c)
    .await)?;
    json::word_opt("change id", id.as_deref())
}
