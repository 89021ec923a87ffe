//! From a region to its host: the override, else what the cloud said at run time, else the built-in rule.
//!
//! The rule is `r-kvstore.<region>.aliyuncs.com`, with a handful of regions that still share the global host. Sources
//! disagree on which (API metadata of 2026-04 is followed here), hence the cloud's own word comes first.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use domain::id::RegionId;

use super::ApiEndpoint;

/// Regions that share the host without a region in its name.
const GLOBAL: &[&str] =
    &["cn-hangzhou", "cn-hangzhou-finance", "cn-heyuan", "cn-shanghai", "cn-wulanchabu"];
const GLOBAL_HOST: &str = "r-kvstore.aliyuncs.com";
pub(super) const STS_HOST: &str = "sts.aliyuncs.com";

/// The hosts of one account.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    only: Option<ApiEndpoint>,
    learned: RwLock<HashMap<RegionId, ApiEndpoint>>,
}

impl Directory {
    pub(crate) fn new(only: Option<ApiEndpoint>) -> Self {
        Self { only, learned: RwLock::default() }
    }

    pub(crate) fn of_region(&self, region: &RegionId) -> ApiEndpoint {
        if let Some(only) = &self.only {
            return only.clone();
        }
        let learned = self.learned.read().unwrap_or_else(PoisonError::into_inner);
        learned.get(region).cloned().unwrap_or_else(|| built_in(region))
    }

    /// Where regions are asked for.
    pub(crate) fn global(&self) -> ApiEndpoint {
        self.only.clone().unwrap_or_else(|| ApiEndpoint::https(GLOBAL_HOST))
    }

    pub(crate) fn sts(&self) -> ApiEndpoint {
        self.only.clone().unwrap_or_else(|| ApiEndpoint::https(STS_HOST))
    }

    /// Takes the cloud's word for the host of a region. Refused, and `false`: not a plain host under `.aliyuncs.com`,
    /// or there is an override.
    pub(crate) fn learn(&self, region: &RegionId, host: &str) -> bool {
        if self.only.is_some() || !is_host_of_the_cloud(host) {
            return false;
        }
        let mut learned = self.learned.write().unwrap_or_else(PoisonError::into_inner);
        learned.insert(region.clone(), ApiEndpoint::https(host));
        true
    }
}

/// A name of letters, digits, dots and hyphens, and under the cloud's domain.
pub(crate) fn is_host_of_the_cloud(host: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let under_the_cloud = host.strip_suffix(".aliyuncs.com").is_some_and(|rest| !rest.is_empty());
    under_the_cloud && host.len() <= 253 && host.split('.').all(label)
}

pub(crate) fn built_in_host(region: &RegionId) -> String {
    if GLOBAL.contains(&region.as_str()) {
        GLOBAL_HOST.to_owned()
    } else {
        format!("r-kvstore.{region}.aliyuncs.com")
    }
}

fn built_in(region: &RegionId) -> ApiEndpoint {
    ApiEndpoint::https(&built_in_host(region))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(id: &str) -> RegionId {
        id.parse().unwrap()
    }

    #[test]
    fn every_region_of_the_table_has_the_host_of_the_table() {
        #[derive(serde::Deserialize)]
        struct Row {
            region_id: String,
            endpoint: String,
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/regions.json");
        let rows: Vec<Row> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert!(rows.len() > 30);
        for row in rows {
            let endpoint = Directory::default().of_region(&region(&row.region_id));
            assert_eq!(endpoint.to_string(), format!("https://{}", row.endpoint));
        }
    }

    #[test]
    fn a_region_nobody_has_heard_of_follows_the_rule() {
        let endpoint = Directory::default().of_region(&region("moon-north-1"));
        assert_eq!(endpoint.to_string(), "https://r-kvstore.moon-north-1.aliyuncs.com");
    }

    #[test]
    fn the_cloud_is_believed_about_its_own_hosts_only() {
        let directory = Directory::default();
        let beijing = region("cn-beijing");
        for host in [
            "",
            ".aliyuncs.com",
            "aliyuncs.com",
            "evil.example.com",
            "aliyuncs.com.evil.example.com",
            "evilaliyuncs.com",
            "r-kvstore..aliyuncs.com",
            "r-kvstore.aliyuncs.com:8080",
            "r-kvstore.aliyuncs.com/x",
            "user@r-kvstore.aliyuncs.com",
            "evil.example.com#.aliyuncs.com",
            "https://r-kvstore.aliyuncs.com",
            "-r.aliyuncs.com",
            "R-KVSTORE.aliyuncs.com",
            "r-kvstore.aliyuncs.com.",
            "r kvstore.aliyuncs.com",
        ] {
            assert!(!directory.learn(&beijing, host), "{host:?}");
        }
        assert_eq!(directory.of_region(&beijing).host(), "r-kvstore.cn-beijing.aliyuncs.com");
        assert!(directory.learn(&beijing, "r-kvstore.aliyuncs.com"));
        assert_eq!(directory.of_region(&beijing).host(), "r-kvstore.aliyuncs.com");
        assert_eq!(
            directory.of_region(&region("us-east-1")).host(),
            "r-kvstore.us-east-1.aliyuncs.com"
        );
    }

    #[test]
    fn an_override_replaces_every_host_and_switches_learning_off() {
        let directory = Directory::new(Some("http://127.0.0.1:3100".parse().unwrap()));
        let beijing = region("cn-beijing");
        assert!(!directory.learn(&beijing, "r-kvstore.aliyuncs.com"));
        for endpoint in [directory.of_region(&beijing), directory.global(), directory.sts()] {
            assert_eq!(endpoint.to_string(), "http://127.0.0.1:3100");
        }
    }

    #[test]
    fn sts_and_the_list_of_regions_have_hosts_of_their_own() {
        let directory = Directory::default();
        assert_eq!(directory.sts().to_string(), "https://sts.aliyuncs.com");
        assert_eq!(directory.global().to_string(), "https://r-kvstore.aliyuncs.com");
    }
}
