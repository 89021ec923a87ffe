//! How a read ends, and how often it is tried.

use std::collections::HashSet;
use std::process::Command;
use std::time::Duration;

use aliyun::sign::{canonical_query, v1, v3 as acs3};
use aliyun::{Detail, Error, ErrorKind, RetryPolicy};
use domain::fact::Unread;

use crate::server::{Act, Answer, Request, Server};
use crate::setup::{
    REQUEST_ID, client, client_with, fixture, impatient, instance, ok, options, refusal, region, v3,
};

async fn read(client: &aliyun::Client) -> Result<(), Error> {
    client.describe_instance_attribute(&region(), &instance()).await.map(drop)
}

#[tokio::test]
async fn a_read_succeeds() {
    let server = Server::plays([ok("DescribeInstanceAttribute/one")]).await;
    let answer = client(&server).describe_instance_attribute(&region(), &instance()).await.unwrap();
    assert_eq!(answer.request_id.unwrap().as_str(), "CA40C261-EB72-4EDA-AC57-958722160005");
    assert_eq!(answer.value.row.name.as_str(), "orders-cache");
}

#[tokio::test]
async fn a_throttled_read_is_tried_four_times_and_signed_afresh_each_time() {
    for (status, code) in [
        (400, "Throttling.User"),
        (403, "Throttling.Api"),
        (429, "Throttling"),
        (503, "Throttling.User"),
    ] {
        let server = Server::plays((0..9).map(|_| refusal(status, code))).await;
        let error = read(&client(&server)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Throttled);
        assert_eq!(error.code.as_ref().unwrap().as_str(), code);
        assert_eq!(error.http_status, Some(status));
        assert_eq!(error.request_id.as_ref().unwrap().as_str(), REQUEST_ID);
        assert!(error.retryable);
        let said = error.to_string();
        assert_eq!(
            said,
            format!(
                "the cloud asked us to slow down (code {code}, HTTP {status}, request {REQUEST_ID})"
            )
        );
        let requests = server.requests();
        assert_eq!(requests.len(), 4);
        let different = |name: &str| -> HashSet<String> {
            requests.iter().map(|request| request.param(name).unwrap()).collect()
        };
        assert_eq!(different("SignatureNonce").len(), 4);
        assert_eq!(different("Signature").len(), 4);
    }
}

#[tokio::test]
async fn what_passes_by_itself_is_tried_again() {
    type MakeAct = fn() -> Act;
    let hiccups: Vec<(&str, MakeAct)> = vec![
        ("throttled", || refusal(400, "Throttling").into()),
        ("a server error with a code", || refusal(500, "InternalError").into()),
        ("a front end's page", || Answer::new(502, "<html>Bad Gateway</html>").into()),
        ("an empty 504", || Answer::new(504, "").into()),
        ("a reset", || Act::Reset),
        ("an end without an answer", || Act::Raw(Vec::new())),
        ("half a body", || Act::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"Req".into())),
        ("a request sent twice by a proxy", || refusal(400, "SignatureNonceUsed").into()),
    ];
    for (what, hiccup) in hiccups {
        let server = Server::plays([
            hiccup(),
            hiccup(),
            hiccup(),
            ok("DescribeInstanceAttribute/one").into(),
        ])
        .await;
        read(&client(&server)).await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert_eq!(server.requests().len(), 4, "{what}");
    }
}

#[tokio::test]
async fn what_does_not_pass_by_itself_is_not() {
    for (status, code, kind) in [
        (403, "Forbidden.RAM", ErrorKind::Denied),
        (404, "InvalidAccessKeyId.NotFound", ErrorKind::Credential),
        (400, "InvalidSecurityToken.Expired", ErrorKind::Credential),
        (404, "InvalidInstanceId.NotFound", ErrorKind::NotFound),
        (400, "IncorrectDBInstanceState", ErrorKind::IncorrectState),
        (403, "NetworkType.NotSupport", ErrorKind::NotSupported),
        (400, "MissingInstanceId", ErrorKind::InvalidParameter),
        (404, "InvalidAction.NotFound", ErrorKind::Protocol),
        (418, "Lunar.Eclipse", ErrorKind::Refused),
    ] {
        let server = Server::plays([refusal(status, code)]).await;
        let error = read(&client(&server)).await.unwrap_err();
        assert_eq!((error.kind, error.retryable), (kind, false), "{code}");
        assert_eq!(server.requests().len(), 1, "{code}");
    }
}

