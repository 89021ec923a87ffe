//! What the portal remembers of the fleet: every value with its age, every gap with its reason.

mod detail;
mod filter;
mod listing;

pub use detail::{FactKind, InstanceDetail, Reading};
pub use filter::{
    ExposureFilter, InstanceCounts, InstanceFilter, InstanceSort, ListCursor, MatchCount,
};
pub use listing::{InstanceListing, WhitelistFinding};

use serde::{Deserialize, Serialize};

use crate::fact::Unread;
use crate::id::{AccountName, ChangeId, InstanceKey, RegionId};
use crate::text::InstanceName;
use crate::time::Timestamp;

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
    /// Instances whose mode could not be read when it was tried last, by why; some of them were read before.
    pub failed: Vec<(Unread, i64)>,
}

impl Coverage {
    pub fn problems(&self) -> impl Iterator<Item = &RegionCoverage> {
        self.regions.iter().filter(|region| region.problem.is_some())
    }

    /// How many regions there are, counted once however many accounts have them.
    pub fn places(&self) -> usize {
        let regions = self.regions.iter().filter_map(|row| row.region.as_ref());
        regions.collect::<std::collections::BTreeSet<_>>().len()
    }

    /// Regions nobody has heard from yet.
    pub fn waiting(&self) -> usize {
        self.regions
            .iter()
            .filter(|region| region.listed_at.is_none() && region.problem.is_none())
            .count()
    }
}

/// Something about an instance that became different, as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetEvent {
    /// Ascending over the whole fleet.
    pub sequence: i64,
    pub at: Timestamp,
    pub instance: InstanceKey,
    pub name: InstanceName,
    /// A stable word: `access`, `status`, `name`, `whitelist`, `exposure`, `change`, …
    pub field: String,
    pub before: Option<String>,
    pub after: Option<String>,
    /// The change of ours that it belongs to, if it is one.
    pub change: Option<ChangeId>,
}
