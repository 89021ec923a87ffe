//! `DescribeZones`: the zones of one region, or of all.

use super::describe_regions::{english, local_name};
use super::{Action, Call, Product, Run};
use crate::refusal::Refusal;
use crate::transport::envelope::Text;
use serde::Serialize;

pub(super) const ACTION: Action = Action {
    name: "DescribeZones",
    product: Product::RKvstore,
    instance: None,
    regional: true,
    run: Run::Read(run),
};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<'a> {
    request_id: &'a str,
    zones: Zones<'a>,
}

#[derive(Serialize)]
struct Zones<'a> {
    #[serde(rename = "KVStoreZone")]
    zones: Vec<Row<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Row<'a> {
    zone_id: &'a str,
    zone_name: String,
    region_id: &'a str,
    is_rds: bool,
    disabled: bool,
    switch_network: bool,
}

fn run(call: &Call<'_>) -> Result<Text, Refusal> {
    let (english, wanted) = (english(call), call.parameters.get("RegionId"));
    let zones = call
        .regions
        .iter()
        .filter(|region| wanted.is_none_or(|wanted| wanted == region.id))
        .flat_map(|region| region.zones.iter().map(move |zone| (region, zone)))
        .map(|(region, zone)| Row {
            zone_id: zone,
            zone_name: format!("{} {}", local_name(region, english), zone.to_ascii_uppercase()),
            region_id: &region.id,
            is_rds: true,
            disabled: false,
            switch_network: true,
        })
        .collect();
    call.answer(&Answer { request_id: call.request_id, zones: Zones { zones } })
}
