//! The control API over HTTP, and starting and stopping.

use crate::support::{Client, exchange, host, request, start};
use serde_json::{Value, json};
use simulator::{ControlError, NewInstance, Options, Simulator, StartError};
use std::time::Duration;

const ID: &str = "r-bp1ordersdev0001";

async fn send(cloud: &Simulator, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let headers = [("host", host(cloud.control_url())), ("content-type", "application/json")];
    let reply =
        exchange(cloud.control_url(), &request(method, path, &headers, &body)).await.unwrap();
    let value = if reply.body.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&reply.body).unwrap_or(Value::Null)
    };
    (reply.status, value)
}

#[tokio::test]
async fn calls_faults_and_instances_over_http() {
    let (cloud, _) = start(|_| {}).await;
    let client = Client::of(&cloud, 0);
    let account = cloud.accounts()[0].name.clone();

    let (status, summary) = send(&cloud, "GET", "/", None).await;
    assert_eq!((status, &summary["instances"]), (200, &json!(60)));
    assert_eq!(summary["regions"].as_array().unwrap().len(), 6);
    assert!(!summary.to_string().contains(&cloud.accounts()[0].access_key_secret));

    let rule = json!({"account": account, "action": "DescribeZones", "times": 1, "fault": {"kind": "throttle"}});
    assert_eq!(send(&cloud, "POST", "/faults", Some(rule)).await, (201, json!({"id": 1})));
    let (_, rules) = send(&cloud, "GET", "/faults", None).await;
    assert_eq!(rules[0]["fault"]["code"], "Throttling.User");
    assert_eq!(client.call("DescribeZones", &[]).await.refusal().1, "Throttling.User");
    let (_, counters) = send(&cloud, "GET", "/counters", None).await;
    assert_eq!((&counters[0]["calls"], &counters[0]["throttled"]), (&json!(1), &json!(1)));
    assert_eq!(send(&cloud, "DELETE", "/counters", None).await.0, 204);
    assert_eq!(send(&cloud, "GET", "/counters", None).await.1, json!([]));

    let patch = json!({"InstanceName": "renamed", "VpcAuthMode": "Close", "DescribeInstances.Port": "6380"});
    assert_eq!(send(&cloud, "PATCH", &format!("/instances/{ID}"), Some(patch)).await.0, 204);
    let found = client.ok("DescribeInstances", &[("SearchKey", "renamed")]).await;
    assert_eq!(found["Instances"]["KVStoreInstance"][0]["Port"], "6380");
    let attribute = client.ok("DescribeInstanceAttribute", &[("InstanceId", ID)]).await;
    assert_eq!(attribute["Instances"]["DBInstanceAttribute"][0]["Port"], 6379);
    let (_, shown) = send(&cloud, "GET", &format!("/instances/{ID}"), None).await;
    assert_eq!(shown["VpcAuthMode"], "Close");

    let public = json!({"public_endpoint": true});
    assert_eq!(send(&cloud, "PATCH", &format!("/instances/{ID}"), Some(public)).await.0, 204);
    let net = client.ok("DescribeDBInstanceNetInfo", &[("InstanceId", ID)]).await;
    assert_eq!(net["NetInfoItems"]["InstanceNetInfo"].as_array().unwrap().len(), 2);

    let groups = json!([{"name": "default", "security_ips": "0.0.0.0/0"}]);
    assert_eq!(
        send(&cloud, "PUT", &format!("/instances/{ID}/whitelist"), Some(groups)).await.0,
        204
    );
    assert_eq!(
        send(
            &cloud,
            "PUT",
            &format!("/instances/{ID}/status"),
            Some(json!({"status": "Rebooting"}))
        )
        .await
        .0,
        204
    );
    let attribute = client.ok("DescribeInstanceAttribute", &[("InstanceId", ID)]).await;
    assert_eq!(attribute["Instances"]["DBInstanceAttribute"][0]["SecurityIPList"], "0.0.0.0/0");
    assert_eq!(attribute["Instances"]["DBInstanceAttribute"][0]["InstanceStatus"], "Rebooting");
}

