//! `DescribeParameters`: the parameters of a classic instance. The instance is named by
//! `DBInstanceId` here.

#![expect(clippy::struct_field_names, reason = "the fields are called what the cloud calls them")]

use super::{Action, Call, Product, Run};
use crate::refusal::{self, Refusal};
use crate::transport::envelope::Text;
use crate::world::Instance;
use serde::Serialize;

pub(super) const ACTION: Action = Action {
    name: "DescribeParameters",
    product: Product::RKvstore,
    instance: Some("DBInstanceId"),
    regional: true,
    run: Run::Read(run),
};

const CHECK_WHITELIST_ALWAYS: &str = "#no_loose_check-whitelist-always";

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<'a> {
    request_id: &'a str,
    engine: &'a str,
    engine_version: &'a str,
    running_parameters: Running<'a>,
    config_parameters: Waiting,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Running<'a> {
    parameter: Vec<Parameter<'a>>,
}

/// Set, but not yet in effect: never here.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Waiting {
    parameter: [(); 0],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Parameter<'a> {
    parameter_name: &'a str,
    parameter_value: &'a str,
    checking_code: &'a str,
    parameter_description: &'a str,
    modifiable_status: &'a str,
    force_restart: &'a str,
}

fn run(call: &Call<'_>) -> Result<Text, Refusal> {
    let (_, instance) = call.instance()?;
    if !instance.is_classic() {
        return Err(refusal::TYPE_NOT_SUPPORTED.into());
    }
    let answer = Answer {
        request_id: call.request_id,
        engine: if instance.is_memcache() { "memcache" } else { "redis" },
        engine_version: &instance.engine_version,
        running_parameters: Running { parameter: parameters(instance) },
        config_parameters: Waiting { parameter: [] },
    };
    call.answer_about(instance, &answer)
}

fn parameters(instance: &Instance) -> Vec<Parameter<'_>> {
    let mut parameters = vec![
        parameter("maxmemory-policy", "volatile-lru", "[volatile-lru|allkeys-lru|noeviction]"),
        parameter("timeout", "0", "[0-100000]"),
        parameter("notify-keyspace-events", "", "[KEg$lshzxeA]*"),
        parameter("slowlog-log-slower-than", "20000", "[10000-10000000]"),
    ];
    if instance.has_whitelist_parameter() {
        parameters.push(parameter(
            CHECK_WHITELIST_ALWAYS,
            &instance.check_whitelist_always,
            "[yes|no]",
        ));
    }
    parameters
}

fn parameter<'a>(name: &'a str, value: &'a str, allowed: &'a str) -> Parameter<'a> {
    Parameter {
        parameter_name: name,
        parameter_value: value,
        checking_code: allowed,
        parameter_description: "",
        modifiable_status: "True",
        force_restart: "False",
    }
}
