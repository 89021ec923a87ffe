//! The same change for many instances.
//!
//! A draft is made of what is known, without a call: each line says what would become of its instance. Started, `run`
//! turns line after line into a change like any other; its own fresh checks refuse what moved since the draft.

mod run;

pub(super) use run::BATCH_KEY;

use std::collections::BTreeSet;
use std::time::Duration;

use domain::access::Access;
use domain::audit::{AuditCode, AuditEvent, Outcome};
use domain::batch::{AT_ONCE, Batch, BatchItem, BatchLasts, BatchState, Halt, Line, MOST};
use domain::change::{Ending, VerifiedBy};
use domain::consequence::consequences;
use domain::environment::Environment;
use domain::id::{BatchId, InstanceKey};
use domain::inventory::{InstanceFilter, InstanceSort};
use domain::person::{Role, Scope};
use domain::policy::Policy;
use domain::preflight::{self, Facts};
use domain::review::Review;
use domain::text::Reason;
use store::fleet::PageOf;

use super::operator::{first_come, wish};
use super::pending::require_room_for_draft;
use crate::error::{Field, Problem};
use crate::{Act, Operator, ServiceError, Viewer};

/// How many are under way at once where nobody says.
pub const USUAL_AT_ONCE: u32 = 10;
/// How many may fail where nobody says.
pub const USUAL_FAILURES: u32 = 3;
/// On pages.
const SHOWN: i64 = 50;

/// A batch with its lines.
#[derive(Debug, Clone)]
pub struct BatchDetail {
    pub batch: Batch,
    pub items: Vec<BatchItem>,
}

/// What a person filled in to start a draft.
#[derive(Debug, Clone)]
pub struct BatchStart {
    pub batch: BatchId,
    pub reason: Option<Reason>,
    pub lasts: BatchLasts,
    pub at_once: u32,
    /// `None`: it goes on whatever fails.
    pub failures_allowed: Option<u32>,
    /// How many instances will change, typed by hand.
    pub typed_count: Option<usize>,
    /// The codes of the consequences that were ticked.
    pub acknowledged: Vec<String>,
}

/// What is made of a batch that ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// The lines that failed, once more.
    Failed,
    /// The lines that were carried out, the other way.
    PutBack,
}

impl BatchDetail {
    pub fn will_change(&self) -> impl Iterator<Item = &BatchItem> {
        self.items.iter().filter(|item| item.line.will_change())
    }

    /// Whether starting it needs the number typed, or each consequence ticked.
    pub fn is_guarded(&self) -> bool {
        self.will_change().any(|item| item.environment.is_guarded())
    }

    pub fn needs_reason(&self, policy: &Policy) -> bool {
        self.will_change().any(|item| policy.rules(item.environment).reason)
    }

    pub fn environments(&self) -> BTreeSet<Environment> {
        self.will_change().map(|item| item.environment).collect()
    }

    /// Those that failed since somebody last looked.
    pub fn failures(&self) -> usize {
        self.items.iter().filter(|item| item.has_failed()).count()
    }

    /// What could be made of it now.
    pub fn may_follow(&self, after: After) -> bool {
        self.batch.state != BatchState::Draft && self.items.iter().any(|item| follows(item, after))
    }
}

fn follows(item: &BatchItem, after: After) -> bool {
    match after {
        After::Failed => item.has_failed(),
        After::PutBack => item.change.as_ref().is_some_and(|change| {
            matches!(
                change.ending,
                Some(Ending::Verified { by: VerifiedBy::Worker | VerifiedBy::Reconciler })
            )
        }),
    }
}

/// The time a door of this environment is given.
pub fn lasts_in(policy: &Policy, environment: Environment, chosen: BatchLasts) -> Option<Duration> {
    let caps = policy.caps;
    match (chosen, caps.of(environment)) {
        (BatchLasts::Usual, _) => Some(caps.usual(environment)),
        (BatchLasts::For(lasts), cap) => Some(cap.map_or(lasts, |cap| lasts.min(cap))),
        (BatchLasts::UntilShut, cap) => cap,
    }
}

impl Viewer<'_> {
    pub async fn get_batch(&self, id: BatchId) -> Result<BatchDetail, ServiceError> {
        let store = self.portal.store();
        let batch = store.find_batch(&self.who.person.sees(), id).await?;
        // A draft is its maker's.
        let batch = batch
            .filter(|batch| {
                batch.state != BatchState::Draft || batch.requested_by == self.who.person.id
            })
            .ok_or(ServiceError::NotFound)?;
        let items = store.list_batch_items(&self.who.person.sees(), id).await?;
        Ok(BatchDetail { batch, items })
    }

    pub async fn list_batches(&self) -> Result<Vec<Batch>, ServiceError> {
        Ok(self.portal.store().list_batches(&self.who.person.sees(), SHOWN).await?)
    }
}

