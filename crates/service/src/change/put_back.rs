//! Taking back what was just changed: the same person, within a while, with fresh facts and under the same policy.
//!
//! Opened again, a door keeps the end it had. Where somebody approved that it stands open until then, that still holds.

use std::time::Duration;

use domain::approval::Verdict;
use domain::change::{Cause, Change, ChangeState, Ending, VerifiedBy};
use domain::id::{ChangeId, IdempotencyKey};
use domain::person::Scope;
use domain::policy::Policy;
use domain::time::Timestamp;
use domain::timebox::ReturnDuty;
use store::change::ChangeFilter;

use super::operator::{self, Lasts, Operator};
use super::request::{Wanted, request};
use crate::error::{Field, Problem};
use crate::{Act, Portal, ServiceError, Viewer};

impl Viewer<'_> {
    /// Until when this person may put a change back; `None`: not, or not any more.
    pub async fn may_put_back(&self, change: &Change) -> Result<Option<Timestamp>, ServiceError> {
        let within = self.portal.policy().await?.policy.put_back_within;
        let until = change.updated_at.plus(within);
        let made = matches!(
            change.ending,
            Some(Ending::Verified { by: VerifiedBy::Worker | VerifiedBy::Reconciler })
        );
        let own = change.requested_by == self.who.person.id && change.cause != Cause::Return;
        if change.state != ChangeState::Verified || !made || !own || until <= self.portal.now() {
            return Ok(None);
        }
        let filter =
            ChangeFilter { instance: Some(change.instance.clone()), ..ChangeFilter::default() };
        let newest = self.list_changes(&filter, 1).await?;
        Ok((newest.first().map(|newest| newest.id) == Some(change.id)).then_some(until))
    }
}

impl Operator<'_> {
    /// A new change in the other direction, on facts read now.
    pub async fn put_back(
        &self,
        id: ChangeId,
        key: &IdempotencyKey,
    ) -> Result<ChangeId, ServiceError> {
        let Viewer { portal, who } = self.viewer();
        if operator::is_own_key(key) {
            return Err(ServiceError::KeyReused);
        }
        let change = portal.store().find_change(&who.person.sees(), id).await?;
        let change = change.ok_or(ServiceError::NotFound)?;
        self.require_at(&change.instance).await?;
        if self.viewer().may_put_back(&change).await?.is_none() {
            return self.put_back_before(id, key).await?.ok_or(ServiceError::Overtaken);
        }
        let review = self.take_review(&change.instance, change.to.opposite()).await?;
        let (in_force, demand) = self.demand(&review).await?;
        if let Some(refusal) = demand.refusal {
            return Err(ServiceError::AgainstPolicy { refusal });
        }
        if !review.facts.access_state().is(change.to) {
            return Err(ServiceError::Overtaken);
        }
        // What an earlier call may yet undo is reviewed, where it can be acknowledged.
        if review.late_until.is_some() {
            return Err(ServiceError::ReviewOver);
        }
        if review.preflight.is_blocked() {
            return Err(ServiceError::Blocked);
        }
        if demand.reason && change.reason.is_none() {
            let (field, problem) = (Field::Reason, Problem::Missing);
            return Err(ServiceError::Invalid { field, problem });
        }
        portal.require_proof_to_open(who, review.environment, review.to, Act::OpenGuarded).await?;
        let ended = ended_by(portal, &change).await?;
        let lasts = self.rest(&review, &in_force.policy, ended.as_ref())?;
        let wanted = Wanted {
            review: &review,
            reason: change.reason.clone(),
            cause: Cause::PutBack,
            lasts,
            start_at: None,
            break_glass: false,
            puts_back: Some(id),
            key,
            arguments: &format!("put-back {id}"),
        };
        request(portal, who, wanted).await
    }

    /// Sent twice, it is the change of the first time.
    async fn put_back_before(
        &self,
        id: ChangeId,
        key: &IdempotencyKey,
    ) -> Result<Option<ChangeId>, ServiceError> {
        let Viewer { portal, who } = self.viewer();
        let known = portal.store().find_change_by_key(who.person.id, key).await?;
        Ok(known.filter(|known| known.puts_back == Some(id)).map(|known| known.id))
    }

    /// What is left of the time that the door had; where it had none, what is usual there.
    fn rest(
        &self,
        review: &domain::review::Review,
        policy: &Policy,
        ended: Option<&ReturnDuty>,
    ) -> Result<Option<Duration>, ServiceError> {
        let Some(duty) = ended else {
            let unlimited = policy.caps.allows(review.environment, None);
            let lasts = if unlimited { Lasts::UntilShut } else { Lasts::Usual };
            return operator::lasts(review, policy, lasts);
        };
        let left = duty.due_at.since(self.viewer().portal.now());
        if left < policy.caps.shortest { Err(ServiceError::Overtaken) } else { Ok(Some(left)) }
    }
}

/// The end that a door had when this change shut it.
async fn ended_by(portal: &Portal, change: &Change) -> Result<Option<ReturnDuty>, ServiceError> {
    if change.to.opens() {
        return Ok(None);
    }
    Ok(portal.store().find_return_ended(&change.instance, change.updated_at).await?)
}

/// Whether somebody agreed to what this change puts back, and for longer than until now.
pub(super) async fn is_still_approved(
    portal: &Portal,
    change: &Change,
) -> Result<bool, ServiceError> {
    let store = portal.store();
    let Some(put_back) = change.puts_back else { return Ok(false) };
    let Some(closing) = store.find_change(&Scope::Everything, put_back).await? else {
        return Ok(false);
    };
    let Some(duty) = ended_by(portal, &closing).await? else { return Ok(false) };
    let approval = store.find_approval(duty.opened_by).await?;
    let approved = approval
        .and_then(|approval| approval.decided)
        .is_some_and(|decided| decided.verdict == Verdict::Approved);
    Ok(approved && duty.due_at > portal.now())
}
