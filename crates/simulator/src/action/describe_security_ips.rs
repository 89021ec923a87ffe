//! `DescribeSecurityIps`: the whitelist groups of an instance, hidden ones included.

#![expect(clippy::struct_field_names, reason = "the fields are called what the cloud calls them")]

use super::{Action, Call, Product, Run};
use crate::refusal::Refusal;
use crate::transport::envelope::Text;
use serde::Serialize;

pub(super) const ACTION: Action = Action {
    name: "DescribeSecurityIps",
    product: Product::RKvstore,
    instance: Some("InstanceId"),
    regional: true,
    run: Run::Read(run),
};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<'a> {
    request_id: &'a str,
    security_ip_groups: Groups<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Groups<'a> {
    security_ip_group: Vec<Group<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Group<'a> {
    security_ip_group_name: &'a str,
    security_ip_group_attribute: &'a str,
    security_ip_list: &'a str,
}

fn run(call: &Call<'_>) -> Result<Text, Refusal> {
    let (_, instance) = call.instance()?;
    let groups = instance.whitelist.iter().map(|group| Group {
        security_ip_group_name: &group.name,
        security_ip_group_attribute: &group.attribute,
        security_ip_list: &group.security_ips,
    });
    let security_ip_groups = Groups { security_ip_group: groups.collect() };
    call.answer_about(instance, &Answer { request_id: call.request_id, security_ip_groups })
}
