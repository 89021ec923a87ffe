//! What is a key and what is none, of all that STS and those who hand out keys can answer.

use std::sync::Arc;
use std::time::Duration;

use aliyun::{
    AssumeRole, CredentialError, CredentialProvider, Detail, FixedKeys, OidcRole, Role, UriKeys,
};

use crate::server::{Answer, Server};
use crate::setup::{NOW, credential, fixtures, network};

fn role() -> Role {
    Role::new("acs:ram::1234567890123456:role/latchkey".parse().unwrap())
}

fn keys() -> Arc<FixedKeys> {
    Arc::new(FixedKeys::new(credential()))
}

#[tokio::test]
async fn every_answer_of_the_fixtures_is_a_key() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "e.y.J").unwrap();
    let mut count = 0;
    for folder in ["AssumeRole", "AssumeRoleWithOIDC", "SecurityCredentials"] {
        for entry in std::fs::read_dir(fixtures().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let body = std::fs::read(&path).unwrap();
            let server = Server::plays([Answer::new(200, body)]).await;
            let network = network(&server);
            let source: Arc<dyn CredentialProvider> = match folder {
                "AssumeRole" => Arc::new(AssumeRole::new(keys(), role(), &network)),
                "AssumeRoleWithOIDC" => {
                    Arc::new(OidcRole::new(role(), "acs:p", file.path(), &network))
                }
                _ => Arc::new(UriKeys::new(server.url().parse().unwrap(), &network)),
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
        let server = Server::plays([Answer::new(200, body)]).await;
        let source = AssumeRole::new(keys(), role(), &network(&server));
        let error = source.credential().await.unwrap_err();
        let CredentialError::NotFetched { failure, .. } = error else { panic!("{error:?}") };
        assert_eq!(failure.detail, Some(Detail::NotUnderstood), "{body}");
    }
}
