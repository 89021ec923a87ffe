//! Starts the lines of a batch: one, then a tenth, then all, so many at once, until too many fail.
//!
//! Whichever replica has the batch's lease runs it; where it dies, another goes on from what is written. A line is started
//! by a key of its own, so that it is one change however often it is tried.

use std::time::Duration;

use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::batch::{Batch, BatchItem, BatchState, Halt, ItemProblem, released};
use domain::change::Cause;
use domain::id::{BatchId, IdempotencyKey};
use domain::person::Scope;
use domain::review::Review;
pub(in crate::change) use store::batch::KEY as BATCH_KEY;

use super::lasts_in;
use crate::change::request::{Wanted, request};
use crate::{Portal, ServiceError, SignedIn};

/// Whoever runs a batch and dies is replaced after this.
const LEASE: Duration = Duration::from_secs(30);
/// Also where nobody says that something ended.
const LOOK: Duration = Duration::from_secs(2);

impl Portal {
    /// Runs every batch that nobody runs, now and for ever.
    pub async fn keep_batches(self) {
        loop {
            if !self.engine().has_claimed() {
                tokio::time::sleep(self.settings().timing.scale(LOOK)).await;
                continue;
            }
            match self.store().list_running_batches().await {
                Ok(batches) => batches.iter().for_each(|batch| self.run_batch(batch.id)),
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "batches could not be listed"
                    );
                }
            }
            tokio::time::sleep(self.settings().timing.supervision()).await;
        }
    }

    /// Starts a task for a batch, unless one runs it already.
    pub(crate) fn run_batch(&self, id: BatchId) {
        let Some(running) = self.engine().claim_batch(id) else { return };
        let portal = self.clone();
        tokio::spawn(async move {
            if let Err(error) = run(&portal, id).await {
                tracing::error!(batch = %id, error = &error as &dyn std::error::Error, "a batch was interrupted");
            }
            drop(running);
        });
    }
}

async fn run(portal: &Portal, id: BatchId) -> Result<(), ServiceError> {
    let (store, lease) = (portal.store(), format!("batch:{id}"));
    loop {
        // Before looking: what ends meanwhile is not missed.
        let ended = portal.engine().ended();
        tokio::pin!(ended);
        ended.as_mut().enable();
        if store.take_lease(&lease, portal.holder(), LEASE, portal.now()).await?.is_none() {
            return Ok(());
        }
        let Some(batch) = store.find_batch(&Scope::Everything, id).await? else { return Ok(()) };
        if batch.state != BatchState::Running || step(portal, &batch).await? {
            return Ok(store.give_back_lease(&lease, portal.holder()).await?);
        }
        tokio::select! {
            () = ended => {}
            () = tokio::time::sleep(portal.settings().timing.scale(LOOK)) => {}
        }
    }
}

/// Starts what may be started now. `true`: the batch is over, or waits for somebody.
async fn step(portal: &Portal, batch: &Batch) -> Result<bool, ServiceError> {
    let items = portal.store().list_batch_items(&Scope::Everything, batch.id).await?;
    let lines: Vec<&BatchItem> = items.iter().filter(|item| item.line.will_change()).collect();
    let failed = lines.iter().filter(|item| item.has_failed()).count();
    let seen = usize::try_from(batch.failures_seen).unwrap_or(usize::MAX);
    let too_many = batch.failures_allowed.is_some_and(|allowed| {
        failed.saturating_sub(seen) > usize::try_from(allowed).unwrap_or(usize::MAX)
    });
    if too_many {
        return halt(portal, batch, Halt::Failures, failed).await;
    }
    let over = lines.iter().filter(|item| item.is_over()).count();
    if over == lines.len() {
        return finish(portal, batch, lines.len(), failed).await;
    }
    let under_way = lines.iter().filter(|item| item.change.is_some() && !item.is_over()).count();
    let free = usize::try_from(batch.at_once).unwrap_or(1).saturating_sub(under_way);
    let waiting = lines
        .iter()
        .take(released(lines.len(), over))
        .filter(|item| item.change.is_none() && item.problem.is_none())
        .take(free);
    let mut who = None;
    for item in waiting {
        if who.is_none() {
            let Some(found) = starter(portal, batch).await? else {
                return halt(portal, batch, Halt::NoLongerAllowed, failed).await;
            };
            who = Some(found);
        }
        if let Some(who) = &who {
            start(portal, batch, item, who).await?;
        }
    }
    Ok(false)
}

