//! Where an instance lives: names that follow from account, region and instance, and need not be
//! kept.

use super::{Instance, Region};
use crate::gate::keyring::Account;
use crate::seed::Dice;

const LETTERS_AND_DIGITS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";

pub(crate) fn zone<'a>(instance: &Instance, region: &'a Region) -> &'a str {
    &region.zones[usize::from(instance.zone) % region.zones.len()]
}

pub(crate) fn vpc_id(instance: &Instance, region: &Region, account: &Account) -> String {
    identifier("vpc", region, &format!("{} {} {}", account.uid, region.id, instance.vpc))
}

/// A VPC has one vSwitch a zone.
pub(crate) fn vswitch_id(instance: &Instance, region: &Region, account: &Account) -> String {
    identifier(
        "vsw",
        region,
        &format!("{} {} {} {}", account.uid, region.id, instance.vpc, instance.zone),
    )
}

pub(crate) fn resource_group_id(instance: &Instance, account: &Account) -> String {
    format!(
        "rg-acfm{}{}",
        &account.uid[account.uid.len().saturating_sub(10)..],
        instance.resource_group
    )
}

fn identifier(kind: &str, region: &Region, of: &str) -> String {
    format!("{kind}-{}{}", region.hint, Dice::stream(7, of).text(LETTERS_AND_DIGITS, 18))
}
