//! Shuts doors whose time is over. The same engine, the same proof; nobody has to be there.
//!
//! A return is tried until it is proven, however long that takes: after a try that failed the next one follows, further
//! apart each time. What should be shut by now and is not stands at the top of every page.

use std::time::Duration;

use domain::access::{Access, AccessState};
use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::change::{Cause, Change, ChangeState};
use domain::id::{IdempotencyKey, InstanceKey};
use domain::person::Scope;
use domain::text::Reason;
use domain::timebox::{ReturnDuty, pause_after};
use store::change::{DueReturn, NewChange, Requested};

use super::operator::{self, Extended, Lasts};
use super::request::{Wanted, make_way, request};
use crate::error::{Field, Problem};
use crate::{Act, Operator, Portal, ServiceError, Viewer};

/// A return of which nobody heard is taken again after this.
const AGAIN: Duration = Duration::from_mins(1);
/// Where another change of the instance is under way.
const BUSY: Duration = Duration::from_secs(15);
/// How the idempotency keys of returns begin.
pub(super) const RETURN_KEY: &str = "return-";
const BATCH: i64 = 50;
/// On pages.
const SHOWN: i64 = 100;

impl Portal {
    /// Does what is due, now and for ever. Dropped, it stops; another replica or the next start goes on.
    pub async fn keep_returns(self) {
        loop {
            if self.engine().has_claimed()
                && let Err(error) = self.do_due_returns().await
            {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "doors that should be shut could not be looked for"
                );
            }
            tokio::time::sleep(self.settings().timing.between_returns()).await;
        }
    }

    async fn do_due_returns(&self) -> Result<(), ServiceError> {
        let timing = self.settings().timing;
        // A clock that is put back keeps no door open.
        let now = self.now().max(self.session_now());
        for due in self.store().take_due_returns(now, timing.scale(AGAIN), BATCH).await? {
            let key = due.duty.instance.clone();
            if let Err(error) = self.begin_return(due).await {
                tracing::error!(instance = %key, error = &error as &dyn std::error::Error, "a return could not be begun");
            }
        }
        for duty in self.list_overdue(&Scope::Everything).await?.iter().filter(|duty| !duty.alarmed)
        {
            self.sound_alarm(duty).await?;
        }
        Ok(())
    }

    /// Doors that should be shut by now and are not.
    pub async fn list_overdue(&self, scope: &Scope) -> Result<Vec<ReturnDuty>, ServiceError> {
        let before = self.now().minus(self.settings().timing.return_takes());
        Ok(self.store().list_overdue_returns(scope, before, SHOWN).await?)
    }

    async fn begin_return(&self, due: DueReturn) -> Result<(), ServiceError> {
        let (store, timing, now) = (self.store(), self.settings().timing, self.now());
        let duty = &due.duty;
        let known = store.find_instance(&Scope::Everything, &duty.instance).await?;
        if known.as_ref().is_some_and(|detail| detail.released_at.is_some()) {
            return Ok(store.end_return_of_released(duty.opened_by, now).await?);
        }
        let tries = duty.tries.saturating_add(1);
        let change = Change {
            id: self.outside().change_id(),
            instance: duty.instance.clone(),
            name: known.map_or_else(|| duty.name.clone(), |detail| detail.row.name),
            environment: duty.environment,
            to: Access::PasswordRequired,
            expected_prior: AccessState::PasswordFree,
            state: ChangeState::Requested,
            ending: None,
            version: 0,
            requested_by: due.planned_by,
            requested_by_name: duty.planned_by.clone(),
            reason: None,
            cause: Cause::Return,
            lasts: None,
            start_at: None,
            break_glass: false,
            puts_back: None,
            review: due.review,
            preflight: None,
            cloud_request_id: None,
            requested_at: now,
            updated_at: now,
        };
        let event = AuditEvent {
            instance: Some(change.instance.clone()),
            change: Some(change.id),
            before: Some(change.expected_prior.code().to_owned()),
            after: Some(change.to.code().to_owned()),
            detail: vec![
                ("cause".to_owned(), Cause::Return.code().to_owned()),
                ("opened_by".to_owned(), duty.opened_by.to_string()),
                ("try".to_owned(), tries.to_string()),
            ],
            ..AuditEvent::new(now, AuditCode::ChangeRequested, Outcome::Intended, Actor::Portal)
        };
        // One try has one change, whichever replica begins it.
        let key = format!("{RETURN_KEY}{}-{tries}", duty.opened_by);
        let key: IdempotencyKey =
            key.parse().map_err(|_| ServiceError::Fault("a key of our own".into()))?;
        let new = || NewChange {
            change: &change,
            key: &key,
            arguments: "",
            session: None,
            address: None,
            event: &event,
        };
        let mut requested = store.request_change(new()).await?;
        if let Requested::Busy(waiting) = requested
            && make_way(self, waiting, &change).await?
        {
            requested = store.request_change(new()).await?;
        }
        match requested {
            Requested::Stored => {
                let next = now.plus(timing.scale(pause_after(tries)));
                store.note_return_try(duty.opened_by, change.id, next).await?;
                self.drive_change(change);
            }
            // The replica that began it died before it could say so.
            Requested::Repeated(id) => {
                let next = now.plus(timing.scale(pause_after(tries)));
                store.note_return_try(duty.opened_by, id, next).await?;
            }
            Requested::Busy(_) => {
                store.put_off_return(duty.opened_by, now.plus(timing.scale(BUSY))).await?;
            }
            Requested::KeyReused => {
                return Err(ServiceError::Fault("the key of a return was used by another".into()));
            }
        }
        Ok(())
    }

    async fn sound_alarm(&self, duty: &ReturnDuty) -> Result<(), ServiceError> {
        let event = AuditEvent {
            instance: Some(duty.instance.clone()),
            change: duty.last_try.or(Some(duty.opened_by)),
            detail: vec![
                ("due_at".to_owned(), duty.due_at.as_millis().to_string()),
                ("tries".to_owned(), duty.tries.to_string()),
            ],
            ..AuditEvent::new(self.now(), AuditCode::ReturnOverdue, Outcome::Failed, Actor::Portal)
        };
        if self.store().alarm_return(duty.opened_by, &event).await? {
            tracing::error!(instance = %duty.instance, tries = duty.tries, "a door that should be shut stands open");
        }
        Ok(())
    }
}

