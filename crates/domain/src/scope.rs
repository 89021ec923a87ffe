//! A part of the fleet: accounts × regions × environments × tags.
//!
//! - An empty dimension limits nothing; one that names values lets those through. Each key of a tag is a dimension of its
//!   own.
//! - Whoever is not known to be in a scope is not: an instance that was released or never listed has no environment and
//!   no tags, so it is only in an area that asks for neither.
//! - `store` says the same in SQL (`store/src/scope.rs`); a test compares both.
//!
//! To add a dimension: a field of [`Area`], its line in [`Area::contains`], [`Area::meet`] and [`Area::is_everything`],
//! and the same in `store/src/scope.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::environment::Environment;
use crate::id::{AccountName, RegionId};
use crate::instance::Tag;

/// Where an instance stands, as far as scopes ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    pub account: AccountName,
    pub region: RegionId,
    /// `None`: it was released, or is not known.
    pub labels: Option<Labels>,
}

/// What people in the cloud wrote on an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    pub environment: Environment,
    pub tags: Vec<Tag>,
}

/// Accounts × regions × environments × tags. The default is everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub accounts: BTreeSet<AccountName>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub regions: BTreeSet<RegionId>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub environments: BTreeSet<Environment>,
    /// The values that let through, by the tag's key. An instance needs one of them for each key; letter case counts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, BTreeSet<String>>,
}

impl Area {
    pub fn is_everything(&self) -> bool {
        self.accounts.is_empty() && self.regions.is_empty() && !self.asks_for_labels()
    }

    /// Whether it depends on more than account and region.
    pub fn asks_for_labels(&self) -> bool {
        !self.environments.is_empty() || !self.tags.is_empty()
    }

    pub fn contains(&self, at: &Located) -> bool {
        let lets = |labels: &Labels| {
            allows(&self.environments, &labels.environment)
                && self.tags.iter().all(|(key, values)| {
                    let has = |tag: &Tag| tag.key == *key && values.contains(&tag.value);
                    labels.tags.iter().any(has)
                })
        };
        allows(&self.accounts, &at.account)
            && allows(&self.regions, &at.region)
            && (!self.asks_for_labels() || at.labels.as_ref().is_some_and(lets))
    }

    /// What is in both; `None`: nothing can be.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Option<Self> {
        let mut tags = self.tags.clone();
        for (key, values) in &other.tags {
            let both = match tags.get(key) {
                Some(known) => common(known, values)?,
                None => values.clone(),
            };
            tags.insert(key.clone(), both);
        }
        Some(Self {
            accounts: common(&self.accounts, &other.accounts)?,
            regions: common(&self.regions, &other.regions)?,
            environments: common(&self.environments, &other.environments)?,
            tags,
        })
    }
}

/// `accounts=core,pay environments=staging tag:team=payments`, or `everything`.
impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        let mut add = |name: &str, values: Vec<&str>| {
            if !values.is_empty() {
                parts.push(format!("{name}={}", values.join(",")));
            }
        };
        add("accounts", self.accounts.iter().map(AccountName::as_str).collect());
        add("regions", self.regions.iter().map(RegionId::as_str).collect());
        add("environments", self.environments.iter().map(|one| one.code()).collect());
        for (key, values) in &self.tags {
            add(&format!("tag:{key}"), values.iter().map(String::as_str).collect());
        }
        f.write_str(
            if parts.is_empty() { "everything".to_owned() } else { parts.join(" ") }.as_str(),
        )
    }
}

fn allows<T: Ord>(named: &BTreeSet<T>, value: &T) -> bool {
    named.is_empty() || named.contains(value)
}

/// `None`: both name values, and none is the same.
fn common<T: Ord + Clone>(one: &BTreeSet<T>, other: &BTreeSet<T>) -> Option<BTreeSet<T>> {
    if one.is_empty() || other.is_empty() {
        return Some(one.union(other).cloned().collect());
    }
    let both: BTreeSet<T> = one.intersection(other).cloned().collect();
    (!both.is_empty()).then_some(both)
}

/// The part of the fleet that somebody may see or touch. Every read of the store takes one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    Everything,
    /// What is in any of them. None: nothing.
    Areas(Vec<Area>),
}

impl Scope {
    pub const NOTHING: Self = Self::Areas(Vec::new());

    /// The union of areas.
    pub fn of<'a>(areas: impl IntoIterator<Item = &'a Area>) -> Self {
        let areas: BTreeSet<&Area> = areas.into_iter().collect();
        if areas.iter().any(|area| area.is_everything()) {
            Self::Everything
        } else {
            Self::Areas(areas.into_iter().cloned().collect())
        }
    }

    pub const fn is_everything(&self) -> bool {
        matches!(self, Self::Everything)
    }

    pub fn contains(&self, at: &Located) -> bool {
        match self {
            Self::Everything => true,
            Self::Areas(areas) => areas.iter().any(|area| area.contains(at)),
        }
    }

    /// Whether anything of this account, or of one of its regions, could be in it.
    pub fn touches(&self, account: &AccountName, region: Option<&RegionId>) -> bool {
        let touches = |area: &Area| {
            allows(&area.accounts, account)
                && region.is_none_or(|region| allows(&area.regions, region))
        };
        match self {
            Self::Everything => true,
            Self::Areas(areas) => areas.iter().any(touches),
        }
    }

    /// What of an area is in it.
    pub fn meet(&self, area: &Area) -> Vec<Area> {
        match self {
            Self::Everything => vec![area.clone()],
            Self::Areas(areas) => areas.iter().filter_map(|own| own.meet(area)).collect(),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
