//! One instance: what differs between instances that were bought as the same model.
//!
//! Kept small, because there may be a hundred thousand: words are borrowed where they can be, and
//! whatever follows from the model, the account or the ID is worked out when it is asked for.

use super::change::Settling;
use super::model::Model;
use crate::seed::Dice;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// A word of the cloud, borrowed while nobody changed it.
pub(crate) type Word = Cow<'static, str>;

#[derive(Clone, Debug)]
pub(crate) struct Instance {
    pub id: Box<str>,
    pub name: Box<str>,
    pub account: u16,
    pub region: u16,
    /// Index into the region's zones.
    pub zone: u8,
    pub model: &'static Model,
    /// `InstanceType`: `Redis`, `Tair` or `Memcache`.
    pub kind: Word,
    pub engine_version: Word,
    /// `Machine` is classic, `Ecs` cloud-native.
    pub computing_type: Word,
    pub status: Word,
    /// `None`: the field is not sent at all.
    pub vpc_auth_mode: Option<Word>,
    pub network_type: Word,
    /// Which of the account's VPCs in the region.
    pub vpc: u8,
    pub private_ip: Ipv4Addr,
    pub public: Option<PublicEndpoint>,
    pub whitelist: Vec<WhitelistGroup>,
    /// `#no_loose_check-whitelist-always` of classic 4.0 and 5.0.
    pub check_whitelist_always: Word,
    /// `#no_loose_sentinel-password-free-access` of cloud-native ones.
    pub sentinel_password_free: bool,
    pub tags: Vec<(Word, Word)>,
    pub prepaid: bool,
    /// Seconds since 1970.
    pub created_at: i64,
    pub resource_group: u8,
    pub settling: Option<Settling>,
    /// Fields that were set by hand and have no meaning to the simulator; `null` leaves a field
    /// out.
    pub overrides: BTreeMap<String, Value>,
}

#[derive(Clone, Debug)]
pub(crate) struct PublicEndpoint {
    pub prefix: Box<str>,
    pub ip: Ipv4Addr,
}

/// One IP whitelist group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhitelistGroup {
    pub name: Cow<'static, str>,
    /// Empty, or `hidden`.
    #[serde(default)]
    pub attribute: Cow<'static, str>,
    /// Addresses and CIDR blocks, joined by commas.
    pub security_ips: Cow<'static, str>,
}

impl WhitelistGroup {
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        attribute: impl Into<Cow<'static, str>>,
        security_ips: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { name: name.into(), attribute: attribute.into(), security_ips: security_ips.into() }
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &str> {
        self.security_ips.split(',').map(str::trim).filter(|entry| !entry.is_empty())
    }

    /// Made by another service of the cloud; nobody may change it.
    pub(crate) fn is_system(&self) -> bool {
        self.attribute == "hidden" || matches!(&*self.name, "ali_dms_group" | "hdm_security_ips")
    }
}

impl PublicEndpoint {
    /// In 203.0.113.0/24, which belongs to nobody.
    pub fn made_up(seed: u64) -> Self {
        let [.., last] = seed.to_be_bytes();
        let prefix = Dice::new(seed).text(b"abcdefghijklmnopqrstuvwxyz", 12);
        Self { prefix: prefix.into(), ip: Ipv4Addr::new(203, 0, 113, last.clamp(1, 254)) }
    }
}

impl Instance {
    pub fn is_classic(&self) -> bool {
        self.computing_type == "Machine"
    }

    pub fn in_vpc(&self) -> bool {
        self.network_type == "VPC"
    }

    pub fn is_memcache(&self) -> bool {
        self.kind == "Memcache"
    }

    pub fn has_whitelist_parameter(&self) -> bool {
        self.is_classic() && !self.is_memcache() && matches!(&*self.engine_version, "4.0" | "5.0")
    }

    pub fn port(&self) -> u16 {
        if self.is_memcache() { 11211 } else { 6379 }
    }

    /// Domain behind the endpoints of this instance.
    pub fn connection_domain(&self) -> String {
        format!("{}.{}", self.id, self.domain())
    }

    pub fn domain(&self) -> &'static str {
        if self.is_memcache() { "memcache.rds.aliyuncs.com" } else { "redis.rds.aliyuncs.com" }
    }

    pub fn admits_everyone(&self) -> bool {
        self.whitelist.iter().flat_map(WhitelistGroup::entries).any(|entry| entry.ends_with("/0"))
    }
}