#[tokio::test]
async fn the_cloud_says_how_long_to_stay_away() {
    let busy = |millis: &str| {
        [
            refusal(400, "Throttling").with("x-acs-retry-after", millis),
            ok("DescribeInstanceAttribute/one"),
        ]
    };
    let mut options = options();
    options.retry.longest = Duration::from_millis(50);
    let server = Server::plays(busy("50")).await;
    read(&client_with(&server, options.clone())).await.unwrap();
    // Longer than anybody here waits: the caller is told.
    let server = Server::plays(busy("51")).await;
    let error = read(&client_with(&server, options.clone())).await.unwrap_err();
    assert_eq!(error.retry_after, Some(Duration::from_millis(51)));
    assert_eq!(server.requests().len(), 1);
    for nonsense in ["", "soon", "-1", "1e3", "99999999999"] {
        let server = Server::plays(busy(nonsense)).await;
        read(&client_with(&server, options.clone())).await.unwrap();
    }
}

#[tokio::test]
async fn who_paces_by_himself_gets_one_try() {
    let server = Server::plays([refusal(400, "Throttling")]).await;
    let mut options = options();
    options.retry = RetryPolicy::NEVER;
    assert!(read(&client_with(&server, options)).await.unwrap_err().retryable);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_200_that_is_no_answer_is_an_error_and_never_an_empty_list() {
    let deep = format!(r#"{{"Instances":{}{}}}"#, "[".repeat(200), "]".repeat(200));
    for (what, body) in [
        ("nothing", String::new()),
        ("an empty object", "{}".to_owned()),
        ("HTML", "<!doctype html><title>Sign in</title>".to_owned()),
        ("XML", "<DescribeInstanceAttributeResponse/>".to_owned()),
        ("a list", "[]".to_owned()),
        (
            "a refusal that calls itself a success",
            r#"{"Code":"Throttling","RequestId":"x"}"#.to_owned(),
        ),
        (
            "half of it",
            String::from_utf8(fixture("DescribeInstanceAttribute/one")[..200].to_vec()).unwrap(),
        ),
        ("200 levels", deep),
        ("a key twice", r#"{"Instances":{"DBInstanceAttribute":[]},"Instances":{}}"#.to_owned()),
    ] {
        let server = Server::plays([Answer::new(200, body)]).await;
        let error = read(&client(&server)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Protocol, "{what}");
        assert_eq!(error.detail, Some(Detail::NotUnderstood), "{what}");
        assert!(!error.retryable, "{what}");
        assert_eq!(Unread::from(&error), Unread::Unreachable, "{what}");
        let server = Server::plays([Answer::new(200, "{}")]).await;
        assert!(client(&server).describe_security_ips(&region(), &instance()).await.is_err());
    }
}

#[tokio::test]
async fn an_answer_is_bounded_whatever_length_it_announces() {
    let large = vec![b' '; 2 * 1024 * 1024 + 1];
    let chunked = [
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n300000\r\n".to_vec(),
        vec![b' '; 0x30_0000],
        b"\r\n0\r\n\r\n".to_vec(),
    ]
    .concat();
    let acts: [Act; 3] =
        [Answer::new(200, large.clone()).into(), Answer::new(400, large).into(), Act::Raw(chunked)];
    for act in acts {
        let server = Server::plays([act]).await;
        let error = read(&client(&server)).await.unwrap_err();
        assert_eq!(error.detail, Some(Detail::TooLarge));
        assert_eq!(server.requests().len(), 1);
    }
    // Up to the bound it is read.
    let mut body = fixture("DescribeInstanceAttribute/one");
    body.resize(2 * 1024 * 1024, b' ');
    let server = Server::plays([Answer::new(200, body)]).await;
    read(&client(&server)).await.unwrap();
}

#[tokio::test]
async fn no_redirect_is_followed() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = Server::plays([ok("DescribeInstanceAttribute/one")]).await;
        let moved = Answer::new(status, "").with("location", elsewhere.url());
        let server = Server::plays([moved]).await;
        let error = read(&client(&server)).await.unwrap_err();
        assert_eq!((error.kind, error.detail), (ErrorKind::Protocol, Some(Detail::Redirected)));
        assert_eq!((server.requests().len(), elsewhere.connections()), (1, 0));
    }
}

#[tokio::test]
async fn waiting_has_an_end() {
    for act in [Act::Silence, Act::Drip] {
        let server = Server::plays([act]).await;
        let error = read(&client_with(&server, impatient(options()))).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::TimedOut);
        assert_eq!(Unread::from(&error), Unread::TimedOut);
    }
}

