//! Everything remembered of one instance.

use serde::{Deserialize, Serialize};

use crate::cloud::{EngineRelease, InstanceAttribute, InstanceRow, SentinelAccess, WhitelistCheck};
use crate::code::closed_enum;
use crate::endpoint::Endpoint;
use crate::environment::Environment;
use crate::exposure::Exposure;
use crate::fact::{Fact, Unread};
use crate::id::InstanceKey;
use crate::preflight::Facts;
use crate::scope::{Labels, Located};
use crate::time::Timestamp;
use crate::whitelist::WhitelistGroup;

/// The last value that was read, and what became of the last try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading<T> {
    pub value: Option<T>,
    pub read_at: Option<Timestamp>,
    /// Why the last try failed; `None` if it did not.
    pub problem: Option<Unread>,
}

impl<T> Reading<T> {
    pub const fn never() -> Self {
        Self { value: None, read_at: None, problem: None }
    }

    /// The last known value, however old; else why there is none.
    pub fn fact(&self) -> Fact<T>
    where
        T: Clone,
    {
        match (&self.value, &self.problem) {
            (Some(value), _) => Fact::Known(value.clone()),
            (None, Some(why)) => Fact::Unknown(why.clone()),
            (None, None) => Fact::Unknown(Unread::NotYet),
        }
    }
}

closed_enum! {
    /// Which of an instance's facts, each read by a call of its own.
    pub enum FactKind {
        /// `DescribeInstanceAttribute`
        Attribute = "attribute",
        /// `DescribeSecurityIps`
        Whitelist = "whitelist",
        /// `DescribeDBInstanceNetInfo`
        Endpoints = "endpoints",
        /// `DescribeEngineVersion`
        Release = "release",
        /// `DescribeParameters`, local-disk instances only
        WhitelistCheck = "whitelist-check",
        /// `DescribeInstanceConfig`, cloud-native instances only
        Sentinel = "sentinel",
    }
}

impl FactKind {
    /// The cloud's name of the call.
    pub const fn action(self) -> &'static str {
        match self {
            Self::Attribute => "DescribeInstanceAttribute",
            Self::Whitelist => "DescribeSecurityIps",
            Self::Endpoints => "DescribeDBInstanceNetInfo",
            Self::Release => "DescribeEngineVersion",
            Self::WhitelistCheck => "DescribeParameters",
            Self::Sentinel => "DescribeInstanceConfig",
        }
    }
}

/// Everything remembered of one instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceDetail {
    pub key: InstanceKey,
    pub row: InstanceRow,
    pub environment: Environment,
    pub listed_at: Timestamp,
    /// When the cloud's list no longer had it.
    pub released_at: Option<Timestamp>,
    pub exposure: Exposure,
    pub attribute: Reading<InstanceAttribute>,
    pub whitelist: Reading<Vec<WhitelistGroup>>,
    pub endpoints: Reading<Vec<Endpoint>>,
    pub release: Reading<EngineRelease>,
    pub whitelist_check: Reading<WhitelistCheck>,
    pub sentinel: Reading<SentinelAccess>,
}

impl InstanceDetail {
    /// Where it stands, as far as scopes ask.
    pub fn located(&self) -> Located {
        let (environment, tags) = (self.environment, self.row.tags.clone());
        let labels = self.released_at.is_none().then_some(Labels { environment, tags });
        Located { account: self.key.account.clone(), region: self.key.region.clone(), labels }
    }

    /// What is remembered, as facts. Old as it may be: good enough to show, not to change anything by.
    pub fn facts(&self) -> Facts {
        Facts {
            attribute: self.attribute.fact(),
            whitelist: self.whitelist.fact(),
            endpoints: self.endpoints.fact(),
            release: self.release.fact(),
            whitelist_check: self.whitelist_check.fact(),
            sentinel: self.sentinel.fact(),
        }
    }
}
