//! What the cloud says about an instance, once read: plain values, with gaps where it left gaps.

use serde::{Deserialize, Serialize};

use crate::access::{Access, AccessState};
use crate::code::closed_enum;
use crate::id::{InstanceId, RegionId};
use crate::instance::{
    Architecture, EngineVersion, InstanceStatus, InstanceType, NetworkType, Series, Tag,
};
use crate::text::InstanceName;

/// One region of an account, by `DescribeRegions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    pub id: RegionId,
    /// In the language that was asked for.
    pub local_name: String,
    /// The public host that serves it.
    pub endpoint: String,
}

/// A row of `DescribeInstances`. It never says how the instance is entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceRow {
    pub id: InstanceId,
    pub name: InstanceName,
    pub region: RegionId,
    pub zone: String,
    pub status: InstanceStatus,
    pub kind: InstanceType,
    pub architecture: Architecture,
    pub class: String,
    pub version: EngineVersion,
    pub series: Series,
    pub network: NetworkType,
    pub vpc: String,
    pub vswitch: String,
    pub private_ip: String,
    pub connection_domain: String,
    pub port: Option<u16>,
    pub capacity_mb: Option<i64>,
    pub charge_type: String,
    pub resource_group: String,
    /// As the cloud wrote it, UTC.
    pub created: String,
    pub tags: Vec<Tag>,
}

/// The answer of `DescribeInstanceAttribute`: the only place of the mode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceAttribute {
    #[serde(flatten)]
    pub row: InstanceRow,
    /// `None`: the value was missing, empty or not one of the two known ones.
    pub mode: Option<Access>,
    /// `VpcAuthMode` as it came, for a detail row.
    pub raw_mode: Option<String>,
    /// UTC, `HH:mmZ`.
    pub maintain_start: String,
    pub maintain_end: String,
}

impl InstanceAttribute {
    pub fn access_state(&self) -> AccessState {
        AccessState::of(self.mode, &self.row.network, &self.row.kind)
    }
}

/// From `DescribeEngineVersion`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineRelease {
    pub major: String,
    pub minor: String,
    /// `None`: the cloud did not say.
    pub is_latest: Option<bool>,
    pub minor_upgrade_possible: Option<bool>,
    pub latest_minor: Option<String>,
}

closed_enum! {
    /// What `#no_loose_check-whitelist-always` says.
    pub enum WhitelistCheck {
        /// `yes`: the whitelist counts for VPC clients even while access is password-free.
        Always = "always",
        /// `no`, the cloud's default: clients of the VPC skip the whitelist while access is password-free.
        SkippedInVpc = "skipped-in-vpc",
        /// The parameter is not among those of the instance.
        Absent = "absent",
    }
}

/// What Sentinel-compatible mode lets clients do without a password, by `DescribeInstanceConfig` (cloud-native only).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentinelAccess {
    /// `#no_loose_sentinel-password-free-access`. `None`: the cloud did not say.
    pub password_free: Option<bool>,
    /// `#no_loose_sentinel-password-free-commands`, as it came.
    pub commands: Vec<String>,
}

/// Who a credential belongs to, by STS `GetCallerIdentity`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerIdentity {
    pub account_id: String,
    pub arn: String,
    pub identity_type: String,
}