#[tokio::test]
async fn identities_settings_and_changes_over_http() {
    let (cloud, _) = start(|_| {}).await;
    let client = Client::of(&cloud, 0);
    let account = cloud.accounts()[0].name.clone();
    let issue = json!({"account": account, "seconds": 60});
    let (status, credentials) = send(&cloud, "POST", "/credentials", Some(issue)).await;
    assert_eq!(status, 201);
    let temporary = Client {
        access_key_id: credentials["access_key_id"].as_str().unwrap().to_owned(),
        access_key_secret: credentials["access_key_secret"].as_str().unwrap().to_owned(),
        token: credentials["security_token"].as_str().map(str::to_owned),
        ..client.clone()
    };
    assert_eq!(temporary.call("DescribeRegions", &[]).await.status, 200);
    let key = format!("/keys/{}", temporary.access_key_id);
    assert_eq!(send(&cloud, "PATCH", &key, Some(json!({"enabled": false}))).await.0, 204);
    assert_eq!(
        temporary.call("DescribeRegions", &[]).await.refusal().1,
        "InvalidAccessKeyId.Inactive"
    );

    let settings = json!({"settle": "explicit", "quotas": true, "quota": {"DescribeZones": {"calls": 0, "seconds": 1}},
                          "latency_ms": 1, "clock_offset_ms": 1000});
    assert_eq!(send(&cloud, "PATCH", "/settings", Some(settings)).await.0, 204);
    assert_eq!(client.call("DescribeZones", &[]).await.refusal().1, "Throttling.User");
    assert_eq!(send(&cloud, "GET", "/", None).await.1["now"], "2026-01-02T03:04:06Z");
    let (_, conduct) = send(&cloud, "GET", "/conduct", None).await;
    assert_eq!(conduct["busy"], "incorrect-state");
    assert_eq!(
        send(&cloud, "PUT", "/conduct", Some(json!({"busy": "status-not-supported"}))).await.0,
        204
    );

    let write = [("InstanceId", "r-bp1nolabel000001"), ("VpcAuthMode", "Close")];
    assert_eq!(client.call("ModifyInstanceVpcAuthMode", &write).await.status, 200);
    let busy = client.call("ModifyInstanceVpcAuthMode", &write).await;
    assert_eq!(busy.refusal().1, "InstanceStatus.NotSupport");
    assert_eq!(
        send(&cloud, "POST", "/instances/r-bp1nolabel000001/finish", None).await.1,
        json!({"finished": 1})
    );
    assert_eq!(send(&cloud, "POST", "/finish", None).await.1, json!({"finished": 0}));
    let (_, ledger) =
        send(&cloud, "GET", "/ledger?instance=r-bp1nolabel000001&after=1", None).await;
    assert_eq!(ledger.as_array().unwrap().len(), 1);
    assert_eq!(ledger[0]["result"], json!({"status": 403, "code": "InstanceStatus.NotSupport"}));
    assert_eq!(send(&cloud, "DELETE", "/ledger", None).await.0, 204);

    let new = json!({"account": account, "region": "cn-hangzhou", "id": "r-new", "fields": {"InstanceName": "new"}});
    assert_eq!(
        send(&cloud, "POST", "/instances", Some(new.clone())).await,
        (201, json!({"InstanceId": "r-new"}))
    );
    assert_eq!(send(&cloud, "POST", "/instances", Some(new)).await.0, 409);
    let (_, all) =
        send(&cloud, "GET", &format!("/instances?account={account}&region=cn-hangzhou"), None)
            .await;
    assert!(all.as_array().unwrap().iter().any(|instance| instance["InstanceId"] == "r-new"));
    assert_eq!(send(&cloud, "DELETE", "/instances/r-new", None).await.0, 204);
    assert_eq!(send(&cloud, "GET", "/instances/r-new", None).await.0, 404);

    let rename = json!({"InstanceName": "renamed", "VpcAuthMode": "Close"});
    assert_eq!(send(&cloud, "PATCH", &format!("/instances/{ID}"), Some(rename)).await.0, 204);
    assert_eq!(send(&cloud, "POST", "/reset", None).await.0, 204);
    let (_, shown) = send(&cloud, "GET", &format!("/instances/{ID}"), None).await;
    assert_eq!(
        (&shown["InstanceName"], &shown["VpcAuthMode"]),
        (&json!("orders-cache-dev"), &json!("Open"))
    );
    assert_eq!(send(&cloud, "GET", "/", None).await.1["now"], "2026-01-02T03:04:05Z");
}

