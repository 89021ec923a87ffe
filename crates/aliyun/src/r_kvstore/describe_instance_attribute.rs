//! `DescribeInstanceAttribute`: the only answer that says how an instance is entered.

use domain::cloud::InstanceAttribute;
use domain::id::{InstanceId, RegionId};
use serde::Deserialize;

use super::row::WireRow;
use crate::answer::{Answer, Misread};
use crate::call::Call;
use crate::client::Client;
use crate::error::{Detail, Error};
use crate::lenient::{Many, Section, parse};

impl Client {
    /// The instance `id`, and no other: an answer about another one is an error. An unknown id is
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound), whether the cloud says so by a code or by an empty list.
    #[doc(alias = "DescribeInstanceAttribute")]
    pub async fn describe_instance_attribute(
        &self,
        region: &RegionId,
        id: &InstanceId,
    ) -> Result<Answer<InstanceAttribute>, Error> {
        let call = Call::of_instance("DescribeInstanceAttribute", region, id);
        self.read(&call, |body| read(body, region, id)).await
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Body {
    instances: Section<WireInstances>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireInstances {
    #[serde(rename = "DBInstanceAttribute")]
    rows: Many<WireRow>,
}

pub(super) fn read(
    body: &[u8],
    region: &RegionId,
    id: &InstanceId,
) -> Result<InstanceAttribute, Misread> {
    let body: Body = parse(body).ok_or(Misread::SHAPE)?;
    let rows = body.instances.present().ok_or(Misread::SHAPE)?.rows.0;
    if rows.is_empty() {
        return Err(Misread::NotFound);
    }
    let mut ours = rows
        .into_iter()
        .filter(|row| row.instance_id.raw() == Some(id.as_str()))
        .filter_map(|row| row.into_attribute(region));
    let first = ours.next().ok_or(Misread::Because(Detail::OtherInstance))?;
    // The same row twice is the same answer; two that differ are none.
    if ours.all(|other| other == first) { Ok(first) } else { Err(Misread::SHAPE) }
}
