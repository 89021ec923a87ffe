//! What each instance's own calls say, with when, and why the rest was not read.

use domain::cloud::{EngineRelease, InstanceAttribute, SentinelAccess, WhitelistCheck};
use domain::endpoint::Endpoint;
use domain::fact::{Fact, Unread};
use domain::id::InstanceKey;
use domain::inventory::FactKind;
use domain::preflight::Facts;
use domain::time::Timestamp;
use domain::whitelist::WhitelistGroup;
use serde::de::DeserializeOwned;
use sqlx::FromRow;

use super::events::{self, NewEvent};
use super::summary::{self, Stored};
use super::{counts, stored_text};
use crate::database::{Tx, on};
use crate::{Error, Store, json};

/// One reading, or the failure of one.
#[expect(clippy::large_enum_variant, reason = "a few live for the time of one write")]
#[derive(Debug, Clone)]
pub enum FactUpdate {
    Attribute(Fact<InstanceAttribute>),
    Whitelist(Fact<Vec<WhitelistGroup>>),
    Endpoints(Fact<Vec<Endpoint>>),
    Release(Fact<EngineRelease>),
    WhitelistCheck(Fact<WhitelistCheck>),
    Sentinel(Fact<SentinelAccess>),
}

/// What was read of an instance at one time, and when each fact is due again.
#[derive(Debug, Clone)]
pub struct FactRecord {
    pub key: InstanceKey,
    /// When the calls were made. What was read later than that stays.
    pub at: Timestamp,
    pub updates: Vec<(FactUpdate, Timestamp)>,
}

#[derive(FromRow)]
struct Body {
    kind: String,
    body: String,
}

impl Store {
    /// Keeps what was read of several instances, in one transaction. A failed reading keeps the last value and its age,
    /// and adds why. A value that is as it was is not written again, and touches nothing else.
    pub async fn record_facts(&self, records: &[FactRecord]) -> Result<(), Error> {
        let mut tx = self.write_fleet().await?;
        let mut changed = false;
        for record in records {
            changed |= store(&mut tx, record).await?;
        }
        if changed {
            counts::changed(&mut tx).await?;
        }
        tx.commit().await
    }
}

async fn store(tx: &mut Tx, record: &FactRecord) -> Result<bool, Error> {
    let FactRecord { key, at, updates } = record;
    let at = *at;
    let Some(stored) = summary::find(tx, key).await? else { return Ok(false) };
    let mut bodies: Option<Vec<Body>> = None;
    let mut different = false;
    for (update, due) in updates {
        let (kind, body, problem) = update.parts()?;
        if !note_reading(tx, stored.number, kind, problem.as_deref(), at, *due).await? {
            continue;
        }
        let Some(body) = body else { continue };
        if bodies.is_none() {
            bodies = Some(load(tx, stored.number).await?);
        }
        let Some(known) = bodies.as_mut() else { continue };
        let old = known.iter_mut().find(|known| known.kind == kind.code());
        if old.as_ref().is_some_and(|old| old.body == body) {
            continue;
        }
        different = true;
        let before = old.as_ref().map(|old| old.body.clone());
        write(tx, stored.number, kind, &body).await?;
        if let Some(before) = before {
            tell(tx, key, &stored, kind, &before, &body, at).await?;
        }
        match old {
            Some(old) => old.body = body,
            None => known.push(Body { kind: kind.code().to_owned(), body }),
        }
    }
    let Some(bodies) = bodies.filter(|_| different) else { return Ok(false) };
    let facts = facts_of(&bodies)?;
    let mut row = stored.row()?;
    if let Fact::Known(attribute) = &facts.attribute {
        // The attribute call is fresher than the list: its status and name show at once.
        row.status = attribute.row.status.clone();
        row.name = attribute.row.name.clone();
    }
    summary::judge(tx, key, &stored, &row, &facts, at).await?;
    Ok(true)
}

async fn load(tx: &mut Tx, number: i64) -> Result<Vec<Body>, Error> {
    Ok(on!(tx, |c| sqlx::query_as("SELECT kind, body FROM facts WHERE number = $1")
        .bind(number)
        .fetch_all(c)
        .await)?)
}

async fn write(tx: &mut Tx, number: i64, kind: FactKind, body: &str) -> Result<(), Error> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO facts (number, kind, body) VALUES ($1, $2, $3)
         ON CONFLICT (number, kind) DO UPDATE SET body = $3"
    )
    .bind(number)
    .bind(kind.code())
    .bind(body)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

/// Returns false when something newer is known.
async fn note_reading(
    tx: &mut Tx,
    number: i64,
    kind: FactKind,
    problem: Option<&str>,
    at: Timestamp,
    due: Timestamp,
) -> Result<bool, Error> {
    let read_at = problem.is_none().then(|| at.as_millis());
    on!(tx, |c| sqlx::query(
        "UPDATE readings SET read_at = COALESCE($3, read_at), due_at = $4, problem = $5
         WHERE number = $1 AND kind = $2 AND (read_at IS NULL OR read_at <= $6)"
    )
    .bind(number)
    .bind(kind.code())
    .bind(read_at)
    .bind(due.as_millis())
    .bind(problem)
    .bind(at.as_millis())
    .execute(c)
    .await
    .map(|done| done.rows_affected() == 1))
    .map_err(Into::into)
}

