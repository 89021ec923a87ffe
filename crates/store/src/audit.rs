//! The append-only record: rows are added and read, and the database itself refuses anything else.

use domain::audit::{Actor, AuditCode, AuditEvent, RecordedEvent};
use domain::id::{ChangeId, InstanceKey, UserName};
use domain::person::Scope;
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::database::{Tx, on};
use crate::fleet::stored_text;
use crate::{Error, Store, json};

/// Which events to show. Empty fields do not filter.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    pub code: Option<AuditCode>,
    pub person: Option<UserName>,
    pub instance: Option<InstanceKey>,
    pub change: Option<ChangeId>,
    /// Only events before this one.
    pub before: Option<i64>,
}

#[derive(FromRow)]
struct Row {
    sequence: i64,
    at: i64,
    code: String,
    outcome: String,
    actor: String,
    session: Option<String>,
    address: Option<String>,
    account: Option<String>,
    region: Option<String>,
    instance: Option<String>,
    change_id: Option<String>,
    reason: Option<String>,
    before: Option<String>,
    after: Option<String>,
    cloud_request_id: Option<String>,
    detail: String,
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
        let instance = filter.instance.as_ref();
        let mut db = self.read().await?;
        let rows: Vec<Row> = on!(db, |c| {
            sqlx::query_as(
            "SELECT sequence, at, code, outcome, actor, session, address, account, region, instance, change_id,
                    reason, before, after, cloud_request_id, detail
             FROM audit_events
             WHERE sequence < $1
               AND ($2 = '' OR code = $2)
               AND ($3 = '' OR actor_name = $3)
               AND ($4 = '' OR (account = $4 AND region = $5 AND instance = $6))
               AND ($7 = '' OR change_id = $7)
             ORDER BY sequence DESC LIMIT $8"
        )
        .bind(filter.before.unwrap_or(i64::MAX))
        .bind(filter.code.map_or("", AuditCode::code))
        .bind(filter.person.as_ref().map_or("", UserName::as_str))
        .bind(instance.map_or("", |key| key.account.as_str()))
        .bind(instance.map_or("", |key| key.region.as_str()))
        .bind(instance.map_or("", |key| key.id.as_str()))
        .bind(filter.change.map(|id| id.to_string()).unwrap_or_default())
        .bind(limit)
        .fetch_all(c)
        .await
        })?;
        rows.into_iter().map(TryInto::try_into).collect()
    }
}

/// Adds an event to what the transaction does, so that neither happens without the other.
pub(crate) async fn append(tx: &mut Tx, event: &AuditEvent) -> Result<(), Error> {
    let actor = json::write(&event.actor)?;
    let actor_name = match &event.actor {
        Actor::Person { name, .. } => Some(name.as_str()),
        Actor::Portal | Actor::CommandLine | Actor::Anonymous => None,
    };
    let detail = json::write(&event.detail)?;
    let instance = event.instance.as_ref();
    on!(tx, |c| {
        sqlx::query(
        "INSERT INTO audit_events
            (at, code, outcome, actor, actor_name, session, address, account, region, instance, change_id,
             reason, before, after, cloud_request_id, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
    )
    .bind(event.at.as_millis())
    .bind(event.code.code())
    .bind(event.outcome.code())
    .bind(actor)
    .bind(actor_name)
    .bind(event.session.as_deref())
    .bind(event.address.as_deref())
    .bind(instance.map(|key| key.account.as_str()))
    .bind(instance.map(|key| key.region.as_str()))
    .bind(instance.map(|key| key.id.as_str()))
    .bind(event.change.map(|id| id.to_string()))
    .bind(event.reason.as_deref().map(stored_text))
    .bind(event.before.as_deref().map(stored_text))
    .bind(event.after.as_deref().map(stored_text))
    .bind(event.cloud_request_id.as_ref().map(domain::id::RequestId::as_str))
    .bind(detail)
    .execute(c)
    .await
    .map(drop)
    })?;
    Ok(())
}

impl TryFrom<Row> for RecordedEvent {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let instance = match (row.account, row.region, row.instance) {
            (Some(account), Some(region), Some(id)) => Some(InstanceKey {
                account: json::word("account name", &account)?,
                region: json::word("region id", &region)?,
                id: json::word("instance id", &id)?,
            }),
            _ => None,
        };
        Ok(Self {
            sequence: row.sequence,
            event: AuditEvent {
                at: Timestamp::from_millis(row.at),
                code: json::word("audit code", &row.code)?,
                outcome: json::word("outcome", &row.outcome)?,
                actor: json::read("actor", &row.actor)?,
                session: row.session,
                address: row.address,
                instance,
                change: json::word_opt("change id", row.change_id.as_deref())?,
                reason: row.reason,
                before: row.before,
                after: row.after,
                cloud_request_id: json::word_opt(
                    "cloud request id",
                    row.cloud_request_id.as_deref(),
                )?,
                detail: json::read("detail", &row.detail)?,
            },
        })
    }
}