/// Whoever started the batch, as their account is now.
async fn starter(portal: &Portal, batch: &Batch) -> Result<Option<SignedIn>, ServiceError> {
    let person = portal.store().find_active_person(batch.requested_by).await?;
    Ok(person.map(|person| SignedIn {
        person,
        session: batch.session.clone().unwrap_or_default(),
        address: batch.address.as_ref().and_then(|address| address.parse().ok()),
        language: None,
        theme: None,
        // They proved it when they started it.
        proven_at: None,
    }))
}

async fn start(
    portal: &Portal,
    batch: &Batch,
    item: &BatchItem,
    who: &SignedIn,
) -> Result<(), ServiceError> {
    let store = portal.store();
    let became = match store.find_review(item.review, batch.requested_by).await? {
        None => Err(ItemProblem::ReviewOver),
        // What an earlier call may yet undo is reviewed alone, where it can be acknowledged.
        Some(review) if may_be_undone(portal, &review).await? => Err(ItemProblem::ReviewOver),
        Some(review) => {
            let policy = portal.policy().await?.policy;
            let opens = batch.to.opens();
            let lasts = opens.then(|| lasts_in(&policy, item.environment, batch.lasts)).flatten();
            let key = format!("{BATCH_KEY}{}-{}", batch.id, item.position);
            let key: IdempotencyKey =
                key.parse().map_err(|_| ServiceError::Fault("a key of our own".into()))?;
            let wanted = Wanted {
                review: &review,
                reason: batch.reason.clone(),
                cause: Cause::Wish,
                lasts,
                start_at: None,
                break_glass: false,
                puts_back: None,
                key: &key,
                arguments: "",
            };
            match request(portal, who, wanted).await {
                Ok(id) => Ok(id),
                Err(ServiceError::Busy { .. }) => Err(ItemProblem::Busy),
                Err(error) => return Err(error),
            }
        }
    };
    Ok(store.note_batch_item(batch.id, item.position, became).await?)
}

async fn may_be_undone(portal: &Portal, review: &Review) -> Result<bool, ServiceError> {
    let (store, now) = (portal.store(), portal.now());
    Ok(store.find_opposite_late_effect(&review.instance, review.to, now).await?.is_some())
}

async fn halt(
    portal: &Portal,
    batch: &Batch,
    halt: Halt,
    failed: usize,
) -> Result<bool, ServiceError> {
    let paused = Batch { state: BatchState::Paused, halt: Some(halt), ..batch.clone() };
    let detail = [("why", halt.code().to_owned()), ("failed", failed.to_string())];
    turn(portal, paused, AuditCode::BatchPaused, Outcome::Failed, &detail).await
}

async fn finish(
    portal: &Portal,
    batch: &Batch,
    count: usize,
    failed: usize,
) -> Result<bool, ServiceError> {
    let done = Batch { state: BatchState::Done, halt: None, ..batch.clone() };
    let outcome = if failed == 0 { Outcome::Succeeded } else { Outcome::Failed };
    let detail = [("instances", count.to_string()), ("failed", failed.to_string())];
    turn(portal, done, AuditCode::BatchEnded, outcome, &detail).await
}

/// Somebody who paused it just now was first: the next look sees that.
async fn turn(
    portal: &Portal,
    to: Batch,
    code: AuditCode,
    outcome: Outcome,
    detail: &[(&str, String)],
) -> Result<bool, ServiceError> {
    let now = portal.now();
    let told = detail.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    let event = AuditEvent {
        detail: std::iter::once(("batch".to_owned(), to.id.to_string())).chain(told).collect(),
        ..AuditEvent::new(now, code, outcome, Actor::Portal)
    };
    match portal.store().move_batch(&Batch { updated_at: now, ..to }, Some(&event)).await {
        Ok(()) => Ok(true),
        Err(error) if error.is_conflict() => Ok(false),
        Err(error) => Err(error.into()),
    }
}
