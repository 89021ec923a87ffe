//! What an approver may do: say yes or no to the wish of somebody else, and look at what was done in an emergency.
//!
//! Yes is said to what the approver was shown just now; where that is not what the other person saw, the wish is void.

use domain::approval::{ApprovalKind, Verdict as Word};
use domain::audit::{AuditCode, AuditEvent, Outcome};
use domain::change::{Change, ChangeState, Ending};
use domain::id::{ChangeId, ReviewId};
use domain::person::Role;
use domain::review::{Review, moved};
use domain::text::Reason;
use store::change::{ApprovalWrite, Decision, Move};

use super::drive::{expire, refuse_on_facts};
use super::operator::{Start, first_come, get_review, start_at, take_review};
use crate::error::{Field, Problem};
use crate::{Act, Portal, ServiceError, SignedIn, Viewer};

/// Decides on the wishes of others.
#[derive(Debug, Clone, Copy)]
pub struct Approver<'a> {
    viewer: Viewer<'a>,
    /// What is tried, for the audit of a refusal.
    act: &'static str,
}

impl Portal {
    /// Somebody who is an approver somewhere; where, each act asks. `act` names what was tried, for the audit of a refusal.
    pub async fn approver<'a>(
        &'a self,
        who: &'a SignedIn,
        act: &'static str,
    ) -> Result<Approver<'a>, ServiceError> {
        self.require(who, Role::Approver, act).await?;
        Ok(Approver { viewer: self.viewer(who), act })
    }
}

impl Approver<'_> {
    /// Reads the instance afresh for a wish that waits.
    pub async fn take_review(&self, id: ChangeId) -> Result<Review, ServiceError> {
        let change = self.waiting(id).await?;
        take_review(&self.viewer, &change.instance, change.to, Some(id)).await
    }

    /// A review of this person, the wish that it is about, and what the other person was shown.
    pub async fn get_review(
        &self,
        id: ReviewId,
    ) -> Result<(Review, Change, Option<Review>), ServiceError> {
        let review = get_review(&self.viewer, id).await?;
        let change = self.waiting(review.decides.ok_or(ServiceError::ReviewOver)?).await?;
        let store = self.viewer.portal.store();
        let first = store.find_review(change.review, change.requested_by).await?;
        Ok((review, change, first))
    }

    /// Agrees to what the review showed. What moved since the other person looked makes the wish void; nothing is
    /// changed then, and the change says so.
    pub async fn approve(
        &self,
        review: ReviewId,
        note: Option<Reason>,
        start: Start,
    ) -> Result<ChangeId, ServiceError> {
        let (portal, who) = (self.viewer.portal, self.viewer.who);
        let (now_seen, change, first) = self.get_review(review).await?;
        let id = change.id;
        let Some(first) = first else {
            expire(portal, &change).await?;
            return Ok(id);
        };
        let moved = moved(&first.facts, &now_seen.facts, change.to);
        if refuse_on_facts(portal, &change, moved, &now_seen.preflight).await? {
            return Ok(id);
        }
        portal
            .require_proof_to_open(who, change.environment, change.to, Act::ApproveGuarded)
            .await?;
        let at = portal.now();
        let policy = portal.policy().await?.policy;
        let chosen = start_at(at, &now_seen, &policy, start)?;
        let events = [AuditEvent {
            instance: Some(change.instance.clone()),
            change: Some(id),
            reason: note.as_ref().map(ToString::to_string),
            detail: chosen
                .map(|at| ("start_at".to_owned(), at.as_millis().to_string()))
                .into_iter()
                .collect(),
            ..who.event(at, AuditCode::ChangeApproved, Outcome::Succeeded)
        }];
        let step = Move {
            approval: Some(ApprovalWrite::Decide(self.word(Word::Approved, note.as_ref()))),
            start_at: chosen.max(change.start_at),
            events: &events,
            ..Move::new(&change, ChangeState::Approved, at)
        };
        let approved = portal.store().move_change(step).await.map_err(first_come)?;
        portal.drive_change(approved);
        Ok(id)
    }

    /// Says no, with a reason that the other person reads.
    pub async fn reject(&self, id: ChangeId, note: Option<Reason>) -> Result<(), ServiceError> {
        let (portal, who) = (self.viewer.portal, self.viewer.who);
        let change = self.waiting(id).await?;
        let Some(note) = note else {
            let (field, problem) = (Field::Reason, Problem::Missing);
            return Err(ServiceError::Invalid { field, problem });
        };
        let at = portal.now();
        let events = [AuditEvent {
            instance: Some(change.instance.clone()),
            change: Some(id),
            reason: Some(note.to_string()),
            ..who.event(at, AuditCode::ChangeRejected, Outcome::Refused)
        }];
        let step = Move {
            approval: Some(ApprovalWrite::Decide(self.word(Word::Rejected, Some(&note)))),
            ending: Some(Ending::TakenBack { by: who.person.name.clone() }),
            events: &events,
            ..Move::new(&change, ChangeState::Rejected, at)
        };
        portal.store().move_change(step).await.map_err(first_come)?;
        Ok(())
    }

    /// Has looked at what somebody else did in an emergency.
    pub async fn see_emergency(
        &self,
        id: ChangeId,
        word: Word,
        note: Option<Reason>,
    ) -> Result<(), ServiceError> {
        let (portal, who) = (self.viewer.portal, self.viewer.who);
        let change = portal.store().find_change(&who.person.sees(), id).await?;
        let change = change.filter(|change| change.break_glass).ok_or(ServiceError::NotFound)?;
        portal.require_at(who, Role::Approver, &change.instance, self.act).await?;
        self.not_own(&change)?;
        let asked = portal.store().find_approval(id).await?;
        if !asked
            .is_some_and(|asked| asked.kind == ApprovalKind::Afterwards && asked.decided.is_none())
        {
            return Err(ServiceError::Overtaken);
        }
        let event = AuditEvent {
            instance: Some(change.instance.clone()),
            change: Some(id),
            reason: note.as_ref().map(ToString::to_string),
            detail: vec![("verdict".to_owned(), word.code().to_owned())],
            ..who.event(portal.now(), AuditCode::BreakGlassSeen, Outcome::Succeeded)
        };
        let decision = self.word(word, note.as_ref());
        let recorded = portal.store().record_emergency_seen(id, decision, &event).await;
        recorded.map_err(first_come)
    }

    fn word<'w>(&'w self, verdict: Word, note: Option<&'w Reason>) -> Decision<'w> {
        let person = &self.viewer.who.person;
        Decision { verdict, by: person.id, by_name: &person.name, note }
    }

    /// A wish of somebody else that nobody has decided.
    async fn waiting(&self, id: ChangeId) -> Result<Change, ServiceError> {
        let (portal, who) = (self.viewer.portal, self.viewer.who);
        let change = portal.store().find_change(&who.person.sees(), id).await?;
        let change = change.ok_or(ServiceError::NotFound)?;
        portal.require_at(who, Role::Approver, &change.instance, self.act).await?;
        self.not_own(&change)?;
        if change.state == ChangeState::AwaitingApproval {
            Ok(change)
        } else {
            Err(ServiceError::Overtaken)
        }
    }

    fn not_own(&self, change: &Change) -> Result<(), ServiceError> {
        if change.requested_by == self.viewer.who.person.id {
            Err(ServiceError::OwnRequest)
        } else {
            Ok(())
        }
    }
}