#[tokio::test]
async fn a_wrong_secret_is_told_from_a_rewritten_request() {
    let v1_echo = |request: &Request| {
        let signed: Vec<_> = request.form().into_iter().filter(|(n, _)| n != "Signature").collect();
        v1::string_to_sign("POST", &canonical_query(&signed))
    };
    let v3_echo = |request: &Request| {
        let authorization = request.header("authorization").unwrap();
        let names =
            authorization.split_once("SignedHeaders=").unwrap().1.split_once(',').unwrap().0;
        let signed: Vec<(&str, &str)> =
            names.split(';').map(|name| (name, request.header(name).unwrap())).collect();
        let hash = acs3::payload_hash(request.body.as_bytes());
        let headers = acs3::canonical_headers(&signed);
        acs3::string_to_sign(&acs3::canonical_request("POST", "/", "", &headers, &hash))
    };
    let mismatch = |echo: fn(&Request) -> String, suffix: &'static str| {
        Act::Compute(Box::new(move |request| {
            let message = format!(
                "Specified signature is not matched with our calculation. server string to sign is:{}{suffix}",
                echo(request)
            );
            let body = serde_json::json!({"Code": "SignatureDoesNotMatch", "Message": message, "RequestId": REQUEST_ID});
            Answer::new(400, body.to_string())
        }))
    };
    let server = Server::plays([mismatch(v1_echo, ""), mismatch(v1_echo, "%26x%3D1")]).await;
    let client1 = client(&server);
    let error = read(&client1).await.unwrap_err();
    assert_eq!((error.kind, error.wrong_secret()), (ErrorKind::Credential, true));
    let error = read(&client1).await.unwrap_err();
    assert_eq!((error.wrong_secret(), error.detail), (false, Some(Detail::Rewritten)));

    let server = Server::plays([mismatch(v3_echo, ""), mismatch(v3_echo, "0")]).await;
    let client3 = client_with(&server, v3(options()));
    assert!(read(&client3).await.unwrap_err().wrong_secret());
    assert_eq!(read(&client3).await.unwrap_err().detail, Some(Detail::Rewritten));
}

#[tokio::test]
async fn an_answer_about_another_instance_is_not_taken() {
    let server = Server::plays([
        ok("DescribeInstanceAttribute/one"),
        ok("DescribeInstanceAttribute/two-rows"),
        ok("DescribeInstanceAttribute/empty-list"),
    ])
    .await;
    let client = client(&server);
    let other = "r-wz9abc0000000002".parse().unwrap();
    for _ in 0..2 {
        let error = client.describe_instance_attribute(&region(), &other).await.unwrap_err();
        assert_eq!((error.kind, error.detail), (ErrorKind::Protocol, Some(Detail::OtherInstance)));
    }
    let error = client.describe_instance_attribute(&region(), &other).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert_eq!(Unread::from(&error), Unread::NotFound);
}

#[tokio::test]
async fn reads_keep_their_connection() {
    let server = Server::plays((0..20).map(|_| ok("DescribeInstanceAttribute/one"))).await;
    let client = client(&server);
    for _ in 0..20 {
        read(&client).await.unwrap();
    }
    assert_eq!(server.requests().len(), 20);
    assert!(server.connections() < 20, "{}", server.connections());
}

/// Runs [`a_read_succeeds`] in a process of its own, because the environment is one for all tests.
fn reads_with(environment: &[(&str, &str)]) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "reads::a_read_succeeds"])
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn a_proxy_of_the_environment_is_not_used() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let names =
        ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    reads_with(&names.map(|name| (name, proxy.as_str())));
}

#[test]
fn plain_http_to_this_machine_needs_no_certificates_of_the_system() {
    reads_with(&[("SSL_CERT_FILE", "/dev/null"), ("SSL_CERT_DIR", "/dev/null")]);
}
