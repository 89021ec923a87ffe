//! What people are told of changes, in the transactions that make it so.

use domain::change::Change;
use domain::id::BatchId;
use domain::inbox::{Audience, Notice, NoticeKind};
use domain::person::Role;
use domain::time::Timestamp;

use super::approvals::{ApprovalWrite, Decision};
use crate::database::{Tx, on};
use crate::{Error, inbox};

/// Somebody else is asked, or said something.
pub(super) async fn approval(
    tx: &mut Tx,
    change: &Change,
    write: &ApprovalWrite<'_>,
    at: Timestamp,
) -> Result<(), Error> {
    match write {
        ApprovalWrite::Ask { expires_at } => {
            let kind = NoticeKind::ApprovalWaiting;
            let batch = batch_of(tx, change).await?;
            let everybody = Audience::covering(Role::Approver).but(change.requested_by);
            let to = match batch {
                Some(_) => everybody.one_of(change.instance.clone()),
                None => everybody,
            };
            let asks = match batch {
                // One speaks for all, to each whose scope has one of them.
                Some(batch) => Notice {
                    batch: Some(batch),
                    person: Some(change.requested_by_name.clone()),
                    reason: change.reason.as_ref().map(ToString::to_string),
                    ..Notice::new(kind, at, format!("approval-waiting:batch:{batch}"))
                },
                None => about(change, kind, at, format!("approval-waiting:{}", change.id)),
            };
            let notice = Notice { due_at: Some(*expires_at), ..asks };
            inbox::notify(tx, &notice, &to).await.map(drop)
        }
        ApprovalWrite::Decide(decision) => decided(tx, change, *decision, at).await,
    }
}

/// The batch that a change is a line of.
async fn batch_of(tx: &mut Tx, change: &Change) -> Result<Option<BatchId>, Error> {
    let key: String =
        on!(tx, |c| sqlx::query_scalar("SELECT idempotency_key FROM changes WHERE id = $1")
            .bind(change.id.to_string())
            .fetch_one(c)
            .await)?;
    let line = key.strip_prefix(crate::batch::KEY).and_then(|line| line.rsplit_once('-'));
    Ok(line.and_then(|(batch, _)| batch.parse().ok()))
}

async fn decided(
    tx: &mut Tx,
    change: &Change,
    decision: Decision<'_>,
    at: Timestamp,
) -> Result<(), Error> {
    let once = format!("approval-decided:{}:{}", change.id, decision.verdict);
    let notice = Notice {
        person: Some(decision.by_name.clone()),
        reason: decision.note.map(ToString::to_string),
        ..about(change, NoticeKind::ApprovalDecided, at, once)
    };
    inbox::notify(tx, &notice, &Audience::person(change.requested_by)).await.map(drop)
}

/// Done without the approval that was needed: whoever may look at it is told.
pub(super) async fn break_glass(tx: &mut Tx, change: &Change) -> Result<(), Error> {
    let once = format!("break-glass:{}", change.id);
    let notice = about(change, NoticeKind::BreakGlassUsed, change.requested_at, once);
    let to = Audience::covering(Role::Approver).but(change.requested_by);
    inbox::notify(tx, &notice, &to).await.map(drop)
}

/// A try to shut a door failed: whoever opened it, and admins, are told once an hour.
pub(super) async fn return_failed(
    tx: &mut Tx,
    change: &Change,
    at: Timestamp,
) -> Result<(), Error> {
    let once = format!("return-failed:{}:{}", change.instance, at.as_secs() / 3600);
    let notice = Notice { reason: None, ..about(change, NoticeKind::ReturnFailed, at, once) };
    let to = Audience { people: vec![change.requested_by], ..Audience::covering(Role::Admin) };
    inbox::notify(tx, &notice, &to).await.map(drop)
}

fn about(change: &Change, kind: NoticeKind, at: Timestamp, once: String) -> Notice {
    Notice {
        instance: Some(change.instance.clone()),
        name: Some(change.name.to_string()),
        change: Some(change.id),
        person: Some(change.requested_by_name.clone()),
        reason: change.reason.as_ref().map(ToString::to_string),
        ..Notice::new(kind, at, once)
    }
}
