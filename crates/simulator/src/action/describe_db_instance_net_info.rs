//! `DescribeDBInstanceNetInfo`: the endpoints of an instance; a public one has `DBInstanceNetType`
//! 0.

use super::{Action, Call, Product, Run};
use crate::refusal::Refusal;
use crate::transport::envelope::Text;
use crate::world::{Instance, place};
use serde::Serialize;
use std::net::Ipv4Addr;

pub(super) const ACTION: Action = Action {
    name: "DescribeDBInstanceNetInfo",
    product: Product::RKvstore,
    instance: Some("InstanceId"),
    regional: true,
    run: Run::Read(run),
};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<'a> {
    request_id: &'a str,
    instance_network_type: &'a str,
    net_info_items: NetInfoItems<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct NetInfoItems<'a> {
    instance_net_info: Vec<NetInfo<'a>>,
}

#[derive(Serialize)]
struct NetInfo<'a> {
    #[serde(rename = "ConnectionString")]
    connection_string: String,
    #[serde(rename = "DBInstanceNetType")]
    net_type: &'static str,
    #[serde(rename = "IPType")]
    ip_type: &'static str,
    #[serde(rename = "IPAddress")]
    ip_address: Ipv4Addr,
    /// A string here, a number elsewhere.
    #[serde(rename = "Port")]
    port: String,
    #[serde(rename = "DirectConnection")]
    direct_connection: i32,
    #[serde(rename = "ExpiredTime")]
    expired_time: &'static str,
    #[serde(rename = "Upgradeable")]
    upgradeable: &'static str,
    #[serde(rename = "VPCId")]
    vpc_id: String,
    #[serde(rename = "VSwitchId")]
    vswitch_id: String,
    #[serde(rename = "VPCInstanceId")]
    vpc_instance_id: &'a str,
}

fn run(call: &Call<'_>) -> Result<Text, Refusal> {
    let (_, instance) = call.instance()?;
    let mut items = vec![inner(call, instance)];
    items.extend(instance.public.as_ref().map(|public| NetInfo {
        connection_string: format!("{}.{}", public.prefix, instance.domain()),
        net_type: "0",
        ip_type: "Public",
        ip_address: public.ip,
        vpc_id: String::new(),
        vswitch_id: String::new(),
        vpc_instance_id: "",
        ..inner(call, instance)
    }));
    let answer = Answer {
        request_id: call.request_id,
        instance_network_type: &instance.network_type,
        net_info_items: NetInfoItems { instance_net_info: items },
    };
    call.answer_about(instance, &answer)
}

fn inner<'a>(call: &Call<'a>, instance: &'a Instance) -> NetInfo<'a> {
    let (region, account, in_vpc) = (call.region(), call.account(), instance.in_vpc());
    NetInfo {
        connection_string: instance.connection_domain(),
        net_type: if in_vpc { "2" } else { "1" },
        ip_type: if in_vpc { "Private" } else { "Inner" },
        ip_address: instance.private_ip,
        port: instance.port().to_string(),
        direct_connection: 0,
        expired_time: "",
        upgradeable: "",
        vpc_id: if in_vpc { place::vpc_id(instance, region, account) } else { String::new() },
        vswitch_id: if in_vpc {
            place::vswitch_id(instance, region, account)
        } else {
            String::new()
        },
        vpc_instance_id: if in_vpc { &instance.id } else { "" },
    }
}
