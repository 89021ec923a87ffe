//! The proof that the simulator is right: the official SDKs, unchanged, make the whole journey
//! against it.
//!
//! Each SDK lists all pages, reads, switches, waits, sees it, and meets a wrong secret, an unknown
//! instance, throttling, a denial and temporary credentials as exceptions of its own. `tests/sdk/`
//! has a script for each; what they saw is judged here.
//!
//! To add an SDK: a script beside the others, its package in `requirements.txt` or `package.json`,
//! a test here.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::{Value, json};
use simulator::{Fault, Options, Role, Rule, Scheme, Settle, Simulator};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

const INSTANCE: &str = "r-bp1ordersdev0001";
const REGION: &str = "cn-hangzhou";
const EXTERNAL_ID: &str = "acme/1";
const INSTALL_PYTHON: &str =
    "python3 -m venv .venv && .venv/bin/pip install -r crates/simulator/tests/sdk/requirements.txt";
const INSTALL_NODE: &str = "npm ci --prefix crates/simulator/tests/sdk";
/// Long enough to say that something hangs.
const HANG: Duration = Duration::from_mins(2);

/// What a script saw, and the simulator it saw it in.
struct Journey {
    cloud: Simulator,
    seen: Value,
}

fn sdk() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk")
}

fn python(script: &str) -> Command {
    let interpreter = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/bin/python");
    assert!(
        interpreter.exists(),
        "the official Python SDKs are missing; at the top of the repository run: {INSTALL_PYTHON}"
    );
    let mut command = Command::new(interpreter);
    command.arg(sdk().join(script)).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn node(script: &str) -> Command {
    let modules = sdk().join("node_modules");
    assert!(
        modules.exists(),
        "the official Node SDKs are missing; at the top of the repository run: {INSTALL_NODE}"
    );
    let mut command = Command::new("node");
    command.arg(sdk().join(script));
    command
}

/// What a script needs to be somebody else than the account's own key.
fn identities(cloud: &Simulator) -> serde_json::Map<String, Value> {
    let (control, account) = (cloud.control(), &cloud.accounts()[0].name);
    let mut role = Role::new(account, "latchkey");
    role.external_id = Some(EXTERNAL_ID.to_owned());
    control.put_role(role).unwrap();
    let subject = "system:serviceaccount:a:b";
    let platform = control.issue_platform_token(account, subject, Duration::from_hours(1)).unwrap();
    let setup = json!({
        "tls": cloud.tls_url(),
        "ca": cloud.ca_pem(),
        "credentials_uri": cloud.credentials_uri(account),
        "role_arn": cloud.announcement()["accounts"][0]["role_arn"],
        "external_id": EXTERNAL_ID,
        "policy": r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
        "platform": platform,
    });
    setup.as_object().unwrap().clone()
}

/// Runs a script against a fresh simulator. `more` is added to its setup.
async fn travel(mut command: Command, more: Value) -> Journey {
    let options = Options {
        settle: Settle::Explicit,
        accounts: 1,
        regions: 1,
        instances: 130,
        ..Options::default()
    };
    let cloud = Simulator::start(options).await.unwrap();
    let control = cloud.control();
    let busy =
        Fault::Throttle { code: "Throttling.User".into(), status: 400, retry_after_ms: Some(1500) };
    control.add_fault(Rule::always(busy).for_action("DescribeZones"));
    let account = &cloud.accounts()[0];
    let mut setup = json!({
        "endpoint": cloud.base_url(),
        "control": cloud.control_url(),
        "region": REGION,
        "account": account,
        "temporary": control.issue_credentials(&account.name, Duration::from_hours(1)).unwrap(),
        "expired": control.issue_credentials(&account.name, Duration::ZERO).unwrap(),
        "instance": INSTANCE,
        "public": "r-t4nweb0000000001",
        "throttled": "r-throttled0000001",
        "denied": "r-denied0000000001",
    });
    setup.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    setup.as_object_mut().unwrap().extend(identities(&cloud));
    for proxy in
        ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
    {
        command.env_remove(proxy);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(setup.to_string().as_bytes()).await.unwrap();
    drop(stdin);
    let output = tokio::time::timeout(HANG, child.wait_with_output()).await;
    let output =
        output.unwrap_or_else(|_| panic!("{command:?} did not end within {HANG:?}")).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?} failed:\n{errors}\nIf a module is missing, run at the top of the repository: {INSTALL_PYTHON} (Python), {INSTALL_NODE} (Node)"
    );
    let seen =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {errors}"));
    Journey { cloud, seen }
}

