//! The one way a change moves.

use domain::audit::AuditEvent;
use domain::change::{Attempt, Cause, Change, ChangeState, Ending, ReadBack};
use domain::id::{InstanceKey, RequestId, UserId};
use domain::person::Role;
use domain::preflight::Preflight;
use domain::time::Timestamp;

use super::approvals::ApprovalWrite;
use super::attempts::{self, AttemptResult};
use super::guard::{self, DriverLease};
use super::{approvals, late, returns, telling};
use crate::database::{Tx, on};
use crate::fleet::{self, NewEvent};
use crate::{Error, Store, audit, json, policy, scope, user};

/// A step of a change, with everything that must be written with it or not at all.
#[derive(Debug)]
pub struct Move<'a> {
    /// As the mover saw it: the move happens only if it still stands there.
    pub from: &'a Change,
    pub to: ChangeState,
    /// `None` keeps what stands.
    pub ending: Option<Ending>,
    pub preflight: Option<&'a Preflight>,
    pub cloud_request_id: Option<&'a RequestId>,
    pub attempt: Option<AttemptWrite<'a>>,
    pub read_back: Option<&'a ReadBack>,
    pub approval: Option<ApprovalWrite<'a>>,
    /// Not before this. `None` keeps what stands.
    pub start_at: Option<Timestamp>,
    /// What must still hold in the same transaction.
    pub guard: Option<IntentGuard>,
    /// `Some`: refused where another process drives the change by now. People who decide have none.
    pub lease: Option<&'a DriverLease>,
    /// Until then the last call may yet be carried out although nobody heard of it.
    pub late_until: Option<Timestamp>,
    pub events: &'a [AuditEvent],
    pub at: Timestamp,
}

impl<'a> Move<'a> {
    pub const fn new(from: &'a Change, to: ChangeState, at: Timestamp) -> Self {
        Self {
            from,
            to,
            ending: None,
            preflight: None,
            cloud_request_id: None,
            attempt: None,
            read_back: None,
            approval: None,
            start_at: None,
            guard: None,
            lease: None,
            late_until: None,
            events: &[],
            at,
        }
    }
}

/// What the mover found to allow it. Where it moved meanwhile, nothing is written.
#[derive(Debug, Clone, Copy)]
pub struct IntentGuard {
    pub policy_version: i64,
    /// Whoever asked, with the role they had for the instance. `None`: the wish rests on nobody.
    pub person: Option<(UserId, Role)>,
}

/// What a move does to the record of signed calls.
#[derive(Debug)]
pub enum AttemptWrite<'a> {
    Open(&'a Attempt),
    Finish(AttemptResult<'a>),
}

impl Store {
    /// Moves a change and returns it as it is then. `Conflict`: it no longer stood where the mover saw it, another
    /// process drives it, or the nonce of the attempt was used before. Nothing was written in that case.
    pub async fn move_change(&self, step: Move<'_>) -> Result<Change, Error> {
        let from = step.from;
        if !from.state.may_become(step.to) {
            tracing::error!(change = %from.id, from = %from.state, to = %step.to, "an illegal move was asked for");
            return Err(Error::Conflict);
        }
        let ending = step.ending.as_ref().map(json::write).transpose()?;
        let preflight = step.preflight.map(json::write).transpose()?;
        let mut tx = match step.attempt {
            Some(AttemptWrite::Open(_)) => self.write_intent().await?,
            _ => self.write().await?,
        };
        if let Some(guard) = step.guard
            && !holds(&mut tx, guard, &from.instance).await?
        {
            return Err(Error::Conflict);
        }
        let moved = on!(tx, |c| {
            sqlx::query(
            "UPDATE changes SET
                state = $4, open = $5, version = version + 1, updated_at = $6,
                ending = COALESCE($7, ending), preflight = COALESCE($8, preflight),
                cloud_request_id = COALESCE($9, cloud_request_id), start_at = COALESCE($10, start_at)
             WHERE id = $1 AND state = $2 AND version = $3"
        )
        .bind(from.id.to_string())
        .bind(from.state.code())
        .bind(from.version)
        .bind(step.to.code())
        .bind(!step.to.is_terminal())
        .bind(step.at.as_millis())
        .bind(ending)
        .bind(preflight)
        .bind(step.cloud_request_id.map(RequestId::as_str))
        .bind(step.start_at.map(Timestamp::as_millis))
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1)
        })?;
        if !moved {
            return Err(Error::Conflict);
        }
        if step.to.is_terminal() {
            guard::release(&mut tx, from.id, step.lease).await?;
        } else if let Some(lease) = step.lease {
            guard::renew(&mut tx, lease, step.at).await?;
        }
        match &step.attempt {
            Some(AttemptWrite::Open(attempt)) => {
                audit::anchor::require_whole(&mut tx).await?;
                attempts::open(&mut tx, attempt).await?;
            }
            Some(AttemptWrite::Finish(result)) => attempts::finish(&mut tx, result).await?,
            None => {}
        }
        if let Some(read_back) = step.read_back {
            attempts::add_read_back(&mut tx, from.id, read_back).await?;
        }
        if let Some(approval) = &step.approval {
            approvals::write(&mut tx, from.id, approval, step.at).await?;
            telling::approval(&mut tx, from, approval, step.at).await?;
        }
        for event in step.events {
            audit::append(&mut tx, event).await?;
        }
        if let Some(until) = step.late_until {
            late::watch(&mut tx, from, until).await?;
        }
        if step.to == ChangeState::Verified {
            late::clear(&mut tx, from).await?;
            returns::settle(&mut tx, from, step.at).await?;
        }
        if step.to.is_terminal() && step.to != ChangeState::Verified && from.cause == Cause::Return
        {
            telling::return_failed(&mut tx, from, step.at).await?;
        }
        fleet::record_event(&mut tx, announcement(from, step.to, step.at)).await?;
        tx.commit().await?;
        Ok(Change {
            state: step.to,
            version: from.version + 1,
            updated_at: step.at,
            start_at: step.start_at.or(from.start_at),
            ending: step.ending.or_else(|| from.ending.clone()),
            preflight: step.preflight.cloned().or_else(|| from.preflight.clone()),
            cloud_request_id: step
                .cloud_request_id
                .cloned()
                .or_else(|| from.cloud_request_id.clone()),
            ..from.clone()
        })
    }
}

async fn holds(tx: &mut Tx, guard: IntentGuard, instance: &InstanceKey) -> Result<bool, Error> {
    if policy::version(tx).await? != guard.policy_version {
        return Ok(false);
    }
    let Some((id, role)) = guard.person else { return Ok(true) };
    let Some(person) = user::find_active(tx, id).await? else { return Ok(false) };
    Ok(person.role_at(&scope::locate_in(tx, instance).await?) == Some(role))
}

/// Open pages are told of every step.
fn announcement(change: &Change, to: ChangeState, at: Timestamp) -> NewEvent<'_> {
    NewEvent {
        at,
        instance: &change.instance,
        name: change.name.as_str(),
        field: "change",
        before: Some(change.state.code().to_owned()),
        after: Some(to.code().to_owned()),
        change: Some(change.id),
    }
}
