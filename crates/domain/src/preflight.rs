//! May this instance be switched now? Pure functions over facts already read.
//!
//! Every rule runs and none silences another. A rule says what ignorance of its fact means; only
//! [`rules::instance_readable`] speaks for the attribute as a whole, so that one unread answer is one finding.
//!
//! To add a check: one file in [`rules`], one line in [`RULES`], one [`CheckKind`] variant with its code, one line
//! in `tests/preflight.rs`, and the words in both languages (the build asks for them).

mod rules;

use serde::{Deserialize, Serialize};

use crate::access::{Access, AccessState};
use crate::cloud::{EngineRelease, InstanceAttribute, SentinelAccess, WhitelistCheck};
use crate::code::closed_enum;
use crate::endpoint::Endpoint;
use crate::fact::{Fact, Unread};
use crate::instance::{EngineVersion, InstanceStatus, InstanceType, NetworkType, Series};
use crate::whitelist::WhitelistGroup;

/// What is known of one instance, read at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    pub attribute: Fact<InstanceAttribute>,
    pub whitelist: Fact<Vec<WhitelistGroup>>,
    pub endpoints: Fact<Vec<Endpoint>>,
    pub release: Fact<EngineRelease>,
    /// Only local-disk instances have the parameter; `Absent` elsewhere.
    pub whitelist_check: Fact<WhitelistCheck>,
    /// Only cloud-native instances have the parameters; the default elsewhere.
    pub sentinel: Fact<SentinelAccess>,
}

impl Facts {
    /// Before anything was read.
    pub const fn unread() -> Self {
        Self {
            attribute: Fact::Unknown(Unread::NotYet),
            whitelist: Fact::Unknown(Unread::NotYet),
            endpoints: Fact::Unknown(Unread::NotYet),
            release: Fact::Unknown(Unread::NotYet),
            whitelist_check: Fact::Unknown(Unread::NotYet),
            sentinel: Fact::Unknown(Unread::NotYet),
        }
    }

    pub fn access_state(&self) -> AccessState {
        self.attribute.known().map_or(AccessState::Unknown, InstanceAttribute::access_state)
    }
}

closed_enum! {
    /// From worst to best.
    pub enum Verdict {
        Blocks = "blocks",
        Warns = "warns",
        Passes = "passes",
    }
}

/// One rule's finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    pub verdict: Verdict,
    pub kind: CheckKind,
}

/// What was checked, with the fact it looked at, so that a page can show both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", tag = "code")]
pub enum CheckKind {
    InstanceReadable { why: Unread },
    InstanceStatus { status: InstanceStatus },
    EngineType { kind: InstanceType },
    NetworkType { network: NetworkType, vpc: String },
    AccessState { state: AccessState, raw: Option<String> },
    AlreadyInMode { state: AccessState },
    WhitelistSet { groups: Fact<usize> },
    WhitelistScope { open_groups: Fact<Vec<String>> },
    WhitelistWidth { v4_addresses: Fact<u64>, widest: Option<String> },
    WhitelistSkipped { series: Series, version: EngineVersion, parameter: Fact<WhitelistCheck> },
    PublicEndpoint { version: EngineVersion, endpoints: Fact<Vec<String>> },
}

impl CheckKind {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InstanceReadable { .. } => "instance-readable",
            Self::InstanceStatus { .. } => "instance-status",
            Self::EngineType { .. } => "engine-type",
            Self::NetworkType { .. } => "network-type",
            Self::AccessState { .. } => "access-state",
            Self::AlreadyInMode { .. } => "already-in-mode",
            Self::WhitelistSet { .. } => "whitelist-set",
            Self::WhitelistScope { .. } => "whitelist-scope",
            Self::WhitelistWidth { .. } => "whitelist-width",
            Self::WhitelistSkipped { .. } => "whitelist-skipped",
            Self::PublicEndpoint { .. } => "public-endpoint",
        }
    }
}

/// All findings, worst first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preflight {
    pub checks: Vec<Check>,
}

impl Preflight {
    pub fn is_blocked(&self) -> bool {
        self.with(Verdict::Blocks).next().is_some()
    }

    pub fn with(&self, verdict: Verdict) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(move |check| check.verdict == verdict)
    }

    /// The instance is already as wished: no call is needed.
    pub fn is_already_so(&self) -> bool {
        self.checks.iter().any(|check| matches!(check.kind, CheckKind::AlreadyInMode { .. }))
    }
}

type Rule = fn(&Facts, Access) -> Option<Check>;

const RULES: &[Rule] = &[
    rules::instance_readable::check,
    rules::instance_status::check,
    rules::engine_type::check,
    rules::network_type::check,
    rules::access_state::check,
    rules::whitelist_set::check,
    rules::whitelist_scope::check,
    rules::whitelist_width::check,
    rules::whitelist_skipped::check,
    rules::public_endpoint::check,
];

/// Every rule on these facts, for a change to `to`.
pub fn run(facts: &Facts, to: Access) -> Preflight {
    let mut checks: Vec<Check> = RULES.iter().filter_map(|rule| rule(facts, to)).collect();
    checks.sort_by_key(|check| check.verdict);
    Preflight { checks }
}
