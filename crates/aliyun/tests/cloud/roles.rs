//! Roles: what is asked of STS, by whom, under which name, and what becomes of a refusal.

use std::sync::Arc;
use std::time::Duration;

use aliyun::{
    AssumeRole, CredentialError, CredentialProvider, Detail, ErrorKind, FixedKeys, Network,
    OidcRole, Role, SessionName,
};
use domain::access::Access;
use domain::call::SignatureScheme;

use crate::canary::{KEY_ID, TOKEN};
use crate::server::{Act, Request, Server};
use crate::setup::{
    Hands, NOW, REQUEST_ID, assumed, client_of, credential, instance, network, network_options, ok,
    refusal, region,
};

const ARN: &str = "acs:ram::1234567890123456:role/latchkey";

fn role() -> Role {
    Role::new(ARN.parse().unwrap())
}

fn keys() -> Arc<FixedKeys> {
    Arc::new(FixedKeys::new(credential()))
}

fn name(text: &str) -> SessionName {
    text.parse().unwrap()
}

fn params<'a>(request: &Request, names: &'a [&str]) -> Vec<(&'a str, Option<String>)> {
    names.iter().map(|name| (*name, request.param(name))).collect()
}

#[tokio::test]
async fn a_role_is_assumed_by_a_signed_form_and_its_session_is_kept() {
    let server = Server::plays([assumed("STS.one")]).await;
    let mut role = role();
    role.policy = Some(r#"{"Version":"1"}"#.to_owned());
    role.external_id = Some("acme/1".to_owned());
    role.duration = Duration::from_mins(30);
    let source = AssumeRole::new(keys(), role, &network(&server));
    for _ in 0..3 {
        let credential = source.credential().await.unwrap();
        assert!(credential.is_temporary());
        assert_eq!(credential.expires_at(), Some(NOW.plus(Duration::from_hours(1))));
        assert_eq!(credential.session_name().unwrap().as_str(), "latchkey");
        assert_eq!(credential.source(), "keys → assume-role");
    }
    let requests = server.requests();
    let [request] = &requests[..] else { panic!("{requests:?}") };
    assert_eq!(request.line, "POST / HTTP/1.1");
    for (name, value) in [
        ("Action", "AssumeRole"),
        ("Version", "2015-04-01"),
        ("Format", "JSON"),
        ("RoleArn", ARN),
        ("RoleSessionName", "latchkey"),
        ("DurationSeconds", "1800"),
        ("Policy", r#"{"Version":"1"}"#),
        ("ExternalId", "acme/1"),
        ("AccessKeyId", KEY_ID),
        ("SecurityToken", TOKEN),
        ("SignatureMethod", "HMAC-SHA1"),
    ] {
        assert_eq!(request.param(name).as_deref(), Some(value), "{name}");
    }
    assert!(request.param("Signature").is_some());
}

#[tokio::test]
async fn an_account_that_signs_v3_does_so_at_sts_too() {
    let server = Server::plays([assumed("STS.one")]).await;
    let mut options = network_options(&server, &Hands::at(NOW));
    options.scheme = SignatureScheme::V3;
    let source = AssumeRole::new(keys(), role(), &Network::new(options).unwrap());
    source.credential().await.unwrap();
    let requests = server.requests();
    assert_eq!(requests[0].header("x-acs-action"), Some("AssumeRole"));
    assert_eq!(requests[0].header("x-acs-version"), Some("2015-04-01"));
    assert!(requests[0].header("authorization").unwrap().starts_with("ACS3-HMAC-SHA256 "));
}

#[tokio::test]
async fn a_role_assumed_from_a_role_is_signed_for_by_the_first() {
    let server = Server::plays([assumed("STS.outer"), assumed("STS.inner")]).await;
    let network = network(&server);
    let outer = AssumeRole::new(keys(), role(), &network);
    let inner = Role::new("acs:ram::2:role/inner".parse().unwrap());
    let source = AssumeRole::new(Arc::new(outer), inner, &network);
    let credential = source.credential().await.unwrap();
    assert_eq!(credential.source(), "keys → assume-role → assume-role");
    let signers: Vec<_> =
        server.requests().iter().map(|request| request.param("AccessKeyId").unwrap()).collect();
    assert_eq!(signers, [KEY_ID, "STS.outer"]);
}

#[tokio::test]
async fn a_token_of_the_platform_is_exchanged_without_a_signature_and_read_again_each_time() {
    let server = Server::plays([assumed("STS.one"), assumed("STS.two")]).await;
    let hands = Hands::at(NOW);
    let network = Network::new(network_options(&server, &hands)).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let provider = "acs:ram::1234567890123456:oidc-provider/k8s";
    let source = OidcRole::new(role(), provider, file.path(), &network);
    for (token, hours) in [("e.y.1", 0), ("e.y.2", 1)] {
        hands.set(NOW.plus(Duration::from_hours(hours)));
        std::fs::write(file.path(), format!("{token}\n")).unwrap();
        let credential = source.credential().await.unwrap();
        assert_eq!(credential.source(), "oidc-role");
    }
    let requests = server.requests();
    for (request, token) in requests.iter().zip(["e.y.1", "e.y.2"]) {
        assert_eq!(request.line, "POST / HTTP/1.1");
        assert_eq!(request.header("authorization"), None);
        let wanted = ["Action", "RoleArn", "OIDCProviderArn", "OIDCToken", "DurationSeconds"];
        let sent = params(request, &wanted).into_iter().map(|(_, value)| value.unwrap());
        let expected = ["AssumeRoleWithOIDC", ARN, provider, token, "3600"];
        assert!(sent.eq(expected), "{request:?}");
        let never = ["AccessKeyId", "Signature", "SecurityToken"];
        assert!(params(request, &never).iter().all(|(_, value)| value.is_none()), "{request:?}");
    }
    assert_eq!(requests.len(), 2);
}

#[tokio::test]
async fn a_write_is_signed_in_the_name_of_who_asked_for_it() {
    let accepted = || ok("ModifyInstanceVpcAuthMode/accepted");
    let server = Server::plays([
        assumed("STS.lin"),
        accepted(),
        assumed("STS.zhao"),
        accepted(),
        accepted(),
        assumed("STS.own"),
        accepted(),
    ])
    .await;
    let hands = Hands::at(NOW);
    let source = AssumeRole::new(keys(), role(), &network(&server));
    let client = client_of(&server, &hands, Arc::new(source));
    for acting in [Some("lin.wei"), Some("zhao.min"), Some("lin.wei"), None] {
        let acting = acting.map(name);
        let prepared = client
            .prepare_modify_vpc_auth_mode_as(
                &region(),
                &instance(),
                Access::PasswordFree,
                acting.as_ref(),
            )
            .await
            .unwrap();
        let expected = acting.as_ref().map_or("latchkey", SessionName::as_str);
        assert_eq!(prepared.session_name().unwrap().as_str(), expected);
        client.send(prepared).await;
    }
    let seen: Vec<_> = server
        .requests()
        .iter()
        .map(|request| match request.param("RoleSessionName") {
            Some(name) => format!("{name} for {}", request.param("DurationSeconds").unwrap()),
            None => request.param("AccessKeyId").unwrap(),
        })
        .collect();
    assert_eq!(
        seen,
        [
            "lin.wei for 900",
            "STS.lin",
            "zhao.min for 900",
            "STS.zhao",
            "STS.lin",
            "latchkey for 3600",
            "STS.own"
        ]
    );
}

#[tokio::test]
async fn a_key_without_a_role_leaves_the_name_aside_and_says_so() {
    let server = Server::plays([ok("ModifyInstanceVpcAuthMode/accepted")]).await;
    let client = client_of(&server, &Hands::at(NOW), keys());
    let acting = name("lin.wei");
    let prepared = client
        .prepare_modify_vpc_auth_mode_as(
            &region(),
            &instance(),
            Access::PasswordFree,
            Some(&acting),
        )
        .await
        .unwrap();
    assert_eq!(prepared.session_name(), None);
    client.send(prepared).await;
    assert_eq!(server.requests()[0].param("AccessKeyId").as_deref(), Some(KEY_ID));
}

#[tokio::test]
async fn only_the_last_few_people_have_a_session_kept() {
    let answers = (0..40).map(|n| assumed(&format!("STS.{n}")));
    let server = Server::plays(answers).await;
    let source = AssumeRole::new(keys(), role(), &network(&server));
    for person in 0..12 {
        source.credential_as(&name(&format!("person-{person}"))).await.unwrap();
    }
    assert_eq!(server.requests().len(), 12);
    // The last eight are there, the first is not any more.
    for person in 4..12 {
        source.credential_as(&name(&format!("person-{person}"))).await.unwrap();
    }
    assert_eq!(server.requests().len(), 12);
    source.credential_as(&name("person-0")).await.unwrap();
    assert_eq!(server.requests().len(), 13);
}

#[tokio::test]
async fn a_refusal_by_sts_is_a_matter_of_the_credential_with_the_code_of_sts() {
    for (status, code) in [
        (403, "NoPermission"),
        (404, "EntityNotExist.Role"),
        (400, "InvalidParameter.DurationSeconds"),
        (404, "InvalidAccessKeyId.NotFound"),
    ] {
        let server = Server::plays([refusal(status, code)]).await;
        let source = AssumeRole::new(keys(), role(), &network(&server));
        let client = client_of(&server, &Hands::at(NOW), Arc::new(source));
        let error = client.get_caller_identity().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Credential, "{code}");
        assert_eq!(error.detail, Some(Detail::FetchingCredential), "{code}");
        assert_eq!(error.code.as_ref().unwrap().as_str(), code);
        assert_eq!(error.request_id.as_ref().unwrap().as_str(), REQUEST_ID);
        assert!(!error.retryable);
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.starts_with("AssumeRole: ") && cause.contains(code), "{cause}");
        // And nobody hammers on whoever has just refused.
        client.get_caller_identity().await.unwrap_err();
        assert_eq!(server.requests().len(), 1, "{code}");
    }
}

