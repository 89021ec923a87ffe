//! Which instances, in which order, and how many.

use std::fmt;
use std::str::FromStr;

use crate::access::AccessState;
use crate::code::{UnknownCode, closed_enum};
use crate::environment::Environment;
use crate::exposure::ExposureLevel;
use crate::id::{AccountName, InstanceKey, RegionId};
use crate::inventory::WhitelistFinding;

closed_enum! {
    /// What a list is ordered by.
    pub enum InstanceSort {
        Name = "name",
        /// The worst first.
        Exposure = "exposure",
        /// The longest unread first.
        Age = "age",
        /// Account, then region, then name.
        Place = "place",
    }
}

/// A level, or that it is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExposureFilter {
    Level(ExposureLevel),
    Unknown,
}

impl ExposureFilter {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Level(level) => level.code(),
            Self::Unknown => "unknown",
        }
    }
}

impl FromStr for ExposureFilter {
    type Err = UnknownCode;

    fn from_str(word: &str) -> Result<Self, UnknownCode> {
        if word == "unknown" { Ok(Self::Unknown) } else { word.parse().map(Self::Level) }
    }
}

impl fmt::Display for ExposureFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Which instances to list. Empty fields do not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstanceFilter {
    /// In name, id, tags, addresses and VPC; letter case does not matter.
    pub text: String,
    pub access: Option<AccessState>,
    pub environment: Option<Environment>,
    pub exposure: Option<ExposureFilter>,
    pub account: Option<AccountName>,
    pub region: Option<RegionId>,
    pub version: Option<String>,
    pub whitelist: Option<WhitelistFinding>,
    /// Only these, whatever else they are; empty: all.
    pub keys: Vec<InstanceKey>,
}

impl InstanceFilter {
    /// Without the text: what can be counted without looking at instances.
    #[must_use]
    pub fn without_text(&self) -> Self {
        Self { text: String::new(), ..self.clone() }
    }
}

/// Where a page of the list begins: after this row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListCursor {
    /// The row's value in the order of the list, as text.
    pub value: String,
    pub key: InstanceKey,
}

/// How many instances match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchCount {
    Exactly(i64),
    /// More than anybody counts while typing.
    MoreThan(i64),
}

/// How many instances a filter would leave, by the values of one field; each counted without that field's own filter,
/// and without the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstanceCounts {
    /// Matching the filter without its text.
    pub total: i64,
    pub by_access: Vec<(AccessState, i64)>,
    pub by_environment: Vec<(Environment, i64)>,
    pub by_exposure: Vec<(ExposureFilter, i64)>,
    pub by_account: Vec<(AccountName, i64)>,
    pub by_region: Vec<(RegionId, i64)>,
    pub by_version: Vec<(String, i64)>,
    pub by_whitelist: Vec<(WhitelistFinding, i64)>,
}
