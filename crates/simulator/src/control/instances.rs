//! Instances, seen and changed from outside.

use super::{Control, ControlError};
use crate::clock::cloud_text;
use crate::fleet;
use crate::world::{Instance, Slot, WhitelistGroup, Word};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// An instance to be made; what is not said is drawn.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewInstance {
    /// Name of the account.
    pub account: String,
    pub region: String,
    #[serde(default)]
    pub id: Option<String>,
    /// By the cloud's names, as for [`Control::set_field`].
    #[serde(default)]
    pub fields: Map<String, Value>,
    #[serde(default)]
    pub whitelist: Option<Vec<WhitelistGroup>>,
}

impl Control {
    /// Every instance of an account (or of all) in a region (or in all), as [`Control::instance`]
    /// shows one.
    pub fn instances(&self, account: Option<&str>, region: Option<&str>) -> Vec<Value> {
        let (state, _) = self.cloud.lock();
        let shown = state.world.all().map(|instance| self.shown(instance));
        shown
            .filter(|shown| account.is_none_or(|account| shown["account"] == account))
            .filter(|shown| region.is_none_or(|region| shown["RegionId"] == region))
            .collect()
    }

    /// How many there are.
    pub fn instance_count(&self) -> usize {
        self.cloud.lock().0.world.len()
    }

    /// `{account, whitelist, changing_to?, …}` and fields by the cloud's names.
    pub fn instance(&self, id: &str) -> Option<Value> {
        let (state, _) = self.cloud.lock();
        let instance = state.world.find(id).and_then(|slot| state.world.get(slot))?;
        Some(self.shown(instance))
    }

    /// Sets a field by the cloud's name for it. `Action.Field` sets it in the answer of one action
    /// only; `null` leaves it out; fields that the simulator knows nothing of are sent as they are.
    /// `public_endpoint` takes a boolean.
    pub fn set_field(&self, id: &str, field: &str, value: Value) -> Result<(), ControlError> {
        self.change(id, |instance| Ok(instance.set(field, value)?))
    }

    pub fn set_status(&self, id: &str, status: &str) -> Result<(), ControlError> {
        self.set_field(id, "InstanceStatus", status.into())
    }

    pub fn set_whitelist(&self, id: &str, groups: Vec<WhitelistGroup>) -> Result<(), ControlError> {
        self.change(id, |instance| {
            instance.whitelist = groups;
            Ok(())
        })
    }

    /// Ends the change that is under way. `Ok(false)` when there is none.
    pub fn finish(&self, id: &str) -> Result<bool, ControlError> {
        let (mut state, now) = self.cloud.lock();
        let slot = state.world.find(id).ok_or_else(|| missing(id))?;
        let finished = state.world.finish(slot, now);
        state.advance(now);
        Ok(finished)
    }

    /// Ends every change that is under way; says how many.
    pub fn finish_all(&self) -> usize {
        let (mut state, now) = self.cloud.lock();
        let finished = state.world.finish_all(now);
        state.advance(now);
        finished
    }

    /// Makes an instance and returns its ID.
    pub fn add_instance(&self, new: NewInstance) -> Result<String, ControlError> {
        let account = self.account(&new.account)?;
        let region = self.cloud.region(&new.region);
        let region =
            region.ok_or_else(|| ControlError::Missing(format!("region {}", new.region)))?;
        let (mut state, _) = self.cloud.lock();
        let place = &self.cloud.regions[usize::from(region)];
        let number = state.world.len();
        let mut instance = fleet::one(&mut state.dice, account, region, place, number);
        if let Some(id) = new.id {
            instance.id = id.into();
        }
        for (field, value) in new.fields {
            instance.set(&field, value)?;
        }
        if let Some(whitelist) = new.whitelist {
            instance.whitelist = whitelist;
        }
        let id = instance.id.to_string();
        if state.world.add(instance) {
            Ok(id)
        } else {
            Err(ControlError::Taken(format!("an instance {id}")))
        }
    }

    /// Releases an instance: it is gone from every answer.
    pub fn remove_instance(&self, id: &str) -> Result<(), ControlError> {
        let (mut state, _) = self.cloud.lock();
        let slot = state.world.find(id).ok_or_else(|| missing(id))?;
        state.world.remove(slot);
        Ok(())
    }

    fn change(
        &self,
        id: &str,
        change: impl FnOnce(&mut Instance) -> Result<(), ControlError>,
    ) -> Result<(), ControlError> {
        let (mut state, _) = self.cloud.lock();
        let slot: Slot = state.world.find(id).ok_or_else(|| missing(id))?;
        state.world.get_mut(slot).map_or_else(|| Err(missing(id)), change)
    }

    fn shown(&self, instance: &Instance) -> Value {
        let tags: BTreeMap<&Word, &Word> =
            instance.tags.iter().map(|(key, value)| (key, value)).collect();
        json!({
            "account": self.cloud.accounts[usize::from(instance.account)].name,
            "InstanceId": instance.id,
            "InstanceName": instance.name,
            "RegionId": self.cloud.regions[usize::from(instance.region)].id,
            "InstanceStatus": instance.status,
            "InstanceType": instance.kind,
            "InstanceClass": instance.model.class,
            "EngineVersion": instance.engine_version,
            "ComputingType": instance.computing_type,
            "ArchitectureType": instance.model.architecture_type,
            "NetworkType": instance.network_type,
            "VpcAuthMode": instance.vpc_auth_mode,
            "changing_to": instance.settling.as_ref().map(|settling| &settling.mode),
            "public_endpoint": instance.public.is_some(),
            "#no_loose_check-whitelist-always": instance.check_whitelist_always,
            "whitelist": instance.whitelist,
            "Tags": tags,
            "CreateTime": cloud_text(instance.created_at),
            "set_by_hand": instance.overrides,
        })
    }
}

fn missing(id: &str) -> ControlError {
    ControlError::Missing(format!("instance {id}"))
}
