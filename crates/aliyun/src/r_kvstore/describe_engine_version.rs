//! `DescribeEngineVersion`: the minor version, and whether there is a newer one.

use domain::cloud::EngineRelease;
use domain::id::{InstanceId, RegionId};
use serde::Deserialize;

use crate::answer::{Answer, Misread};
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::lenient::{Flag, Section, Text, parse};

impl Client {
    /// The release an instance runs, and what it could be upgraded to.
    #[doc(alias = "DescribeEngineVersion")]
    pub async fn describe_engine_version(
        &self,
        region: &RegionId,
        id: &InstanceId,
    ) -> Result<Answer<EngineRelease>, Error> {
        self.read(&Call::of_instance("DescribeEngineVersion", region, id), read).await
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Body {
    major_version: Text,
    minor_version: Text,
    is_latest_version: Flag,
    enable_upgrade_minor_version: Flag,
    #[serde(rename = "DBLatestMinorVersion")]
    latest: Section<WireLatest>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct WireLatest {
    minor_version: Text,
}

pub(super) fn read(body: &[u8]) -> Result<EngineRelease, Misread> {
    let body: Body = parse(body).ok_or(Misread::SHAPE)?;
    Ok(EngineRelease {
        // Without it the answer is about no engine at all.
        major: body.major_version.some().ok_or(Misread::SHAPE)?,
        minor: body.minor_version.or_empty(),
        is_latest: body.is_latest_version.0,
        minor_upgrade_possible: body.enable_upgrade_minor_version.0,
        latest_minor: body.latest.present().and_then(|latest| latest.minor_version.some()),
    })
}
