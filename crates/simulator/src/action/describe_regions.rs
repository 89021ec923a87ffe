//! `DescribeRegions`: which regions there are, and which host serves each.

use super::{Action, Call, Product, Run};
use crate::refusal::Refusal;
use crate::transport::envelope::Text;
use crate::world::Region;
use serde::Serialize;

pub(super) const ACTION: Action = Action {
    name: "DescribeRegions",
    product: Product::RKvstore,
    instance: None,
    regional: false,
    run: Run::Read(run),
};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<'a> {
    request_id: &'a str,
    region_ids: RegionIds<'a>,
}

#[derive(Serialize)]
struct RegionIds<'a> {
    #[serde(rename = "KVStoreRegion")]
    regions: Vec<RegionRow<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct RegionRow<'a> {
    region_id: &'a str,
    local_name: &'a str,
    region_endpoint: &'a str,
    zone_ids: String,
    zone_id_list: ZoneIdList<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ZoneIdList<'a> {
    zone_id: &'a [String],
}

fn run(call: &Call<'_>) -> Result<Text, Refusal> {
    let english = english(call);
    let regions = call.regions.iter().map(|region| RegionRow {
        region_id: &region.id,
        local_name: local_name(region, english),
        region_endpoint: &region.endpoint,
        zone_ids: region.zones.join(","),
        zone_id_list: ZoneIdList { zone_id: &region.zones },
    });
    call.answer(&Answer {
        request_id: call.request_id,
        region_ids: RegionIds { regions: regions.collect() },
    })
}

/// `AcceptLanguage` is Chinese unless English is asked for.
pub(super) fn english(call: &Call<'_>) -> bool {
    call.parameters
        .get("AcceptLanguage")
        .is_some_and(|language| language.eq_ignore_ascii_case("en-US"))
}

pub(super) fn local_name(region: &Region, english: bool) -> &str {
    if english { &region.name_en } else { &region.name_zh }
}
