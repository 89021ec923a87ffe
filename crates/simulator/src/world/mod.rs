//! What exists in the simulated cloud, and how it changes by itself.
//!
//! Time passes only in [`World::advance`], which whoever locks the world calls first: everything
//! due by now has then happened. A change of the mode goes `Normal` → `Changing` → `Normal`, and
//! the value is new only at the end.

mod change;
mod fields;
mod instance;
mod model;
pub(crate) mod place;
mod region;

pub(crate) use change::Change;
pub use fields::FieldError;
pub use instance::WhitelistGroup;
pub(crate) use instance::{Instance, PublicEndpoint, Word};
pub(crate) use model::{MODELS, Model};
pub(crate) use region::{Region, take as take_regions};

use crate::clock::Millis;
use std::collections::{BTreeMap, HashMap};

/// Index of an instance; stays the same as long as it exists.
pub(crate) type Slot = u32;

#[derive(Debug, Default)]
pub(crate) struct World {
    instances: Vec<Option<Instance>>,
    by_id: HashMap<Box<str>, Slot>,
    /// (account, region) → instances in the order they were made.
    by_place: HashMap<(u16, u16), Vec<Slot>>,
    due: BTreeMap<(Millis, u64), change::Due>,
    sequence: u64,
    /// What came into effect since the ledger last looked: (ledger entry, when).
    applied: Vec<(u64, Millis)>,
}

impl World {
    /// False, and nothing happens, if the ID is taken.
    pub fn add(&mut self, instance: Instance) -> bool {
        if self.by_id.contains_key(&instance.id) {
            return false;
        }
        let Ok(slot) = Slot::try_from(self.instances.len()) else { return false };
        self.by_id.insert(instance.id.clone(), slot);
        self.by_place.entry((instance.account, instance.region)).or_default().push(slot);
        self.instances.push(Some(instance));
        true
    }

    pub fn remove(&mut self, slot: Slot) -> Option<Instance> {
        let instance = self.instances.get_mut(slot as usize)?.take()?;
        self.by_id.remove(&instance.id);
        if let Some(place) = self.by_place.get_mut(&(instance.account, instance.region)) {
            place.retain(|other| *other != slot);
        }
        Some(instance)
    }

    pub fn find(&self, id: &str) -> Option<Slot> {
        self.by_id.get(id).copied()
    }

    pub fn get(&self, slot: Slot) -> Option<&Instance> {
        self.instances.get(slot as usize)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, slot: Slot) -> Option<&mut Instance> {
        self.instances.get_mut(slot as usize)?.as_mut()
    }

    /// The instances of an account in a region, in the order they were made.
    pub fn at(&self, account: u16, region: u16) -> impl Iterator<Item = &Instance> {
        self.by_place
            .get(&(account, region))
            .into_iter()
            .flatten()
            .filter_map(|slot| self.get(*slot))
    }

    /// How many there are, without looking at each.
    pub fn count_at(&self, account: u16, region: u16) -> usize {
        self.by_place.get(&(account, region)).map_or(0, Vec::len)
    }

    pub fn all(&self) -> impl Iterator<Item = &Instance> {
        self.instances.iter().flatten()
    }

    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// What came into effect since the last call: (ledger entry, when).
    pub fn take_applied(&mut self) -> Vec<(u64, Millis)> {
        std::mem::take(&mut self.applied)
    }
}
