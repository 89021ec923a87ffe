//! What is so right now, whether it may be changed, and what would be needed.

use app::text::Language;
use domain::access::{Access, AccessState};
use domain::environment::Environment;
use domain::id::{AccountName, InstanceId, RegionId, ReviewId};
use domain::policy::{Demand, Policy, Refusal};
use domain::review::Review;
use domain::span::Span;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Moment, words};

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreflightRequest {
    #[schema(value_type = words::Access, required = true)]
    pub to: Option<Access>,
}

/// What was read and found just now. The review can be confirmed by whom it was shown to, until `expires_at`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Preflight {
    #[schema(value_type = String)]
    pub review: ReviewId,
    /// Of the facts: sent back with the review, it makes sure that what is confirmed is this.
    pub fingerprint: String,
    #[schema(value_type = String)]
    pub account: AccountName,
    #[schema(value_type = String)]
    pub region: RegionId,
    #[schema(value_type = String)]
    pub id: InstanceId,
    pub name: String,
    #[schema(value_type = words::Environment)]
    pub environment: Environment,
    #[schema(value_type = words::Access)]
    pub to: Access,
    /// How it is entered now.
    #[schema(value_type = words::AccessState)]
    pub access: AccessState,
    pub taken_at: Moment,
    pub expires_at: Moment,
    /// A check blocks: it cannot be done as things stand.
    pub blocked: bool,
    /// It is so already: confirmed, no call is made.
    pub already_so: bool,
    pub checks: Vec<Check>,
    pub consequences: Vec<Consequence>,
    pub needs: Needs,
    /// Until then an earlier call for the opposite may yet take effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_until: Option<Moment>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Check {
    pub code: String,
    #[schema(value_type = words::Verdict)]
    pub verdict: domain::preflight::Verdict,
    /// For people.
    pub title: String,
    /// What was looked at, for people.
    pub fact: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Consequence {
    pub code: String,
    /// For people.
    pub text: String,
    /// Its code has to stand in `acknowledged`.
    pub acknowledge: bool,
}

/// What a request needs besides the review.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Needs {
    pub reason: bool,
    /// The instance's name, in `typed_name`.
    pub typed_name: bool,
    /// Somebody else has to agree before it is made.
    pub approval: bool,
    /// Why the policy says no to it now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// When the policy allows it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<Moment>,
    /// How long a door stands open where nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual_time: Option<String>,
    /// The longest; left out where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longest_time: Option<String>,
}

impl Preflight {
    pub fn of(review: &Review, policy: &Policy, demand: &Demand, expires_at: Timestamp) -> Self {
        let to_acknowledge = review.to_acknowledge();
        let needed: Vec<&str> =
            to_acknowledge.iter().map(domain::consequence::Consequence::code).collect();
        let consequences = review.consequences().into_iter().map(|one| Consequence {
            acknowledge: needed.contains(&one.code()),
            text: Language::En.consequence(&one),
            code: one.code().to_owned(),
        });
        let checks = review.preflight.checks.iter().map(|check| Check {
            code: check.kind.code().to_owned(),
            verdict: check.verdict,
            title: Language::En.check_title(check),
            fact: Language::En.check_fact(check),
        });
        Self {
            review: review.id,
            fingerprint: service::fingerprint(review),
            account: review.instance.account.clone(),
            region: review.instance.region.clone(),
            id: review.instance.id.clone(),
            name: review.name.to_string(),
            environment: review.environment,
            to: review.to,
            access: review.facts.access_state(),
            taken_at: review.taken_at.into(),
            expires_at: expires_at.into(),
            blocked: review.preflight.is_blocked(),
            already_so: review.preflight.is_already_so(),
            checks: checks.collect(),
            consequences: consequences.collect(),
            needs: Needs::of(review, policy, demand),
            late_until: review.late_until.map(Moment),
        }
    }
}

impl Needs {
    fn of(review: &Review, policy: &Policy, demand: &Demand) -> Self {
        let opens_at = match demand.refusal {
            Some(Refusal::OutsideWindow { opens_at }) => opens_at,
            _ => None,
        };
        let opens = review.to.opens().then_some(review.environment);
        Self {
            reason: demand.reason,
            typed_name: review.needs_typed_name(),
            approval: demand.approval,
            refusal: demand.refusal.map(|refusal| refusal.code().to_owned()),
            opens_at: opens_at.map(Moment),
            usual_time: opens.map(|place| Span(policy.caps.usual(place)).to_string()),
            longest_time: opens
                .and_then(|place| policy.caps.of(place))
                .map(|cap| Span(cap).to_string()),
        }
    }
}
