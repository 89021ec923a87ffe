//! The conditions that a filter and a text come to.

use domain::id::InstanceKey;
use domain::inventory::InstanceFilter;
use domain::person::Scope;
use sqlx::AssertSqlSafe;

use super::{grams, stored_text};
use crate::database::on;
use crate::scope::Narrow;
use crate::{Error, Store};

/// Matches of a text are counted up to here.
pub(super) const COUNTED: i64 = 1000;

/// So many rows are looked up one by one in a few hundredths of a second. More of them are met soon on any walk: unless
/// all stand at its end, as names of one alphabet do, which is why this is no smaller.
const LOOKED_UP: i64 = 6000;
/// One in so many is met soon, and where it is not, the walk is short.
const SHARE: i64 = 8;

/// A query under construction. Only words of this file ever become SQL; everything else is bound.
#[derive(Debug, Default)]
pub(super) struct Query {
    pub conditions: Vec<String>,
    pub values: Vec<Value>,
}

/// A value to bind.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(String),
    Number(i64),
}

impl Query {
    pub fn text(&mut self, text: &str) -> String {
        self.values.push(Value::Text(text.to_owned()));
        format!("${}", self.values.len())
    }

    pub fn number(&mut self, number: i64) -> String {
        self.values.push(Value::Number(number));
        format!("${}", self.values.len())
    }

    fn key(&mut self, key: &InstanceKey) -> String {
        let parts = [key.account.as_str(), key.region.as_str(), key.id.as_str()];
        format!("({})", parts.map(|part| self.text(part)).join(", "))
    }

    pub fn where_clause(&self) -> String {
        let mut clause = "i.released_at IS NULL".to_owned();
        for condition in &self.conditions {
            clause.push_str(" AND ");
            clause.push_str(condition);
        }
        clause
    }
}

/// A query of sqlx with all values bound.
macro_rules! bound {
    ($make:expr, $values:expr) => {{
        let mut query = $make;
        for value in $values {
            query = match value {
                $crate::fleet::query::Value::Text(text) => query.bind(text),
                $crate::fleet::query::Value::Number(number) => query.bind(number),
            };
        }
        query
    }};
}
pub(super) use bound;

impl Query {
    /// Only what is in the scope. Of everything nothing is asked.
    pub(super) fn add_scope(&mut self, scope: &Scope) {
        if scope.is_everything() {
            return;
        }
        let narrow = Narrow::instances(scope, self.values.len());
        self.values.extend(narrow.values.into_iter().map(Value::Text));
        self.conditions.push(narrow.sql);
    }

    pub(super) fn add_fields(&mut self, filter: &InstanceFilter) {
        for (column, value) in fields(filter) {
            let value = self.text(value);
            self.conditions.push(format!("i.{column} = {value}"));
        }
        if !filter.keys.is_empty() {
            let keys: Vec<String> = filter.keys.iter().map(|key| self.key(key)).collect();
            let keys = keys.join(", ");
            self.conditions.push(format!("(i.account, i.region, i.id) IN (VALUES {keys})"));
        }
    }
}

impl Store {
    /// Returns whether the text is looked up before anything else, as what is rare is. With `met_soon`, what is met on every
    /// eighth step of a walk is not.
    pub(super) async fn add_text(
        &self,
        query: &mut Query,
        text: &str,
        met_soon: bool,
    ) -> Result<bool, Error> {
        let text = stored_text(text.trim()).to_lowercase();
        if text.is_empty() {
            return Ok(false);
        }
        let pattern = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let pattern = query.text(&format!("%{pattern}%"));
        query.conditions.push(format!("i.search LIKE {pattern} ESCAPE '\\'"));
        let words = grams::of_query(&text).into_iter().collect::<Vec<_>>().join(" ");
        if words.is_empty() || self.is_frequent(self.candidates(&words).await?, met_soon).await? {
            return Ok(false);
        }
        let words = query.text(&words);
        query.conditions.push(format!("i.number IN ({})", self.found_by(&words)));
        Ok(true)
    }

    /// Whether so many are better met on a walk than looked up one by one.
    async fn is_frequent(&self, candidates: i64, met_soon: bool) -> Result<bool, Error> {
        if candidates <= COUNTED || candidates > LOOKED_UP {
            return Ok(candidates > COUNTED);
        }
        if !met_soon {
            return Ok(false);
        }
        Ok(candidates.saturating_mul(SHARE) > self.counted_total().await?)
    }

    /// How many instances have all these pieces, counted as far as it matters.
    async fn candidates(&self, words: &str) -> Result<i64, Error> {
        let sql = format!(
            "SELECT COUNT(*) FROM ({} LIMIT {}) AS found",
            self.found_by("$1"),
            LOOKED_UP + 1
        );
        let mut db = self.read().await?;
        Ok(on!(db, |c| sqlx::query_scalar(AssertSqlSafe(sql)).bind(words).fetch_one(c).await)?)
    }

    fn found_by(&self, words: &str) -> String {
        if self.is_sqlite() {
            format!("SELECT rowid FROM instance_grams WHERE instance_grams MATCH {words}")
        } else {
            format!(
                "SELECT number FROM instance_grams WHERE grams @> string_to_array({words}, ' ')"
            )
        }
    }
}

/// The columns that a filter asks for, with the values.
pub(super) fn fields(filter: &InstanceFilter) -> Vec<(&'static str, &str)> {
    let fields = [
        ("account", filter.account.as_ref().map(domain::id::AccountName::as_str)),
        ("region", filter.region.as_ref().map(domain::id::RegionId::as_str)),
        ("environment", filter.environment.map(domain::environment::Environment::code)),
        ("version", filter.version.as_deref()),
        ("access", filter.access.map(domain::access::AccessState::code)),
        ("whitelist", filter.whitelist.map(domain::inventory::WhitelistFinding::code)),
        ("exposure_level", filter.exposure.map(domain::inventory::ExposureFilter::code)),
    ];
    fields.into_iter().filter_map(|(column, value)| Some((column, value?))).collect()
}
