//! A fleet a company could have, made from a seed: the showcase first, then as many more as were
//! asked for.
//!
//! The same options give the same fleet for ever.

mod names;
mod showcase;
mod whitelists;

use crate::gate::keyring::Account;
use crate::options::Options;
use crate::seed::Dice;
use crate::world::{Instance, MODELS, Model, PublicEndpoint, Region, World};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

const LETTERS_AND_DIGITS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
/// 2018-01-01 and 2025-09-01
const CREATED_BETWEEN: (i64, i64) = (1_514_764_800, 1_756_684_800);

/// All instances of all accounts.
pub(crate) fn generate(options: &Options, accounts: &[Account], regions: &[Region]) -> World {
    let mut world = World::default();
    let mut dice = Dice::stream(options.seed, "fleet");
    let mut in_account = vec![0_usize; accounts.len()];
    if options.showcase {
        for instance in showcase::instances(regions.len()) {
            in_account[0] += usize::from(world.add(instance));
        }
    }
    while world.len() < options.instances {
        let fewest = in_account
            .iter()
            .enumerate()
            .min_by_key(|(_, count)| **count)
            .map_or(0, |(index, _)| index);
        let number = in_account[fewest];
        let Ok(account) = u16::try_from(fewest) else { break };
        let Ok(region) = u16::try_from(number % regions.len()) else { break };
        let instance = one(&mut dice, account, region, &regions[usize::from(region)], number);
        in_account[fewest] += usize::from(world.add(instance));
    }
    world
}

/// One more instance, for an account in a region.
pub(crate) fn one(
    dice: &mut Dice,
    account: u16,
    region: u16,
    place: &Region,
    number: usize,
) -> Instance {
    let model = model(dice);
    let (name, environment) = names::name(dice, number);
    let id = format!("r-{}{}", place.hint, dice.text(LETTERS_AND_DIGITS, 14));
    let mut instance = plain(&id, &name, account, region, model);
    instance.zone = u8::try_from(dice.index(place.zones.len())).unwrap_or(0);
    instance.tags = names::tags(dice, environment);
    instance.whitelist = whitelists::drawn(dice);
    instance.private_ip = private_ip(dice.draw());
    instance.vpc = u8::try_from(dice.below(3)).unwrap_or(0);
    instance.prepaid = dice.chance(35);
    let (from, to) = CREATED_BETWEEN;
    instance.created_at = from.saturating_add_unsigned(dice.below(to.abs_diff(from)));
    instance.resource_group = u8::try_from(dice.below(4)).unwrap_or(0);
    if instance.is_classic() && dice.chance(6) {
        instance.network_type = "CLASSIC".into();
        instance.vpc_auth_mode = None;
    } else if !instance.is_memcache() && dice.chance(8) {
        instance.vpc_auth_mode = Some("Close".into());
    }
    if instance.is_memcache() {
        instance.vpc_auth_mode = None;
    }
    if dice.chance(9) {
        instance.public = Some(PublicEndpoint::made_up(dice.draw()));
    }
    if dice.chance(25) {
        instance.check_whitelist_always = "yes".into();
    }
    instance.sentinel_password_free = !instance.is_classic() && dice.chance(3);
    if dice.chance(4) {
        const BUSY: [&str; 6] = [
            "Changing",
            "MinorVersionUpgrading",
            "NetworkModifying",
            "Inactive",
            "Creating",
            "ZoneMigrating",
        ];
        instance.status = (*dice.pick(&BUSY)).into();
    }
    instance
}

/// An instance without anything special: in a VPC, `Normal`, with a password.
fn plain(id: &str, name: &str, account: u16, region: u16, model: &'static Model) -> Instance {
    Instance {
        id: id.into(),
        name: name.into(),
        account,
        region,
        zone: 0,
        model,
        kind: model.instance_type.into(),
        engine_version: model.engine_version.into(),
        computing_type: model.computing_type.into(),
        status: "Normal".into(),
        vpc_auth_mode: Some("Open".into()),
        network_type: "VPC".into(),
        vpc: 0,
        private_ip: private_ip(Dice::stream(0, id).draw()),
        public: None,
        whitelist: Vec::new(),
        check_whitelist_always: "no".into(),
        sentinel_password_free: false,
        tags: Vec::new(),
        prepaid: false,
        created_at: CREATED_BETWEEN.0,
        resource_group: 0,
        settling: None,
        overrides: BTreeMap::new(),
    }
}

fn model(dice: &mut Dice) -> &'static Model {
    let mut left = dice.below(MODELS.iter().map(|model| model.weight).sum());
    for model in MODELS {
        if left < model.weight {
            return model;
        }
        left -= model.weight;
    }
    &MODELS[0]
}

/// In 172.16.0.0/12.
fn private_ip(drawn: u64) -> Ipv4Addr {
    let [.., b, c, d] = drawn.to_be_bytes();
    Ipv4Addr::new(172, 16 | (b & 0x0F), c, d.clamp(1, 254))
}