#[tokio::test]
async fn mistakes_are_told() {
    let (cloud, _) = start(|_| {}).await;
    for (method, path, body, status) in [
        ("POST", "/faults", json!({"fault": {"kind": "earthquake"}}), 422),
        ("POST", "/faults", json!({"fault": {"kind": "close"}, "acount": "x"}), 422),
        ("DELETE", "/faults/7", Value::Null, 404),
        ("PATCH", "/instances/r-nobody", json!({"Port": 1}), 404),
        ("PATCH", "/instances/r-bp1ordersdev0001", json!({"InstanceStatus": 1}), 422),
        ("PATCH", "/instances/r-bp1ordersdev0001", json!({"<script>": 1}), 422),
        ("POST", "/credentials", json!({"account": "nobody"}), 404),
        ("PATCH", "/keys/nobody", json!({"enabled": true}), 404),
        ("PUT", "/conduct", json!({"mood": "bad"}), 422),
        ("PATCH", "/settings", json!({"setle": "explicit"}), 422),
    ] {
        let body = (!body.is_null()).then_some(body);
        assert_eq!(
            send(&cloud, method, path, body.clone()).await.0,
            status,
            "{method} {path} {body:?}"
        );
    }
    let control = cloud.control();
    let new = NewInstance {
        account: cloud.accounts()[0].name.clone(),
        region: "moon-north-1".to_owned(),
        id: None,
        fields: serde_json::Map::new(),
        whitelist: None,
    };
    assert_eq!(
        control.add_instance(new),
        Err(ControlError::Missing("region moon-north-1".to_owned()))
    );
}

#[tokio::test]
async fn web_pages_are_kept_out_of_the_control_api_and_clients_never_meet_it() {
    let (cloud, _) = start(|_| {}).await;
    for headers in [
        vec![("host", "attacker.example")],
        vec![("host", host(cloud.control_url())), ("origin", "https://attacker.example")],
    ] {
        let reply =
            exchange(cloud.control_url(), &request("GET", "/ledger", &headers, "")).await.unwrap();
        assert_eq!(reply.status, 403, "{headers:?}");
    }
    let headers = [("host", host(cloud.base_url()))];
    let reply = exchange(cloud.base_url(), &request("GET", "/ledger?Format=JSON", &headers, ""))
        .await
        .unwrap();
    assert_eq!(reply.refusal().1, "InvalidAction.NotFound");
}

#[tokio::test]
async fn the_announcement_is_what_a_program_reads() {
    let (cloud, _) = start(|_| {}).await;
    let announcement = cloud.announcement();
    let keys: Vec<&String> = announcement.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["accounts", "ca", "control", "endpoint", "metadata", "tls"]);
    assert_eq!(announcement["tls"], cloud.tls_url().unwrap());
    assert_eq!(announcement["metadata"], cloud.metadata_url().unwrap());
    assert!(announcement["ca"].as_str().unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    assert_eq!(announcement["endpoint"], cloud.base_url());
    assert_eq!(announcement["control"], cloud.control_url());
    let account = &announcement["accounts"][1];
    assert_eq!(account["access_key_secret"], cloud.accounts()[1].access_key_secret.as_str());
    let uid = &cloud.accounts()[1].uid;
    assert_eq!(account["role_arn"], format!("acs:ram::{uid}:role/latchkey"));
    assert_eq!(account["oidc_provider_arn"], format!("acs:ram::{uid}:oidc-provider/latchkey"));
    assert_eq!(account["credentials_uri"], cloud.credentials_uri("acme-platform").unwrap());
    assert_eq!(account.as_object().unwrap().len(), 6);
}

