//! The versions of the policy. Nothing is overwritten: the highest one holds.

use domain::audit::AuditEvent;
use domain::id::{UserId, UserName};
use domain::policy::Policy;
use domain::text::Reason;
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::database::{Tx, on};
use crate::{Error, Store, audit, json};

/// A version that somebody made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVersion {
    pub version: i64,
    /// `None`: what is configured.
    pub policy: Option<Policy>,
    pub changed_by: UserName,
    pub changed_at: Timestamp,
    pub note: Option<Reason>,
}

/// A version to store, above the one that its maker saw.
#[derive(Debug)]
pub struct NewPolicy<'a> {
    /// 0 where there was none.
    pub above: i64,
    pub policy: Option<&'a Policy>,
    pub by: UserId,
    pub by_name: &'a UserName,
    pub note: Option<&'a Reason>,
    pub event: &'a AuditEvent,
}

#[derive(FromRow)]
struct Row {
    version: i64,
    body: Option<String>,
    changed_by_name: String,
    note: Option<String>,
    changed_at: i64,
}

/// The version that holds; 0: what is configured.
pub(crate) async fn version(tx: &mut Tx) -> Result<i64, Error> {
    Ok(on!(tx, |c| sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM policies")
        .fetch_one(c)
        .await)?)
}

impl Store {
    /// The newest first.
    pub async fn list_policies(&self, limit: i64) -> Result<Vec<PolicyVersion>, Error> {
        let mut db = self.read().await?;
        let rows: Vec<Row> = on!(db, |c| sqlx::query_as(
            "SELECT version, body, changed_by_name, note, changed_at FROM policies
             ORDER BY version DESC LIMIT $1"
        )
        .bind(limit)
        .fetch_all(c)
        .await)?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// What holds, unless it is what is configured.
    pub async fn find_policy(&self) -> Result<Option<PolicyVersion>, Error> {
        Ok(self.list_policies(1).await?.into_iter().next())
    }

    /// Stores the next version. `Conflict`: somebody else made one since.
    pub async fn save_policy(&self, new: NewPolicy<'_>) -> Result<(), Error> {
        let body = new.policy.map(json::write).transpose()?;
        let mut tx = self.write().await?;
        if version(&mut tx).await? != new.above {
            return Err(Error::Conflict);
        }
        let stored = on!(tx, |c| {
            sqlx::query(
            "INSERT INTO policies (version, body, changed_by, changed_by_name, note, changed_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING"
        )
        .bind(new.above.saturating_add(1))
        .bind(body)
        .bind(new.by.to_string())
        .bind(new.by_name.as_str())
        .bind(new.note.map(Reason::as_str))
        .bind(new.event.at.as_millis())
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1)
        })?;
        if !stored {
            return Err(Error::Conflict);
        }
        audit::append(&mut tx, new.event).await?;
        tx.commit().await
    }
}

impl TryFrom<Row> for PolicyVersion {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            version: row.version,
            policy: json::read_opt("policy", row.body.as_deref())?,
            changed_by: json::word("user name", &row.changed_by_name)?,
            changed_at: Timestamp::from_millis(row.changed_at),
            note: json::word_opt("note", row.note.as_deref())?,
        })
    }
}
