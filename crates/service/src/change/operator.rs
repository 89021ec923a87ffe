//! What an operator may do: take a review, confirm it, and take back what only waits.

use std::time::Duration;

use domain::access::Access;
use domain::audit::{AuditCode, AuditEvent, Outcome};
use domain::change::{Cause, ChangeState, Ending};
use domain::environment::Environment;
use domain::id::{ChangeId, IdempotencyKey, InstanceKey, ReviewId};
use domain::person::Role;
use domain::policy::{Demand, Policy, Wish};
use domain::preflight;
use domain::review::Review;
use domain::text::Reason;
use domain::time::Timestamp;
use sha2::{Digest, Sha256};
use store::change::Move;

use super::batch::BATCH_KEY;
use super::pending::require_room_for_review;
use super::request::{Wanted, is_waiting, request};
use super::returns::RETURN_KEY;
use crate::error::{Field, Problem};
use crate::step_up::Act;
use crate::{InForce, Portal, ServiceError, SignedIn, Viewer};

/// Reads and changes.
#[derive(Debug, Clone, Copy)]
pub struct Operator<'a> {
    viewer: Viewer<'a>,
    /// What is tried, for the audit of a refusal.
    act: &'static str,
}

/// What a person filled in to confirm a review.
#[derive(Debug, Clone)]
pub struct Confirmation {
    pub review: ReviewId,
    pub reason: Option<Reason>,
    /// The instance's name, typed by hand.
    pub typed_name: Option<String>,
    /// The codes of the consequences that were ticked.
    pub acknowledged: Vec<String>,
    /// For how long, where a door is opened.
    pub lasts: Lasts,
    pub start: Start,
    /// An emergency: without approval, through freeze and windows.
    pub break_glass: bool,
    pub key: IdempotencyKey,
}

/// When a change is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Start {
    #[default]
    Now,
    /// That long from now.
    In(Duration),
    /// As soon as the hours allow it.
    WhenAllowed,
}

/// What became of a later end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extended {
    Done,
    /// Somebody else has to agree: this is the request.
    Requested(ChangeId),
}

/// Nobody plans further ahead.
const FURTHEST: Duration = Duration::from_hours(7 * 24);

/// For how long a door is to stand open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lasts {
    /// Nobody said: what is usual there.
    #[default]
    Usual,
    For(Duration),
    /// Until somebody shuts it.
    UntilShut,
}

impl Portal {
    /// Somebody who is an operator somewhere; where, each act asks. `act` names what was tried, for the audit of a refusal.
    pub async fn operator<'a>(
        &'a self,
        who: &'a SignedIn,
        act: &'static str,
    ) -> Result<Operator<'a>, ServiceError> {
        self.require(who, Role::Operator, act).await?;
        Ok(Operator { viewer: self.viewer(who), act })
    }
}

