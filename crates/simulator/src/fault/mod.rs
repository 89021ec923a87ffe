//! Faults on demand: rules that pick calls out, and what happens to the calls they pick.
//!
//! Rules are asked in the order they were added. Delays of all matching rules add up; the first
//! other matching rule decides. An instance whose ID or name starts with a word of [`mod@by_name`] has
//! a fault of its own, which any rule precedes.
//!
//! To add a fault: one variant of [`Fault`], one arm in [`Fault::plan`], one line in
//! `tests/faults.rs`.

mod by_name;
mod kind;

pub(crate) use by_name::by_name;
pub use kind::Fault;
pub(crate) use kind::{Apply, Denial, Ending, Plan};

use serde::{Deserialize, Serialize};

/// Which calls, how many of them, and what happens to them. A field that is absent matches
/// everything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Name of an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// ID or name; with `*` at its end, what the ID or name starts with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Ends after so many calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    pub fault: Fault,
}

impl Rule {
    /// A rule for every call.
    pub fn always(fault: Fault) -> Self {
        Self { account: None, region: None, action: None, instance: None, times: None, fault }
    }

    #[must_use]
    pub fn in_account(self, name: &str) -> Self {
        Self { account: Some(name.to_owned()), ..self }
    }

    #[must_use]
    pub fn in_region(self, id: &str) -> Self {
        Self { region: Some(id.to_owned()), ..self }
    }

    #[must_use]
    pub fn for_action(self, action: &str) -> Self {
        Self { action: Some(action.to_owned()), ..self }
    }

    #[must_use]
    pub fn for_instance(self, id_or_name: &str) -> Self {
        Self { instance: Some(id_or_name.to_owned()), ..self }
    }

    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    fn picks(&self, call: &Target<'_>) -> bool {
        let same =
            |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
        let instance = self.instance.as_deref().is_none_or(|wanted| {
            call.instance.is_some_and(|(id, name)| match wanted.strip_suffix('*') {
                Some(start) => id.starts_with(start) || name.starts_with(start),
                None => id == wanted || name == wanted,
            })
        });
        instance
            && same(&self.account, call.account)
            && same(&self.region, call.region)
            && same(&self.action, call.action)
            && self.times != Some(0)
    }
}

/// What a rule can be about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    pub account: &'a str,
    pub region: &'a str,
    pub action: &'a str,
    pub mutates: bool,
    /// ID and name.
    pub instance: Option<(&'a str, &'a str)>,
    pub vpc_auth_mode: Option<&'a str>,
}

/// A rule and the number it was given.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NumberedRule {
    pub id: u64,
    #[serde(flatten)]
    pub rule: Rule,
    /// Calls it has picked so far.
    pub hits: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Vec<NumberedRule>,
    last: u64,
}

impl Faults {
    pub fn add(&mut self, rule: Rule) -> u64 {
        self.last += 1;
        self.rules.push(NumberedRule { id: self.last, rule, hits: 0 });
        self.last
    }

    /// False when there is no such rule.
    pub fn remove(&mut self, id: u64) -> bool {
        let before = self.rules.len();
        self.rules.retain(|rule| rule.id != id);
        self.rules.len() < before
    }

    pub fn clear(&mut self) {
        self.rules.clear();
    }

    pub fn rules(&self) -> &[NumberedRule] {
        &self.rules
    }

    /// What happens to this call. Uses up rules that only last for some calls.
    pub fn plan(&mut self, call: &Target<'_>) -> Plan {
        let mut plan = Plan::default();
        let mut decided = false;
        for rule in &mut self.rules {
            let fault = &rule.rule.fault;
            if !rule.rule.picks(call) || !fault.concerns(call) || (decided && !fault.is_delay()) {
                continue;
            }
            decided |= !fault.is_delay();
            fault.plan(&mut plan);
            rule.hits += 1;
            if let Some(times) = &mut rule.rule.times {
                *times -= 1;
            }
        }
        if !decided && let Some(fault) = by_name(call) {
            fault.plan(&mut plan);
        }
        self.rules.retain(|rule| rule.rule.times != Some(0));
        plan
    }
}
