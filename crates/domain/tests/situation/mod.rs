//! Situations that tests start from: a well-kept instance, and one thing about it changed.

#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::unwrap_used,
    reason = "each test file uses its part"
)]

use domain::access::Access::PasswordRequired;
use domain::cloud::{InstanceAttribute, InstanceRow, SentinelAccess, WhitelistCheck};
use domain::endpoint::{Endpoint, NetType};
use domain::fact::{Fact, Unread};
use domain::instance::{
    Architecture, EngineVersion, InstanceStatus, InstanceType, NetworkType, Series,
};
use domain::preflight::Facts;
use domain::whitelist::WhitelistGroup;

/// A cloud-native 7.0 in a VPC, password required, with a tight whitelist.
pub fn facts() -> Facts {
    Facts {
        attribute: Fact::Known(attribute()),
        whitelist: Fact::Known(vec![group("default", &["10.0.0.0/24"])]),
        endpoints: Fact::Known(vec![endpoint(NetType::Vpc)]),
        release: Fact::Unknown(Unread::NotYet),
        whitelist_check: Fact::Known(WhitelistCheck::Absent),
        sentinel: Fact::Known(SentinelAccess::default()),
    }
}

pub fn attribute() -> InstanceAttribute {
    InstanceAttribute {
        row: InstanceRow {
            id: "r-bp1zxszhcgatnx0001".parse().unwrap(),
            name: "orders-cache".into(),
            region: "cn-hangzhou".parse().unwrap(),
            zone: "cn-hangzhou-h".into(),
            status: InstanceStatus::Normal,
            kind: InstanceType::Redis,
            architecture: Architecture::Standard,
            class: "redis.shard.small.2.ce".into(),
            version: EngineVersion::new("7.0"),
            series: Series::CloudNative,
            network: NetworkType::Vpc,
            vpc: "vpc-1".into(),
            vswitch: "vsw-1".into(),
            private_ip: "10.0.0.1".into(),
            connection_domain: "r-bp1zxszhcgatnx0001.redis.rds.aliyuncs.com".into(),
            port: Some(6379),
            capacity_mb: Some(1024),
            charge_type: "PostPaid".into(),
            resource_group: String::new(),
            created: String::new(),
            tags: vec![],
        },
        mode: Some(PasswordRequired),
        raw_mode: Some("Open".into()),
        maintain_start: String::new(),
        maintain_end: String::new(),
    }
}

pub fn with(change: impl FnOnce(&mut InstanceAttribute)) -> Facts {
    let mut attribute = attribute();
    change(&mut attribute);
    Facts { attribute: Fact::Known(attribute), ..facts() }
}

pub fn classic(version: &str, parameter: Fact<WhitelistCheck>) -> Facts {
    let facts = with(|a| {
        a.row.series = Series::Classic;
        a.row.version = EngineVersion::new(version);
    });
    Facts { whitelist_check: parameter, ..facts }
}

pub fn whitelist(groups: Vec<WhitelistGroup>) -> Facts {
    Facts { whitelist: Fact::Known(groups), ..facts() }
}

pub fn group(name: &str, entries: &[&str]) -> WhitelistGroup {
    WhitelistGroup {
        name: name.into(),
        attribute: String::new(),
        entries: entries.iter().map(|e| (*e).into()).collect(),
    }
}

pub fn endpoint(net: NetType) -> Endpoint {
    Endpoint {
        net,
        host: "h".into(),
        port: Some(6379),
        ip: String::new(),
        vpc: String::new(),
        vswitch: String::new(),
        direct: false,
    }
}

pub fn public(facts: Facts) -> Facts {
    Facts {
        endpoints: Fact::Known(vec![endpoint(NetType::Vpc), endpoint(NetType::Public)]),
        ..facts
    }
}

pub fn system_group(name: &str, entries: &[&str]) -> WhitelistGroup {
    WhitelistGroup { attribute: "hidden".into(), ..group(name, entries) }
}