impl<'a> Operator<'a> {
    pub fn viewer(&self) -> Viewer<'a> {
        self.viewer
    }

    /// The role of this person for an instance, where it is an operator's at least.
    pub(super) async fn require_at(&self, key: &InstanceKey) -> Result<Role, ServiceError> {
        let Viewer { portal, who } = self.viewer;
        portal.require_at(who, Role::Operator, key, self.act).await
    }

    pub(super) const fn act(&self) -> &'static str {
        self.act
    }

    /// Reads the instance afresh, runs the rules, and keeps what was shown.
    pub async fn take_review(&self, key: &InstanceKey, to: Access) -> Result<Review, ServiceError> {
        self.require_at(key).await?;
        take_review(&self.viewer, key, to, None).await
    }

    /// A review of this person that can still be confirmed.
    pub async fn get_review(&self, id: ReviewId) -> Result<Review, ServiceError> {
        let review = get_review(&self.viewer, id).await?;
        self.require_at(&review.instance).await?;
        Ok(review)
    }

    /// What the policy demands of a review's wish, made by this person now.
    pub async fn demand(&self, review: &Review) -> Result<(InForce, Demand), ServiceError> {
        let in_force = self.viewer.portal.policy().await?;
        let at = self.viewer.portal.now();
        let role = self.require_at(&review.instance).await?;
        let demand = in_force.policy.demand(&wish(review, role, at, false));
        Ok((in_force, demand))
    }

    /// Turns a reviewed wish into a change and returns at once: a worker carries it out.
    pub async fn confirm(&self, confirmation: Confirmation) -> Result<ChangeId, ServiceError> {
        if is_own_key(&confirmation.key) {
            return Err(ServiceError::KeyReused);
        }
        let review = self.get_review(confirmation.review).await?;
        if review.decides.is_some() {
            return Err(ServiceError::ReviewOver);
        }
        self.confirm_seen(&review, &confirmation, &digest(&confirmation)).await
    }

    /// The same for a review that was just taken or found. `arguments`: what the same key has to come with.
    pub(super) async fn confirm_seen(
        &self,
        review: &Review,
        confirmation: &Confirmation,
        arguments: &str,
    ) -> Result<ChangeId, ServiceError> {
        let Viewer { portal, who } = self.viewer;
        let role = self.require_at(&review.instance).await?;
        let policy = portal.policy().await?.policy;
        let start_at = start_at(portal.now(), review, &policy, confirmation.start)?;
        let at = start_at.unwrap_or_else(|| portal.now());
        // A glass is broken only where something stands behind it.
        let usual = policy.demand(&wish(review, role, at, false));
        let hindered = usual.approval || usual.refusal.is_some();
        let break_glass = confirmation.break_glass && hindered;
        let demand = if break_glass { policy.demand(&wish(review, role, at, true)) } else { usual };
        check_guard(review, confirmation, &demand)?;
        check_late_effect(portal, review).await?;
        let door_lasts = lasts(review, &policy, confirmation.lasts)?;
        if let Some(refusal) = demand.refusal {
            return Err(ServiceError::AgainstPolicy { refusal });
        }
        if review.preflight.is_blocked() {
            return Err(ServiceError::Blocked);
        }
        if break_glass {
            portal.require_proof(who, Act::BreakGlass).await?;
        }
        portal.require_proof_to_open(who, review.environment, review.to, Act::OpenGuarded).await?;
        let wanted = Wanted {
            review,
            reason: confirmation.reason.clone(),
            cause: Cause::Wish,
            lasts: door_lasts,
            start_at,
            break_glass,
            puts_back: None,
            key: &confirmation.key,
            arguments,
        };
        request(portal, who, wanted).await
    }

    /// Ends a change that only waits: one's own, or, for an approver, anybody's. Nothing was sent for it.
    pub async fn cancel(&self, id: ChangeId, reason: Option<Reason>) -> Result<(), ServiceError> {
        let Viewer { portal, who } = self.viewer;
        let change = portal.store().find_change(&who.person.sees(), id).await?;
        let change = change.ok_or(ServiceError::NotFound)?;
        if change.requested_by != who.person.id {
            portal.require_at(who, Role::Approver, &change.instance, self.act).await?;
        }
        let at = portal.now();
        if !is_waiting(&change, at) {
            return Err(ServiceError::Overtaken);
        }
        let events = [AuditEvent {
            instance: Some(change.instance.clone()),
            change: Some(id),
            reason: reason.as_ref().map(ToString::to_string),
            ..who.event(at, AuditCode::ChangeCancelled, Outcome::Succeeded)
        }];
        let step = Move {
            ending: Some(Ending::TakenBack { by: who.person.name.clone() }),
            events: &events,
            ..Move::new(&change, ChangeState::Cancelled, at)
        };
        portal.store().move_change(step).await.map_err(first_come)?;
        Ok(())
    }
}

/// A review's wish, made now by somebody with this role there.
pub(super) fn wish(review: &Review, role: Role, at: Timestamp, break_glass: bool) -> Wish<'_> {
    Wish {
        environment: review.environment,
        to: review.to,
        role,
        at,
        facts: &review.facts,
        break_glass,
    }
}

/// The time a door is given, within what its environment allows.
pub(super) fn lasts(
    review: &Review,
    policy: &Policy,
    asked: Lasts,
) -> Result<Option<Duration>, ServiceError> {
    match review.to {
        Access::PasswordRequired => Ok(None),
        Access::PasswordFree => opened_for(review.environment, policy, asked),
    }
}

/// The same of a door that is opened.
pub(super) fn opened_for(
    environment: Environment,
    policy: &Policy,
    asked: Lasts,
) -> Result<Option<Duration>, ServiceError> {
    let caps = policy.caps;
    let lasts = match asked {
        Lasts::Usual => Some(caps.usual(environment)),
        Lasts::For(lasts) => Some(lasts),
        Lasts::UntilShut => None,
    };
    if caps.allows(environment, lasts) {
        return Ok(lasts);
    }
    let short = lasts.is_some_and(|lasts| lasts < caps.shortest);
    let problem = if short { Problem::TooShort } else { Problem::TooLong };
    Err(ServiceError::Invalid { field: Field::Lasts, problem })
}

