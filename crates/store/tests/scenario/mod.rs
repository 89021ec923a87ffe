//! What the scenarios start from.

pub mod audit;
pub mod changes;
pub mod duties;
pub mod fleet;
pub mod guards;
pub mod identities;
pub mod notices;
pub mod passkeys;
pub mod people;
pub mod rules;
pub mod scopes;
pub mod second_factors;
pub mod sessions;
pub mod tokens;

use domain::access::{Access, AccessState};
use domain::change::{Change, ChangeState};
use domain::cloud::{InstanceAttribute, InstanceRow};
use domain::environment::Environment;
use domain::id::{ChangeId, InstanceKey, ReviewId, UserId};
use domain::instance::{
    Architecture, EngineVersion, InstanceStatus, InstanceType, NetworkType, Series, Tag,
};
use domain::person::Role;
use domain::time::Timestamp;
use store::Store;

pub const fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

pub fn key(id: &str) -> InstanceKey {
    InstanceKey {
        account: "core".parse().unwrap(),
        region: "cn-hangzhou".parse().unwrap(),
        id: id.parse().unwrap(),
    }
}

pub fn row(id: &str, name: &str) -> InstanceRow {
    InstanceRow {
        id: id.parse().unwrap(),
        name: name.into(),
        region: "cn-hangzhou".parse().unwrap(),
        zone: "cn-hangzhou-h".into(),
        status: InstanceStatus::Normal,
        kind: InstanceType::Redis,
        architecture: Architecture::Standard,
        class: "redis.shard.small.2.ce".into(),
        version: EngineVersion::new("7.0"),
        series: Series::CloudNative,
        network: NetworkType::Vpc,
        vpc: "vpc-bp1a2b3c4d".into(),
        vswitch: String::new(),
        private_ip: "10.0.0.1".into(),
        connection_domain: format!("{id}.redis.rds.aliyuncs.com"),
        port: Some(6379),
        capacity_mb: Some(1024),
        charge_type: "PostPaid".into(),
        resource_group: String::new(),
        created: String::new(),
        tags: vec![Tag { key: "team".into(), value: "Payments".into() }],
    }
}

pub fn attribute(row: InstanceRow, mode: Access) -> InstanceAttribute {
    let raw = if mode == Access::PasswordFree { "Close" } else { "Open" };
    InstanceAttribute {
        row,
        mode: Some(mode),
        raw_mode: Some(raw.into()),
        maintain_start: String::new(),
        maintain_end: String::new(),
    }
}

/// Takes in a list of `(id, name)`.
pub async fn listed(store: &Store, rows: &[(&str, &str)], when: Timestamp) {
    let rows: Vec<_> =
        rows.iter().map(|(id, name)| (row(id, name), Environment::Development)).collect();
    let place = key("r-any");
    store.record_listing(&place.account, &place.region, &rows, true, when).await.unwrap();
}

pub async fn person(store: &Store, name: &str) -> UserId {
    let id = UserId::from_u128(name.bytes().fold(7, |sum, byte| sum * 31 + u128::from(byte)));
    store.add_user(id, &name.parse().unwrap(), Role::Operator, "$argon2id$x", at(1)).await.unwrap();
    id
}

pub fn change(number: u128, instance: &str, by: UserId) -> Change {
    Change {
        id: ChangeId::from_u128(number),
        instance: key(instance),
        name: "orders-cache".into(),
        environment: Environment::Development,
        to: Access::PasswordFree,
        expected_prior: AccessState::PasswordRequired,
        state: ChangeState::Requested,
        ending: None,
        version: 0,
        requested_by: by,
        requested_by_name: "lin.wei".parse().unwrap(),
        reason: Some("drill, OPS-1".parse().unwrap()),
        cause: domain::change::Cause::Wish,
        lasts: None,
        start_at: None,
        break_glass: false,
        puts_back: None,
        review: ReviewId::from_u128(1),
        preflight: None,
        cloud_request_id: None,
        requested_at: at(10),
        updated_at: at(10),
    }
}
