//! What other people say to a change.

use domain::approval::{Approval, ApprovalKind, Decided, Verdict};
use domain::audit::AuditEvent;
use domain::change::Change;
use domain::id::{ChangeId, UserId, UserName};
use domain::person::Scope;
use domain::text::Reason;
use domain::time::Timestamp;
use sqlx::{AssertSqlSafe, FromRow};

use super::rows::{Row as ChangeRow, select};
use crate::database::{Tx, on};
use crate::scope::{Narrow, narrowed};
use crate::{Error, Store, audit, json};

/// What a move does to the approval of its change.
#[derive(Debug)]
pub enum ApprovalWrite<'a> {
    /// Somebody else is asked; the wish is over at that time.
    Ask {
        expires_at: Timestamp,
    },
    Decide(Decision<'a>),
}

#[derive(Debug, Clone, Copy)]
pub struct Decision<'a> {
    pub verdict: Verdict,
    pub by: UserId,
    pub by_name: &'a UserName,
    pub note: Option<&'a Reason>,
}

#[derive(FromRow)]
struct Row {
    kind: String,
    asked_at: i64,
    expires_at: Option<i64>,
    verdict: Option<String>,
    decided_by_name: Option<String>,
    decided_at: Option<i64>,
    note: Option<String>,
}

pub(super) async fn write(
    tx: &mut Tx,
    change: ChangeId,
    write: &ApprovalWrite<'_>,
    at: Timestamp,
) -> Result<(), Error> {
    match write {
        ApprovalWrite::Ask { expires_at } => {
            ask(tx, change, ApprovalKind::Before, at, Some(*expires_at)).await
        }
        ApprovalWrite::Decide(decision) => decide(tx, change, *decision, at).await,
    }
}

/// Whose wish it is comes from the change itself.
pub(super) async fn ask(
    tx: &mut Tx,
    change: ChangeId,
    kind: ApprovalKind,
    at: Timestamp,
    expires_at: Option<Timestamp>,
) -> Result<(), Error> {
    on!(tx, |c| sqlx::query(
        "INSERT INTO approvals (change_id, kind, requested_by, asked_at, expires_at)
         SELECT id, $2, requested_by, $3, $4 FROM changes WHERE id = $1"
    )
    .bind(change.to_string())
    .bind(kind.code())
    .bind(at.as_millis())
    .bind(expires_at.map(Timestamp::as_millis))
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

/// A second word on the same is a conflict, and so is one by whoever asked: the database refuses it.
async fn decide(
    tx: &mut Tx,
    change: ChangeId,
    decision: Decision<'_>,
    at: Timestamp,
) -> Result<(), Error> {
    let decided = on!(tx, |c| {
        sqlx::query(
            "UPDATE approvals
             SET verdict = $2, decided_by = $3, decided_by_name = $4, decided_at = $5, note = $6
             WHERE change_id = $1 AND verdict IS NULL",
        )
        .bind(change.to_string())
        .bind(decision.verdict.code())
        .bind(decision.by.to_string())
        .bind(decision.by_name.as_str())
        .bind(at.as_millis())
        .bind(decision.note.map(Reason::as_str))
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1)
    })?;
    if decided { Ok(()) } else { Err(Error::Conflict) }
}

impl Store {
    /// What somebody else was asked about a change, if anybody was.
    pub async fn find_approval(&self, change: ChangeId) -> Result<Option<Approval>, Error> {
        let mut db = self.read().await?;
        let row: Option<Row> = on!(db, |c| sqlx::query_as(
            "SELECT kind, asked_at, expires_at, verdict, decided_by_name, decided_at, note
             FROM approvals WHERE change_id = $1"
        )
        .bind(change.to_string())
        .fetch_optional(c)
        .await)?;
        row.map(|row| row.approval(change)).transpose()
    }

    /// Changes that nobody approved in time.
    pub async fn list_undecided(&self, now: Timestamp) -> Result<Vec<Change>, Error> {
        let mut db = self.read().await?;
        let rows: Vec<ChangeRow> = on!(db, |c| sqlx::query_as(select!(
            "WHERE state = 'awaiting-approval' AND id IN
                (SELECT change_id FROM approvals WHERE verdict IS NULL AND expires_at <= $1)
             ORDER BY id"
        ))
        .bind(now.as_millis())
        .fetch_all(c)
        .await)?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Emergencies that nobody else has looked at, the oldest first.
    pub async fn list_unseen_emergencies(
        &self,
        scope: &Scope,
        limit: i64,
    ) -> Result<Vec<Change>, Error> {
        let narrow = Narrow::naming(scope, "changes", "instance", 1);
        let sql = format!(
            select!(
                "WHERE id IN (SELECT change_id FROM approvals WHERE kind = 'afterwards' AND verdict IS NULL)
                   AND {narrow}
                 ORDER BY id LIMIT $1"
            ),
            narrow = narrow.sql
        );
        let mut db = self.read().await?;
        let rows: Vec<ChangeRow> = on!(db, |c| {
            let query = sqlx::query_as(AssertSqlSafe(sql)).bind(limit);
            narrowed!(query, narrow).fetch_all(c).await
        })?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Somebody else looked at an emergency. `Conflict`: somebody did before, or it was none.
    pub async fn record_emergency_seen(
        &self,
        change: ChangeId,
        decision: Decision<'_>,
        event: &AuditEvent,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        decide(&mut tx, change, decision, event.at).await?;
        audit::append(&mut tx, event).await?;
        tx.commit().await
    }
}

impl Row {
    fn approval(self, change: ChangeId) -> Result<Approval, Error> {
        let decided = match (self.verdict, self.decided_by_name, self.decided_at) {
            (Some(verdict), Some(by), Some(at)) => Some(Decided {
                verdict: json::word("verdict", &verdict)?,
                by: json::word("user name", &by)?,
                at: Timestamp::from_millis(at),
                note: json::word_opt("note", self.note.as_deref())?,
            }),
            _ => None,
        };
        Ok(Approval {
            change,
            kind: json::word("kind of approval", &self.kind)?,
            asked_at: Timestamp::from_millis(self.asked_at),
            expires_at: self.expires_at.map(Timestamp::from_millis),
            decided,
        })
    }
}
