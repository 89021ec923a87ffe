//! How many instances share which values: a table that is kept with every change, so that counting costs no look at
//! instances. Pages read it through a copy in memory that is as new as its version says.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::inventory::{InstanceCounts, InstanceFilter};
use domain::person::{Area, Scope};
use sqlx::{AssertSqlSafe, FromRow};

use super::rows;
use crate::database::{Tx, on};
use crate::scope::{Narrow, narrowed};
use crate::{Error, Store, json};

/// The values of every field that is filtered by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Dimensions {
    pub account: String,
    pub region: String,
    pub environment: String,
    pub version: String,
    pub access: String,
    pub whitelist: String,
    pub exposure_level: String,
}

#[derive(Debug, FromRow)]
struct Row {
    account: String,
    region: String,
    environment: String,
    version: String,
    access: String,
    whitelist: String,
    exposure_level: String,
    count: i64,
}

/// The copies: of everything, and of the scopes by tags that were asked for lately. While a fleet is being read for the first time it changes with every answer: it is then up to half a
/// second old, which nobody can see.
#[derive(Debug, Clone, Default)]
pub(crate) struct CountCache(Arc<Mutex<HashMap<Option<Scope>, Copy>>>);

#[derive(Debug, Clone)]
struct Copy {
    version: i64,
    made: Instant,
    rows: Arc<Vec<Row>>,
}

const OLD: Duration = Duration::from_millis(500);
/// People share scopes, or are few.
const COPIES: usize = 64;

impl CountCache {
    fn find(&self, scope: Option<&Scope>) -> Option<Copy> {
        let copies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        copies.get(&scope.cloned()).cloned()
    }

    fn keep(&self, scope: Option<&Scope>, copy: Copy) {
        let mut copies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if copies.len() >= COPIES {
            copies.retain(|scope, _| scope.is_none());
        }
        copies.insert(scope.cloned(), copy);
    }
}

/// How many instances came to a combination of values and left it, in one transaction.
#[derive(Debug, Default)]
pub(super) struct Moves(BTreeMap<Dimensions, i64>);

impl Moves {
    /// An instance moved from one combination of values to another; `None`: it was not there, or is no longer.
    pub fn add(&mut self, before: Option<Dimensions>, after: Option<Dimensions>) {
        for (dimensions, by) in [(before, -1), (after, 1)] {
            if let Some(dimensions) = dimensions {
                *self.0.entry(dimensions).or_default() += by;
            }
        }
    }

    pub async fn store(self, tx: &mut Tx) -> Result<(), Error> {
        let moves: Vec<(Dimensions, i64)> = self.0.into_iter().filter(|(_, by)| *by != 0).collect();
        for part in rows::parts(&moves) {
            let sql = format!(
                "INSERT INTO fleet_counts
                    (account, region, environment, version, access, whitelist, exposure_level, count)
                 VALUES {}
                 ON CONFLICT (account, region, environment, version, access, whitelist, exposure_level)
                 DO UPDATE SET count = fleet_counts.count + excluded.count",
                rows::values(0, part.len(), 8)
            );
            on!(tx, |c| {
                let mut query = sqlx::query(AssertSqlSafe(sql));
                for (dimensions, by) in part {
                    query = query
                        .bind(&dimensions.account)
                        .bind(&dimensions.region)
                        .bind(&dimensions.environment)
                        .bind(&dimensions.version)
                        .bind(&dimensions.access)
                        .bind(&dimensions.whitelist)
                        .bind(&dimensions.exposure_level)
                        .bind(by);
                }
                query.execute(c).await.map(drop)
            })?;
        }
        Ok(())
    }
}

/// One instance moved: see [`Moves::add`].
pub(super) async fn moved(
    tx: &mut Tx,
    before: Option<Dimensions>,
    after: Option<Dimensions>,
) -> Result<(), Error> {
    let mut moves = Moves::default();
    moves.add(before, after);
    moves.store(tx).await
}

