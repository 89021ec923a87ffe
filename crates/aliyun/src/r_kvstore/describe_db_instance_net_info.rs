//! `DescribeDBInstanceNetInfo`: where clients connect to, the public endpoint included if there is one.

use domain::endpoint::Endpoint;
use domain::id::{InstanceId, RegionId};
use serde::Deserialize;

use crate::answer::{Answer, Misread};
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::lenient::{Flag, Many, Section, Text, Whole, parse};

impl Client {
    /// Every connection address, public, classic and VPC, in the cloud's order.
    #[doc(alias = "DescribeDBInstanceNetInfo")]
    pub async fn describe_db_instance_net_info(
        &self,
        region: &RegionId,
        id: &InstanceId,
    ) -> Result<Answer<Vec<Endpoint>>, Error> {
        self.read(&Call::of_instance("DescribeDBInstanceNetInfo", region, id), read).await
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Body {
    net_info_items: Section<WireItems>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct WireItems {
    instance_net_info: Many<WireItem>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct WireItem {
    connection_string: Text,
    #[serde(rename = "DBInstanceNetType")]
    net_type: Text,
    #[serde(rename = "IPAddress")]
    ip_address: Text,
    port: Whole,
    #[serde(rename = "VPCId")]
    vpc_id: Text,
    v_switch_id: Text,
    direct_connection: Flag,
}

pub(super) fn read(body: &[u8]) -> Result<Vec<Endpoint>, Misread> {
    let body: Body = parse(body).ok_or(Misread::SHAPE)?;
    let items = body.net_info_items.present().ok_or(Misread::SHAPE)?;
    Ok(items.instance_net_info.0.into_iter().map(WireItem::into_endpoint).collect())
}

impl WireItem {
    fn into_endpoint(self) -> Endpoint {
        Endpoint {
            net: self.net_type.or_empty().into(),
            host: self.connection_string.or_empty(),
            port: self.port.0.and_then(|port| port.try_into().ok()),
            ip: self.ip_address.or_empty(),
            vpc: self.vpc_id.or_empty(),
            vswitch: self.v_switch_id.or_empty(),
            direct: self.direct_connection.0.unwrap_or(false),
        }
    }
}
