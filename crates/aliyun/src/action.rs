//! The actions of the cloud that this client knows, by the cloud's names, and the permission each needs.

use std::fmt;

/// An action of R-kvstore or STS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Of STS; needs no permission.
    GetCallerIdentity,
    /// No permission is published for it.
    DescribeRegions,
    /// The list.
    DescribeInstances,
    /// The only place of the mode.
    DescribeInstanceAttribute,
    /// The whitelist.
    DescribeSecurityIps,
    /// The endpoints.
    DescribeDbInstanceNetInfo,
    /// The engine's version.
    DescribeEngineVersion,
    /// Whether VPC clients skip the whitelist, on classic instances.
    DescribeParameters,
    /// The parameters of cloud-native instances.
    DescribeInstanceConfig,
    /// The one write.
    ModifyInstanceVpcAuthMode,
}

impl Action {
    /// Every one, the write last.
    pub const ALL: &'static [Self] = &[
        Self::GetCallerIdentity,
        Self::DescribeRegions,
        Self::DescribeInstances,
        Self::DescribeInstanceAttribute,
        Self::DescribeSecurityIps,
        Self::DescribeDbInstanceNetInfo,
        Self::DescribeEngineVersion,
        Self::DescribeParameters,
        Self::DescribeInstanceConfig,
        Self::ModifyInstanceVpcAuthMode,
    ];

    /// The cloud's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GetCallerIdentity => "GetCallerIdentity",
            Self::DescribeRegions => "DescribeRegions",
            Self::DescribeInstances => "DescribeInstances",
            Self::DescribeInstanceAttribute => "DescribeInstanceAttribute",
            Self::DescribeSecurityIps => "DescribeSecurityIps",
            Self::DescribeDbInstanceNetInfo => "DescribeDBInstanceNetInfo",
            Self::DescribeEngineVersion => "DescribeEngineVersion",
            Self::DescribeParameters => "DescribeParameters",
            Self::DescribeInstanceConfig => "DescribeInstanceConfig",
            Self::ModifyInstanceVpcAuthMode => "ModifyInstanceVpcAuthMode",
        }
    }

    /// What a RAM policy calls it, such as `kvstore:DescribeInstances`. `None`: none is needed.
    pub fn permission(self) -> Option<String> {
        match self {
            Self::GetCallerIdentity | Self::DescribeRegions => None,
            _ => Some(format!("kvstore:{self}")),
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
