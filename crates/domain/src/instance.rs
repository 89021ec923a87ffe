//! An instance in the cloud's own words.
//!
//! Value sets: `r-kvstore` 2015-01-01, `DescribeInstances` and `DescribeInstanceAttribute`. Words that are not
//! listed are kept as they came, never mapped to the nearest known one.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::code::{closed_enum, open_enum};

open_enum! {
    /// Ready for changes only when `Normal`.
    pub enum InstanceStatus {
        Normal = "Normal",
        Creating = "Creating",
        Changing = "Changing",
        Inactive = "Inactive",
        Flushing = "Flushing",
        Released = "Released",
        Transforming = "Transforming",
        Unavailable = "Unavailable",
        Error = "Error",
        Migrating = "Migrating",
        BackupRecovering = "BackupRecovering",
        MinorVersionUpgrading = "MinorVersionUpgrading",
        NetworkModifying = "NetworkModifying",
        SslModifying = "SSLModifying",
        MajorVersionUpgrading = "MajorVersionUpgrading",
        Rebooting = "Rebooting",
        HaSwitching = "HASwitching",
        ZoneMigrating = "ZoneMigrating",
        CleaningUpExpiredData = "CleaningUpExpiredData",
    }
}

open_enum! {
    pub enum InstanceType {
        Redis = "Redis",
        Tair = "Tair",
        Memcache = "Memcache",
    }
}

open_enum! {
    pub enum NetworkType {
        Vpc = "VPC",
        Classic = "CLASSIC",
    }
}

open_enum! {
    pub enum Architecture {
        Standard = "standard",
        Cluster = "cluster",
        /// Read/write splitting.
        Rwsplit = "rwsplit",
    }
}

closed_enum! {
    /// Where the data lies, which decides whether the whitelist counts while access is password-free.
    pub enum Series {
        /// Local disk. The cloud's documents say "classic"; not the classic network.
        Classic = "classic",
        CloudNative = "cloud-native",
        Unknown = "unknown",
    }
}

impl Series {
    /// `ComputingType` says it (`Machine`, `Ecs`); where it is missing, the class name gives a hint:
    /// cloud-native ones end in `.ce` or `.ee` or start with `tair.`, local-disk ones end in `.default` or hold `.amber.`.
    pub fn of(computing_type: Option<&str>, class: &str) -> Self {
        match computing_type {
            Some("Machine") => return Self::Classic,
            Some("Ecs") => return Self::CloudNative,
            _ => {}
        }
        let ends_with = |suffix: &str| class.strip_suffix(suffix).is_some();
        if ends_with(".ce") || ends_with(".ee") || class.starts_with("tair.") {
            Self::CloudNative
        } else if ends_with(".default") || class.contains(".amber.") {
            Self::Classic
        } else {
            Self::Unknown
        }
    }
}

/// A major version such as `5.0`, as the cloud writes it; compares by number where it is one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EngineVersion(String);

impl EngineVersion {
    pub fn new(version: impl Into<String>) -> Self {
        Self(version.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `(5, 0)` of `5.0` or `5`; `None` for anything that is not two numbers.
    pub fn number(&self) -> Option<(u16, u16)> {
        let (major, minor) = self.0.split_once('.').unwrap_or((&self.0, "0"));
        Some((major.parse().ok()?, minor.parse().ok()?))
    }
}

impl fmt::Display for EngineVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One tag of an instance. Untrusted text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Tag {
    pub key: String,
    pub value: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_computing_type_decides_the_series_and_the_class_is_a_hint() {
        for (computing_type, class, series) in [
            (Some("Machine"), "redis.shard.small.ce", Series::Classic),
            (Some("Ecs"), "redis.master.small.default", Series::CloudNative),
            (None, "redis.shard.small.ce", Series::CloudNative),
            (None, "tair.rdb.1g", Series::CloudNative),
            (None, "redis.master.small.default", Series::Classic),
            (None, "redis.amber.master.small.multithread", Series::Classic),
            (Some("Quantum"), "odd", Series::Unknown),
            (None, "", Series::Unknown),
        ] {
            assert_eq!(Series::of(computing_type, class), series, "{computing_type:?} {class}");
        }
    }

    #[test]
    fn versions_compare_by_number() {
        assert_eq!(EngineVersion::new("2.8").number(), Some((2, 8)));
        assert_eq!(EngineVersion::new("7").number(), Some((7, 0)));
        assert_eq!(EngineVersion::new("7.x").number(), None);
    }

    #[test]
    fn an_unknown_word_survives_storage() {
        let status: InstanceStatus = serde_json::from_str("\"Teleporting\"").unwrap();
        assert_eq!(status, InstanceStatus::Other("Teleporting".to_owned()));
        assert_eq!(serde_json::to_string(&status).unwrap(), "\"Teleporting\"");
    }
}
