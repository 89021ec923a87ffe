//! The append-only record: rows are added and read, and the database itself refuses anything else.
//!
//! Rows form a chain ([`chain`]) under a key that lies outside of the database ([`key`]), and so does the anchor of its
//! end ([`anchor`]): whoever edits, deletes, moves or cuts rows is found out ([`verify`]).

pub mod anchor;
pub(crate) mod chain;
#[cfg(feature = "fuzz")]
pub mod fuzz;
pub(crate) mod key;
mod row;
pub mod verify;

use domain::audit::{AuditCode, AuditEvent, Outcome, RecordedEvent};
use domain::id::{ChangeId, InstanceKey, UserName};
use domain::person::Scope;
use domain::time::Timestamp;

pub use anchor::{Anchor, AnchorFile, Standing};
pub use chain::Head;
pub use key::{AuditFiles, AuditKey};
pub use verify::{Flaw, Verification};

use crate::database::{Tx, on};
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
        let Scope::Everything = scope;
        let before = filter.before.unwrap_or(i64::MAX);
        let mut db = self.read().await?;
        let rows: Vec<Row> = on!(db, |c| {
            let sql = select!(
                "WHERE sequence < $1
                   AND ($2 = '' OR code = $2)
                   AND ($3 = '' OR actor_name = $3)
                   AND ($4 = '' OR (account = $4 AND region = $5 AND instance = $6))
                   AND ($7 = '' OR change_id = $7)
                   AND ($8 = '' OR outcome = $8)
                   AND at >= $9 AND at < $10
                 ORDER BY sequence DESC LIMIT $11"
            );
            filtered!(sqlx::query_as(sql), before, filter).bind(limit).fetch_all(c).await
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
        let Scope::Everything = scope;
        let mut db = self.read().await?;
        let rows: Vec<Row> = on!(db, |c| {
            let sql = select!(
                "WHERE sequence > $1
                   AND ($2 = '' OR code = $2)
                   AND ($3 = '' OR actor_name = $3)
                   AND ($4 = '' OR (account = $4 AND region = $5 AND instance = $6))
                   AND ($7 = '' OR change_id = $7)
                   AND ($8 = '' OR outcome = $8)
                   AND at >= $9 AND at < $10
                   AND sequence < $11
                 ORDER BY sequence LIMIT $12"
            );
            filtered!(sqlx::query_as(sql), after, filter)
                .bind(filter.before.unwrap_or(i64::MAX))
                .bind(limit)
                .fetch_all(c)
                .await
        })?;
        rows.into_iter().map(TryInto::try_into).collect()
    }
}

/// Adds an event to what the transaction does, so that neither happens without the other. It is written, with its place
/// in the chain, when the transaction is committed.
pub(crate) async fn append(tx: &mut Tx, event: &AuditEvent) -> Result<(), Error> {
    tx.add_event(event.clone());
    Ok(())
}
