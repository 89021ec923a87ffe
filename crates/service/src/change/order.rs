//! What a program asks for at once: read afresh, judged and confirmed in one step, by the same rules as a review that
//! somebody looked at; and once, however often it is asked.

use domain::access::Access;
use domain::id::{ChangeId, IdempotencyKey, InstanceKey};
use domain::review::Review;
use domain::text::Reason;
use sha2::{Digest, Sha256};

use super::operator::{self, Confirmation, Lasts, Operator, Start};
use crate::{Portal, ServiceError, SignedIn, Viewer};

/// A wish without a review.
#[derive(Debug, Clone)]
pub struct Order {
    pub instance: InstanceKey,
    pub to: Access,
    pub reason: Option<Reason>,
    /// As in a [`Confirmation`].
    pub typed_name: Option<String>,
    pub acknowledged: Vec<String>,
    pub lasts: Lasts,
    pub start: Start,
    pub break_glass: bool,
    pub key: IdempotencyKey,
}

/// What a review stands on, in short: whoever confirms can say what they saw.
pub fn fingerprint(review: &Review) -> String {
    let seen = (&review.instance, review.to, &review.facts, review.late_until);
    hex::encode(Sha256::digest(serde_json::to_vec(&seen).unwrap_or_default()))
}

impl Operator<'_> {
    /// Takes a review and confirms it. Asked again by the same key, it is the change of the first time.
    pub async fn order(&self, order: Order) -> Result<ChangeId, ServiceError> {
        if let Some(known) = self.ordered_before(&order).await? {
            return Ok(known);
        }
        let review = self.take_review(&order.instance, order.to).await?;
        let arguments = digest(&order);
        let confirmation = Confirmation {
            review: review.id,
            reason: order.reason,
            typed_name: order.typed_name,
            acknowledged: order.acknowledged,
            lasts: order.lasts,
            start: order.start,
            break_glass: order.break_glass,
            key: order.key,
        };
        self.confirm_seen(&review, &confirmation, &arguments).await
    }

    /// Shuts a door now that would shut by itself later. `opened_by` is the change whose end stands: where somebody else
    /// opened it anew, or shut it, there is nothing left to end.
    pub async fn end(
        &self,
        opened_by: ChangeId,
        reason: Option<Reason>,
        acknowledged: Vec<String>,
        key: IdempotencyKey,
    ) -> Result<ChangeId, ServiceError> {
        let Viewer { portal, who } = self.viewer();
        let change = portal.store().find_change(&who.person.sees(), opened_by).await?;
        let instance = change.ok_or(ServiceError::NotFound)?.instance;
        let order = Order {
            instance,
            to: Access::PasswordRequired,
            reason,
            typed_name: None,
            acknowledged,
            lasts: Lasts::Usual,
            start: Start::Now,
            break_glass: false,
            key,
        };
        if let Some(known) = self.ordered_before(&order).await? {
            return Ok(known);
        }
        let duty = self.viewer().find_return(&order.instance).await?;
        if duty.is_none_or(|duty| duty.opened_by != opened_by) {
            return Err(ServiceError::Overtaken);
        }
        self.order(order).await
    }

    async fn ordered_before(&self, order: &Order) -> Result<Option<ChangeId>, ServiceError> {
        let Viewer { portal, who } = self.viewer();
        if operator::is_own_key(&order.key) {
            return Err(ServiceError::KeyReused);
        }
        asked_before(portal, who, &order.key, &digest(order)).await
    }
}

/// The change that this person asked for by this key.
async fn asked_before(
    portal: &Portal,
    who: &SignedIn,
    key: &IdempotencyKey,
    arguments: &str,
) -> Result<Option<ChangeId>, ServiceError> {
    match portal.store().find_wish(who.person.id, key).await? {
        None => Ok(None),
        Some((id, before)) if before == arguments => Ok(Some(id)),
        Some(_) => Err(ServiceError::KeyReused),
    }
}

/// What was asked for, so that the same key with another wish is noticed.
fn digest(order: &Order) -> String {
    let Order { instance, to, reason, lasts, start, break_glass, .. } = order;
    let asked = format!("order {instance} {to} {reason:?} {lasts:?} {start:?} {break_glass}");
    hex::encode(Sha256::digest(asked))
}