#[tokio::test]
async fn a_network_that_fails_is_a_matter_of_the_network() {
    type Answers = fn() -> Act;
    let cases: [(ErrorKind, Answers); 3] = [
        (ErrorKind::Throttled, || refusal(400, "Throttling.User").into()),
        (ErrorKind::Unavailable, || refusal(503, "ServiceUnavailable").into()),
        (ErrorKind::Transport, || Act::Reset),
    ];
    for (kind, answer) in cases {
        let server = Server::plays((0..9).map(|_| answer())).await;
        let source = AssumeRole::new(keys(), role(), &network(&server));
        let client = client_of(&server, &Hands::at(NOW), Arc::new(source));
        let error = client.get_caller_identity().await.unwrap_err();
        assert_eq!((error.kind, error.detail), (kind, Some(Detail::FetchingCredential)));
        // Four tries at STS, and the call itself is not tried four times on top.
        assert_eq!(server.requests().len(), 4, "{kind:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_base_comes_through_as_it_is() {
    let server = Server::plays([refusal(500, "never asked")]).await;
    let base = Arc::new(aliyun::Environment::new(|_| None));
    let source = AssumeRole::new(base, role(), &network(&server));
    let error = source.credential().await.unwrap_err();
    assert_eq!(error, CredentialError::NotSet("ALIBABA_CLOUD_ACCESS_KEY_ID"));
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn half_a_key_is_none() {
    for body in [
        "{}",
        r#"{"Credentials":{}}"#,
        r#"{"Credentials":{"AccessKeyId":"a","AccessKeySecret":"s","SecurityToken":"t"}}"#,
        r#"{"Credentials":{"AccessKeyId":"a","AccessKeySecret":"s","SecurityToken":"","Expiration":"2024-05-06T08:08:09Z"}}"#,
        r#"{"Credentials":{"AccessKeyId":"a","AccessKeySecret":"s","SecurityToken":"t","Expiration":"soon"}}"#,
        r#"{"Credentials":{"AccessKeyId":1,"AccessKeySecret":"s","SecurityToken":"t","Expiration":"2024-05-06T08:08:09Z"}}"#,
    ] {
        let server = Server::plays([crate::server::Answer::new(200, body)]).await;
        let source = AssumeRole::new(keys(), role(), &network(&server));
        let error = source.credential().await.unwrap_err();
        let CredentialError::NotFetched { failure, .. } = error else { panic!("{error:?}") };
        assert_eq!(failure.detail, Some(Detail::NotUnderstood), "{body}");
    }
}

#[tokio::test]
async fn every_answer_of_the_fixtures_is_a_key() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "e.y.J").unwrap();
    let mut count = 0;
    for folder in ["AssumeRole", "AssumeRoleWithOIDC", "SecurityCredentials"] {
        for entry in std::fs::read_dir(crate::setup::fixtures().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let body = std::fs::read(&path).unwrap();
            let server = Server::plays([crate::server::Answer::new(200, body)]).await;
            let network = network(&server);
            let source: Arc<dyn CredentialProvider> = match folder {
                "AssumeRole" => Arc::new(AssumeRole::new(keys(), role(), &network)),
                "AssumeRoleWithOIDC" => {
                    Arc::new(OidcRole::new(role(), "acs:p", file.path(), &network))
                }
                _ => Arc::new(aliyun::UriKeys::new(server.url().parse().unwrap(), &network)),
            };
            let credential = source.credential().await.unwrap();
            assert_eq!(
                credential.expires_at(),
                Some(NOW.plus(Duration::from_hours(1))),
                "{path:?}"
            );
            count += 1;
        }
    }
    assert!(count >= 6, "{count}");
}