/// What this person is shown of an instance now, for a wish of their own or, with `decides`, of somebody else.
pub(super) async fn take_review(
    viewer: &Viewer<'_>,
    key: &InstanceKey,
    to: Access,
    decides: Option<ChangeId>,
) -> Result<Review, ServiceError> {
    let Viewer { portal, who } = *viewer;
    require_room_for_review(viewer).await?;
    let detail = viewer.get_instance(key).await?;
    let account = portal.accounts().find(&key.account).ok_or(ServiceError::NotFound)?;
    let facts = portal.gather_facts(account, key, Some(&detail.row)).await?;
    let fresh = facts.attribute.known();
    let review = Review {
        id: portal.outside().review_id(),
        person: who.person.id,
        instance: key.clone(),
        name: fresh.map_or(detail.row.name, |attribute| attribute.row.name.clone()),
        // Whoever may rename tags in the cloud can lower the guard no faster than the list is read.
        environment: detail.environment,
        to,
        taken_at: portal.now(),
        preflight: preflight::run(&facts, to),
        facts,
        late_until: portal.store().find_opposite_late_effect(key, to, portal.now()).await?,
        decides,
    };
    portal.store().save_review(&review).await?;
    let event = AuditEvent {
        instance: Some(key.clone()),
        change: decides,
        before: Some(review.facts.access_state().code().to_owned()),
        after: Some(to.code().to_owned()),
        ..who.event(review.taken_at, AuditCode::ReviewTaken, Outcome::Succeeded)
    };
    portal.store().record(&event).await?;
    Ok(review)
}

pub(super) async fn get_review(viewer: &Viewer<'_>, id: ReviewId) -> Result<Review, ServiceError> {
    let Viewer { portal, who } = *viewer;
    let review =
        portal.store().find_review(id, who.person.id).await?.ok_or(ServiceError::ReviewOver)?;
    if portal.now().since(review.taken_at) > portal.settings().review_lasts {
        return Err(ServiceError::ReviewOver);
    }
    Ok(review)
}

/// A call that nobody heard of since the review was taken has to be reviewed.
pub(super) async fn check_late_effect(
    portal: &Portal,
    review: &Review,
) -> Result<(), ServiceError> {
    let (store, now) = (portal.store(), portal.now());
    let late = store.find_opposite_late_effect(&review.instance, review.to, now).await?;
    if late > review.late_until { Err(ServiceError::ReviewOver) } else { Ok(()) }
}

/// The moment that was chosen; `None`: now.
pub(super) fn start_at(
    now: Timestamp,
    review: &Review,
    policy: &Policy,
    start: Start,
) -> Result<Option<Timestamp>, ServiceError> {
    match start {
        Start::Now => Ok(None),
        Start::In(wait) if wait > FURTHEST => {
            let (field, problem) = (Field::Start, Problem::TooLong);
            Err(ServiceError::Invalid { field, problem })
        }
        Start::In(wait) => Ok(Some(now.plus(wait))),
        Start::WhenAllowed => {
            let windows = &policy.rules(review.environment).windows;
            let at = windows.next_opening(now, &policy.zone);
            let at =
                at.ok_or(ServiceError::Invalid { field: Field::Start, problem: Problem::TooLong })?;
            Ok((at > now).then_some(at))
        }
    }
}

/// Those keys are the portal's own: nobody takes one from under it.
pub(super) fn is_own_key(key: &IdempotencyKey) -> bool {
    key.as_str().starts_with(RETURN_KEY) || key.as_str().starts_with(BATCH_KEY)
}

/// Where the database says that somebody else moved it.
pub(super) fn first_come(error: store::Error) -> ServiceError {
    if error.is_conflict() { ServiceError::Overtaken } else { error.into() }
}

/// Friction follows risk: outside production and what nobody labelled, a confirmation is enough, but where an earlier
/// call may yet undo it.
fn check_guard(
    review: &Review,
    confirmation: &Confirmation,
    demand: &Demand,
) -> Result<(), ServiceError> {
    let ticked = |code: &str| confirmation.acknowledged.iter().any(|ticked| ticked == code);
    let all = review.to_acknowledge().iter().all(|consequence| ticked(consequence.code()));
    let invalid = |field, problem| Err(ServiceError::Invalid { field, problem });
    let acknowledged = || if all { Ok(()) } else { invalid(Field::Acknowledged, Problem::Missing) };
    if demand.reason && confirmation.reason.is_none() {
        return invalid(Field::Reason, Problem::Missing);
    }
    if !review.needs_typed_name() {
        return acknowledged();
    }
    match &confirmation.typed_name {
        None => invalid(Field::TypedName, Problem::Missing),
        Some(typed) if !is_confirmed_by(review, typed) => {
            invalid(Field::TypedName, Problem::Mismatch)
        }
        Some(_) => acknowledged(),
    }
}

/// The name, or the id where the instance has no name to type.
fn is_confirmed_by(review: &Review, typed: &str) -> bool {
    if review.name.as_str().trim().is_empty() {
        return review.instance.id.as_str() == typed.trim();
    }
    review.name.is_confirmed_by(typed)
}

/// What was asked for, so that the same key with another wish is noticed.
fn digest(confirmation: &Confirmation) -> String {
    let mut hash = Sha256::new();
    let reason = confirmation.reason.as_ref().map_or("", Reason::as_str);
    let rest =
        format!("{:?} {:?} {}", confirmation.lasts, confirmation.start, confirmation.break_glass);
    for part in [confirmation.review.to_string().as_str(), reason, &rest] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(hash.finalize())
}
