//! One instance in the list.

use super::super::row::{Row, Tags, charge_type, config, end_time, row, tags};
use super::Call;
use crate::clock::cloud_text;
use crate::refusal::Refusal;
use crate::world::{Instance, place};
use serde::Serialize;
use std::net::Ipv4Addr;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRow<'a> {
    instance_id: &'a str,
    instance_name: &'a str,
    instance_status: &'a str,
    instance_type: &'a str,
    edition_type: &'a str,
    architecture_type: &'a str,
    node_type: &'a str,
    package_type: &'a str,
    instance_class: &'a str,
    engine_version: &'a str,
    region_id: &'a str,
    zone_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    secondary_zone_id: Option<&'a str>,
    network_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    vpc_id: Option<String>,
    #[serde(rename = "VSwitchId", skip_serializing_if = "Option::is_none")]
    vswitch_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_ip: Option<Ipv4Addr>,
    connection_domain: String,
    connection_mode: &'a str,
    port: u16,
    user_name: &'a str,
    capacity: i64,
    bandwidth: i64,
    connections: i64,
    #[serde(rename = "QPS")]
    qps: i64,
    charge_type: &'a str,
    create_time: String,
    end_time: String,
    destroy_time: &'a str,
    has_renew_change_order: bool,
    is_rds: bool,
    computing_type: &'a str,
    resource_group_id: String,
    /// A string here, a number in the attribute call.
    read_only_count: String,
    config: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard_class: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard_count: Option<i32>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    native: Option<Native>,
    tags: Tags<'a>,
}

/// Only cloud-native instances have these.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Native {
    replica_count: i32,
    slave_replica_count: i32,
    slave_read_only_count: i32,
    cloud_type: &'static str,
    global_instance_id: &'static str,
    replacate_id: &'static str,
}

const NATIVE: Native = Native {
    replica_count: 1,
    slave_replica_count: 0,
    slave_read_only_count: 0,
    cloud_type: "aliyun",
    global_instance_id: "",
    replacate_id: "",
};

pub(super) fn list_row<'a>(
    call: &Call<'a>,
    instance: &'a Instance,
) -> Result<Row<ListRow<'a>>, Refusal> {
    let (region, account, model) = (call.region(), call.account(), instance.model);
    let in_vpc = instance.in_vpc();
    let native = !instance.is_classic();
    let plain = ListRow {
        instance_id: &instance.id,
        instance_name: &instance.name,
        instance_status: &instance.status,
        instance_type: &instance.kind,
        edition_type: model.edition_type,
        architecture_type: model.architecture_type,
        node_type: model.node_type,
        package_type: "standard",
        instance_class: model.class,
        engine_version: &instance.engine_version,
        region_id: &region.id,
        zone_id: place::zone(instance, region),
        secondary_zone_id: native.then(|| region.zones.last().map(String::as_str)).flatten(),
        network_type: &instance.network_type,
        vpc_id: in_vpc.then(|| place::vpc_id(instance, region, account)),
        vswitch_id: in_vpc.then(|| place::vswitch_id(instance, region, account)),
        private_ip: in_vpc.then_some(instance.private_ip),
        connection_domain: instance.connection_domain(),
        connection_mode: "Standard",
        port: instance.port(),
        user_name: &instance.id,
        capacity: model.capacity,
        bandwidth: model.bandwidth,
        connections: model.connections,
        qps: model.qps,
        charge_type: charge_type(instance),
        create_time: cloud_text(instance.created_at),
        end_time: end_time(instance),
        destroy_time: "",
        has_renew_change_order: false,
        is_rds: true,
        computing_type: &instance.computing_type,
        resource_group_id: place::resource_group_id(instance, account),
        read_only_count: model.read_only_count.to_string(),
        config: config(instance),
        shard_class: model.shard_class,
        shard_count: model.shard_count,
        native: native.then_some(NATIVE),
        tags: tags(instance),
    };
    row(call, instance, plain)
}
