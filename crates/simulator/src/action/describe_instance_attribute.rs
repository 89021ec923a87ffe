//! `DescribeInstanceAttribute`: one instance in full; the only answer with `VpcAuthMode`.

#![expect(clippy::struct_field_names, reason = "the fields are called what the cloud calls them")]

use super::row::{Row, Tags, charge_type, config, end_time, row, tags};
use super::{Action, Call, Product, Run};
use crate::clock::cloud_text;
use crate::conduct::UnknownInstance;
use crate::refusal::{self, Refusal};
use crate::transport::envelope::Text;
use crate::world::{Instance, WhitelistGroup, place};
use serde::Serialize;
use std::net::Ipv4Addr;

pub(super) const ACTION: Action = Action {
    name: "DescribeInstanceAttribute",
    product: Product::RKvstore,
    instance: Some("InstanceId"),
    regional: true,
    run: Run::Read(run),
};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<'a> {
    request_id: &'a str,
    instances: Instances<'a>,
}

#[derive(Serialize)]
struct Instances<'a> {
    #[serde(rename = "DBInstanceAttribute")]
    attributes: Vec<Row<Attribute<'a>>>,
}

#[expect(clippy::struct_excessive_bools, reason = "as many as the cloud sends")]
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute<'a> {
    instance_id: &'a str,
    instance_name: &'a str,
    instance_status: &'a str,
    instance_type: &'a str,
    instance_class: &'a str,
    real_instance_class: &'a str,
    engine: &'a str,
    engine_version: &'a str,
    architecture_type: &'a str,
    node_type: &'a str,
    package_type: &'a str,
    replication_mode: &'a str,
    zone_type: &'a str,
    computing_type: &'a str,
    region_id: &'a str,
    zone_id: &'a str,
    network_type: &'a str,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    vpc: Option<Vpc<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vpc_auth_mode: Option<&'a str>,
    connection_domain: String,
    port: u16,
    capacity: i64,
    bandwidth: i64,
    connections: i64,
    #[serde(rename = "QPS")]
    qps: i64,
    charge_type: &'a str,
    create_time: String,
    end_time: String,
    maintain_start_time: &'a str,
    maintain_end_time: &'a str,
    #[serde(rename = "SecurityIPList")]
    security_ip_list: String,
    config: &'a str,
    audit_log_retention: &'a str,
    availability_value: &'a str,
    /// A string here, a boolean in the list.
    has_renew_change_order: &'a str,
    is_rds: bool,
    #[serde(rename = "IsSupportTDE")]
    is_support_tde: bool,
    is_order_completed: bool,
    instance_release_protection: bool,
    auto_secondary_zone: bool,
    resource_group_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard_count: Option<i32>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    native: Option<Native<'a>>,
    tags: Tags<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Vpc<'a> {
    vpc_id: String,
    #[serde(rename = "VSwitchId")]
    vswitch_id: String,
    vpc_cloud_instance_id: &'a str,
    private_ip: Ipv4Addr,
}

/// Only cloud-native instances have these.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Native<'a> {
    secondary_zone_id: &'a str,
    cloud_type: &'a str,
    replica_count: i32,
    slave_replica_count: i32,
    slave_read_only_count: i64,
    read_only_count: i32,
    backup_log_start_time: String,
    storage: &'a str,
    storage_type: &'a str,
    global_instance_id: &'a str,
    replica_id: &'a str,
}

fn run(call: &Call<'_>) -> Result<Text, Refusal> {
    let attributes = match call.instance() {
        Ok((_, instance)) => vec![row(call, instance, attribute(call, instance))?],
        Err(refusal)
            if call.conduct.unknown_instance == UnknownInstance::EmptyList
                && refusal == refusal::INSTANCE_NOT_FOUND.into() =>
        {
            Vec::new()
        }
        Err(refusal) => return Err(refusal),
    };
    call.answer(&Answer { request_id: call.request_id, instances: Instances { attributes } })
}

fn attribute<'a>(call: &Call<'a>, instance: &'a Instance) -> Attribute<'a> {
    let (region, account, model) = (call.region(), call.account(), instance.model);
    let second_zone = region.zones.last().map_or("", String::as_str);
    let native = !instance.is_classic();
    Attribute {
        instance_id: &instance.id,
        instance_name: &instance.name,
        instance_status: &instance.status,
        instance_type: &instance.kind,
        instance_class: model.class,
        real_instance_class: model.class,
        engine: "Redis",
        engine_version: &instance.engine_version,
        architecture_type: model.architecture_type,
        node_type: model.node_type,
        package_type: "standard",
        replication_mode: if model.architecture_type == "cluster" {
            "cluster"
        } else {
            "master-slave"
        },
        zone_type: if native { "doublezone" } else { "singlezone" },
        computing_type: &instance.computing_type,
        region_id: &region.id,
        zone_id: place::zone(instance, region),
        network_type: &instance.network_type,
        vpc: instance.in_vpc().then(|| Vpc {
            vpc_id: place::vpc_id(instance, region, account),
            vswitch_id: place::vswitch_id(instance, region, account),
            vpc_cloud_instance_id: &instance.id,
            private_ip: instance.private_ip,
        }),
        vpc_auth_mode: instance.vpc_auth_mode.as_deref(),
        connection_domain: instance.connection_domain(),
        port: instance.port(),
        capacity: model.capacity,
        bandwidth: model.bandwidth,
        connections: model.connections,
        qps: model.qps,
        charge_type: charge_type(instance),
        create_time: cloud_text(instance.created_at),
        end_time: end_time(instance),
        maintain_start_time: "18:00Z",
        maintain_end_time: "22:00Z",
        security_ip_list: shown_whitelist(instance),
        config: config(instance),
        audit_log_retention: "0",
        availability_value: "100%",
        has_renew_change_order: "false",
        is_rds: true,
        is_support_tde: false,
        is_order_completed: true,
        instance_release_protection: false,
        auto_secondary_zone: false,
        resource_group_id: place::resource_group_id(instance, account),
        shard_count: model.shard_count,
        native: native.then(|| Native {
            secondary_zone_id: second_zone,
            cloud_type: "aliyun",
            replica_count: 1,
            slave_replica_count: 0,
            slave_read_only_count: 0,
            read_only_count: model.read_only_count,
            backup_log_start_time: cloud_text(instance.created_at + 86_400),
            storage: "20",
            storage_type: "essd_pl1",
            global_instance_id: "",
            replica_id: "",
        }),
        tags: tags(instance),
    }
}

/// What the console shows: every group that is not hidden, in one list.
fn shown_whitelist(instance: &Instance) -> String {
    let shown = instance.whitelist.iter().filter(|group| group.attribute != "hidden");
    shown.flat_map(WhitelistGroup::entries).collect::<Vec<_>>().join(",")
}
