//! One instance as the list and the attribute call write it: the same names, other types here and there.

use domain::cloud::{InstanceAttribute, InstanceRow};
use domain::id::RegionId;
use domain::instance::{EngineVersion, Series, Tag};
use domain::text::InstanceName;
use serde::Deserialize;

use super::vpc_auth_mode::VpcAuthMode;
use crate::lenient::{Many, Section, Text, Whole};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct WireRow {
    pub instance_id: Text,
    instance_name: Text,
    region_id: Text,
    zone_id: Text,
    instance_status: Text,
    instance_type: Text,
    architecture_type: Text,
    instance_class: Text,
    engine_version: Text,
    computing_type: Text,
    network_type: Text,
    vpc_id: Text,
    v_switch_id: Text,
    private_ip: Text,
    connection_domain: Text,
    port: Whole,
    capacity: Whole,
    charge_type: Text,
    resource_group_id: Text,
    create_time: Text,
    tags: Section<WireTags>,
    /// The attribute call only, like the two below.
    vpc_auth_mode: Text,
    maintain_start_time: Text,
    maintain_end_time: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct WireTags {
    tag: Many<WireTag>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct WireTag {
    key: Text,
    value: Text,
}

impl WireRow {
    /// `None`: without a well-formed id there is nothing to name it by. `asked` stands in where the row does not say
    /// its region.
    pub(super) fn into_row(self, asked: &RegionId) -> Option<InstanceRow> {
        let id = self.instance_id.some()?.parse().ok()?;
        let region = self.region_id.some().and_then(|region| region.parse().ok());
        let class = self.instance_class.or_empty();
        let tags = self.tags.present().unwrap_or_default().tag.0;
        Some(InstanceRow {
            id,
            name: InstanceName::from(self.instance_name.or_empty()),
            region: region.unwrap_or_else(|| asked.clone()),
            zone: self.zone_id.or_empty(),
            status: self.instance_status.word().into(),
            kind: self.instance_type.word().into(),
            architecture: self.architecture_type.word().into(),
            series: Series::of(self.computing_type.some().as_deref(), &class),
            class,
            version: EngineVersion::new(self.engine_version.word()),
            network: self.network_type.word().into(),
            vpc: self.vpc_id.or_empty(),
            vswitch: self.v_switch_id.or_empty(),
            private_ip: self.private_ip.word(),
            connection_domain: self.connection_domain.word(),
            port: self.port.0.and_then(|port| port.try_into().ok()),
            capacity_mb: self.capacity.0,
            charge_type: self.charge_type.or_empty(),
            resource_group: self.resource_group_id.or_empty(),
            created: self.create_time.or_empty(),
            tags: tags.into_iter().filter_map(WireTag::into_tag).collect(),
        })
    }

    pub(super) fn into_attribute(mut self, asked: &RegionId) -> Option<InstanceAttribute> {
        let raw_mode = self.vpc_auth_mode.raw().map(str::to_owned);
        let maintain_start = std::mem::take(&mut self.maintain_start_time).or_empty();
        let maintain_end = std::mem::take(&mut self.maintain_end_time).or_empty();
        let mode = raw_mode.as_deref().and_then(VpcAuthMode::from_wire).map(VpcAuthMode::access);
        let row = self.into_row(asked)?;
        Some(InstanceAttribute { row, mode, raw_mode, maintain_start, maintain_end })
    }
}

impl WireTag {
    /// A tag without a key is none; one without a value has an empty value.
    fn into_tag(self) -> Option<Tag> {
        Some(Tag { key: self.key.some()?, value: self.value.or_empty() })
    }
}
