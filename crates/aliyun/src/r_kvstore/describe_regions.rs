//! `DescribeRegions`: which regions there are, and the host of each.

use std::collections::HashSet;

use domain::cloud::Region;
use domain::id::RegionId;
use serde::Deserialize;

use crate::answer::{Answer, Misread};
use crate::call::{Call, Service};
use crate::client::Client;
use crate::endpoint::{built_in_host, is_host_of_the_cloud};
use crate::error::Error;
use crate::lenient::{Many, Section, Text, parse};

/// Of `local_name`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// `zh-CN`
    Chinese,
    /// `en-US`
    English,
}

impl Client {
    /// Every region, each once, in the cloud's order. From here on calls about a region go to the host it named.
    ///
    /// A host that is missing, or is none under `.aliyuncs.com`, is replaced by the built-in one.
    #[doc(alias = "DescribeRegions")]
    pub async fn describe_regions(&self, language: Language) -> Result<Answer<Vec<Region>>, Error> {
        let language = match language {
            Language::Chinese => "zh-CN",
            Language::English => "en-US",
        };
        let call =
            Call::anywhere(Service::RKvstore, "DescribeRegions").with("AcceptLanguage", language);
        let regions = self.read(&call, read).await?;
        self.learn_endpoints(&regions.value);
        Ok(regions)
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Body {
    region_ids: Section<WireRegions>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireRegions {
    #[serde(rename = "KVStoreRegion")]
    regions: Many<WireRegion>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct WireRegion {
    region_id: Text,
    local_name: Text,
    region_endpoint: Text,
}

pub(super) fn read(body: &[u8]) -> Result<Vec<Region>, Misread> {
    let body: Body = parse(body).ok_or(Misread::SHAPE)?;
    let regions = body.region_ids.present().ok_or(Misread::SHAPE)?.regions.0;
    // Some answers repeat a region for each of its zones.
    let mut seen = HashSet::new();
    let once = |region: &Region| seen.insert(region.id.clone());
    Ok(regions.into_iter().filter_map(WireRegion::into_region).filter(once).collect())
}

impl WireRegion {
    fn into_region(self) -> Option<Region> {
        let id: RegionId = self.region_id.some()?.parse().ok()?;
        let named = self.region_endpoint.some().filter(|host| is_host_of_the_cloud(host));
        let endpoint = named.unwrap_or_else(|| built_in_host(&id));
        Some(Region { id, local_name: self.local_name.or_empty(), endpoint })
    }
}
