//! An instance that nothing is wrong with.

use serde_json::{Map, json};
use simulator::{NewInstance, WhitelistGroup};

use crate::ground::Ground;

const FIELDS: [(&str, &str); 8] = [
    ("InstanceType", "Redis"),
    ("EngineVersion", "7.0"),
    ("ComputingType", "Ecs"),
    ("NetworkType", "VPC"),
    ("InstanceStatus", "Normal"),
    ("VpcAuthMode", "Open"),
    ("ArchitectureType", "standard"),
    ("InstanceClass", "redis.shard.small.2.ce"),
];

/// Password required, in `cn-hangzhou`, reached from these addresses.
pub fn add(ground: &Ground, id: &str, name: &str, environment: &str, addresses: &'static str) {
    let mut fields: Map<_, _> =
        FIELDS.iter().map(|(field, value)| ((*field).to_owned(), (*value).into())).collect();
    fields.insert("InstanceName".to_owned(), name.into());
    fields.insert("Tags".to_owned(), json!({ "environment": environment }));
    let new = NewInstance {
        account: ground.cloud.accounts()[0].name.clone(),
        region: "cn-hangzhou".to_owned(),
        id: Some(id.to_owned()),
        fields,
        whitelist: Some(vec![WhitelistGroup::new("default", "", addresses)]),
    };
    let control = ground.cloud.control();
    control.add_instance(new).unwrap();
    control.set_field(id, "public_endpoint", false.into()).unwrap();
}
