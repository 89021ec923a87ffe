//! What an operator may do: take a review and confirm it.

use std::time::Duration;

use domain::access::Access;
use domain::audit::{AuditCode, AuditEvent, Outcome};
use domain::change::{Cause, Change, ChangeState};
use domain::id::{ChangeId, IdempotencyKey, InstanceKey, ReviewId};
use domain::person::Role;
use domain::preflight;
use domain::review::Review;
use domain::text::Reason;
use sha2::{Digest, Sha256};
use store::change::{NewChange, Requested};

use super::returns::RETURN_KEY;
use crate::error::{Field, Problem};
use crate::{Portal, ServiceError, SignedIn, Viewer};

/// Reads and changes.
#[derive(Debug, Clone, Copy)]
pub struct Operator<'a> {
    viewer: Viewer<'a>,
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
    pub key: IdempotencyKey,
}

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
    /// `act` names what was tried, for the audit of a refusal.
    pub async fn operator<'a>(
        &'a self,
        who: &'a SignedIn,
        act: &'static str,
    ) -> Result<Operator<'a>, ServiceError> {
        self.require(who, Role::Operator, act).await?;
        Ok(Operator { viewer: self.viewer(who) })
    }
}

impl<'a> Operator<'a> {
    pub fn viewer(&self) -> Viewer<'a> {
        self.viewer
    }

    /// Reads the instance afresh, runs the rules, and keeps what was shown.
    pub async fn take_review(&self, key: &InstanceKey, to: Access) -> Result<Review, ServiceError> {
        let Viewer { portal, who } = self.viewer;
        let detail = self.viewer.get_instance(key).await?;
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
        };
        portal.store().save_review(&review).await?;
        let event = AuditEvent {
            instance: Some(key.clone()),
            before: Some(review.facts.access_state().code().to_owned()),
            after: Some(to.code().to_owned()),
            ..who.event(review.taken_at, AuditCode::ReviewTaken, Outcome::Succeeded)
        };
        portal.store().record(&event).await?;
        Ok(review)
    }

    /// A review of this person that can still be confirmed.
    pub async fn get_review(&self, id: ReviewId) -> Result<Review, ServiceError> {
        let Viewer { portal, who } = self.viewer;
        let review =
            portal.store().find_review(id, who.person.id).await?.ok_or(ServiceError::ReviewOver)?;
        if portal.now().since(review.taken_at) > portal.settings().review_lasts {
            return Err(ServiceError::ReviewOver);
        }
        Ok(review)
    }

    /// Turns a reviewed wish into a change and returns at once: a worker carries it out.
    pub async fn confirm(&self, confirmation: Confirmation) -> Result<ChangeId, ServiceError> {
        let Viewer { portal, who } = self.viewer;
        // Those keys are the returns' own: nobody takes one from under them.
        if confirmation.key.as_str().starts_with(RETURN_KEY) {
            return Err(ServiceError::KeyReused);
        }
        if !portal.engine().has_claimed() {
            return Err(ServiceError::Starting);
        }
        let review = self.get_review(confirmation.review).await?;
        check_guard(&review, &confirmation)?;
        self.check_late_effect(&review).await?;
        let lasts = self.lasts(&review, &confirmation)?;
        if review.preflight.is_blocked() {
            return Err(ServiceError::Blocked);
        }
        let now = portal.now();
        let change = Change {
            id: portal.outside().change_id(),
            instance: review.instance.clone(),
            name: review.name.clone(),
            environment: review.environment,
            to: review.to,
            expected_prior: review.facts.access_state(),
            state: ChangeState::Requested,
            ending: None,
            version: 0,
            requested_by: who.person.id,
            requested_by_name: who.person.name.clone(),
            reason: confirmation.reason.clone(),
            cause: Cause::Wish,
            lasts,
            review: review.id,
            preflight: Some(review.preflight.clone()),
            cloud_request_id: None,
            requested_at: now,
            updated_at: now,
        };
        let event = AuditEvent {
            instance: Some(change.instance.clone()),
            change: Some(change.id),
            reason: change.reason.as_ref().map(ToString::to_string),
            before: Some(change.expected_prior.code().to_owned()),
            after: Some(change.to.code().to_owned()),
            detail: [("environment".to_owned(), change.environment.code().to_owned())]
                .into_iter()
                .chain(lasts.map(|lasts| ("lasts_seconds".to_owned(), lasts.as_secs().to_string())))
                .collect(),
            ..who.event(now, AuditCode::ChangeRequested, Outcome::Intended)
        };
        let address = who.address.map(|address| address.to_string());
        let requested = portal
            .store()
            .request_change(NewChange {
                change: &change,
                key: &confirmation.key,
                arguments: &digest(&confirmation),
                session: Some(&who.session),
                address: address.as_deref(),
                event: &event,
            })
            .await?;
        match requested {
            Requested::Stored => {
                portal.drive_change(change.clone());
                Ok(change.id)
            }
            Requested::Repeated(id) => Ok(id),
            Requested::KeyReused => Err(ServiceError::KeyReused),
            Requested::Busy(id) => {
                let open = portal.store().find_change(&who.person.scope, id).await?;
                Err(ServiceError::Busy { open: Box::new(open.ok_or(ServiceError::NotFound)?) })
            }
        }
    }
}

