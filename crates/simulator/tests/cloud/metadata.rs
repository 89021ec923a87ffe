//! The metadata service of ECS and the credentials URI.

use crate::support::{Client, Reply, exchange, host, request, start};
use serde_json::{Value, json};
use simulator::{MetadataSettings, Simulator};
use std::time::Duration;

const TOKEN: &str = "x-aliyun-ecs-metadata-token";
const TTL: &str = "x-aliyun-ecs-metadata-token-ttl-seconds";
const ROLES: &str = "/latest/meta-data/ram/security-credentials/";

async fn ask(cloud: &Simulator, method: &str, path: &str, more: &[(&str, &str)]) -> Reply {
    let url = cloud.metadata_url().unwrap();
    let headers = [&[("host", host(url))], more].concat();
    exchange(url, &request(method, path, &headers, "")).await.unwrap()
}

async fn token(cloud: &Simulator, seconds: &str) -> Reply {
    ask(cloud, "PUT", "/latest/api/token", &[(TTL, seconds)]).await
}

fn client(cloud: &Simulator, keys: &Value) -> Client {
    let of = |name: &str| keys[name].as_str().unwrap().to_owned();
    Client {
        access_key_id: of("AccessKeyId"),
        access_key_secret: of("AccessKeySecret"),
        token: Some(of("SecurityToken")),
        ..Client::of(cloud, 0)
    }
}

#[tokio::test]
async fn a_token_leads_to_the_role_and_to_its_keys() {
    let (cloud, clock) = start(|_| {}).await;
    let given = token(&cloud, "60").await.text();
    let with = [(TOKEN, &*given)];
    assert_eq!(ask(&cloud, "GET", ROLES, &with).await.text(), "latchkey");
    let keys = ask(&cloud, "GET", &format!("{ROLES}latchkey"), &with).await.json();
    assert_eq!(
        (&keys["Code"], &keys["Expiration"]),
        (&json!("Success"), &json!("2026-01-02T04:04:05Z"))
    );
    let identity = client(&cloud, &keys).ok("GetCallerIdentity", &[]).await;
    let uid = &cloud.accounts()[0].uid;
    let expected = format!("acs:ram::{uid}:assumed-role/latchkey/i-bp1simulated000001");
    assert_eq!(identity["Arn"], expected);

    assert_eq!(ask(&cloud, "GET", &format!("{ROLES}other"), &with).await.status, 404);
    assert_eq!(ask(&cloud, "GET", ROLES, &[(TOKEN, "stale")]).await.status, 403);
    clock.advance(Duration::from_mins(1));
    assert_eq!(ask(&cloud, "GET", ROLES, &with).await.status, 403, "the token has ended");
    for ttl in ["0", "21601", "long", ""] {
        assert_eq!(token(&cloud, ttl).await.status, 400, "{ttl:?}");
    }
}

#[tokio::test]
async fn each_version_can_be_switched_off_and_the_role_taken_away() {
    let (cloud, _) = start(|_| {}).await;
    let control = cloud.control();
    assert_eq!(ask(&cloud, "GET", ROLES, &[]).await.text(), "latchkey", "version 1");
    control.set_metadata(MetadataSettings { v1: false, ..MetadataSettings::default() });
    assert_eq!(ask(&cloud, "GET", ROLES, &[]).await.status, 403);
    control.set_metadata(MetadataSettings { v2: false, ..MetadataSettings::default() });
    assert_eq!(token(&cloud, "60").await.status, 404);
    control.set_metadata(MetadataSettings { role: None, ..MetadataSettings::default() });
    assert_eq!(ask(&cloud, "GET", ROLES, &[]).await.status, 404);
    let failing =
        MetadataSettings { code: "InternalError".to_owned(), ..MetadataSettings::default() };
    control.set_metadata(failing);
    let keys = ask(&cloud, "GET", &format!("{ROLES}latchkey"), &[]).await.json();
    assert_eq!((&keys["Code"], &keys["AccessKeyId"]), (&json!("InternalError"), &Value::Null));
}

#[tokio::test]
async fn a_credentials_uri_hands_out_keys_of_its_account() {
    let (cloud, _) = start(|_| {}).await;
    let account = &cloud.accounts()[1];
    let uri = cloud.credentials_uri(&account.name).unwrap();
    let path = uri.strip_prefix(cloud.metadata_url().unwrap()).unwrap();
    let keys = ask(&cloud, "GET", path, &[]).await.json();
    let identity = client(&cloud, &keys).ok("GetCallerIdentity", &[]).await;
    assert_eq!(identity["AccountId"], account.uid);
    assert_eq!(ask(&cloud, "GET", "/credentials/nobody", &[]).await.status, 404);
}

#[tokio::test]
async fn the_instance_can_be_in_any_account_and_web_pages_get_nothing() {
    let (cloud, _) = start(|_| {}).await;
    let account = &cloud.accounts()[1];
    let settings = json!({"account": account.name, "role": "latchkey", "seconds": 60});
    cloud.control().set_metadata(serde_json::from_value(settings).unwrap());
    let keys = ask(&cloud, "GET", &format!("{ROLES}latchkey"), &[]).await.json();
    assert_eq!(keys["Expiration"], "2026-01-02T03:05:05Z");
    let identity = client(&cloud, &keys).ok("GetCallerIdentity", &[]).await;
    assert_eq!(identity["AccountId"], account.uid);

    let url = cloud.metadata_url().unwrap();
    for headers in [
        vec![("host", "attacker.example")],
        vec![("host", host(url)), ("origin", "https://attacker.example")],
    ] {
        let reply = exchange(url, &request("GET", ROLES, &headers, "")).await.unwrap();
        assert_eq!(reply.status, 403, "{headers:?}");
    }
}