impl Journey {
    /// What is the same for every SDK.
    fn common(&self, scheme: Scheme) {
        let (seen, control) = (&self.seen, self.cloud.control());
        let all = control.instances(None, Some(REGION));
        let all: BTreeSet<&str> =
            all.iter().map(|instance| instance["InstanceId"].as_str().unwrap()).collect();
        let listed: Vec<&str> =
            seen["listed"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        assert_eq!(listed.len(), 130, "three pages, nothing twice");
        assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), all);

        assert_eq!(seen["before"], json!(["Normal", "Open"]));
        assert_eq!(seen["during"], json!(["Changing", "Open"]));
        assert_eq!(seen["after"], json!(["Normal", "Close"]));
        assert_eq!(seen["with_token"], json!(["Normal", "Close"]));

        let ledger = control.ledger();
        let change = &ledger[0];
        assert_eq!(seen["request_id"], change.request_id.as_str());
        assert_eq!((change.scheme, change.result.status), (scheme, Some(200)));
        assert_eq!(change.parameters["InstanceId"], INSTANCE);
        assert_eq!(change.parameters["VpcAuthMode"], "Close");
        assert!(change.applied_at.is_some());
    }

    /// `what` ended in this exception, with a request ID.
    fn failed(&self, what: &str, exception: &str, code: &str, status: u16) {
        let failure = &self.seen[what];
        let seen = (&failure["exception"], &failure["code"], &failure["status"]);
        assert_eq!(seen, (&exception.into(), &code.into(), &status.into()), "{what}");
        assert_eq!(failure["request_id"].as_str().map(str::len), Some(36), "{what}");
    }

    /// Typed SDKs read every answer into their models.
    fn models(&self) {
        let seen = &self.seen;
        assert_eq!(seen["whitelist"]["default"], "127.0.0.1,10.7.0.0/16");
        assert_eq!(seen["whitelist"].as_object().unwrap().len(), 3);
        assert_eq!(seen["net_types"], json!(["2", "0"]));
        assert_eq!(seen["major_version"], "7.0");
        assert_eq!(seen["parameters"]["#no_loose_check-whitelist-always"], "no");
        assert_eq!(seen["repl_mode"], "async");
        assert_eq!(seen["regions"], json!([REGION]));
    }

    /// `throttled` is the exception where the answer does not say when to come back.
    fn typed_failures(&self, client: &str, throttled: &str, throttling: &str) {
        self.failed("wrong_secret", client, "SignatureDoesNotMatch", 400);
        self.failed("unknown_id", client, "InvalidInstanceId.NotFound", 404);
        self.failed("throttled", throttled, "Throttling.User", 400);
        self.failed("throttled_with_time", throttling, "Throttling.User", 400);
        self.failed("denied", client, "Forbidden.RAM", 403);
        self.failed("expired_token", client, "InvalidSecurityToken.Expired", 400);
    }
}

#[tokio::test]
async fn python_r_kvstore_signs_v3() {
    let journey = travel(python("r_kvstore.py"), json!({})).await;
    journey.common(Scheme::V3);
    journey.models();
    journey.typed_failures("ClientException", "ClientException", "ThrottlingException");
}

