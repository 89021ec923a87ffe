//! Keys that are handed out without a signature: by the metadata service of ECS and by a credentials URI.

use std::time::Duration;

use aliyun::{
    CredentialError, CredentialProvider, CredentialsUri, Detail, EcsRole, ErrorKind, Network,
    UriKeys,
};

use crate::server::{Act, Answer, Server};
use crate::setup::{Hands, NOW, handed_out, network, network_options};

const TOKEN_PATH: &str = "/latest/api/token";
const ROLES: &str = "/latest/meta-data/ram/security-credentials/";

fn failure(error: &CredentialError) -> (ErrorKind, Option<Detail>, Option<u16>) {
    match error {
        CredentialError::NotFetched { failure, .. } => {
            (failure.kind, failure.detail, failure.http_status)
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_metadata_service_is_asked_with_a_token_of_its_own() {
    let server = Server::plays([
        Answer::new(200, "metadata-token"),
        Answer::new(200, "portal-role\n"),
        handed_out("STS.ecs"),
    ])
    .await;
    let source = EcsRole::new(None, &network(&server));
    for _ in 0..3 {
        let credential = source.credential().await.unwrap();
        assert_eq!(credential.source(), "ecs-role");
        assert_eq!(credential.expires_at(), Some(NOW.plus(Duration::from_hours(1))));
    }
    let lines = server.lines();
    assert_eq!(
        lines,
        [format!("PUT {TOKEN_PATH}"), format!("GET {ROLES}"), format!("GET {ROLES}portal-role")]
    );
    let requests = server.requests();
    assert_eq!(requests[0].header("x-aliyun-ecs-metadata-token-ttl-seconds"), Some("21600"));
    assert_eq!(requests[0].header("content-length"), Some("0"));
    for request in &requests[1..] {
        assert_eq!(request.header("x-aliyun-ecs-metadata-token"), Some("metadata-token"));
        assert_eq!(request.header("content-length"), None);
    }
}

#[tokio::test]
async fn a_role_that_is_named_is_not_asked_for() {
    let server = Server::plays([Answer::new(200, "t"), handed_out("STS.ecs")]).await;
    let source = EcsRole::new(Some("ops".to_owned()), &network(&server));
    source.credential().await.unwrap();
    assert_eq!(server.lines()[1], format!("GET {ROLES}ops"));
}

#[tokio::test]
async fn version_1_is_spoken_only_where_it_is_allowed() {
    let no_tokens: [fn() -> Act; 2] = [|| Answer::new(404, "").into(), || Act::Reset];
    for no_token in no_tokens {
        let role = || Answer::new(200, "ops").into();
        let server = Server::plays([no_token(), role(), handed_out("STS.v1").into()]).await;
        EcsRole::new(None, &network(&server)).credential().await.unwrap();
        let with_token = |name| server.requests().iter().any(|r| r.header(name).is_some());
        assert!(!with_token("x-aliyun-ecs-metadata-token"));

        let server = Server::plays([no_token(), role(), handed_out("STS.v1").into()]).await;
        EcsRole::without_v1(None, &network(&server)).credential().await.unwrap_err();
        assert_eq!(server.lines(), [format!("PUT {TOKEN_PATH}")]);
    }
}

#[tokio::test]
async fn with_a_token_there_is_no_way_back_to_version_1() {
    let server = Server::plays([Answer::new(200, "t"), Answer::new(403, "")]).await;
    let error = EcsRole::new(None, &network(&server)).credential().await.unwrap_err();
    assert_eq!(failure(&error), (ErrorKind::Refused, None, Some(403)));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn where_nobody_answers_only_one_second_is_lost_and_version_1_is_not_tried() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let server = Server::plays([Answer::new(200, "not asked")]).await;
    let mut options = network_options(&server, &Hands::at(NOW));
    options.ecs_metadata = Some(format!("http://{address}").parse().unwrap());
    let network = Network::new(options).unwrap();
    let error = EcsRole::new(None, &network).credential().await.unwrap_err();
    assert_eq!(failure(&error), (ErrorKind::Transport, Some(Detail::NotConnected), None));
    assert!(error.is_passing());
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_is_no_role() {
    for name in ["../../user-data", "a/b", "a?b", "", "a b", "<html>", "..", &"x".repeat(65)] {
        let server = Server::plays([Answer::new(200, "t"), Answer::new(200, name)]).await;
        let error = EcsRole::new(None, &network(&server)).credential().await.unwrap_err();
        assert_eq!(error, CredentialError::Malformed("role name"), "{name:?}");
        assert_eq!(server.requests().len(), 2, "{name:?}");
    }
}

fn uri(server: &Server, path: &str) -> CredentialsUri {
    format!("{}{path}", server.url()).parse().unwrap()
}

#[tokio::test]
async fn a_credentials_uri_is_asked_as_it_stands() {
    let server = Server::plays([handed_out("STS.uri")]).await;
    let source = UriKeys::new(uri(&server, "/keys/a?of=portal"), &network(&server));
    for _ in 0..3 {
        assert_eq!(source.credential().await.unwrap().source(), "credentials-uri");
    }
    assert_eq!(server.lines(), ["GET /keys/a?of=portal"]);
}

#[tokio::test]
async fn whatever_is_no_key_is_refused() {
    let refused = (ErrorKind::Refused, None, None);
    let not_understood = (ErrorKind::Protocol, Some(Detail::NotUnderstood), Some(200));
    let cases: [(Answer, _); 6] = [
        (Answer::new(200, r#"{"Code":"RoleNotFound"}"#), refused),
        (Answer::new(200, r#"{"AccessKeyId":"a"}"#), refused),
        (Answer::new(200, "<html>"), not_understood),
        (Answer::new(404, ""), (ErrorKind::Protocol, Some(Detail::NotUnderstood), Some(404))),
        (Answer::new(500, ""), (ErrorKind::Unavailable, None, Some(500))),
        (
            Answer::new(302, "").with("location", "http://127.0.0.1:9/"),
            (ErrorKind::Protocol, Some(Detail::Redirected), Some(302)),
        ),
    ];
    for (answer, expected) in cases {
        let server = Server::plays([answer]).await;
        let source = UriKeys::new(uri(&server, "/"), &network(&server));
        assert_eq!(failure(&source.credential().await.unwrap_err()), expected);
        assert_eq!(server.requests().len(), 1);
    }
    let server = Server::plays([Answer::new(200, r#"{"Code":"Success","AccessKeyId":"a"}"#)]).await;
    let source = UriKeys::new(uri(&server, "/"), &network(&server));
    let error = source.credential().await.unwrap_err();
    assert_eq!(error, CredentialError::Malformed("access key secret"));
}
