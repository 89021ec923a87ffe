//! `DescribeSecurityIps`: the whitelist, all groups, hidden ones included.

use domain::id::{InstanceId, RegionId};
use domain::whitelist::{SecurityIp, WhitelistGroup};
use serde::Deserialize;

use crate::answer::{Answer, Misread};
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::lenient::{Many, Section, Text, parse};

impl Client {
    /// Every group, also those people do not see in the console.
    ///
    /// The cloud allows 200 of these a minute for an account and region: not for every instance of a fleet.
    #[doc(alias = "DescribeSecurityIps")]
    pub async fn describe_security_ips(
        &self,
        region: &RegionId,
        id: &InstanceId,
    ) -> Result<Answer<Vec<WhitelistGroup>>, Error> {
        self.read(&Call::of_instance("DescribeSecurityIps", region, id), read).await
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Body {
    security_ip_groups: Section<WireGroups>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct WireGroups {
    security_ip_group: Many<WireGroup>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireGroup {
    #[serde(rename = "SecurityIpGroupName")]
    name: Text,
    #[serde(rename = "SecurityIpGroupAttribute")]
    attribute: Text,
    #[serde(rename = "SecurityIpList")]
    list: Text,
}

pub(super) fn read(body: &[u8]) -> Result<Vec<WhitelistGroup>, Misread> {
    let body: Body = parse(body).ok_or(Misread::SHAPE)?;
    let groups = body.security_ip_groups.present().ok_or(Misread::SHAPE)?;
    Ok(groups.security_ip_group.0.into_iter().map(WireGroup::into_group).collect())
}

impl WireGroup {
    fn into_group(self) -> WhitelistGroup {
        let mut entries: Vec<SecurityIp> = Vec::new();
        let list = self.list.or_empty();
        for entry in list.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let entry = SecurityIp::from(entry);
            if !entries.contains(&entry) {
                entries.push(entry);
            }
        }
        WhitelistGroup { name: self.name.or_empty(), attribute: self.attribute.or_empty(), entries }
    }
}
