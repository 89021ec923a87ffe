//! Which instances a caller wants to see.

use super::Call;
use crate::refusal::{self, Refusal};
use crate::world::{Instance, place};

const MOST_IDS: usize = 30;
const MOST_TAGS: usize = 5;

/// Parameters that are compared with a field as they are.
const PLAIN: [&str; 13] = [
    "InstanceStatus",
    "ChargeType",
    "NetworkType",
    "EngineVersion",
    "InstanceClass",
    "InstanceType",
    "ArchitectureType",
    "EditionType",
    "NodeType",
    "VpcId",
    "VSwitchId",
    "ZoneId",
    "ResourceGroupId",
];

pub(super) struct Filter<'a> {
    ids: Option<Vec<&'a str>>,
    search_key: Option<String>,
    plain: Vec<(&'static str, &'a str)>,
    private_ip: Option<&'a str>,
    tags: Vec<(&'a str, Option<&'a str>)>,
    /// Children of distributed instances, or instances past their end: there are none.
    nothing: bool,
}

impl<'a> Filter<'a> {
    pub fn read(call: &Call<'a>) -> Result<Self, Refusal> {
        let parameters = call.parameters;
        let ids: Option<Vec<&str>> =
            parameters.get("InstanceIds").map(|ids| ids.split(',').map(str::trim).collect());
        if ids.as_ref().is_some_and(|ids| ids.len() > MOST_IDS || ids.contains(&"")) {
            return Err(refusal::INSTANCE_IDS_MALFORMED.into());
        }
        let tags = parameters.pairs("Tag");
        if tags.len() > MOST_TAGS {
            return Err(Refusal::invalid_value("Tag"));
        }
        let nothing = [parameters.boolean("GlobalInstance")?, parameters.boolean("Expired")?]
            .contains(&Some(true));
        Ok(Self {
            ids,
            search_key: parameters.get("SearchKey").map(str::to_lowercase),
            plain: PLAIN
                .iter()
                .filter_map(|name| parameters.get(name).map(|value| (*name, value)))
                .collect(),
            private_ip: parameters.get("PrivateIp"),
            tags,
            nothing,
        })
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_none()
            && self.search_key.is_none()
            && self.plain.is_empty()
            && self.private_ip.is_none()
            && self.tags.is_empty()
            && !self.nothing
    }

    pub fn admits(&self, call: &Call<'_>, instance: &Instance) -> bool {
        !self.nothing
            && self.ids.as_ref().is_none_or(|ids| ids.contains(&&*instance.id))
            && self.search_key.as_ref().is_none_or(|key| {
                instance.id.contains(key.as_str())
                    || instance.name.to_lowercase().contains(key.as_str())
            })
            && self
                .private_ip
                .is_none_or(|ip| instance.in_vpc() && instance.private_ip.to_string() == ip)
            && self.tags.iter().all(|(key, value)| has_tag(instance, key, *value))
            && self.plain.iter().all(|(name, value)| field(call, instance, name) == *value)
    }
}

/// A tag without a value in the filter admits every value.
fn has_tag(instance: &Instance, key: &str, value: Option<&str>) -> bool {
    instance.tags.iter().any(|(has, with)| has == key && value.is_none_or(|value| with == value))
}

fn field(call: &Call<'_>, instance: &Instance, name: &str) -> String {
    let (region, account) = (call.region(), call.account());
    match name {
        "InstanceStatus" => instance.status.to_string(),
        "ChargeType" => super::super::row::charge_type(instance).to_owned(),
        "NetworkType" => instance.network_type.to_string(),
        "EngineVersion" => instance.engine_version.to_string(),
        "InstanceClass" => instance.model.class.to_owned(),
        "InstanceType" => instance.kind.to_string(),
        "ArchitectureType" => instance.model.architecture_type.to_owned(),
        "EditionType" => instance.model.edition_type.to_owned(),
        "NodeType" => instance.model.node_type.to_owned(),
        "ZoneId" => place::zone(instance, region).to_owned(),
        "ResourceGroupId" => place::resource_group_id(instance, account),
        "VpcId" if instance.in_vpc() => place::vpc_id(instance, region, account),
        "VSwitchId" if instance.in_vpc() => place::vswitch_id(instance, region, account),
        _ => String::new(),
    }
}
