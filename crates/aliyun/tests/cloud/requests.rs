//! What goes over the wire.

use aliyun::Language;
use aliyun::sign::{canonical_query, v1, v3 as acs3};
use domain::access::Access;

use crate::canary::{KEY_ID, SECRET, TOKEN};
use crate::server::{Request, Server};
use crate::setup::{client, client_with, instance, ok, options, region, v3};

/// Every call of the client once, in this order.
const ACTIONS: &[(&str, &str)] = &[
    ("DescribeRegions", "DescribeRegions/two"),
    ("DescribeInstances", "DescribeInstances/one"),
    ("DescribeInstanceAttribute", "DescribeInstanceAttribute/one"),
    ("DescribeSecurityIps", "DescribeSecurityIps/one"),
    ("DescribeDBInstanceNetInfo", "DescribeDBInstanceNetInfo/one"),
    ("DescribeEngineVersion", "DescribeEngineVersion/one"),
    ("DescribeParameters", "DescribeParameters/one"),
    ("DescribeInstanceConfig", "DescribeInstanceConfig/one"),
    ("GetCallerIdentity", "GetCallerIdentity/account"),
    ("ModifyInstanceVpcAuthMode", "ModifyInstanceVpcAuthMode/accepted"),
];

async fn call_everything(client: &aliyun::Client) {
    let (region, id) = (region(), instance());
    client.describe_regions(Language::English).await.unwrap();
    client.describe_instances_page(&region, 2).await.unwrap();
    client.describe_instance_attribute(&region, &id).await.unwrap();
    client.describe_security_ips(&region, &id).await.unwrap();
    client.describe_db_instance_net_info(&region, &id).await.unwrap();
    client.describe_engine_version(&region, &id).await.unwrap();
    client.describe_parameters(&region, &id).await.unwrap();
    client.describe_instance_config(&region, &id).await.unwrap();
    client.get_caller_identity().await.unwrap();
    let access = Access::PasswordFree;
    let prepared = client.prepare_modify_vpc_auth_mode(&region, &id, access).await.unwrap();
    client.send(prepared).await;
}

fn business(request: &Request) -> Vec<(String, String)> {
    const SYSTEM: &[&str] = &[
        "AccessKeyId",
        "Action",
        "Format",
        "SecurityToken",
        "Signature",
        "SignatureMethod",
        "SignatureNonce",
        "SignatureVersion",
        "Timestamp",
        "Version",
    ];
    request.form().into_iter().filter(|(name, _)| !SYSTEM.contains(&name.as_str())).collect()
}

const R: (&str, &str) = ("RegionId", "cn-shenzhen");
const I: (&str, &str) = ("InstanceId", "r-wz9abc0000000001");

/// In the order of [`ACTIONS`]: exactly these business parameters and no others.
const BUSINESS: &[&[(&str, &str)]] = &[
    &[("AcceptLanguage", "en-US")],
    &[("PageNumber", "2"), ("PageSize", "50"), R],
    &[I, R],
    &[I, R],
    &[I, R],
    &[I, R],
    &[("DBInstanceId", "r-wz9abc0000000001"), R],
    &[I, R],
    &[],
    &[I, R, ("VpcAuthMode", "Close")],
];

fn expect_common(request: &Request, server: &Server) {
    assert_eq!(request.line, "POST / HTTP/1.1");
    assert_eq!(request.header("host"), Some(server.address.to_string().as_str()));
    assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(request.header("user-agent"), Some(concat!("latchkey/", env!("CARGO_PKG_VERSION"))));
    for name in ["accept-encoding", "cookie", "referer", "transfer-encoding", "expect"] {
        assert_eq!(request.header(name), None);
    }
}

