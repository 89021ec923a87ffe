//! `ModifySecurityIps`: writes one whitelist group. The default is to overwrite it.

use super::modify_instance_vpc_auth_mode::busy;
use super::{Action, Call, Product, Run};
use crate::refusal::{self, Refusal};
use crate::world::{Change, WhitelistGroup};
use std::collections::HashSet;
use std::net::Ipv4Addr;

pub(super) const ACTION: Action = Action {
    name: "ModifySecurityIps",
    product: Product::RKvstore,
    instance: Some("InstanceId"),
    regional: true,
    run: Run::Write(run),
};

const MOST_ENTRIES: usize = 1000;

fn run(call: &Call<'_>) -> Result<Change, Refusal> {
    call.parameters.required("InstanceId")?;
    let given = entries(call.parameters.required("SecurityIps")?)?;
    let name = call.parameters.get("SecurityIpGroupName").unwrap_or("default");
    if !is_group_name(name) {
        return Err(refusal::GROUP_NAME_FORMAT.into());
    }
    let (slot, instance) = call.instance()?;
    if instance.status != "Normal" {
        return Err(busy(call.conduct.busy));
    }

    let mut groups = instance.whitelist.clone();
    let index = groups.iter().position(|group| group.name == name).unwrap_or_else(|| {
        groups.push(WhitelistGroup::new(name.to_owned(), "", ""));
        groups.len() - 1
    });
    let group = &mut groups[index];
    if group.is_system() {
        return Err(refusal::GROUP_NAME_FORMAT.into());
    }
    let before: Vec<String> = group.entries().map(str::to_owned).collect();
    let after: Vec<String> = match call.parameters.get("ModifyMode").unwrap_or("Cover") {
        "Cover" => given,
        "Append" => before.into_iter().chain(given).collect(),
        "Delete" => before.into_iter().filter(|entry| !given.contains(entry)).collect(),
        _ => return Err(Refusal::invalid_value("ModifyMode")),
    };
    if after.len() > MOST_ENTRIES {
        return Err(refusal::SECURITY_IPS_TOO_MANY.into());
    }
    if after.iter().collect::<HashSet<_>>().len() < after.len() {
        return Err(refusal::SECURITY_IPS_DUPLICATE.into());
    }
    group.security_ips = after.join(",").into();
    if let Some(attribute) = call.parameters.get("SecurityIpGroupAttribute") {
        group.attribute = attribute.to_owned().into();
    }
    groups.retain(|group| group.name == "default" || group.entries().next().is_some());
    Ok(Change::Whitelist { slot, groups })
}

fn entries(list: &str) -> Result<Vec<String>, Refusal> {
    list.split(',')
        .map(str::trim)
        .map(|entry| {
            is_entry(entry)
                .then(|| entry.to_owned())
                .ok_or_else(|| refusal::SECURITY_IPS_FORMAT.into())
        })
        .collect()
}

/// An IPv4 address, or one with a prefix of 1 to 32; `0.0.0.0/0` is the one exception.
fn is_entry(entry: &str) -> bool {
    let Some((address, prefix)) = entry.split_once('/') else {
        return entry.parse::<Ipv4Addr>().is_ok();
    };
    let prefix_is_right = prefix.parse::<u8>().is_ok_and(|prefix| (1..=32).contains(&prefix));
    entry == "0.0.0.0/0" || (address.parse::<Ipv4Addr>().is_ok() && prefix_is_right)
}

/// 2 to 32 lower-case letters, digits and underscores, from a letter to a letter or digit.
fn is_group_name(name: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    (2..=32).contains(&name.len())
        && name.chars().all(|letter| plain(letter) || letter == '_')
        && name.starts_with(|letter: char| letter.is_ascii_lowercase())
        && name.ends_with(plain)
}