impl Viewer<'_> {
    /// Doors that stand open for a time, the next to be shut first.
    pub async fn list_returns(&self) -> Result<Vec<ReturnDuty>, ServiceError> {
        Ok(self.portal.store().list_returns(&self.who.person.sees(), SHOWN).await?)
    }

    /// When this door is shut by itself, if it is.
    pub async fn find_return(&self, key: &InstanceKey) -> Result<Option<ReturnDuty>, ServiceError> {
        Ok(self.portal.store().find_return(&self.who.person.sees(), key).await?)
    }
}

impl Operator<'_> {
    /// Lets a door stand open for so long from now on, under the policy for opening it. `seen`: the end that the person
    /// saw; somebody else's extension in between is not overwritten. `key` recognises a repetition of the request, where
    /// it has to be approved.
    pub async fn extend(
        &self,
        instance: &InstanceKey,
        seen: domain::time::Timestamp,
        lasts: Duration,
        reason: Option<Reason>,
        key: &IdempotencyKey,
    ) -> Result<Extended, ServiceError> {
        let Viewer { portal, who } = self.viewer();
        if operator::is_own_key(key) {
            return Err(ServiceError::KeyReused);
        }
        let duty = self.viewer().find_return(instance).await?.ok_or(ServiceError::NotFound)?;
        self.require_at(instance).await?;
        if duty.due_at != seen {
            return Err(ServiceError::ReviewOver);
        }
        // A time that cannot be is refused before the cloud is asked for it.
        let policy = portal.policy().await?.policy;
        operator::opened_for(duty.environment, &policy, Lasts::For(lasts))?;
        let review = self.take_review(instance, Access::PasswordFree).await?;
        let (in_force, demand) = self.demand(&review).await?;
        let lasts = operator::lasts(&review, &in_force.policy, Lasts::For(lasts))?;
        if demand.reason && reason.is_none() {
            let (field, problem) = (Field::Reason, Problem::Missing);
            return Err(ServiceError::Invalid { field, problem });
        }
        if let Some(refusal) = demand.refusal {
            return Err(ServiceError::AgainstPolicy { refusal });
        }
        portal.require_proof_to_open(who, review.environment, review.to, Act::OpenGuarded).await?;
        let Some(lasts) = lasts.filter(|_| !demand.approval) else {
            let wanted = Wanted {
                review: &review,
                reason,
                cause: Cause::Wish,
                lasts,
                start_at: None,
                break_glass: false,
                puts_back: None,
                key,
                arguments: &format!("extend {seen:?} {lasts:?}"),
            };
            return Ok(Extended::Requested(request(portal, who, wanted).await?));
        };
        let now = portal.now();
        let due_at = now.plus(lasts);
        let event = AuditEvent {
            instance: Some(instance.clone()),
            change: Some(duty.opened_by),
            reason: reason.as_ref().map(ToString::to_string),
            before: Some(duty.due_at.as_millis().to_string()),
            after: Some(due_at.as_millis().to_string()),
            ..who.event(now, AuditCode::ReturnExtended, Outcome::Succeeded)
        };
        // Being shut already, or just moved by somebody else.
        let moved = portal.store().extend_return(&duty, due_at, &event).await?;
        if moved { Ok(Extended::Done) } else { Err(ServiceError::ReviewOver) }
    }
}
