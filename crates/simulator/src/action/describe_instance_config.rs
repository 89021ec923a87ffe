//! `DescribeInstanceConfig`: the parameters of a cloud-native instance.

use super::{Action, Call, Product, Run};
use crate::refusal::{self, Refusal};
use crate::transport::envelope::Text;
use serde::Serialize;

pub(super) const ACTION: Action = Action {
    name: "DescribeInstanceConfig",
    product: Product::RKvstore,
    instance: Some("InstanceId"),
    regional: true,
    run: Run::Read(run),
};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<'a> {
    request_id: &'a str,
    config: &'a str,
    param_repl_mode: &'a str,
    param_repl_timeout: &'a str,
    param_no_loose_sentinel_enabled: &'a str,
    param_sentinel_compat_enable: &'a str,
    param_no_loose_sentinel_password_free_access: &'a str,
    param_no_loose_sentinel_password_free_commands: &'a str,
}

fn run(call: &Call<'_>) -> Result<Text, Refusal> {
    let (_, instance) = call.instance()?;
    if instance.is_classic() {
        return Err(refusal::TYPE_NOT_SUPPORTED.into());
    }
    let sentinel = if instance.sentinel_password_free { "yes" } else { "no" };
    let answer = Answer {
        request_id: call.request_id,
        config: super::row::config(instance),
        param_repl_mode: "async",
        param_repl_timeout: "",
        param_no_loose_sentinel_enabled: sentinel,
        param_sentinel_compat_enable: "",
        param_no_loose_sentinel_password_free_access: sentinel,
        param_no_loose_sentinel_password_free_commands: "",
    };
    call.answer_about(instance, &answer)
}
