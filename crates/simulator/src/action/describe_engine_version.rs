//! `DescribeEngineVersion`: engine, minor version, and whether a newer one is there.

#![expect(clippy::struct_field_names, reason = "the fields are called what the cloud calls them")]

use super::{Action, Call, Product, Run};
use crate::refusal::Refusal;
use crate::transport::envelope::Text;
use serde::Serialize;

pub(super) const ACTION: Action = Action {
    name: "DescribeEngineVersion",
    product: Product::RKvstore,
    instance: Some("InstanceId"),
    regional: true,
    run: Run::Read(run),
};

const NO_RELEASES: &str = r#"{"releaseInfo":[],"versionChangesLevel":0}"#;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<'a> {
    request_id: &'a str,
    engine: &'a str,
    major_version: &'a str,
    minor_version: &'a str,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    proxy: Option<Proxy>,
    is_latest_version: bool,
    enable_upgrade_minor_version: bool,
    enable_upgrade_major_version: bool,
    is_auto_upgrade_open: &'a str,
    #[serde(rename = "IsNewSSLMode")]
    is_new_ssl_mode: &'a str,
    #[serde(rename = "IsSSLEnable")]
    is_ssl_enable: &'a str,
    #[serde(rename = "IsOpenNGLB")]
    is_open_nglb: &'a str,
    is_redis_compatible_version: &'a str,
    #[serde(rename = "DBVersionRelease")]
    db_version_release: &'a str,
    #[serde(rename = "DBLatestMinorVersion")]
    db_latest_minor_version: Latest,
}

/// Clusters and read/write splitting have a proxy in front.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Proxy {
    proxy_minor_version: &'static str,
    proxy_version_release: &'static str,
    proxy_latest_minor_version: Latest,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Latest {
    level: &'static str,
    minor_version: &'static str,
    version_release: VersionRelease,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct VersionRelease {
    version_changes_level: &'static str,
    release_info: ReleaseInfo,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ReleaseInfo {
    release_info_list: Vec<Release>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Release {
    create_time: &'static str,
    level: &'static str,
    release_note: &'static str,
    release_note_en: &'static str,
    release_version: &'static str,
}

fn run(call: &Call<'_>) -> Result<Text, Refusal> {
    let (_, instance) = call.instance()?;
    let model = instance.model;
    let is_latest = model.minor_version.ends_with(model.latest_minor_version);
    let answer = Answer {
        request_id: call.request_id,
        engine: if instance.is_memcache() { "memcache" } else { "redis" },
        major_version: &instance.engine_version,
        minor_version: model.minor_version,
        proxy: model.has_proxy().then(|| Proxy {
            proxy_minor_version: "6.8.3",
            proxy_version_release: NO_RELEASES,
            proxy_latest_minor_version: latest("6.8.11"),
        }),
        is_latest_version: is_latest,
        enable_upgrade_minor_version: !is_latest,
        enable_upgrade_major_version: !matches!(&*instance.engine_version, "7.0" | "1.0"),
        is_auto_upgrade_open: "1",
        is_new_ssl_mode: "0",
        is_ssl_enable: "0",
        is_open_nglb: "0",
        is_redis_compatible_version: if instance.is_memcache() { "0" } else { "1" },
        db_version_release: NO_RELEASES,
        db_latest_minor_version: latest(model.latest_minor_version),
    };
    call.answer_about(instance, &answer)
}

fn latest(version: &'static str) -> Latest {
    let release = Release {
        create_time: "2024-03-01T00:00:00Z",
        level: "1",
        release_note: "稳定性优化",
        release_note_en: "stability",
        release_version: version,
    };
    Latest {
        level: "1",
        minor_version: version,
        version_release: VersionRelease {
            version_changes_level: "1",
            release_info: ReleaseInfo { release_info_list: vec![release] },
        },
    }
}