#[tokio::test]
async fn it_starts_where_it_is_told_and_is_gone_when_it_stops() {
    let (first, _) = start(|_| {}).await;
    let taken: std::net::SocketAddr = host(first.base_url()).parse().unwrap();
    let refused = Simulator::start(Options { listen: taken, ..Options::default() }).await;
    assert!(matches!(refused, Err(StartError::Listen { address, .. }) if address == taken));
    let wide: std::net::SocketAddr = "0.0.0.0:0".parse().unwrap();
    for options in [
        Options { control_listen: wide, ..Options::default() },
        Options { metadata_listen: Some(wide), ..Options::default() },
    ] {
        let refused = Simulator::start(options).await;
        assert!(matches!(refused, Err(StartError::ControlNotLoopback(address)) if address == wide));
    }
    let bare = Options { tls_listen: None, metadata_listen: None, ..Options::default() };
    let bare = Simulator::start(bare).await.unwrap();
    assert_eq!((bare.tls_url(), bare.metadata_url()), (None, None));
    assert_eq!(bare.announcement()["accounts"][0]["credentials_uri"], Value::Null);
    let first_url = first.base_url().to_owned();
    first.stop().await;
    gone(&first_url).await;
    let (second, _) = start(|_| {}).await;
    let second_url = second.base_url().to_owned();
    drop(second);
    gone(&second_url).await;
}

/// Nobody listens there any more.
async fn gone(url: &str) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    while tokio::net::TcpStream::connect(host(url)).await.is_ok() {
        assert!(tokio::time::Instant::now() < deadline, "it still listens");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn roles_sessions_tokens_and_certificates_over_http() {
    let (cloud, _) = start(|_| {}).await;
    let account = cloud.accounts()[0].name.clone();
    let role = json!({"account": account, "name": "reader", "denies": ["Modify*"]});
    assert_eq!(send(&cloud, "PUT", "/roles", Some(role)).await.0, 204);
    let (_, roles) = send(&cloud, "GET", "/roles", None).await;
    let names: Vec<&Value> = roles.as_array().unwrap().iter().map(|role| &role["name"]).collect();
    assert_eq!(names, ["latchkey", "reader", "latchkey"]);
    assert_eq!(roles[1]["max_session_seconds"], 3600);

    let arn = format!("acs:ram::{}:role/reader", cloud.accounts()[0].uid);
    let parameters = [("RoleArn", &*arn), ("RoleSessionName", "lin.wei")];
    Client::of(&cloud, 0).ok("AssumeRole", &parameters).await;
    let (_, sessions) = send(&cloud, "GET", "/sessions", None).await;
    assert_eq!(
        (&sessions[0]["role"], &sessions[0]["session"]),
        (&json!("reader"), &json!("lin.wei"))
    );
    assert_eq!(sessions[0]["expires_at"], "2026-01-02T04:04:05Z");

    let path = format!("/roles/{account}/reader");
    assert_eq!(send(&cloud, "DELETE", &path, None).await.0, 204);
    assert_eq!(send(&cloud, "DELETE", &path, None).await.0, 404);
    let nobody = json!({"account": "nobody", "name": "x"});
    assert_eq!(send(&cloud, "PUT", "/roles", Some(nobody)).await.0, 404);

    let issue = json!({"account": account});
    let (status, identity) = send(&cloud, "POST", "/platform-tokens", Some(issue)).await;
    assert_eq!(status, 201);
    assert_eq!(identity["token"].as_str().unwrap().split('.').count(), 3);

    assert_eq!(send(&cloud, "GET", "/certificate", None).await.1, json!({"show": "valid"}));
    let expired = json!({"show": "expired"});
    assert_eq!(send(&cloud, "PUT", "/certificate", Some(expired.clone())).await.0, 204);
    assert_eq!(send(&cloud, "GET", "/certificate", None).await.1, expired);

    let (_, mut metadata) = send(&cloud, "GET", "/metadata", None).await;
    assert_eq!(metadata["v1"], true);
    metadata["v1"] = false.into();
    assert_eq!(send(&cloud, "PUT", "/metadata", Some(metadata.clone())).await.0, 204);
    assert_eq!(send(&cloud, "GET", "/metadata", None).await.1, metadata);
}
