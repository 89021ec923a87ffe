//! `ModifyInstanceVpcAuthMode`: `Open` wants a password inside the VPC, `Close` does not.

use super::{Action, Call, Product, Run};
use crate::conduct::{Busy, OpenWhitelist, SameMode};
use crate::refusal::{self, Refusal};
use crate::world::Change;

pub(super) const ACTION: Action = Action {
    name: "ModifyInstanceVpcAuthMode",
    product: Product::RKvstore,
    instance: Some("InstanceId"),
    regional: true,
    run: Run::Write(run),
};

fn run(call: &Call<'_>) -> Result<Change, Refusal> {
    call.parameters.required("InstanceId")?;
    let mode = match call.parameters.required("VpcAuthMode")? {
        "Open" => "Open",
        "Close" => "Close",
        _ => return Err(Refusal::invalid_value("VpcAuthMode")),
    };
    let (slot, instance) = call.instance()?;
    if instance.is_memcache() {
        return Err(refusal::TYPE_NOT_SUPPORTED.into());
    }
    if !instance.in_vpc() {
        return Err(refusal::NETWORK_NOT_SUPPORTED.into());
    }
    if call.conduct.refusing_versions.iter().any(|version| *version == instance.engine_version) {
        return Err(refusal::VERSION_NOT_SUPPORTED.into());
    }
    if instance.status != "Normal" {
        return Err(busy(call.conduct.busy));
    }
    if mode == "Close"
        && call.conduct.open_whitelist == OpenWhitelist::Refused
        && instance.admits_everyone()
    {
        return Err(refusal::OPEN_WHITELIST.into());
    }
    let even_if_same = call.conduct.same_mode == SameMode::Changes;
    Ok(Change::Mode { slot, mode: mode.into(), even_if_same })
}

pub(super) fn busy(busy: Busy) -> Refusal {
    match busy {
        Busy::IncorrectState => refusal::INCORRECT_STATE.into(),
        Busy::StatusNotSupported => refusal::STATUS_NOT_SUPPORTED.into(),
        Busy::DeniedStatus => refusal::DENIED_STATUS.into(),
    }
}
