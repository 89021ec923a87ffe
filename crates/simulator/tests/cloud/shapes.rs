//! Answers have the shape of the fixtures, which the client reads too.
//!
//! A shape is the set of all paths with the type of what is there. The documented shape of an
//! action is what its plain fixtures have together; the simulator's is what it sends for the whole
//! showcase.

use crate::support::{Client, Draft, Reply, exchange, host, request, start};
use serde_json::Value;
use simulator::{Fault, Rule, Simulator};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

type Shape = BTreeSet<String>;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

fn fixture(path: &str) -> Value {
    let path = fixtures().join(path);
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

fn note(shape: &mut Shape, path: &str, value: &Value) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(items) => {
            for item in items {
                note(shape, &format!("{path}[]"), item);
            }
            "list"
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                note(shape, &format!("{path}.{name}"), value);
            }
            "object"
        }
    };
    shape.insert(format!("{path}: {kind}"));
}

fn documented(action: &str, cases: &[&str]) -> Shape {
    let mut shape = Shape::new();
    for case in cases {
        note(&mut shape, action, &fixture(&format!("{action}/{case}.json")));
    }
    shape
}

async fn sent(cloud: &Simulator, action: &str, parameter: Option<&str>) -> Shape {
    let client = Client::of(cloud, 0).v3();
    let mut shape = Shape::new();
    let ids: Vec<String> = if parameter.is_some() { readable(cloud) } else { vec![String::new()] };
    for id in ids {
        let parameters: Vec<(&str, &str)> =
            parameter.map(|name| (name, id.as_str())).into_iter().collect();
        let reply = client.call(action, &parameters).await;
        if reply.status == 200 {
            note(&mut shape, action, &reply.json());
        } else {
            assert_eq!(reply.refusal().1, "InstanceType.NotSupport", "{action} {id}");
        }
    }
    shape
}

/// Instances of the first account whose answers are not odd or refused on purpose.
fn readable(cloud: &Simulator) -> Vec<String> {
    let all = cloud.control().instances(Some(&cloud.accounts()[0].name), None);
    let ids = all.iter().map(|instance| instance["InstanceId"].as_str().unwrap().to_owned());
    ids.filter(|id| !["oddshapes", "throttled", "slow"].iter().any(|odd| id.contains(odd)))
        .collect()
}

fn compare(action: &str, sent: &Shape, documented: &Shape) {
    let more: Vec<_> = sent.difference(documented).collect();
    let less: Vec<_> = documented.difference(sent).collect();
    assert!(
        more.is_empty() && less.is_empty(),
        "{action}\nnot documented: {more:#?}\nnever sent: {less:#?}"
    );
}

#[tokio::test]
async fn answers_about_one_instance() {
    let (cloud, _) = start(|options| options.instances = 200).await;
    let id = Some("InstanceId");
    for (action, parameter, cases) in [
        ("DescribeRegions", None, vec!["two"]),
        ("DescribeZones", None, vec!["one"]),
        (
            "DescribeInstanceAttribute",
            id,
            vec!["one", "password-free", "cloud-native", "classic-network", "memcache"],
        ),
        ("DescribeSecurityIps", id, vec!["one"]),
        ("DescribeDBInstanceNetInfo", id, vec!["one", "classic"]),
        ("DescribeEngineVersion", id, vec!["one", "cluster"]),
        ("DescribeInstanceConfig", id, vec!["one"]),
    ] {
        compare(action, &sent(&cloud, action, parameter).await, &documented(action, &cases));
    }
}

#[tokio::test]
async fn parameters_without_waiting_ones() {
    let (cloud, _) = start(|_| {}).await;
    let action = "DescribeParameters";
    let documented = documented(action, &["one"]);
    let waiting = |path: &String| !path.contains("ConfigParameters.Parameter[]");
    compare(
        action,
        &sent(&cloud, action, Some("DBInstanceId")).await,
        &documented.into_iter().filter(waiting).collect(),
    );
}

#[tokio::test]
async fn the_list() {
    let (cloud, _) = start(|options| options.instances = 300).await;
    let client = Client::of(&cloud, 0);
    let mut shape = Shape::new();
    for region in ["cn-hangzhou", "cn-shanghai", "cn-beijing", "ap-southeast-1", "eu-central-1"] {
        let page =
            client.ok("DescribeInstances", &[("RegionId", region), ("PageSize", "50")]).await;
        note(&mut shape, "DescribeInstances", &page);
    }
    compare("DescribeInstances", &shape, &documented("DescribeInstances", &["one", "page"]));
}

#[tokio::test]
async fn writes_and_identities() {
    let (cloud, _) = start(|_| {}).await;
    let client = Client::of(&cloud, 0);
    let id = ("InstanceId", "r-bp1ordersdev0001");
    for (action, parameter) in [
        ("ModifySecurityIps", ("SecurityIps", "10.0.0.1")),
        ("ModifyInstanceVpcAuthMode", ("VpcAuthMode", "Close")),
    ] {
        let mut shape = Shape::new();
        note(&mut shape, action, &client.ok(action, &[id, parameter]).await);
        compare(action, &shape, &documented(action, &["accepted"]));
    }
    let action = "GetCallerIdentity";
    let credentials = cloud
        .control()
        .issue_credentials(&cloud.accounts()[0].name, Duration::from_hours(1))
        .unwrap();
    for (client, case) in
        [(client, "ram-user"), (Client::temporary(&cloud, &credentials), "assumed-role")]
    {
        let mut shape = Shape::new();
        note(&mut shape, action, &client.ok(action, &[]).await);
        compare(action, &shape, &documented(action, &[case]));
    }
}