impl FactUpdate {
    pub const fn kind(&self) -> FactKind {
        match self {
            Self::Attribute(_) => FactKind::Attribute,
            Self::Whitelist(_) => FactKind::Whitelist,
            Self::Endpoints(_) => FactKind::Endpoints,
            Self::Release(_) => FactKind::Release,
            Self::WhitelistCheck(_) => FactKind::WhitelistCheck,
            Self::Sentinel(_) => FactKind::Sentinel,
        }
    }

    /// Why it was not read, if it was not.
    pub fn problem(&self) -> Option<&Unread> {
        fn why<T>(fact: &Fact<T>) -> Option<&Unread> {
            match fact {
                Fact::Known(_) => None,
                Fact::Unknown(why) => Some(why),
            }
        }
        match self {
            Self::Attribute(fact) => why(fact),
            Self::Whitelist(fact) => why(fact),
            Self::Endpoints(fact) => why(fact),
            Self::Release(fact) => why(fact),
            Self::WhitelistCheck(fact) => why(fact),
            Self::Sentinel(fact) => why(fact),
        }
    }

    /// What is stored of it: a body, or a problem.
    fn parts(&self) -> Result<(FactKind, Option<String>, Option<String>), Error> {
        fn body<T: serde::Serialize>(fact: &Fact<T>) -> Result<Option<String>, Error> {
            fact.known().map(json::write).transpose()
        }
        let body = match self {
            Self::Attribute(fact) => body(fact)?,
            Self::Whitelist(fact) => body(fact)?,
            Self::Endpoints(fact) => body(fact)?,
            Self::Release(fact) => body(fact)?,
            Self::WhitelistCheck(fact) => body(fact)?,
            Self::Sentinel(fact) => body(fact)?,
        };
        let problem = self.problem().map(json::write).transpose()?;
        Ok((self.kind(), body.map(|body| stored_text(&body)), problem))
    }
}

fn facts_of(bodies: &[Body]) -> Result<Facts, Error> {
    fn fact<T: DeserializeOwned>(bodies: &[Body], kind: FactKind) -> Result<Fact<T>, Error> {
        let body = bodies.iter().find(|body| body.kind == kind.code());
        Ok(match body {
            Some(body) => Fact::Known(json::read("fact", &body.body)?),
            None => Fact::Unknown(Unread::NotYet),
        })
    }
    Ok(Facts {
        attribute: fact(bodies, FactKind::Attribute)?,
        whitelist: fact(bodies, FactKind::Whitelist)?,
        endpoints: fact(bodies, FactKind::Endpoints)?,
        release: fact(bodies, FactKind::Release)?,
        whitelist_check: fact(bodies, FactKind::WhitelistCheck)?,
        sentinel: fact(bodies, FactKind::Sentinel)?,
    })
}

/// What became different between two bodies, in a line. Access and exposure are told where they are judged.
async fn tell(
    tx: &mut Tx,
    key: &InstanceKey,
    stored: &Stored,
    kind: FactKind,
    before: &str,
    after: &str,
    at: Timestamp,
) -> Result<(), Error> {
    let (field, before, after) = match kind {
        FactKind::Attribute => {
            let status = |body| {
                Ok::<_, Error>(
                    json::read::<InstanceAttribute>("fact", body)?.row.status.to_string(),
                )
            };
            ("status", status(before)?, status(after)?)
        }
        FactKind::Whitelist => ("whitelist", whitelist_line(before)?, whitelist_line(after)?),
        FactKind::Endpoints => ("endpoints", endpoints_line(before)?, endpoints_line(after)?),
        FactKind::Release => {
            let minor = |body| Ok::<_, Error>(json::read::<EngineRelease>("fact", body)?.minor);
            ("minor-version", minor(before)?, minor(after)?)
        }
        FactKind::WhitelistCheck => {
            let word =
                |body| Ok::<_, Error>(json::read::<WhitelistCheck>("fact", body)?.to_string());
            ("whitelist-check", word(before)?, word(after)?)
        }
        FactKind::Sentinel => {
            let line = |body| {
                let access: SentinelAccess = json::read("fact", body)?;
                let free =
                    access.password_free.map_or("unknown", |free| if free { "yes" } else { "no" });
                Ok::<_, Error>(
                    format!("{free} {}", access.commands.join(",")).trim_end().to_owned(),
                )
            };
            ("sentinel", line(before)?, line(after)?)
        }
    };
    if before == after {
        return Ok(());
    }
    let name = stored.row()?.name;
    let event = NewEvent {
        at,
        instance: key,
        name: name.as_str(),
        field,
        before: Some(before),
        after: Some(after),
        change: None,
    };
    events::record(tx, event).await
}

fn whitelist_line(body: &str) -> Result<String, Error> {
    let mut groups: Vec<WhitelistGroup> = json::read("fact", body)?;
    groups.sort_by(|a, b| a.name.cmp(&b.name));
    let lines = groups.iter().map(|group| {
        let entries: Vec<String> = group.entries.iter().map(ToString::to_string).collect();
        format!("{}: {}", group.name, entries.join(","))
    });
    Ok(lines.collect::<Vec<_>>().join("; "))
}

fn endpoints_line(body: &str) -> Result<String, Error> {
    let endpoints: Vec<Endpoint> = json::read("fact", body)?;
    let mut addresses: Vec<String> = endpoints.iter().map(Endpoint::address).collect();
    addresses.sort();
    Ok(addresses.join(", "))
}
