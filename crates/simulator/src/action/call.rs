//! One rightly signed call, as an action sees it.

use super::Action;
use crate::clock::Millis;
use crate::conduct::Conduct;
use crate::gate::keyring::{Account, Caller};
use crate::ram::{PlatformTokens, Roles};
use crate::refusal::{self, Refusal};
use crate::transport::envelope::{self, Text};
use crate::transport::parameters::Parameters;
use crate::transport::request::Format;
use crate::world::{Instance, Region, Slot, World};
use serde::Serialize;
use serde_json::Value;

pub(crate) struct Call<'a> {
    pub action: &'static Action,
    pub world: &'a World,
    pub regions: &'a [Region],
    pub accounts: &'a [Account],
    pub roles: &'a Roles,
    pub tokens: &'a PlatformTokens,
    pub conduct: &'a Conduct,
    pub caller: &'a Caller,
    pub parameters: &'a Parameters,
    pub format: Format,
    pub request_id: &'a str,
    pub now: Millis,
    /// Index of the region that the call goes to.
    pub region: u16,
    /// The instance named in the call, if the caller's account has it in that region.
    pub slot: Option<Slot>,
}

impl<'a> Call<'a> {
    /// The instance the call is about.
    pub fn instance(&self) -> Result<(Slot, &'a Instance), Refusal> {
        if let Some(parameter) = self.action.instance {
            self.parameters.required(parameter)?;
        }
        let slot = self.slot.ok_or(refusal::INSTANCE_NOT_FOUND)?;
        let instance = self.world.get(slot).ok_or(refusal::INSTANCE_NOT_FOUND)?;
        Ok((slot, instance))
    }

    pub fn region(&self) -> &'a Region {
        &self.regions[usize::from(self.region)]
    }

    pub fn account(&self) -> &'a Account {
        &self.accounts[usize::from(self.caller.account)]
    }

    pub fn answer(&self, body: &impl Serialize) -> Result<Text, Refusal> {
        envelope::answer(self.format, self.action.name, body)
            .map_err(|_| refusal::INTERNAL_ERROR.into())
    }

    /// An answer about one instance, with the fields that were set by hand for this action.
    pub fn answer_about(
        &self,
        instance: &Instance,
        body: &impl Serialize,
    ) -> Result<Text, Refusal> {
        let mut set = instance.set_for(self.action.name).peekable();
        if set.peek().is_none() {
            return self.answer(body);
        }
        let mut value = serde_json::to_value(body).map_err(|_| refusal::INTERNAL_ERROR)?;
        overwrite(&mut value, set);
        self.answer(&value)
    }
}

/// Puts fields into an object; `null` takes one out.
pub(super) fn overwrite<'v>(
    object: &mut Value,
    fields: impl Iterator<Item = (&'v str, &'v Value)>,
) {
    let Value::Object(object) = object else { return };
    for (name, value) in fields {
        if value.is_null() {
            object.remove(name);
        } else {
            object.insert(name.to_owned(), value.clone());
        }
    }
}
