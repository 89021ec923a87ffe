//! `DescribeParameters`: for local-disk instances only, and for what decides who gets in.

use domain::cloud::{SentinelAccess, WhitelistCheck};
use domain::id::{InstanceId, RegionId};
use serde::Deserialize;

use crate::answer::{Answer, Misread};
use crate::call::Call;
use crate::client::Client;
use crate::error::{Detail, Error};
use crate::lenient::{Many, Section, Text, parse};

/// `yes`: the whitelist counts for clients of the VPC also while access is password-free. Classic 4.0 and 5.0.
const CHECK_WHITELIST_ALWAYS: &str = "#no_loose_check-whitelist-always";
/// `yes`: commands of Sentinel work without a password. In newer minor versions only.
const SENTINEL_PASSWORD_FREE: &str = "#no_loose_sentinel-password-free-access";
/// Further commands that do.
const SENTINEL_COMMANDS: &str = "#no_loose_sentinel-password-free-commands";

/// As they are now; a value that waits to take effect does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningParameters {
    /// `#no_loose_check-whitelist-always`.
    pub whitelist_check: WhitelistCheck,
    /// A parameter that the instance does not have gives nothing away.
    pub sentinel: SentinelAccess,
}

impl Client {
    /// A value that is neither `yes` nor `no` is an error, not a guess.
    #[doc(alias = "DescribeParameters")]
    pub async fn describe_parameters(
        &self,
        region: &RegionId,
        id: &InstanceId,
    ) -> Result<Answer<RunningParameters>, Error> {
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

pub(super) fn read(body: &[u8]) -> Result<RunningParameters, Misread> {
    let body: Body = parse(body).ok_or(Misread::SHAPE)?;
    let running = body.running_parameters.present().ok_or(Misread::SHAPE)?.parameter.0;
    let whitelist_check = match switch(&running, CHECK_WHITELIST_ALWAYS)? {
        None => WhitelistCheck::Absent,
        Some(true) => WhitelistCheck::Always,
        Some(false) => WhitelistCheck::SkippedInVpc,
    };
    let commands = value(&running, SENTINEL_COMMANDS)?.unwrap_or_default().split(',');
    let sentinel = SentinelAccess {
        password_free: Some(switch(&running, SENTINEL_PASSWORD_FREE)?.unwrap_or(false)),
        commands: commands.map(str::trim).filter(|c| !c.is_empty()).map(str::to_owned).collect(),
    };
    Ok(RunningParameters { whitelist_check, sentinel })
}

/// `None`: the instance has no such parameter. Two different values are no answer.
fn value<'a>(running: &'a [WireParameter], name: &str) -> Result<Option<&'a str>, Misread> {
    let mut values = running
        .iter()
        .filter(|parameter| parameter.parameter_name.raw() == Some(name))
        .map(|parameter| parameter.parameter_value.raw());
    let Some(first) = values.next() else { return Ok(None) };
    if values.any(|other| other != first) {
        return Err(Misread::SHAPE);
    }
    Ok(Some(first.unwrap_or_default()))
}

fn switch(running: &[WireParameter], name: &str) -> Result<Option<bool>, Misread> {
    match value(running, name)? {
        None => Ok(None),
        Some("yes") => Ok(Some(true)),
        Some("no") => Ok(Some(false)),
        Some(_) => Err(Misread::Because(Detail::UnexpectedValue)),
    }
}