impl Operator<'_> {
    /// A call that nobody heard of since the review was taken has to be reviewed.
    async fn check_late_effect(&self, review: &Review) -> Result<(), ServiceError> {
        let Viewer { portal, .. } = self.viewer;
        let (store, now) = (portal.store(), portal.now());
        let late = store.find_opposite_late_effect(&review.instance, review.to, now).await?;
        if late > review.late_until { Err(ServiceError::ReviewOver) } else { Ok(()) }
    }

    /// The time a door is given, within what its environment allows.
    fn lasts(
        &self,
        review: &Review,
        confirmation: &Confirmation,
    ) -> Result<Option<Duration>, ServiceError> {
        if review.to == Access::PasswordRequired {
            return Ok(None);
        }
        let caps = self.viewer.portal.settings().caps;
        let lasts = match confirmation.lasts {
            Lasts::Usual => Some(caps.usual(review.environment)),
            Lasts::For(lasts) => Some(lasts),
            Lasts::UntilShut => None,
        };
        if caps.allows(review.environment, lasts) {
            return Ok(lasts);
        }
        let short = lasts.is_some_and(|lasts| lasts < caps.shortest);
        let problem = if short { Problem::TooShort } else { Problem::TooLong };
        Err(ServiceError::Invalid { field: Field::Lasts, problem })
    }
}

/// Friction follows risk: outside production and what nobody labelled, a confirmation is enough, but where an earlier
/// call may yet undo it.
fn check_guard(review: &Review, confirmation: &Confirmation) -> Result<(), ServiceError> {
    let ticked = |code: &str| confirmation.acknowledged.iter().any(|ticked| ticked == code);
    let all = review.to_acknowledge().iter().all(|consequence| ticked(consequence.code()));
    let invalid = |field, problem| Err(ServiceError::Invalid { field, problem });
    let acknowledged = || if all { Ok(()) } else { invalid(Field::Acknowledged, Problem::Missing) };
    if !review.environment.is_guarded() {
        return acknowledged();
    }
    if confirmation.reason.is_none() {
        return invalid(Field::Reason, Problem::Missing);
    }
    match review.to {
        Access::PasswordFree => match &confirmation.typed_name {
            None => invalid(Field::TypedName, Problem::Missing),
            Some(typed) if !is_confirmed_by(review, typed) => {
                invalid(Field::TypedName, Problem::Mismatch)
            }
            Some(_) => acknowledged(),
        },
        Access::PasswordRequired => acknowledged(),
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
    let lasts = format!("{:?}", confirmation.lasts);
    for part in [confirmation.review.to_string().as_str(), reason, &lasts] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(hash.finalize())
}
