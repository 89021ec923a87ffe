//! `DescribeInstanceConfig`: parameters of cloud-native instances, and what Sentinel clients may do without a password.

use std::collections::BTreeMap;

use domain::id::{InstanceId, RegionId};
use serde::Deserialize;

use crate::answer::{Answer, Misread};
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::lenient::{Flag, Text, parse};

/// As it is in effect. `None`: the cloud did not say, or not in a way that is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceConfig {
    /// Not all parameters: the cloud says itself that this list is not complete.
    pub parameters: Option<BTreeMap<String, String>>,
    /// Sentinel-compatible mode.
    pub sentinel_enabled: Option<bool>,
    /// Sentinel commands work without a password although password-free access is off.
    pub sentinel_password_free: Option<bool>,
    /// Further commands that do.
    pub sentinel_password_free_commands: Vec<String>,
}

impl Client {
    /// For cloud-native instances only; for local-disk ones see [`Client::describe_parameters`].
    #[doc(alias = "DescribeInstanceConfig")]
    pub async fn describe_instance_config(
        &self,
        region: &RegionId,
        id: &InstanceId,
    ) -> Result<Answer<InstanceConfig>, Error> {
        self.read(&Call::of_instance("DescribeInstanceConfig", region, id), read).await
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Body {
    /// JSON, as a text.
    config: Option<Text>,
    param_no_loose_sentinel_enabled: Flag,
    param_no_loose_sentinel_password_free_access: Flag,
    param_no_loose_sentinel_password_free_commands: Text,
}

pub(super) fn read(body: &[u8]) -> Result<InstanceConfig, Misread> {
    let body: Body = parse(body).ok_or(Misread::SHAPE)?;
    let config = body.config.ok_or(Misread::SHAPE)?;
    let parameters = parse::<BTreeMap<String, Text>>(config.or_empty().as_bytes());
    let commands = body.param_no_loose_sentinel_password_free_commands.or_empty();
    Ok(InstanceConfig {
        parameters: parameters.map(|parameters| {
            parameters.into_iter().map(|(name, value)| (name, value.or_empty())).collect()
        }),
        sentinel_enabled: body.param_no_loose_sentinel_enabled.0,
        sentinel_password_free: body.param_no_loose_sentinel_password_free_access.0,
        sentinel_password_free_commands: commands
            .split(',')
            .map(str::trim)
            .filter(|command| !command.is_empty())
            .map(str::to_owned)
            .collect(),
    })
}