#[tokio::test]
async fn keys_that_are_given_out() {
    let (cloud, _) = start(|_| {}).await;
    let arn = format!("acs:ram::{}:role/latchkey", cloud.accounts()[0].uid);
    let role = [("RoleArn", &*arn), ("RoleSessionName", "lin.wei")];
    let client = Client::of(&cloud, 0);
    let pod = cloud.control().issue_platform_token(
        &cloud.accounts()[0].name,
        "system:x",
        Duration::from_hours(1),
    );
    let pod = pod.unwrap();
    let token = [("OIDCProviderArn", &*pod.provider_arn), ("OIDCToken", &*pod.token)];
    for (action, parameters) in
        [("AssumeRole", role.to_vec()), ("AssumeRoleWithOIDC", [role, token].concat())]
    {
        let mut shape = Shape::new();
        note(&mut shape, action, &client.ok(action, &parameters).await);
        compare(action, &shape, &documented(action, &["one"]));
    }
    let handed_out = "SecurityCredentials";
    let url = cloud.metadata_url().unwrap();
    let account = &cloud.accounts()[0].name;
    for path in [
        format!("/credentials/{account}"),
        "/latest/meta-data/ram/security-credentials/latchkey".to_owned(),
    ] {
        let asked = request("GET", &path, &[("host", host(url))], "");
        let mut shape = Shape::new();
        note(&mut shape, handed_out, &exchange(url, &asked).await.unwrap().json());
        compare(handed_out, &shape, &documented(handed_out, &["one"]));
    }
}

/// Every refusal of the fixtures can be caused, and looks the same.
#[tokio::test]
async fn refusals() {
    let (cloud, _) = start(|_| {}).await;
    let (client, control) = (Client::of(&cloud, 0), cloud.control());
    let statuses = fixture("error-statuses.json");
    let plain: Vec<(&String, &Value)> = statuses
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| !name.starts_with("odd-"))
        .collect();
    assert!(plain.len() > 45);
    for (code, status) in plain {
        let expected = fixture(&format!("errors/{code}.json"));
        let status = u16::try_from(status.as_u64().unwrap()).unwrap();
        let message = expected["Message"].as_str().unwrap().to_owned();
        control.clear_faults();
        control.add_fault(Rule::always(if expected["AccessDeniedDetail"].is_object() {
            Fault::Deny { code: code.clone(), explicit: false, vpc_auth_mode: None }
        } else {
            Fault::Error { code: code.clone(), status, message: message.clone() }
        }));
        let reply = client.call("DescribeRegions", &[]).await;
        assert_eq!(
            (reply.status, &reply.json()["Code"], &reply.json()["Message"]),
            (status, &code.as_str().into(), &message.into())
        );
        let (mut sent, mut documented) = (Shape::new(), Shape::new());
        note(&mut sent, code, &reply.json());
        note(&mut documented, code, &expected);
        compare(code, &sent, &documented);
    }
}

/// Codes that the simulator gives by itself have the status and the words that the fixtures have.
#[tokio::test]
async fn refusals_of_its_own_accord() {
    let (cloud, _) = start(|_| {}).await;
    let client = Client::of(&cloud, 0);
    let statuses = fixture("error-statuses.json");
    let wrong_key = Client { access_key_id: "LTAIunknown".to_owned(), ..client.clone() };
    let write = |id: &'static str| {
        Draft::new("ModifyInstanceVpcAuthMode", &[("InstanceId", id), ("VpcAuthMode", "Close")])
    };
    let role = format!("acs:ram::{}:role/latchkey", cloud.accounts()[0].uid);
    let role = |name, more: &[(&'static str, &'static str)]| {
        let role = [("RoleArn", role.as_str()), ("RoleSessionName", name)];
        Draft::new("AssumeRole", &[&role[..], more].concat())
    };
    let replies: Vec<Reply> = vec![
        client.send(&role("a b", &[])).await,
        client.send(&role("ab", &[("DurationSeconds", "1")])).await,
        client.send(&role("ab", &[("Policy", "?")])).await,
        client.call("AssumeRole", &[("RoleArn", "?")]).await,
        wrong_key.call("DescribeRegions", &[]).await,
        client.call("NoSuchAction", &[]).await,
        client.call("DescribeInstanceAttribute", &[]).await,
        client.call("DescribeInstances", &[("PageSize", "51")]).await,
        client.call("DescribeInstances", &[("PageNumber", "0")]).await,
        client.send(&write("r-nobody")).await,
        client.send(&write("r-2zelegacy0000001")).await,
        client.send(&write("r-2zefragments0001")).await,
        client.send(&write("r-uf6archive000001")).await,
        client.send(&write("r-wz9resizing00001")).await,
        client.send(&write("r-throttled0000001")).await,
        client.send(&write("r-denied0000000001")).await,
        client.send(&write("r-fails00000000001")).await,
        client.call("ModifyInstanceVpcAuthMode", &[("InstanceId", "r-nobody")]).await,
        client
            .call("ModifyInstanceVpcAuthMode", &[("InstanceId", "r-nobody"), ("VpcAuthMode", "x")])
            .await,
    ];
    for reply in replies {
        let (status, code) = reply.refusal();
        assert_eq!(statuses[&code], status, "{code}");
        assert_eq!(
            reply.json()["Message"],
            fixture(&format!("errors/{code}.json"))["Message"],
            "{code}"
        );
    }
}

/// Whoever adds a fixture of a refusal also says its status.
#[test]
fn every_refusal_has_its_status() {
    let statuses = fixture("error-statuses.json");
    let mut names: Vec<String> = std::fs::read_dir(fixtures().join("errors"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.trim_end_matches(".json").to_owned())
        .collect();
    names.sort();
    let mut listed: Vec<String> = statuses.as_object().unwrap().keys().cloned().collect();
    listed.sort();
    assert_eq!(names, listed);
}