impl Operator<'_> {
    /// What would become of each instance that a filter finds. Nothing is carried out.
    pub async fn draft_batch(
        &self,
        filter: &InstanceFilter,
        to: Access,
    ) -> Result<BatchId, ServiceError> {
        let limit = i64::try_from(MOST).unwrap_or(i64::MAX).saturating_add(1);
        let page = PageOf { filter, sort: InstanceSort::Place, after: None, limit };
        let found = self.viewer().list_instances(page).await?;
        let keys: Vec<InstanceKey> =
            found.into_iter().filter(|row| row.released_at.is_none()).map(|row| row.key).collect();
        self.draft(&keys, to, None).await
    }

    /// A new draft of what a batch left to do, or of the way back.
    pub async fn follow_batch(&self, id: BatchId, after: After) -> Result<BatchId, ServiceError> {
        let detail = self.viewer().get_batch(id).await?;
        self.require_over(&detail).await?;
        let to = match after {
            After::Failed => detail.batch.to,
            After::PutBack => detail.batch.to.opposite(),
        };
        let items = detail.items.iter().filter(|item| follows(item, after));
        let keys: Vec<InstanceKey> = items.map(|item| item.instance.clone()).collect();
        self.draft(&keys, to, Some(id)).await
    }

    async fn draft(
        &self,
        keys: &[InstanceKey],
        to: Access,
        after: Option<BatchId>,
    ) -> Result<BatchId, ServiceError> {
        let Viewer { portal, who } = self.viewer();
        let invalid = |problem| Err(ServiceError::Invalid { field: Field::Instances, problem });
        if keys.is_empty() {
            return invalid(Problem::Missing);
        }
        if keys.len() > MOST {
            return invalid(Problem::TooMany);
        }
        require_room_for_draft(&self.viewer()).await?;
        let (now, policy) = (portal.now(), portal.policy().await?.policy);
        let mut items = Vec::with_capacity(keys.len());
        for (position, key) in (0..).zip(keys) {
            let Ok(detail) = self.viewer().get_instance(key).await else { continue };
            let facts = detail.facts();
            let late_until = portal.store().find_opposite_late_effect(key, to, now).await?;
            let review = Review {
                id: portal.outside().review_id(),
                person: who.person.id,
                instance: key.clone(),
                name: detail.row.name.clone(),
                environment: detail.environment,
                to,
                taken_at: now,
                preflight: preflight::run(&facts, to),
                facts,
                decides: None,
                late_until,
            };
            let role = self.viewer().role_at(key).await?.unwrap_or(Role::Viewer);
            let demand = policy.demand(&wish(&review, role, now, false));
            let line = match late_until {
                Some(until) => Line::LateEffect { until },
                None => Line::of(&review.facts, &review.preflight, to, &demand),
            };
            let item = BatchItem {
                position,
                instance: key.clone(),
                name: review.name.clone(),
                environment: review.environment,
                line,
                review: review.id,
                change: None,
                problem: None,
            };
            items.push((item, review));
        }
        let batch = Batch {
            id: portal.outside().batch_id(),
            to,
            state: BatchState::Draft,
            halt: None,
            version: 0,
            requested_by: who.person.id,
            requested_by_name: who.person.name.clone(),
            reason: None,
            lasts: BatchLasts::Usual,
            at_once: USUAL_AT_ONCE,
            failures_allowed: Some(USUAL_FAILURES),
            failures_seen: 0,
            after,
            session: None,
            address: None,
            created_at: now,
            started_at: None,
            updated_at: now,
        };
        portal.store().save_draft(&batch, &items).await?;
        Ok(batch.id)
    }

    /// Starts a draft. It goes on by itself, also without the one who started it.
    pub async fn start_batch(&self, start: BatchStart) -> Result<(), ServiceError> {
        let Viewer { portal, who } = self.viewer();
        let detail = self.viewer().get_batch(start.batch).await?;
        let batch = &detail.batch;
        if batch.state != BatchState::Draft {
            // Pressed twice, it is one start.
            let own = batch.requested_by == who.person.id;
            return if own { Ok(()) } else { Err(ServiceError::Overtaken) };
        }
        self.require_over(&detail).await?;
        let now = portal.now();
        if now.since(batch.created_at) > portal.settings().review_lasts {
            return Err(ServiceError::ReviewOver);
        }
        let policy = portal.policy().await?.policy;
        check_guard(&detail, &start, &policy)?;
        for item in detail.will_change() {
            portal.require_proof_to_open(who, item.environment, batch.to, Act::OpenGuarded).await?;
        }
        let started = Batch {
            state: BatchState::Running,
            reason: start.reason,
            lasts: start.lasts,
            at_once: start.at_once,
            failures_allowed: start.failures_allowed,
            session: Some(who.session.clone()),
            address: who.address.map(|address| address.to_string()),
            started_at: Some(now),
            updated_at: now,
            ..batch.clone()
        };
        let count = detail.will_change().count();
        let event = AuditEvent {
            detail: vec![
                ("batch".to_owned(), batch.id.to_string()),
                ("instances".to_owned(), count.to_string()),
                ("at_once".to_owned(), started.at_once.to_string()),
            ],
            reason: started.reason.as_ref().map(ToString::to_string),
            after: Some(batch.to.code().to_owned()),
            ..who.event(now, AuditCode::BatchStarted, Outcome::Intended)
        };
        portal.store().move_batch(&started, Some(&event)).await.map_err(first_come)?;
        portal.run_batch(batch.id);
        Ok(())
    }

    /// Nothing new is started until it is resumed.
    pub async fn pause_batch(&self, id: BatchId) -> Result<(), ServiceError> {
        let detail = self.own_batch(id, &[BatchState::Running]).await?;
        let halted =
            Batch { state: BatchState::Paused, halt: Some(Halt::Asked), ..detail.batch.clone() };
        self.steer(halted, AuditCode::BatchPaused).await
    }

    /// Goes on, whatever failed so far.
    pub async fn resume_batch(&self, id: BatchId) -> Result<(), ServiceError> {
        let detail = self.own_batch(id, &[BatchState::Paused]).await?;
        let failures_seen = u32::try_from(detail.failures()).unwrap_or(u32::MAX);
        let resumed =
            Batch { state: BatchState::Running, halt: None, failures_seen, ..detail.batch.clone() };
        self.steer(resumed, AuditCode::BatchResumed).await?;
        self.viewer().portal.run_batch(id);
        Ok(())
    }

    /// Nothing is started any more. What is under way ends as it does.
    pub async fn stop_batch(&self, id: BatchId) -> Result<(), ServiceError> {
        let detail = self.own_batch(id, &[BatchState::Running, BatchState::Paused]).await?;
        let stopped =
            Batch { state: BatchState::Stopped, halt: Some(Halt::Asked), ..detail.batch.clone() };
        self.steer(stopped, AuditCode::BatchStopped).await
    }

    /// Refuses whoever may not change one of the instances that would be changed.
    async fn require_over(&self, detail: &BatchDetail) -> Result<(), ServiceError> {
        for item in detail.will_change() {
            self.require_at(&item.instance).await?;
        }
        Ok(())
    }

    /// One's own, or, for an approver, anybody's.
    async fn own_batch(
        &self,
        id: BatchId,
        states: &[BatchState],
    ) -> Result<BatchDetail, ServiceError> {
        let Viewer { portal, who } = self.viewer();
        let detail = self.viewer().get_batch(id).await?;
        if detail.batch.requested_by != who.person.id {
            // Also the lines that this person is not shown.
            for item in portal.store().list_batch_items(&Scope::Everything, id).await? {
                let at = portal.store().locate(&item.instance).await?;
                if !who.person.may_at(Role::Approver, &at) {
                    return Err(portal.deny(who, Role::Approver, self.act(), None).await?);
                }
            }
        }
        if states.contains(&detail.batch.state) { Ok(detail) } else { Err(ServiceError::Overtaken) }
    }

    async fn steer(&self, to: Batch, code: AuditCode) -> Result<(), ServiceError> {
        let Viewer { portal, who } = self.viewer();
        let now = portal.now();
        let event = AuditEvent {
            detail: vec![("batch".to_owned(), to.id.to_string())],
            ..who.event(now, code, Outcome::Succeeded)
        };
        let to = Batch { updated_at: now, ..to };
        portal.store().move_batch(&to, Some(&event)).await.map_err(first_come)
    }
}

