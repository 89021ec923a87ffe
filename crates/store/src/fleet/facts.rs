//! What each instance's own calls say, with when, and why the rest was not read.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::cloud::{EngineRelease, InstanceAttribute, SentinelAccess, WhitelistCheck};
use domain::endpoint::Endpoint;
use domain::fact::{Fact, Unread};
use domain::id::InstanceKey;
use domain::inventory::FactKind;
use domain::preflight::Facts;
use domain::time::Timestamp;
use domain::whitelist::WhitelistGroup;
use serde::de::DeserializeOwned;
use sqlx::AssertSqlSafe;

use super::events::{self, NewEvent};
use super::summary::{self, Stored};
use super::{counts, rows, stored_text};
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

impl Store {
    /// Keeps what was read of several instances, in one transaction. A failed reading keeps the last value and its age,
    /// and adds why. A value that is as it was is not written again, and touches nothing else.
    pub async fn record_facts(&self, records: &[FactRecord]) -> Result<(), Error> {
        let mut tx = self.write_fleet().await?;
        let mut changed = false;
        for group in groups(records) {
            changed |= store(&mut tx, group).await?;
        }
        if changed {
            counts::changed(&mut tx).await?;
        }
        tx.commit().await
    }
}

/// Runs of records in which no fact comes twice, so that each run can be written at once.
fn groups(records: &[FactRecord]) -> Vec<&[FactRecord]> {
    let mut groups = Vec::new();
    let mut start = 0;
    let mut seen = HashSet::new();
    for (place, record) in records.iter().enumerate() {
        let kinds = || record.updates.iter().map(|(update, _)| (&record.key, update.kind()));
        if kinds().any(|fact| seen.contains(&fact)) {
            groups.extend(records.get(start..place));
            start = place;
            seen.clear();
        }
        seen.extend(kinds());
    }
    groups.extend(records.get(start..));
    groups
}

/// One reading on its way into the tables.
struct Read<'a> {
    key: &'a InstanceKey,
    number: i64,
    kind: FactKind,
    body: Option<String>,
    problem: Option<String>,
    at: Timestamp,
    due: Timestamp,
}

async fn store(tx: &mut Tx, records: &[FactRecord]) -> Result<bool, Error> {
    let keys: BTreeSet<&InstanceKey> = records.iter().map(|record| &record.key).collect();
    let known = summary::find_all(tx, &keys.into_iter().collect::<Vec<_>>()).await?;
    let mut reads = Vec::new();
    for FactRecord { key, at, updates } in records {
        let Some(stored) = known.get(key) else { continue };
        for (update, due) in updates {
            let (kind, body, problem) = update.parts()?;
            let (number, at, due) = (stored.number, *at, *due);
            reads.push(Read { key, number, kind, body, problem, at, due });
        }
    }
    let newer = note_readings(tx, &reads).await?;
    reads.retain(|read| read.body.is_some() && newer.contains(&(read.number, read.kind)));
    let mut bodies = load(tx, &rows::distinct(reads.iter().map(|read| read.number))).await?;
    let mut written = Vec::new();
    let mut different: BTreeMap<&InstanceKey, Timestamp> = BTreeMap::new();
    for read in &reads {
        let Some(body) = &read.body else { continue };
        let before = bodies.insert((read.number, read.kind), body.clone());
        if before.as_ref() == Some(body) {
            continue;
        }
        let at = different.entry(read.key).or_insert(read.at);
        *at = read.at.max(*at);
        written.push(read);
        if let (Some(before), Some(stored)) = (before, known.get(read.key)) {
            tell(tx, read.key, stored, read.kind, &before, body, read.at).await?;
        }
    }
    write(tx, &written).await?;
    let mut judged = Vec::new();
    for (key, at) in &different {
        let Some(stored) = known.get(*key) else { continue };
        let facts = facts_of(stored.number, &bodies)?;
        let mut row = stored.row()?;
        if let Fact::Known(attribute) = &facts.attribute {
            // The attribute call is fresher than the list: its status and name show at once.
            row.status = attribute.row.status.clone();
            row.name = attribute.row.name.clone();
        }
        judged.extend(summary::judge(key, stored, row, &facts, *at)?);
    }
    summary::keep(tx, &judged).await?;
    Ok(!different.is_empty())
}