/// Pages look again at what they remember. Once a transaction, last: on PostgreSQL it locks the row.
pub(super) async fn changed(tx: &mut Tx) -> Result<(), Error> {
    on!(tx, |c| sqlx::query("UPDATE fleet_state SET version = version + 1")
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

impl Store {
    /// Exact, and without the filter's text. For each field, counted without that field's own filter.
    pub async fn count_instances(
        &self,
        scope: &Scope,
        filter: &InstanceFilter,
    ) -> Result<InstanceCounts, Error> {
        let rows = self.counted_in(scope).await?;
        let wanted = Wanted::of(filter);
        let mut counts = InstanceCounts::default();
        let mut by: [BTreeMap<&str, i64>; 7] = Default::default();
        for row in rows.iter().filter(|row| row.count != 0 && row.is_in(scope)) {
            let values = row.values();
            let misses: Vec<usize> =
                (0..7).filter(|field| !wanted.allows(*field, values[*field])).collect();
            match misses[..] {
                [] => {
                    counts.total += row.count;
                    for (field, value) in values.iter().enumerate() {
                        *by[field].entry(value).or_default() += row.count;
                    }
                }
                // Only its own filter excludes it: it counts for that field.
                [field] => *by[field].entry(values[field]).or_default() += row.count,
                _ => {}
            }
        }
        let [account, region, environment, version, access, whitelist, exposure] = by;
        counts.by_account = words("account name", account)?;
        counts.by_region = words("region id", region)?;
        counts.by_environment = words("environment", environment)?;
        counts.by_access = words("access state", access)?;
        counts.by_whitelist = words("whitelist finding", whitelist)?;
        counts.by_exposure = words("exposure level", exposure)?;
        counts.by_version = words("version", version)?;
        Ok(counts)
    }

    /// How many instances there are.
    pub(crate) async fn counted_total(&self) -> Result<i64, Error> {
        Ok(self.counted().await?.iter().map(|row| row.count).sum())
    }

    async fn counted(&self) -> Result<Arc<Vec<Row>>, Error> {
        self.counted_in(&Scope::Everything).await
    }

    /// The rows to count from: of everything, or, where tags decide, of what is in the scope.
    async fn counted_in(&self, scope: &Scope) -> Result<Arc<Vec<Row>>, Error> {
        let by_tags = Some(scope).filter(|scope| asks_for_tags(scope));
        let mut db = self.read().await?;
        let version: i64 =
            on!(db, |c| sqlx::query_scalar("SELECT version FROM fleet_state").fetch_one(c).await)?;
        let known = self.counts().find(by_tags);
        if let Some(copy) =
            known.filter(|copy| copy.version == version || copy.made.elapsed() < OLD)
        {
            return Ok(copy.rows);
        }
        let narrow = Narrow::instances(by_tags.unwrap_or(&Scope::Everything), 0);
        let sql = match by_tags {
            None => "SELECT account, region, environment, version, access, whitelist, exposure_level, count
                     FROM fleet_counts WHERE count <> 0"
                .to_owned(),
            // No table is kept for these: the instances of the scope are walked.
            Some(_) => format!(
                "SELECT i.account, i.region, i.environment, i.version, i.access, i.whitelist, i.exposure_level,
                        COUNT(*) AS count
                 FROM instances i WHERE i.released_at IS NULL AND {}
                 GROUP BY i.account, i.region, i.environment, i.version, i.access, i.whitelist, i.exposure_level",
                narrow.sql
            ),
        };
        let rows: Vec<Row> = on!(db, |c| {
            narrowed!(sqlx::query_as(AssertSqlSafe(sql)), narrow).fetch_all(c).await
        })?;
        let rows = Arc::new(rows);
        let copy = Copy { version, made: Instant::now(), rows: rows.clone() };
        self.counts().keep(by_tags, copy);
        Ok(rows)
    }
}

fn asks_for_tags(scope: &Scope) -> bool {
    match scope {
        Scope::Everything => false,
        Scope::Areas(areas) => areas.iter().any(|area| !area.tags.is_empty()),
    }
}

impl Row {
    /// Where tags decide, only what is in the scope was read.
    fn is_in(&self, scope: &Scope) -> bool {
        let Scope::Areas(areas) = scope else { return true };
        let is_in = |area: &Area| {
            has(&area.accounts, |name| name.as_str() == self.account)
                && has(&area.regions, |region| region.as_str() == self.region)
                && has(&area.environments, |environment| environment.code() == self.environment)
        };
        asks_for_tags(scope) || areas.iter().any(is_in)
    }

    fn values(&self) -> [&str; 7] {
        [
            &self.account,
            &self.region,
            &self.environment,
            &self.version,
            &self.access,
            &self.whitelist,
            &self.exposure_level,
        ]
    }
}

/// Whether a dimension that names values has one that fits.
fn has<T>(named: &BTreeSet<T>, fits: impl Fn(&T) -> bool) -> bool {
    named.is_empty() || named.iter().any(fits)
}

/// A filter in the order of [`Row::values`].
struct Wanted<'a>([Option<&'a str>; 7]);

impl<'a> Wanted<'a> {
    fn of(filter: &'a InstanceFilter) -> Self {
        Self([
            filter.account.as_ref().map(domain::id::AccountName::as_str),
            filter.region.as_ref().map(domain::id::RegionId::as_str),
            filter.environment.map(domain::environment::Environment::code),
            filter.version.as_deref(),
            filter.access.map(domain::access::AccessState::code),
            filter.whitelist.map(domain::inventory::WhitelistFinding::code),
            filter.exposure.map(domain::inventory::ExposureFilter::code),
        ])
    }

    fn allows(&self, field: usize, value: &str) -> bool {
        self.0[field].is_none_or(|wanted| wanted == value)
    }
}

/// In the order of the domain, not of the alphabet.
fn words<T: std::str::FromStr + Ord>(
    what: &'static str,
    counts: BTreeMap<&str, i64>,
) -> Result<Vec<(T, i64)>, Error> {
    let mut words = counts
        .into_iter()
        .map(|(word, count)| Ok((json::word::<T>(what, word)?, count)))
        .collect::<Result<Vec<_>, Error>>()?;
    words.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(words)
}
