//! `DescribeParameters`: for local-disk instances only, and for one parameter: whether the whitelist always counts.

use domain::cloud::WhitelistCheck;
use domain::id::{InstanceId, RegionId};
use serde::Deserialize;

use crate::answer::{Answer, Misread};
use crate::call::Call;
use crate::client::Client;
use crate::error::{Detail, Error};
use crate::lenient::{Many, Section, Text, parse};

/// `yes`: the whitelist counts for clients of the VPC also while access is password-free. Classic 4.0 and 5.0.
const CHECK_WHITELIST_ALWAYS: &str = "#no_loose_check-whitelist-always";

impl Client {
    /// What `#no_loose_check-whitelist-always` is now; a value that waits to take effect does not count. A value that
    /// is neither `yes` nor `no` is an error, not a guess.
    #[doc(alias = "DescribeParameters")]
    pub async fn describe_whitelist_check(
        &self,
        region: &RegionId,
        id: &InstanceId,
    ) -> Result<Answer<WhitelistCheck>, Error> {
        // This action alone calls the id by another name.
        let call = Call::in_region("DescribeParameters", region).with("DBInstanceId", id.as_str());
        self.read(&call, read).await
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Body {
    running_parameters: Section<WireParameters>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct WireParameters {
    parameter: Many<WireParameter>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct WireParameter {
    parameter_name: Text,
    parameter_value: Text,
}

fn read(body: &[u8]) -> Result<WhitelistCheck, Misread> {
    let body: Body = parse(body).ok_or(Misread::SHAPE)?;
    let running = body.running_parameters.present().ok_or(Misread::SHAPE)?.parameter.0;
    let mut values = running
        .iter()
        .filter(|parameter| parameter.parameter_name.raw() == Some(CHECK_WHITELIST_ALWAYS))
        .map(|parameter| parameter.parameter_value.raw());
    let Some(first) = values.next() else { return Ok(WhitelistCheck::Absent) };
    match first {
        _ if values.any(|other| other != first) => Err(Misread::SHAPE),
        Some("yes") => Ok(WhitelistCheck::Always),
        Some("no") => Ok(WhitelistCheck::SkippedInVpc),
        _ => Err(Misread::Because(Detail::UnexpectedValue)),
    }
}
