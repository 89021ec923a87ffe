//! What the portal remembers of the fleet: every value with its age, every gap with its reason.

use serde::{Deserialize, Serialize};

use crate::access::AccessState;
use crate::cloud::{EngineRelease, InstanceAttribute, InstanceRow, SentinelAccess, WhitelistCheck};
use crate::code::closed_enum;
use crate::endpoint::Endpoint;
use crate::environment::Environment;
use crate::fact::{Fact, Unread};
use crate::id::{AccountName, ChangeId, InstanceKey, RegionId};
use crate::instance::{Architecture, EngineVersion, InstanceStatus, InstanceType, NetworkType};
use crate::preflight::Facts;
use crate::text::InstanceName;
use crate::time::Timestamp;
use crate::whitelist::{Admitted, WhitelistGroup};

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
        /// `DescribeParameters`
        WhitelistCheck = "whitelist-check",
        /// `DescribeInstanceConfig`
        Sentinel = "sentinel",
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
    pub attribute: Reading<InstanceAttribute>,
    pub whitelist: Reading<Vec<WhitelistGroup>>,
    pub endpoints: Reading<Vec<Endpoint>>,
    pub release: Reading<EngineRelease>,
    pub whitelist_check: Reading<WhitelistCheck>,
    pub sentinel: Reading<SentinelAccess>,
}

impl InstanceDetail {
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

closed_enum! {
    /// The whitelist in one word, for lists.
    pub enum WhitelistFinding {
        /// Admits every address.
        Everyone = "everyone",
        /// Empty, or loopback only.
        NotSet = "not-set",
        /// 65,536 addresses or more, or entries that cannot be read.
        Wide = "wide",
        Tight = "tight",
        Unknown = "unknown",
    }
}

impl WhitelistFinding {
    pub fn of(groups: &[WhitelistGroup]) -> Self {
        let admitted = Admitted::by(groups);
        if admitted.is_everyone() {
            Self::Everyone
        } else if groups.iter().all(|group| group.is_system() || Admitted::by([group]).is_nobody())
        {
            Self::NotSet
        } else if admitted.is_wide() {
            Self::Wide
        } else {
            Self::Tight
        }
    }
}

/// A row of the list of instances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceListing {
    pub key: InstanceKey,
    pub name: InstanceName,
    pub environment: Environment,
    pub kind: InstanceType,
    pub version: EngineVersion,
    pub architecture: Architecture,
    pub network: NetworkType,
    pub status: InstanceStatus,
    pub access: AccessState,
    pub whitelist: WhitelistFinding,
    /// When the mode was read last.
    pub read_at: Option<Timestamp>,
    /// Why the last try to read the mode failed.
    pub problem: Option<Unread>,
    pub open_change: Option<ChangeId>,
    pub released_at: Option<Timestamp>,
}

/// Which instances to list. Empty fields do not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstanceFilter {
    /// In name, id, tags, addresses and VPC; letter case does not matter.
    pub text: String,
    pub access: Option<AccessState>,
    pub environment: Option<Environment>,
    pub account: Option<AccountName>,
    pub region: Option<RegionId>,
    pub whitelist: Option<WhitelistFinding>,
}

/// Where a page of the list begins: after this row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListCursor {
    /// Lower-cased name.
    pub name: String,
    pub key: InstanceKey,
}

/// How many instances a filter would leave, by the values of one field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstanceCounts {
    pub total: i64,
    pub by_access: Vec<(AccessState, i64)>,
    pub by_environment: Vec<(Environment, i64)>,
    pub by_account: Vec<(AccountName, i64)>,
    pub by_region: Vec<(RegionId, i64)>,
}

/// One region of one account, as far as reading it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionCoverage {
    pub account: AccountName,
    /// `None`: the account's regions could not be listed at all.
    pub region: Option<RegionId>,
    /// When its instances were listed last with success.
    pub listed_at: Option<Timestamp>,
    pub problem: Option<Unread>,
}

/// How much of the fleet is known, for the bar above every list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Instances that the cloud has, as far as it answered.
    pub instances: i64,
    /// Those of them whose mode has been read.
    pub read: i64,
    /// The oldest of these readings.
    pub oldest: Option<Timestamp>,
    pub regions: Vec<RegionCoverage>,
}

impl Coverage {
    pub fn problems(&self) -> impl Iterator<Item = &RegionCoverage> {
        self.regions.iter().filter(|region| region.problem.is_some())
    }

    /// Regions nobody has heard from yet.
    pub fn waiting(&self) -> usize {
        self.regions
            .iter()
            .filter(|region| region.listed_at.is_none() && region.problem.is_none())
            .count()
    }
}