#[tokio::test]
async fn v1_sends_everything_in_the_form_and_signs_it() {
    let server = Server::plays(ACTIONS.iter().map(|(_, name)| ok(name))).await;
    call_everything(&client(&server)).await;
    let requests = server.requests();
    assert_eq!(requests.len(), ACTIONS.len());
    for (request, ((action, _), expected)) in requests.iter().zip(ACTIONS.iter().zip(BUSINESS)) {
        expect_common(request, &server);
        let param = |name| request.param(name).unwrap();
        assert_eq!(param("Action"), *action);
        assert_eq!(param("Format"), "JSON");
        assert_eq!(param("AccessKeyId"), KEY_ID);
        assert_eq!(param("SecurityToken"), TOKEN);
        assert_eq!(param("SignatureMethod"), "HMAC-SHA1");
        assert_eq!(param("SignatureVersion"), "1.0");
        assert_eq!(param("Timestamp"), "2024-05-06T07:08:09Z");
        let version = if *action == "GetCallerIdentity" { "2015-04-01" } else { "2015-01-01" };
        assert_eq!(param("Version"), version);
        let signed: Vec<(String, String)> =
            request.form().into_iter().filter(|(name, _)| name != "Signature").collect();
        let string_to_sign = v1::string_to_sign("POST", &canonical_query(&signed));
        assert_eq!(param("Signature"), v1::signature(SECRET, &string_to_sign));
        assert_eq!(request.header("authorization"), None);
        let expected: Vec<(String, String)> =
            expected.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        assert_eq!(business(request), expected, "{action}");
    }
}

#[tokio::test]
async fn v3_sends_the_wish_in_the_form_and_signs_it_in_headers() {
    let server = Server::plays(ACTIONS.iter().map(|(_, name)| ok(name))).await;
    call_everything(&client_with(&server, v3(options()))).await;
    let requests = server.requests();
    assert_eq!(requests.len(), ACTIONS.len());
    for (request, ((action, _), expected)) in requests.iter().zip(ACTIONS.iter().zip(BUSINESS)) {
        expect_common(request, &server);
        let header = |name: &str| request.header(name).unwrap();
        assert_eq!(header("x-acs-action"), *action);
        assert_eq!(header("x-acs-date"), "2024-05-06T07:08:09Z");
        assert_eq!(header("x-acs-security-token"), TOKEN);
        assert_eq!(header("x-acs-accesskey-id"), KEY_ID);
        let hash = acs3::payload_hash(request.body.as_bytes());
        assert_eq!(header("x-acs-content-sha256"), hash);
        let authorization = header("authorization");
        let names = "content-type;host;x-acs-accesskey-id;x-acs-action;x-acs-content-sha256;x-acs-date;\
            x-acs-security-token;x-acs-signature-nonce;x-acs-version";
        let signed: Vec<(&str, &str)> = names.split(';').map(|name| (name, header(name))).collect();
        let canonical = acs3::canonical_headers(&signed);
        let string_to_sign =
            acs3::string_to_sign(&acs3::canonical_request("POST", "/", "", &canonical, &hash));
        let signature = acs3::signature(SECRET, &string_to_sign);
        assert_eq!(authorization, acs3::authorization(KEY_ID, names, &signature));
        let expected: Vec<(String, String)> =
            expected.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        assert_eq!(request.form(), expected, "{action}");
    }
}

#[tokio::test]
async fn a_permanent_key_sends_no_token() {
    use aliyun::{Credential, FixedKeys};
    for scheme in [|o| o, v3] {
        let server = Server::plays([ok("GetCallerIdentity/account")]).await;
        let mut options = scheme(options());
        let keys = FixedKeys::new(Credential::new(KEY_ID, SECRET).unwrap());
        options.credentials = std::sync::Arc::new(keys);
        client_with(&server, options).get_caller_identity().await.unwrap();
        let request = &server.requests()[0];
        assert_eq!(request.param("SecurityToken"), None);
        assert_eq!(request.header("x-acs-security-token"), None);
        assert_eq!(request.header("x-acs-accesskey-id"), None);
    }
}