/// What is known of each fact of these instances.
type Bodies = HashMap<(i64, FactKind), String>;

async fn load(tx: &mut Tx, numbers: &[i64]) -> Result<Bodies, Error> {
    let mut bodies = HashMap::new();
    for part in rows::parts(numbers) {
        let sql = format!(
            "SELECT number, kind, body FROM facts WHERE number IN ({})",
            rows::list(0, part.len())
        );
        let found: Vec<(i64, String, String)> = on!(tx, |c| {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for number in part {
                query = query.bind(number);
            }
            query.fetch_all(c).await
        })?;
        for (number, kind, body) in found {
            bodies.insert((number, json::word("fact kind", &kind)?), body);
        }
    }
    Ok(bodies)
}

async fn write(tx: &mut Tx, reads: &[&Read<'_>]) -> Result<(), Error> {
    for part in rows::parts(reads) {
        let sql = format!(
            "INSERT INTO facts (number, kind, body) VALUES {}
             ON CONFLICT (number, kind) DO UPDATE SET body = excluded.body",
            rows::values(0, part.len(), 3)
        );
        on!(tx, |c| {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for read in part {
                query = query.bind(read.number).bind(read.kind.code()).bind(read.body.as_deref());
            }
            query.execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// Milliseconds.
const LONGEST_READING: i64 = 10_000;

/// Returns those than which nothing newer is known. What seems to be newer by more than a reading can take was read by a clock
/// that was ahead then.
async fn note_readings(tx: &mut Tx, reads: &[Read<'_>]) -> Result<HashSet<(i64, FactKind)>, Error> {
    let mut noted = HashSet::new();
    for part in rows::parts(reads) {
        let sql = format!(
            "UPDATE readings SET read_at = COALESCE(new.column3, read_at), due_at = new.column4, problem = new.column5
             FROM (VALUES {}) AS new
             WHERE number = new.column1 AND kind = new.column2
               AND (read_at IS NULL OR read_at <= new.column6 OR read_at > new.column6 + {LONGEST_READING})
             RETURNING number, kind",
            rows::values(0, part.len(), 6)
        );
        let found: Vec<(i64, String)> = on!(tx, |c| {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for read in part {
                let read_at = read.problem.is_none().then(|| read.at.as_millis());
                query = query
                    .bind(read.number)
                    .bind(read.kind.code())
                    .bind(read_at)
                    .bind(read.due.as_millis())
                    .bind(read.problem.as_deref())
                    .bind(read.at.as_millis());
            }
            query.fetch_all(c).await
        })?;
        for (number, kind) in found {
            noted.insert((number, json::word("fact kind", &kind)?));
        }
    }
    Ok(noted)
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

fn facts_of(number: i64, bodies: &Bodies) -> Result<Facts, Error> {
    fn fact<T: DeserializeOwned>(body: Option<&String>) -> Result<Fact<T>, Error> {
        Ok(match body {
            Some(body) => Fact::Known(json::read("fact", body)?),
            None => Fact::Unknown(Unread::NotYet),
        })
    }
    let body = |kind| bodies.get(&(number, kind));
    Ok(Facts {
        attribute: fact(body(FactKind::Attribute))?,
        whitelist: fact(body(FactKind::Whitelist))?,
        endpoints: fact(body(FactKind::Endpoints))?,
        release: fact(body(FactKind::Release))?,
        whitelist_check: fact(body(FactKind::WhitelistCheck))?,
        sentinel: fact(body(FactKind::Sentinel))?,
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
