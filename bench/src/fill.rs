//! A portal's memory that knows a fleet of any size.
//!
//! Instances come in by the portal's own listing of a simulated cloud. What the other five calls of each instance would
//! say is made up here and recorded as the reader records it: with 100,000 instances these are half a million calls,
//! which measure the simulator. The made-up values are spread as those of the simulator are.

use std::time::{Duration, Instant};

use anyhow::Result;
use domain::access::Access;
use domain::cloud::{
    EngineRelease, InstanceAttribute, InstanceRow, SentinelAccess, WhitelistCheck,
};
use domain::endpoint::{Endpoint, NetType};
use domain::fact::Fact;
use domain::id::InstanceKey;
use domain::instance::Series;
use domain::inventory::FactKind;
use domain::person::Scope;
use domain::time::Timestamp;
use domain::whitelist::{SecurityIp, WhitelistGroup};
use service::Portal;
use store::fleet::{FactRecord, FactUpdate, Lane};

use crate::fleet;

/// Nothing of it is read again while something is measured.
const DUE: Duration = Duration::from_hours(24);
/// As many as the reader records in one transaction.
const BATCH: i64 = 64;

/// What it took.
#[derive(Debug, Clone, Copy)]
pub struct Filled {
    pub listing: Duration,
    pub recording: Duration,
}

/// Lists the portal's cloud and records every fact.
pub async fn fill(portal: &Portal) -> Result<Filled> {
    let started = Instant::now();
    portal.list_fleet_once().await?;
    let listing = started.elapsed();
    let started = Instant::now();
    let coverage = portal.store().get_coverage(&Scope::Everything).await?;
    for region in coverage.regions.into_iter().filter_map(|row| row.region) {
        let lane = Lane { account: fleet::account_name()?, region, kind: FactKind::Attribute };
        loop {
            let now = fleet::now();
            let taken = portal.store().take_due_facts(&lane, now, DUE, BATCH).await?;
            if taken.facts.is_empty() {
                break;
            }
            let facts: Vec<FactRecord> =
                taken.facts.into_iter().map(|fact| record(fact.key, &fact.row, now)).collect();
            portal.store().record_facts(&facts).await?;
        }
    }
    Ok(Filled { listing, recording: started.elapsed() })
}

fn record(key: InstanceKey, row: &InstanceRow, at: Timestamp) -> FactRecord {
    let dice = Dice::of(row.id.as_str());
    let updates = [
        FactUpdate::Attribute(Fact::Known(attribute(row, dice))),
        FactUpdate::Whitelist(Fact::Known(whitelist(dice))),
        FactUpdate::Endpoints(Fact::Known(endpoints(row, dice))),
        FactUpdate::Release(Fact::Known(release(row))),
        FactUpdate::WhitelistCheck(Fact::Known(match row.series {
            Series::CloudNative => WhitelistCheck::Absent,
            _ if dice.percent(3) < 25 => WhitelistCheck::Always,
            _ => WhitelistCheck::SkippedInVpc,
        })),
        FactUpdate::Sentinel(Fact::Known(SentinelAccess {
            password_free: Some(dice.percent(4) < 3),
            commands: Vec::new(),
        })),
    ];
    FactRecord { key, at, updates: updates.map(|update| (update, at.plus(DUE))).into() }
}

fn attribute(row: &InstanceRow, dice: Dice) -> InstanceAttribute {
    let mode = if dice.percent(0) < 8 { Access::PasswordFree } else { Access::PasswordRequired };
    InstanceAttribute {
        row: row.clone(),
        mode: Some(mode),
        raw_mode: Some(if mode == Access::PasswordFree { "Close" } else { "Open" }.to_owned()),
        maintain_start: "18:00Z".to_owned(),
        maintain_end: "22:00Z".to_owned(),
    }
}

fn whitelist(dice: Dice) -> Vec<WhitelistGroup> {
    let default: &[&str] = match dice.percent(1) {
        0..30 => &["172.16.40.0/24", "172.16.41.0/24"],
        30..70 => &["10.0.0.0/8", "127.0.0.1"],
        70..82 => &["172.16.9.0/26", "172.16.9.128/26"],
        82..88 => &["47.96.0.0/16", "127.0.0.1"],
        88..93 => &["203.0.113.7", "0.0.0.0/0"],
        _ => &["127.0.0.1"],
    };
    let group = |name: &str, attribute: &str, entries: &[&str]| WhitelistGroup {
        name: name.to_owned(),
        attribute: attribute.to_owned(),
        entries: entries.iter().map(|entry| SecurityIp::from(*entry)).collect(),
    };
    vec![group("default", "", default), group("hdm_security_ips", "hidden", &["100.104.0.0/16"])]
}

fn endpoints(row: &InstanceRow, dice: Dice) -> Vec<Endpoint> {
    let private = Endpoint {
        net: NetType::Vpc,
        host: row.connection_domain.clone(),
        port: row.port,
        ip: row.private_ip.clone(),
        vpc: row.vpc.clone(),
        vswitch: row.vswitch.clone(),
        direct: false,
    };
    let public = Endpoint {
        net: NetType::Public,
        host: format!("pub-{}", row.connection_domain),
        ip: "47.96.1.2".to_owned(),
        vpc: String::new(),
        vswitch: String::new(),
        ..private.clone()
    };
    if dice.percent(2) < 9 { vec![private, public] } else { vec![private] }
}

fn release(row: &InstanceRow) -> EngineRelease {
    EngineRelease {
        major: row.version.to_string(),
        minor: "7.0.2.6".to_owned(),
        is_latest: Some(true),
        minor_upgrade_possible: Some(false),
        latest_minor: Some("7.0.2.6".to_owned()),
    }
}

/// Numbers that follow from an id: the same fleet has the same facts.
#[derive(Debug, Clone, Copy)]
struct Dice(u64);

impl Dice {
    /// FNV-1a.
    fn of(id: &str) -> Self {
        Self(id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    /// 0 to 99; another one for each question.
    fn percent(self, question: u32) -> u64 {
        (self.0.rotate_right(question * 11).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) % 100
    }
}
