//! Instances as the cloud lists them, found by name, id, tag or address.

use domain::access::AccessState;
use domain::cloud::InstanceRow;
use domain::environment::Environment;
use domain::id::{AccountName, InstanceKey, RegionId};
use domain::inventory::{
    FactKind, InstanceCounts, InstanceDetail, InstanceFilter, InstanceListing, ListCursor, Reading,
    WhitelistFinding,
};
use domain::person::Scope;
use domain::time::Timestamp;
use serde::de::DeserializeOwned;
use sqlx::FromRow;

use crate::database::{Tx, on};
use crate::{Error, Store, json};

#[derive(FromRow)]
struct ListingRow {
    account: String,
    region: String,
    id: String,
    body: String,
    environment: String,
    access: String,
    whitelist: String,
    released_at: Option<i64>,
    read_at: Option<i64>,
    problem: Option<String>,
    open_change: Option<String>,
}

#[derive(FromRow)]
struct DetailRow {
    body: String,
    environment: String,
    listed_at: i64,
    released_at: Option<i64>,
}

#[derive(FromRow)]
struct FactRow {
    kind: String,
    body: Option<String>,
    read_at: Option<i64>,
    problem: Option<String>,
}

/// The conditions of a filter, as `$1` to `$6`.
macro_rules! matching {
    ($($select:literal),+; $rest:literal) => {
        concat!(
            $($select,)+
            " WHERE ($1 = '' OR i.search LIKE $1 ESCAPE '\\')
                AND ($2 = '' OR i.access = $2)
                AND ($3 = '' OR i.environment = $3)
                AND ($4 = '' OR i.account = $4)
                AND ($5 = '' OR i.region = $5)
                AND ($6 = '' OR i.whitelist = $6)
                AND i.released_at IS NULL ",
            $rest
        )
    };
}

/// A filter as the values to bind.
struct Conditions([String; 6]);

impl Conditions {
    fn of(filter: &InstanceFilter) -> Self {
        Self([
            like(&filter.text),
            filter.access.map_or("", AccessState::code).to_owned(),
            filter.environment.map_or("", Environment::code).to_owned(),
            filter.account.as_ref().map_or("", AccountName::as_str).to_owned(),
            filter.region.as_ref().map_or("", RegionId::as_str).to_owned(),
            filter.whitelist.map_or("", WhitelistFinding::code).to_owned(),
        ])
    }
}

macro_rules! bind_conditions {
    ($query:expr, $conditions:expr) => {{
        let Conditions([text, access, environment, account, region, whitelist]) = $conditions;
        $query.bind(text).bind(access).bind(environment).bind(account).bind(region).bind(whitelist)
    }};
}

impl Store {
    /// Takes in one region's list. Only of a whole one is what is no longer there marked released.
    pub async fn record_listing(
        &self,
        account: &AccountName,
        region: &RegionId,
        rows: &[(InstanceRow, Environment)],
        whole: bool,
        at: Timestamp,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        for (row, environment) in rows {
            upsert(&mut tx, account, region, row, *environment, at).await?;
        }
        on!(tx, |c| sqlx::query(
            "UPDATE instances SET released_at = $3
             WHERE account = $1 AND region = $2 AND listed_at < $3 AND released_at IS NULL AND $4"
        )
        .bind(account.as_str())
        .bind(region.as_str())
        .bind(at.as_millis())
        .bind(whole)
        .execute(c)
        .await
        .map(drop))?;
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
        tx.commit().await
    }