/// What one instance asks for, asked once for all.
fn check_guard(
    detail: &BatchDetail,
    start: &BatchStart,
    policy: &Policy,
) -> Result<(), ServiceError> {
    let invalid = |field, problem| Err(ServiceError::Invalid { field, problem });
    let count = detail.will_change().count();
    if count == 0 {
        return Err(ServiceError::Blocked);
    }
    if !AT_ONCE.contains(&start.at_once) {
        return invalid(Field::AtOnce, Problem::TooMany);
    }
    let shortest = policy.caps.shortest;
    if matches!(start.lasts, BatchLasts::For(lasts) if lasts < shortest) {
        return invalid(Field::Lasts, Problem::TooShort);
    }
    if detail.needs_reason(policy) && start.reason.is_none() {
        return invalid(Field::Reason, Problem::Missing);
    }
    if !detail.is_guarded() {
        return Ok(());
    }
    if detail.batch.to.opens() {
        return match start.typed_count {
            None => invalid(Field::TypedCount, Problem::Missing),
            Some(typed) if typed != count => invalid(Field::TypedCount, Problem::Mismatch),
            Some(_) => Ok(()),
        };
    }
    let ticked = |code: &str| start.acknowledged.iter().any(|ticked| ticked == code);
    let all = consequences(&Facts::unread(), detail.batch.to)
        .iter()
        .all(|consequence| ticked(consequence.code()));
    if all { Ok(()) } else { invalid(Field::Acknowledged, Problem::Missing) }
}
