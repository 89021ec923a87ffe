//! Whitelists from tight to wide, with the groups that other services of the cloud put there.

use crate::seed::Dice;
use crate::world::WhitelistGroup;

/// Only addresses of one VPC.
pub(super) fn tight() -> Vec<WhitelistGroup> {
    vec![
        group("default", "127.0.0.1"),
        group("app_servers", "172.16.40.0/24,172.16.41.0/24"),
        data_management(),
    ]
}

/// The whole private range of the company.
pub(super) fn usual() -> Vec<WhitelistGroup> {
    vec![group("default", "10.0.0.0/8,127.0.0.1"), diagnosis()]
}

/// Every address there is, in a group of its own.
pub(super) fn open() -> Vec<WhitelistGroup> {
    vec![group("default", "10.0.0.0/8"), group("partners", "203.0.113.7,0.0.0.0/0"), diagnosis()]
}

/// As it comes: admits nobody.
pub(super) fn untouched() -> Vec<WhitelistGroup> {
    vec![group("default", "127.0.0.1")]
}

pub(super) fn empty() -> Vec<WhitelistGroup> {
    vec![group("default", "")]
}

pub(super) fn drawn(dice: &mut Dice) -> Vec<WhitelistGroup> {
    let mut groups = match dice.below(100) {
        0..30 => tight(),
        30..55 => usual(),
        55..65 => vec![group("default", "172.16.0.0/12")],
        65..72 => vec![group("default", "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16")],
        72..82 => vec![
            group("default", "127.0.0.1"),
            group("batch_jobs", "172.16.9.0/26,172.16.9.128/26"),
        ],
        82..88 => vec![group("default", "47.96.0.0/16,127.0.0.1"), diagnosis()],
        88..93 => open(),
        93..97 => untouched(),
        _ => vec![group("default", "127.0.0.1"), hosts(dice)],
    };
    if dice.chance(15) && groups.iter().all(|group| group.name != "ali_dms_group") {
        groups.push(data_management());
    }
    groups
}

fn hosts(dice: &mut Dice) -> WhitelistGroup {
    let first = dice.below(200);
    let list: Vec<String> =
        (first..first + 2 + dice.below(12)).map(|host| format!("172.16.12.{host}")).collect();
    WhitelistGroup::new("jump_hosts", "", list.join(","))
}

fn group(name: &'static str, security_ips: &'static str) -> WhitelistGroup {
    WhitelistGroup::new(name, "", security_ips)
}

fn data_management() -> WhitelistGroup {
    WhitelistGroup::new("ali_dms_group", "hidden", "100.104.175.0/24,100.104.72.0/24")
}

fn diagnosis() -> WhitelistGroup {
    WhitelistGroup::new("hdm_security_ips", "hidden", "100.104.0.0/16")
}