#[tokio::test]
async fn python_r_kvstore_signs_v1() {
    let journey = travel(python("r_kvstore.py"), json!({ "signature_algorithm": "v2" })).await;
    journey.common(Scheme::V1);
    journey.models();
    journey.typed_failures("ClientException", "ClientException", "ThrottlingException");
}

#[tokio::test]
async fn python_core_signs_v1() {
    let journey = travel(python("sdk_core.py"), json!({})).await;
    journey.common(Scheme::V1);
    journey.failed("wrong_secret", "ServerException", "SignatureDoesNotMatch", 400);
    // It found its own text in the refusal, and concludes that the secret must be wrong.
    let concluded = "InvalidAccessKeySecret";
    journey.failed("only_the_secret_is_wrong", "ServerException", concluded, 400);
    assert_eq!(journey.seen["regions"], json!([REGION]));
    journey.failed("unknown_id", "ServerException", "InvalidInstanceId.NotFound", 404);
    journey.failed("throttled", "ServerException", "Throttling.User", 400);
    journey.failed("expired_token", "ServerException", "InvalidSecurityToken.Expired", 400);
    assert_eq!(journey.seen["caller"], "RAMUser");
    assert_eq!(journey.seen["caller_with_token"], "AssumedRoleUser");
}

#[tokio::test]
async fn node_r_kvstore_signs_v3() {
    let journey = travel(node("r_kvstore.js"), json!({})).await;
    journey.common(Scheme::V3);
    journey.models();
    journey.typed_failures("ClientError", "ThrottlingError", "ThrottlingError");
}

#[tokio::test]
async fn node_pop_core_signs_v1() {
    let journey = travel(node("pop_core.js"), json!({})).await;
    journey.common(Scheme::V1);
    journey.failed("wrong_secret", "SignatureDoesNotMatchError", "SignatureDoesNotMatch", 400);
    journey.failed(
        "unknown_id",
        "InvalidInstanceId.NotFoundError",
        "InvalidInstanceId.NotFound",
        404,
    );
    journey.failed("throttled", "Throttling.UserError", "Throttling.User", 400);
    journey.failed(
        "expired_token",
        "InvalidSecurityToken.ExpiredError",
        "InvalidSecurityToken.Expired",
        400,
    );
    assert_eq!(journey.seen["caller"], "RAMUser");
    assert_eq!(journey.seen["caller_with_token"], "AssumedRoleUser");
}

#[tokio::test]
async fn python_credentials_gets_keys_by_uri_and_by_assuming_roles() {
    let journey = travel(python("credentials.py"), json!({})).await;
    let seen = &journey.seen;
    for (way, provider) in [
        ("uri", "credential_uri"),
        ("role", "ram_role_arn/static_ak"),
        ("chained", "ram_role_arn/ram_role_arn/static_ak"),
        ("oidc", "oidc_role_arn"),
        ("default", "default/credential_uri"),
    ] {
        assert_eq!(seen[way], provider, "{way}");
    }
    let ledger = journey.cloud.control().ledger();
    let by: Vec<(&str, Option<u16>)> = ledger
        .iter()
        .map(|entry| (entry.session.as_deref().unwrap_or_default(), entry.result.status))
        .collect();
    let names = ["credentials-uri", "lin.wei", "zhao.min", "pod-7", "credentials-uri"];
    assert_eq!(by, names.map(|name| (name, Some(200))));
    for (what, status, code) in [
        ("wrong_secret", 400, "SignatureDoesNotMatch"),
        ("no_such_role", 404, "EntityNotExist.Role"),
        ("not_trusted", 403, "NoPermission"),
        ("too_long", 400, "InvalidParameter.DurationSeconds"),
    ] {
        let told = seen[what].as_str().unwrap();
        assert!(told.contains(&format!("http_code: {status}")), "{what}: {told}");
        assert!(told.contains(&format!("\"{code}\"")), "{what}: {told}");
    }
}
