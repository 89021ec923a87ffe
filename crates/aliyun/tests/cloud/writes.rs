//! The one write: every row of the classification, each provoked on a real socket, and never a second request.

use std::net::TcpListener;

use aliyun::{ErrorKind, Prepared};
use domain::access::Access;
use domain::call::REDACTED;
use domain::change::{Observation, Unclear};

use crate::server::{Act, Answer, Server};
use crate::setup::{
    Hands, NOW, REQUEST_ID, client, client_with, fixture, impatient, instance, ok, options,
    options_at, refusal, region, v3,
};

async fn prepare(client: &aliyun::Client) -> Prepared {
    client.prepare_modify_vpc_auth_mode(&region(), &instance(), Access::PasswordFree).await.unwrap()
}

async fn attempt(client: &aliyun::Client) -> Observation {
    client.send(prepare(client).await).await
}

fn unclear(why: Unclear, status: Option<u16>, request_id: Option<&str>) -> Observation {
    let request_id = request_id.map(|id| id.parse().unwrap());
    Observation::Unclear { why, status, request_id }
}

const NOT_SENT: Observation = Observation::NotSent { certificate: false };

/// A row of the table: what it is, what the server does, what may be concluded.
type Row = (&'static str, Act, Observation);

async fn expect(rows: Vec<Row>) {
    for (what, act, expected) in rows {
        let server = Server::plays([act, ok("ModifyInstanceVpcAuthMode/accepted").into()]).await;
        assert_eq!(attempt(&client(&server)).await, expected, "{what}");
        assert_eq!(server.requests().len(), 1, "{what}: sent again");
    }
}

#[tokio::test]
async fn a_200_with_a_request_id_is_accepted_and_no_other_2xx_is() {
    let id = "5D622714-AEDD-4609-9167-F5DDD3D10009";
    let accepted = Observation::Accepted { request_id: id.parse().unwrap() };
    let odd = |body: &str| Answer::new(200, body).into();
    let not_understood = || unclear(Unclear::NotUnderstood, Some(200), None);
    let created = Answer::new(202, fixture("ModifyInstanceVpcAuthMode/accepted")).into();
    expect(vec![
        ("as documented", ok("ModifyInstanceVpcAuthMode/accepted").into(), accepted),
        ("without a request id", odd("{}"), not_understood()),
        ("something else as request id", odd(r#"{"RequestId":"<b>"}"#), not_understood()),
        (
            "two of them",
            odd(r#"{"RequestId":"aaaaaaaa-1","RequestId":"aaaaaaaa-2"}"#),
            not_understood(),
        ),
        ("a page", odd("<html></html>"), not_understood()),
        (
            "XML",
            odd("<R><RequestId>5D622714-AEDD-4609-9167-F5DDD3D10009</RequestId></R>"),
            not_understood(),
        ),
        ("nothing", odd(""), not_understood()),
        ("too much", odd(&" ".repeat(3 << 20)), not_understood()),
        ("202", created, unclear(Unclear::NotUnderstood, Some(202), Some(id))),
    ])
    .await;
}

#[tokio::test]
async fn a_4xx_with_a_code_is_refused_but_for_a_used_nonce() {
    let id = || Some(REQUEST_ID.parse().unwrap());
    let throttled = |status, code: &'static str| {
        let observed =
            Observation::Throttled { code: code.parse().unwrap(), status, request_id: id() };
        (code, refusal(status, code).into(), observed)
    };
    let denied = |status, code: &'static str| {
        let observed =
            Observation::Denied { code: code.parse().unwrap(), status, request_id: id() };
        (code, refusal(status, code).into(), observed)
    };
    let used = unclear(Unclear::NonceUsed, Some(400), Some(REQUEST_ID));
    expect(vec![
        throttled(400, "Throttling.User"),
        throttled(403, "Throttling.Api"),
        throttled(429, "Rejected.Throttling"),
        denied(403, "Forbidden.RAM"),
        denied(403, "ParamNotSupportedForCurrentVersion"),
        denied(400, "IncorrectDBInstanceState"),
        denied(400, "SignatureDoesNotMatch"),
        denied(404, "InvalidInstanceId.NotFound"),
        denied(418, "Lunar.Eclipse"),
        ("a copy of it arrived before", refusal(400, "SignatureNonceUsed").into(), used),
    ])
    .await;
}

#[tokio::test]
async fn any_other_answer_is_unclear() {
    let no_code = Answer::new(403, fixture("errors/odd-without-code")).into();
    let no_code_id = Some("0B9377D9-C56B-5C2E-A8A4-ED01D6CC0903");
    let not_understood = |status| unclear(Unclear::NotUnderstood, Some(status), None);
    let server_error = |status, id| unclear(Unclear::ServerError, Some(status), id);
    let page = |status, body: &str| Answer::new(status, body).into();
    expect(vec![
        // It may have been the back end that was busy, with the work done.
        (
            "throttled with 503",
            refusal(503, "Throttling.User").into(),
            server_error(503, Some(REQUEST_ID)),
        ),
        (
            "500 with a code",
            refusal(500, "InternalError").into(),
            server_error(500, Some(REQUEST_ID)),
        ),
        ("502 with a page", page(502, "<html></html>"), server_error(502, None)),
        ("504 with nothing", page(504, ""), server_error(504, None)),
        ("4xx without a code", no_code, unclear(Unclear::NotUnderstood, Some(403), no_code_id)),
        ("4xx with a page", page(403, "<html>Blocked</html>"), not_understood(403)),
        ("4xx with nothing", page(408, ""), not_understood(408)),
        ("4xx with XML", page(400, "<Error><Code>Throttling</Code></Error>"), not_understood(400)),
    ])
    .await;
}

#[tokio::test]
async fn a_connection_that_breaks_is_unclear() {
    let raw = |text: &str| Act::Raw(text.as_bytes().to_vec());
    let lost = |status| unclear(Unclear::ConnectionLost, status, None);
    expect(vec![
        ("reset after the request", Act::Reset, lost(None)),
        ("an end without an answer", raw(""), lost(None)),
        ("half a head", raw("HTTP/1.1 200 OK\r\ncont"), lost(None)),
        (
            "half a body",
            raw("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"Request"),
            lost(Some(200)),
        ),
        (
            "half a refusal",
            raw("HTTP/1.1 400 X\r\ncontent-length: 99\r\n\r\n{\"Code\":\"Thr\""),
            lost(Some(400)),
        ),
        (
            "no HTTP",
            raw("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
            unclear(Unclear::NotUnderstood, None, None),
        ),
    ])
    .await;
}

#[tokio::test]
async fn every_refusal_among_the_fixtures_has_its_class() {
    let statuses: std::collections::BTreeMap<String, u16> =
        serde_json::from_slice(&fixture("error-statuses")).unwrap();
    for (name, status) in statuses {
        let server = Server::plays([Answer::new(status, fixture(&format!("errors/{name}")))]).await;
        let observed = attempt(&client(&server)).await;
        let class = match &observed {
            Observation::Throttled { .. } => "throttled",
            Observation::Denied { .. } => "denied",
            Observation::Unclear { .. } => "unclear",
            other => panic!("{name}: {other:?}"),
        };
        let expected = match name.as_str() {
            "SignatureNonceUsed" | "odd-without-code" => "unclear",
            _ if status >= 500 => "unclear",
            "odd-lower-case-keys" | "odd-without-recommend-and-host" => "throttled",
            name if name.contains("hrottl") => "throttled",
            _ => "denied",
        };
        assert_eq!(class, expected, "{name}: {observed:?}");
    }
}

#[tokio::test]
async fn redirects_are_unclear_and_never_followed() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = Server::plays([ok("ModifyInstanceVpcAuthMode/accepted")]).await;
        let server =
            Server::plays([Answer::new(status, "").with("location", elsewhere.url())]).await;
        assert_eq!(attempt(&client(&server)).await, unclear(Unclear::Redirect, Some(status), None));
        assert_eq!(elsewhere.connections(), 0);
    }
}

#[tokio::test]
async fn waiting_in_vain_is_unclear() {
    let server = Server::plays([Act::Silence]).await;
    let observed = attempt(&client_with(&server, impatient(options()))).await;
    assert_eq!(observed, unclear(Unclear::TimedOut, None, None));
    let server = Server::plays([Act::Drip]).await;
    let observed = attempt(&client_with(&server, impatient(options()))).await;
    assert!(
        matches!(observed, Observation::Unclear { why: Unclear::TimedOut, .. }),
        "{observed:?}"
    );
}

#[tokio::test]
async fn a_refused_connection_is_not_sent() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut options = options();
    options.endpoint = Some(format!("http://{}", nobody.local_addr().unwrap()).parse().unwrap());
    drop(nobody);
    let client = aliyun::Client::new(options).unwrap();
    assert_eq!(attempt(&client).await, NOT_SENT);
    let error = client.describe_instance_attribute(&region(), &instance()).await.unwrap_err();
    assert_eq!((error.kind, error.retryable), (ErrorKind::Transport, true));
}

#[tokio::test]
async fn a_write_never_shares_a_connection() {
    let server = Server::plays([
        ok("DescribeInstanceAttribute/one"),
        ok("ModifyInstanceVpcAuthMode/accepted"),
        ok("ModifyInstanceVpcAuthMode/accepted"),
    ])
    .await;
    let client = client(&server);
    client.describe_instance_attribute(&region(), &instance()).await.unwrap();
    assert_eq!(server.connections(), 1);
    for connections in [2, 3] {
        assert!(matches!(attempt(&client).await, Observation::Accepted { .. }));
        assert_eq!(server.connections(), connections);
    }
}

#[tokio::test]
async fn preparing_sends_nothing_and_shows_what_will_be_sent() {
    for scheme in [|o| o, v3] {
        let server = Server::plays([ok("ModifyInstanceVpcAuthMode/accepted")]).await;
        let client = client_with(&server, scheme(options()));
        let prepared = prepare(&client).await;
        assert_eq!(server.connections(), 0);
        let (call, nonce) = (prepared.call().clone(), prepared.nonce().clone());
        assert_eq!(prepared.signed_at(), NOW);
        client.send(prepared).await;

        let sent = &server.requests()[0];
        assert_eq!((call.method.as_str(), call.url), ("POST", format!("{}/", server.url())));
        let param = sent.param("SignatureNonce");
        let on_the_wire = param.as_deref().or(sent.header("x-acs-signature-nonce"));
        assert_eq!(on_the_wire, Some(nonce.as_str()));
        for (name, shown) in &call.headers {
            let real = sent.header(name).unwrap();
            assert!(shown == real || shown.contains(REDACTED), "{name}: {shown}");
        }
        let form = sent.form();
        assert_eq!(form.len(), call.form.len());
        for ((name, real), (shown_name, shown)) in form.iter().zip(&call.form) {
            assert_eq!(name, shown_name);
            assert!(shown == real || shown == REDACTED, "{name}: {shown}");
        }
    }
}

#[tokio::test]
async fn each_direction_sends_the_word_that_means_it() {
    for (access, word) in [(Access::PasswordRequired, "Open"), (Access::PasswordFree, "Close")] {
        let server = Server::plays([ok("ModifyInstanceVpcAuthMode/accepted")]).await;
        let client = client(&server);
        let prepared =
            client.prepare_modify_vpc_auth_mode(&region(), &instance(), access).await.unwrap();
        client.send(prepared).await;
        assert_eq!(server.requests()[0].param("VpcAuthMode").unwrap(), word);
    }
}

#[tokio::test]
async fn an_old_signature_is_not_sent() {
    for (age, sent) in
        [(0, true), (600, true), (601, false), (-600, true), (-601, false), (86_400, false)]
    {
        let hands = Hands::at(NOW);
        let server = Server::plays([ok("ModifyInstanceVpcAuthMode/accepted")]).await;
        let client = client_with(&server, options_at(&hands));
        let prepared = prepare(&client).await;
        hands.set(domain::time::Timestamp::from_secs(NOW.as_secs() + age));
        let observed = client.send(prepared).await;
        assert_eq!(matches!(observed, Observation::Accepted { .. }), sent, "{age} s");
        assert_eq!(observed == NOT_SENT, !sent, "{age} s");
        assert_eq!(server.connections(), usize::from(sent), "{age} s");
    }
}

#[tokio::test]
async fn without_a_credential_there_is_nothing_to_send() {
    use aliyun::{Credential, Environment, FixedKeys};
    let server = Server::plays([] as [Act; 0]).await;
    let mut none = options();
    none.credentials = std::sync::Arc::new(Environment::new(|_| None));
    let mut expired = options();
    let keys =
        Credential::new("id", "secret").unwrap().with_token("token").unwrap().expiring_at(NOW);
    expired.credentials = std::sync::Arc::new(FixedKeys::new(keys));
    for (options, cause) in [
        (none, "ALIBABA_CLOUD_ACCESS_KEY_ID is not set"),
        (expired, "the temporary credential has expired"),
    ] {
        let client = client_with(&server, options);
        let error = client
            .prepare_modify_vpc_auth_mode(&region(), &instance(), Access::PasswordFree)
            .await
            .unwrap_err();
        assert_eq!((error.kind, error.retryable), (ErrorKind::Credential, false));
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), cause);
        assert!(client.get_caller_identity().await.is_err());
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_client_that_cannot_work_is_not_made() {
    use std::time::Duration;

    use aliyun::{BuildClientError, Client};

    let mut silent = options();
    silent.user_agent = String::new();
    let mut injecting = options();
    injecting.user_agent = "a\r\nx-evil: 1".to_owned();
    let mut hasty = options();
    hasty.timeouts.connect = Duration::ZERO;
    let mut backwards = options();
    backwards.timeouts.total = backwards.timeouts.connect;
    for (options, why) in [
        (silent, BuildClientError::BadUserAgent),
        (injecting, BuildClientError::BadUserAgent),
        (hasty, BuildClientError::BadTimeouts),
        (backwards, BuildClientError::BadTimeouts),
    ] {
        assert_eq!(Client::new(options).err(), Some(why));
    }
}