    /// By name, at most `limit` rows after the cursor.
    pub async fn list_instances(
        &self,
        scope: &Scope,
        filter: &InstanceFilter,
        after: Option<&ListCursor>,
        limit: i64,
    ) -> Result<Vec<InstanceListing>, Error> {
        let Scope::Everything = scope;
        let (name, account, region, id) = after.map_or(("", "", "", ""), |cursor| {
            (
                cursor.name.as_str(),
                cursor.key.account.as_str(),
                cursor.key.region.as_str(),
                cursor.key.id.as_str(),
            )
        });
        let mut db = self.read().await?;
        let rows: Vec<ListingRow> = on!(db, |c| {
            bind_conditions!(
            sqlx::query_as(matching!(
                "SELECT i.account, i.region, i.id, i.body, i.environment, i.access, i.whitelist, i.released_at,
                        f.read_at, f.problem, ch.id AS open_change
                 FROM instances i
                 LEFT JOIN facts f ON f.account = i.account AND f.region = i.region AND f.id = i.id
                       AND f.kind = 'attribute'
                 LEFT JOIN changes ch ON ch.account = i.account AND ch.region = i.region AND ch.instance = i.id
                       AND ch.open";
                "AND (i.name_folded, i.account, i.region, i.id) > ($7, $8, $9, $10)
                 ORDER BY i.name_folded, i.account, i.region, i.id LIMIT $11"
            )),
            Conditions::of(filter)
        )
        .bind(name)
        .bind(account)
        .bind(region)
        .bind(id)
        .bind(limit)
        .fetch_all(c)
        .await
        })?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// How many there are; for each field, counted without that field's own filter.
    pub async fn count_instances(
        &self,
        scope: &Scope,
        filter: &InstanceFilter,
    ) -> Result<InstanceCounts, Error> {
        let Scope::Everything = scope;
        let mut db = self.read().await?;
        let mut counts = InstanceCounts::default();
        macro_rules! by {
            ($column:literal, $filter:expr) => {{
                let rows: Vec<(String, i64)> = on!(db, |c| bind_conditions!(
                    sqlx::query_as(matching!(
                        "SELECT i.", $column, ", COUNT(*) FROM instances i";
                        "GROUP BY 1 ORDER BY 1"
                    )),
                    Conditions::of(&$filter)
                )
                .fetch_all(c)
                .await)?;
                let mut counts = rows
                    .iter()
                    .map(|(word, count)| Ok((json::word($column, word)?, *count)))
                    .collect::<Result<Vec<_>, Error>>()?;
                // In the order of the domain, not of the alphabet.
                counts.sort();
                counts
            }};
        }
        counts.by_access = by!("access", InstanceFilter { access: None, ..filter.clone() });
        counts.by_environment =
            by!("environment", InstanceFilter { environment: None, ..filter.clone() });
        counts.by_account = by!("account", InstanceFilter { account: None, ..filter.clone() });
        counts.by_region = by!("region", InstanceFilter { region: None, ..filter.clone() });
        counts.total = on!(db, |c| bind_conditions!(
            sqlx::query_scalar(matching!("SELECT COUNT(*) FROM instances i"; "")),
            Conditions::of(filter)
        )
        .fetch_one(c)
        .await)?;
        Ok(counts)
    }

    pub async fn find_instance(
        &self,
        scope: &Scope,
        key: &InstanceKey,
    ) -> Result<Option<InstanceDetail>, Error> {
        if !scope.contains(key) {
            return Ok(None);
        }
        let mut db = self.read().await?;
        let row: Option<DetailRow> = on!(db, |c| sqlx::query_as(
            "SELECT body, environment, listed_at, released_at FROM instances
             WHERE account = $1 AND region = $2 AND id = $3"
        )
        .bind(key.account.as_str())
        .bind(key.region.as_str())
        .bind(key.id.as_str())
        .fetch_optional(c)
        .await)?;
        let Some(row) = row else { return Ok(None) };
        let facts: Vec<FactRow> = on!(db, |c| {
            sqlx::query_as(
            "SELECT kind, body, read_at, problem FROM facts WHERE account = $1 AND region = $2 AND id = $3"
        )
        .bind(key.account.as_str())
        .bind(key.region.as_str())
        .bind(key.id.as_str())
        .fetch_all(c)
        .await
        })?;
        Ok(Some(InstanceDetail {
            key: key.clone(),
            row: json::read("instance", &row.body)?,
            environment: json::word("environment", &row.environment)?,
            listed_at: Timestamp::from_millis(row.listed_at),
            released_at: row.released_at.map(Timestamp::from_millis),
            attribute: reading(&facts, FactKind::Attribute)?,
            whitelist: reading(&facts, FactKind::Whitelist)?,
            endpoints: reading(&facts, FactKind::Endpoints)?,
            release: reading(&facts, FactKind::Release)?,
            whitelist_check: reading(&facts, FactKind::WhitelistCheck)?,
        }))
    }
}

async fn upsert(
    tx: &mut Tx,
    account: &AccountName,
    region: &RegionId,
    row: &InstanceRow,
    environment: Environment,
    at: Timestamp,
) -> Result<(), Error> {
    let body = json::write(row)?;
    on!(tx, |c| {
        sqlx::query(
        "INSERT INTO instances
            (account, region, id, name, name_folded, search, body, environment, access, whitelist, listed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'unknown', 'unknown', $9)
         ON CONFLICT (account, region, id) DO UPDATE SET
            name = $4, name_folded = $5, search = $6, body = $7, environment = $8, listed_at = $9, released_at = NULL"
    )
    .bind(account.as_str())
    .bind(region.as_str())
    .bind(row.id.as_str())
    .bind(stored_text(row.name.as_str()))
    .bind(folded_name(row))
    .bind(search_text(row))
    .bind(body)
    .bind(environment.code())
    .bind(at.as_millis())
    .execute(c)
    .await
    .map(drop)
    })?;
    Ok(())
}

/// The name as lists sort it.
pub fn folded_name(row: &InstanceRow) -> String {
    stored_text(&row.name.as_str().to_lowercase())
}

/// PostgreSQL stores no NUL; nobody misses it.
pub(crate) fn stored_text(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

/// Everything a person may search an instance by, one thing a line.
fn search_text(row: &InstanceRow) -> String {
    let mut parts =
        vec![row.name.as_str(), row.id.as_str(), &row.private_ip, &row.connection_domain, &row.vpc];
    let tags: Vec<String> =
        row.tags.iter().map(|tag| format!("{}={}", tag.key, tag.value)).collect();
    parts.extend(tags.iter().map(String::as_str));
    stored_text(&parts.join("\n").to_lowercase())
}

/// A `LIKE` pattern for text anywhere; empty for no text.
fn like(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    let escaped = stored_text(text)
        .to_lowercase()
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{escaped}%")
}

fn reading<T: DeserializeOwned>(facts: &[FactRow], kind: FactKind) -> Result<Reading<T>, Error> {
    let Some(fact) = facts.iter().find(|fact| fact.kind == kind.code()) else {
        return Ok(Reading::never());
    };
    Ok(Reading {
        value: json::read_opt("fact", fact.body.as_deref())?,
        read_at: fact.read_at.map(Timestamp::from_millis),
        problem: json::read_opt("problem", fact.problem.as_deref())?,
    })
}

impl TryFrom<ListingRow> for InstanceListing {
    type Error = Error;

    fn try_from(row: ListingRow) -> Result<Self, Error> {
        let body: InstanceRow = json::read("instance", &row.body)?;
        Ok(Self {
            key: InstanceKey {
                account: json::word("account name", &row.account)?,
                region: json::word("region id", &row.region)?,
                id: json::word("instance id", &row.id)?,
            },
            name: body.name,
            environment: json::word("environment", &row.environment)?,
            kind: body.kind,
            version: body.version,
            architecture: body.architecture,
            network: body.network,
            status: body.status,
            access: json::word("access state", &row.access)?,
            whitelist: json::word("whitelist finding", &row.whitelist)?,
            read_at: row.read_at.map(Timestamp::from_millis),
            problem: json::read_opt("problem", row.problem.as_deref())?,
            open_change: json::word_opt("change id", row.open_change.as_deref())?,
            released_at: row.released_at.map(Timestamp::from_millis),
        })
    }
}
