//! The append-only record: rows are added and read, and the database itself refuses anything else.
//!
//! Rows form a chain ([`chain`]) under a key that lies outside of the database ([`key`]), and so does the anchor of its
//! end ([`anchor`]): whoever edits, deletes, moves or cuts rows is found out ([`verify`]).

pub mod anchor;
pub(crate) mod chain;
#[cfg(feature = "fuzz")]
pub mod fuzz;
pub(crate) mod key;
pub(crate) mod log;
mod row;
pub mod verify;

use domain::audit::{AuditCode, AuditEvent, Outcome, RecordedEvent};
use domain::id::{ChangeId, InstanceKey, UserName};
use domain::person::Scope;
use domain::time::Timestamp;
use sqlx::AssertSqlSafe;

pub use anchor::{Anchor, AnchorFile, Standing};
pub use chain::Head;
pub use key::{AuditFiles, AuditKey};
pub use verify::{Flaw, Verification};

use crate::database::{Tx, on};
use crate::scope::{Narrow, narrowed};
use crate::{Error, Store};
use row::{Row, select};

/// Which events to show. Empty fields do not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    pub code: Option<AuditCode>,
    pub person: Option<UserName>,
    pub instance: Option<InstanceKey>,
    pub change: Option<ChangeId>,
    pub outcome: Option<Outcome>,
    /// From this moment on.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// Only events before this one.
    pub before: Option<i64>,
    /// In a limited scope: whose own acts are shown that concern no instance. All others of that kind are not.
    pub own: Option<UserName>,
}

/// The values of `$1` to `$10`.
macro_rules! filtered {
    ($query:expr, $edge:expr, $filter:expr) => {{
        let filter: &AuditFilter = $filter;
        let instance = filter.instance.as_ref();
        $query
            .bind($edge)
            .bind(filter.code.map_or("", AuditCode::code))
            .bind(filter.person.as_ref().map_or("", UserName::as_str))
            .bind(instance.map_or("", |key| key.account.as_str()))
            .bind(instance.map_or("", |key| key.region.as_str()))
            .bind(instance.map_or("", |key| key.id.as_str()))
            .bind(filter.change.map(|id| id.to_string()).unwrap_or_default())
            .bind(filter.outcome.map_or("", Outcome::code))
            .bind(filter.since.map_or(i64::MIN, Timestamp::as_millis))
            .bind(filter.until.map_or(i64::MAX, Timestamp::as_millis))
    }};
}

impl Store {
    pub async fn record(&self, event: &AuditEvent) -> Result<(), Error> {
        let mut tx = self.write().await?;
        append(&mut tx, event).await?;
        tx.commit().await
    }

    /// The newest first.
    pub async fn list_audit(
        &self,
        scope: &Scope,
        filter: &AuditFilter,
        limit: i64,
    ) -> Result<Vec<RecordedEvent>, Error> {
        let before = filter.before.unwrap_or(i64::MAX);
        let narrow = shown(scope, 12);
        let sql = format!(
            select!(
                "WHERE sequence < $1
                   AND ($2 = '' OR code = $2)
                   AND ($3 = '' OR actor_name = $3)
                   AND ($4 = '' OR (account = $4 AND region = $5 AND instance = $6))
                   AND ($7 = '' OR change_id = $7)
                   AND ($8 = '' OR outcome = $8)
                   AND at >= $9 AND at < $10
                   AND {narrow}
                 ORDER BY sequence DESC LIMIT $11"
            ),
            narrow = narrow.sql
        );
        let mut db = self.read().await?;
        let rows: Vec<Row> = on!(db, |c| {
            let query = filtered!(sqlx::query_as(AssertSqlSafe(sql)), before, filter);
            let query = query.bind(limit).bind(own(filter));
            narrowed!(query, narrow).fetch_all(c).await
        })?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// The oldest first, those after a sequence.
    pub async fn walk_audit(
        &self,
        scope: &Scope,
        filter: &AuditFilter,
        after: i64,
        limit: i64,
    ) -> Result<Vec<RecordedEvent>, Error> {
        let narrow = shown(scope, 13);
        let sql = format!(
            select!(
                "WHERE sequence > $1
                   AND ($2 = '' OR code = $2)
                   AND ($3 = '' OR actor_name = $3)
                   AND ($4 = '' OR (account = $4 AND region = $5 AND instance = $6))
                   AND ($7 = '' OR change_id = $7)
                   AND ($8 = '' OR outcome = $8)
                   AND at >= $9 AND at < $10
                   AND sequence < $11
                   AND {narrow}
                 ORDER BY sequence LIMIT $12"
            ),
            narrow = narrow.sql
        );
        let mut db = self.read().await?;
        let rows: Vec<Row> = on!(db, |c| {
            let query = filtered!(sqlx::query_as(AssertSqlSafe(sql)), after, filter);
            let query = query.bind(filter.before.unwrap_or(i64::MAX)).bind(limit).bind(own(filter));
            narrowed!(query, narrow).fetch_all(c).await
        })?;
        rows.into_iter().map(TryInto::try_into).collect()
    }
}

/// The rows that a scope lets see; `$bound` is whose own acts are seen although they concern no instance.
fn shown(scope: &Scope, bound: usize) -> Narrow {
    let narrow = Narrow::naming(scope, "audit_events", "instance", bound);
    // Bound by every query, so it stands in every query.
    let own = format!("${bound}");
    let sql = if scope.is_everything() {
        format!("{own} = {own}")
    } else {
        format!("(({own} <> '' AND account IS NULL AND actor_name = {own}) OR {})", narrow.sql)
    };
    Narrow { sql, ..narrow }
}

fn own(filter: &AuditFilter) -> &str {
    filter.own.as_ref().map_or("", UserName::as_str)
}

/// Adds an event to what the transaction does, so that neither happens without the other. It is written, with its place
/// in the chain, when the transaction is committed.
pub(crate) async fn append(tx: &mut Tx, event: &AuditEvent) -> Result<(), Error> {
    tx.add_event(event.clone());
    Ok(())
}

/// Commits what changed one row, with its record. `false`: it changed none, and nothing is kept.
pub(crate) async fn commit_one(mut tx: Tx, rows: u64, event: &AuditEvent) -> Result<bool, Error> {
    if rows != 1 {
        return Ok(false);
    }
    append(&mut tx, event).await?;
    tx.commit().await?;
    Ok(true)
}
