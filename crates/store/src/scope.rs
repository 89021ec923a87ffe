//! A scope as a condition in SQL, and where an instance stands.
//!
//! The same as `domain::scope::Area::contains`, for every row at once. Everything is `TRUE`: no table is looked at for it.
//! Only words of this file become SQL; everything else is bound.

use domain::environment::Environment;
use domain::id::{AccountName, InstanceKey, RegionId};
use domain::instance::Tag;
use domain::person::{Area, Labels, Located, Scope};
use sqlx::FromRow;

use crate::database::{Connection, Tx};
use crate::{Error, Store, json};

/// A condition, with the values to bind after those that the query has already.
#[derive(Debug)]
pub(crate) struct Narrow {
    pub sql: String,
    pub values: Vec<String>,
    pub bound: usize,
}

/// Whose rows are narrowed.
#[derive(Debug, Clone, Copy)]
enum Rows {
    /// `instances i`, those that are there.
    Instances,
    /// A table that names instances: itself, and its column with the instance's id.
    Naming(&'static str, &'static str),
}

/// A query with the values of a condition bound.
macro_rules! narrowed {
    ($query:expr, $narrow:expr) => {{
        let mut query = $query;
        for value in &$narrow.values {
            query = query.bind(value);
        }
        query
    }};
}
pub(crate) use narrowed;

impl Narrow {
    /// Of `instances i`; released ones are excluded by whoever asks.
    pub fn instances(scope: &Scope, bound: usize) -> Self {
        Self::of(scope, Rows::Instances, bound)
    }

    /// Of a table with the columns `account`, `region` and `id`, whatever that one is called.
    pub fn naming(scope: &Scope, table: &'static str, id: &'static str, bound: usize) -> Self {
        Self::of(scope, Rows::Naming(table, id), bound)
    }

    /// The same, of a column with numbers of instances that are there.
    pub fn numbers(scope: &Scope, column: &str, bound: usize) -> Self {
        let narrow = Self::instances(scope, bound);
        if scope.is_everything() {
            return narrow;
        }
        // Row by row, so that a walk along an index ends at the first that is in it.
        let sql = format!(
            "EXISTS (SELECT 1 FROM instances i
                WHERE i.number = {column} AND i.released_at IS NULL AND {})",
            narrow.sql
        );
        Self { sql, ..narrow }
    }

    fn of(scope: &Scope, rows: Rows, bound: usize) -> Self {
        let mut narrow = Self { sql: String::new(), values: Vec::new(), bound };
        narrow.sql = match scope {
            Scope::Everything => "TRUE".to_owned(),
            Scope::Areas(areas) if areas.is_empty() => "FALSE".to_owned(),
            Scope::Areas(areas) => {
                let parts: Vec<String> = areas.iter().map(|area| narrow.area(area, rows)).collect();
                format!("({})", parts.join(" OR "))
            }
        };
        narrow
    }

    fn value(&mut self, value: &str) -> String {
        self.values.push(value.to_owned());
        format!("${}", self.bound + self.values.len())
    }

    fn one_of<'v>(&mut self, column: &str, values: impl Iterator<Item = &'v str>) -> String {
        let values: Vec<String> = values.map(|value| self.value(value)).collect();
        format!("{column} IN ({})", values.join(", "))
    }

    fn area(&mut self, area: &Area, rows: Rows) -> String {
        let table = match rows {
            Rows::Instances => "i",
            Rows::Naming(table, _) => table,
        };
        let mut conditions = Vec::new();
        if !area.accounts.is_empty() {
            let column = format!("{table}.account");
            conditions.push(self.one_of(&column, area.accounts.iter().map(AccountName::as_str)));
        }
        if !area.regions.is_empty() {
            let column = format!("{table}.region");
            conditions.push(self.one_of(&column, area.regions.iter().map(RegionId::as_str)));
        }
        match rows {
            Rows::Instances => conditions.extend(self.labels(area, "i")),
            Rows::Naming(_, id) if area.asks_for_labels() => {
                let labels = self.labels(area, "s").join(" AND ");
                conditions.push(format!(
                    "EXISTS (SELECT 1 FROM instances s WHERE s.account = {table}.account
                        AND s.region = {table}.region AND s.id = {table}.{id}
                        AND s.released_at IS NULL AND {labels})"
                ));
            }
            Rows::Naming(..) => {}
        }
        if conditions.is_empty() {
            return "TRUE".to_owned();
        }
        format!("({})", conditions.join(" AND "))
    }

    /// What an area asks of the environment and the tags of an instance of that table.
    fn labels(&mut self, area: &Area, table: &str) -> Vec<String> {
        let mut conditions = Vec::new();
        if !area.environments.is_empty() {
            let words = area.environments.iter().map(|environment| environment.code());
            conditions.push(self.one_of(&format!("{table}.environment"), words));
        }
        for (key, values) in &area.tags {
            let key = self.value(key);
            let values = self.one_of("value", values.iter().map(String::as_str));
            conditions.push(format!(
                "{table}.number IN (SELECT number FROM instance_tags WHERE key = {key} AND {values})"
            ));
        }
        conditions
    }
}

#[derive(FromRow)]
struct LabelRow {
    environment: String,
    key: Option<String>,
    value: Option<String>,
}

/// Where an instance stands, as the last list of its region said.
pub(crate) async fn locate(on: Connection<'_>, key: &InstanceKey) -> Result<Located, Error> {
    const SQL: &str = "SELECT i.environment, t.key, t.value
         FROM instances i LEFT JOIN instance_tags t ON t.number = i.number
         WHERE i.account = $1 AND i.region = $2 AND i.id = $3 AND i.released_at IS NULL";
    let parts = [key.account.as_str(), key.region.as_str(), key.id.as_str()];
    let rows: Vec<LabelRow> = match on {
        Connection::Sqlite(c) => {
            let query = sqlx::query_as(SQL).bind(parts[0]).bind(parts[1]).bind(parts[2]);
            query.fetch_all(c).await?
        }
        Connection::Postgres(c) => {
            let query = sqlx::query_as(SQL).bind(parts[0]).bind(parts[1]).bind(parts[2]);
            query.fetch_all(c).await?
        }
    };
    let environment =
        rows.first().map(|row| json::word::<Environment>("environment", &row.environment));
    let tags = rows.into_iter().filter_map(|row| Some(Tag { key: row.key?, value: row.value? }));
    let environment = environment.transpose()?;
    let labels = environment.map(|environment| Labels { environment, tags: tags.collect() });
    Ok(Located { account: key.account.clone(), region: key.region.clone(), labels })
}

impl Store {
    /// Where an instance stands, as far as scopes ask. One that is not known, or was released, has no labels.
    pub async fn locate(&self, key: &InstanceKey) -> Result<Located, Error> {
        let mut db = self.read().await?;
        locate(db.connection(), key).await
    }

    /// Whether an instance is in a scope.
    pub(crate) async fn is_in(&self, scope: &Scope, key: &InstanceKey) -> Result<bool, Error> {
        if scope.is_everything() {
            return Ok(true);
        }
        if !scope.touches(&key.account, Some(&key.region)) {
            return Ok(false);
        }
        Ok(scope.contains(&self.locate(key).await?))
    }
}

/// The same within a transaction.
pub(crate) async fn locate_in(tx: &mut Tx, key: &InstanceKey) -> Result<Located, Error> {
    locate(tx.connection(), key).await
}
