//! The rules that hold, and what an admin may do: change them.
//!
//! What is configured holds until an admin changes it in the portal; from then on the newest version does. An admin may
//! give the word back to the configuration, which is a version too.

use domain::audit::{AuditCode, AuditEvent, Outcome};
use domain::person::Role;
use domain::policy::Policy;
use domain::text::Reason;
use serde_json::Value;
use store::policy::NewPolicy;
pub use store::policy::PolicyVersion;

use crate::step_up::Act;
use crate::{Portal, ServiceError, SignedIn, Viewer};

/// On pages.
const SHOWN: i64 = 50;

/// The rules as they are now.
#[derive(Debug, Clone)]
pub struct InForce {
    /// 0: nobody changed what is configured.
    pub version: i64,
    pub policy: Policy,
    /// Who made this version.
    pub made: Option<PolicyVersion>,
}

impl InForce {
    /// Whether somebody set it in the portal, so that the configuration does not count.
    pub fn is_of_the_portal(&self) -> bool {
        self.made.as_ref().is_some_and(|made| made.policy.is_some())
    }
}

impl Portal {
    pub async fn policy(&self) -> Result<InForce, ServiceError> {
        let made = self.store().find_policy().await?;
        let configured = || self.settings().policy.clone();
        let policy = made.as_ref().and_then(|made| made.policy.clone()).unwrap_or_else(configured);
        Ok(InForce { version: made.as_ref().map_or(0, |made| made.version), policy, made })
    }

    /// `act` names what was tried, for the audit of a refusal.
    pub async fn admin<'a>(
        &'a self,
        who: &'a SignedIn,
        act: &'static str,
    ) -> Result<Admin<'a>, ServiceError> {
        self.require(who, Role::Admin, act).await?;
        Ok(Admin { viewer: self.viewer(who) })
    }
}

impl Viewer<'_> {
    /// Every version that somebody made, the newest first.
    pub async fn list_policies(&self) -> Result<Vec<PolicyVersion>, ServiceError> {
        Ok(self.portal.store().list_policies(SHOWN).await?)
    }
}

/// Changes the rules.
#[derive(Debug, Clone, Copy)]
pub struct Admin<'a> {
    pub(crate) viewer: Viewer<'a>,
}

impl Admin<'_> {
    /// Makes a version above the one the person saw. `None`: what is configured holds again.
    pub async fn set_policy(
        &self,
        seen: i64,
        policy: Option<Policy>,
        note: Option<Reason>,
    ) -> Result<(), ServiceError> {
        let Viewer { portal, who } = self.viewer;
        let before = portal.policy().await?;
        if before.version != seen {
            return Err(ServiceError::Overtaken);
        }
        let after = policy.as_ref().unwrap_or(&portal.settings().policy);
        let differences = differences(&before.policy, after);
        // Saved as it stands, nothing is taken over from the configuration.
        if differences.is_empty() && (policy.is_some() || !before.is_of_the_portal()) {
            return Ok(());
        }
        portal.require_proof(who, Act::ChangePolicy).await?;
        let event = AuditEvent {
            reason: note.as_ref().map(ToString::to_string),
            before: Some(before.version.to_string()),
            after: Some(seen.saturating_add(1).to_string()),
            detail: differences,
            ..who.event(portal.now(), AuditCode::PolicyChanged, Outcome::Succeeded)
        };
        let new = NewPolicy {
            above: seen,
            policy: policy.as_ref(),
            by: who.person.id,
            by_name: &who.person.name,
            note: note.as_ref(),
            event: &event,
        };
        portal.store().save_policy(new).await.map_err(|error| {
            if error.is_conflict() { ServiceError::Overtaken } else { error.into() }
        })
    }
}

/// What is different, by the place in the policy: `production.open.approval`, `never -> always`.
fn differences(before: &Policy, after: &Policy) -> Vec<(String, String)> {
    let mut differences = Vec::new();
    let (before, after) = (serde_json::to_value(before), serde_json::to_value(after));
    compare(
        String::new(),
        &before.unwrap_or_default(),
        &after.unwrap_or_default(),
        &mut differences,
    );
    differences
}

fn compare(place: String, before: &Value, after: &Value, found: &mut Vec<(String, String)>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (key, value) in after {
                let place = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
                compare(place, before.get(key).unwrap_or(&Value::Null), value, found);
            }
        }
        (before, after) if before == after => {}
        (before, after) => found.push((place, format!("{} -> {}", plain(before), plain(after)))),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use domain::policy::Freeze;

    use super::*;

    #[test]
    fn what_is_different_is_named_by_its_place() {
        let before = Policy::default();
        let mut after = Policy { freeze: Freeze::All, ..before.clone() };
        after.production.open.who = None;
        let told = differences(&before, &after);
        let told: Vec<_> =
            told.iter().map(|(place, what)| (place.as_str(), what.as_str())).collect();
        assert_eq!(told, [("freeze", "none -> all"), ("production.open.who", "operator -> none")]);
        assert!(differences(&before, &before).is_empty());
    }
}
