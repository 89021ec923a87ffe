//! The default chain: its order, its switches, and that it does not become somebody else when the network hiccups.

use std::collections::HashMap;
use std::sync::Arc;

use aliyun::{CredentialError, CredentialProvider, DefaultChain, Network};

use crate::server::{Act, Answer, Server};
use crate::setup::{Hands, NOW, assumed, handed_out, network_options, refusal};

type Variables = HashMap<String, String>;

/// A home in which every source of the chain has a key, in the order of the chain.
struct Home {
    folder: tempfile::TempDir,
    variables: Variables,
}

const CLI_PROFILE: &str = r#"{"current":"a","profiles":[
    {"name":"a","mode":"AK","access_key_id":"from-cli","access_key_secret":"s"},
    {"name":"b","mode":"AK","access_key_id":"from-cli-b","access_key_secret":"s"}]}"#;
const CREDENTIALS_FILE: &str = "[default]\ntype=access_key\naccess_key_id=from-file\naccess_key_secret=s\n\
    [b]\ntype=access_key\naccess_key_id=from-file-b\naccess_key_secret=s\n";

impl Home {
    fn new(server: &Server) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write(".aliyun/config.json", CLI_PROFILE);
        write(".alibabacloud/credentials.ini", CREDENTIALS_FILE);
        write("token", "e.y.J");
        let home = folder.path().to_str().unwrap();
        let token = format!("{home}/token");
        let uri = format!("{}/uri", server.url());
        let variables = [
            ("HOME", home),
            ("ALIBABA_CLOUD_ACCESS_KEY_ID", "from-environment"),
            ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "s"),
            ("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1:role/pod"),
            ("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1:oidc-provider/k8s"),
            ("ALIBABA_CLOUD_OIDC_TOKEN_FILE", &token),
            ("ALIBABA_CLOUD_ROLE_SESSION_NAME", "pod 7"),
            ("ALIBABA_CLOUD_ECS_METADATA", "ops"),
            ("ALIBABA_CLOUD_CREDENTIALS_URI", &uri),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Self { folder, variables }
    }

    fn without(mut self, names: &[&str]) -> Self {
        for name in names {
            self.variables.remove(*name).unwrap();
        }
        self
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    fn without_file(self, path: &str) -> Self {
        std::fs::remove_file(self.folder.path().join(path)).unwrap();
        self
    }

    fn chain(&self, server: &Server) -> DefaultChain {
        let variables = Arc::new(self.variables.clone());
        let network = Network::new(network_options(server, &Hands::at(NOW))).unwrap();
        DefaultChain::new(move |name: &str| variables.get(name).cloned(), &network)
    }
}

const ENVIRONMENT: &[&str] = &["ALIBABA_CLOUD_ACCESS_KEY_ID"];
const OIDC: &[&str] = &["ALIBABA_CLOUD_OIDC_TOKEN_FILE"];

/// Answers each of the things that the chain can ask for, whenever it does.
fn cloud() -> Vec<Act> {
    let answer = |_| {
        Act::Compute(Box::new(|request| match request.line.split(' ').nth(1).unwrap() {
            "/" => assumed("from-oidc"),
            "/latest/api/token" => Answer::new(200, "t"),
            "/uri" => handed_out("from-uri"),
            _ => handed_out("from-ecs"),
        }))
    };
    (0..9).map(answer).collect()
}

async fn id(chain: &DefaultChain) -> String {
    // The only way a key id is seen is in a request, so the source says who it was.
    chain.credential().await.unwrap().source().to_owned()
}

#[tokio::test]
async fn the_first_source_that_has_a_key_is_taken() {
    type Change = fn(Home) -> Home;
    let cases: [(&str, Change); 6] = [
        ("environment", |home| home),
        ("oidc-role", |home| home.without(ENVIRONMENT)),
        ("cli-profile: keys", |home| home.without(ENVIRONMENT).without(OIDC)),
        ("credentials-file: keys", |home| {
            home.without(ENVIRONMENT).without(OIDC).without_file(".aliyun/config.json")
        }),
        ("ecs-role", |home| {
            home.without(ENVIRONMENT)
                .without(OIDC)
                .without_file(".aliyun/config.json")
                .without_file(".alibabacloud/credentials.ini")
        }),
        ("credentials-uri", |home| {
            home.without(ENVIRONMENT)
                .without(OIDC)
                .with("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "True")
                .without_file(".alibabacloud/credentials.ini")
                .with("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
        }),
    ];
    for (expected, change) in cases {
        let server = Server::plays(cloud()).await;
        let home = change(Home::new(&server));
        assert_eq!(id(&home.chain(&server)).await, expected);
    }
}

#[tokio::test]
async fn the_first_that_succeeded_is_asked_from_then_on() {
    let server = Server::plays(cloud()).await;
    let home = Home::new(&server).without(ENVIRONMENT).without(OIDC);
    let chain = home.chain(&server);
    assert_eq!(id(&chain).await, "cli-profile: keys");
    std::fs::remove_file(home.folder.path().join(".aliyun/config.json")).unwrap();
    let error = chain.credential().await.unwrap_err();
    assert!(matches!(error, CredentialError::Unreadable { .. }), "{error:?}");
}

#[tokio::test]
async fn the_profile_and_the_file_are_those_that_are_named() {
    let server = Server::plays(cloud()).await;
    let home = Home::new(&server).without(ENVIRONMENT).without(OIDC);
    let home = home.with("ALIBABA_CLOUD_PROFILE", "nobody");
    let elsewhere = home.folder.path().join("elsewhere.ini");
    std::fs::write(&elsewhere, CREDENTIALS_FILE.replace("[b]", "[nobody]")).unwrap();
    let path = elsewhere.to_str().unwrap();
    let home = home.with("ALIBABA_CLOUD_CREDENTIALS_FILE", path);
    assert_eq!(id(&home.chain(&server)).await, "credentials-file: keys");
}

#[tokio::test]
async fn a_session_has_the_name_that_the_environment_gives_it() {
    let server = Server::plays(cloud()).await;
    let home = Home::new(&server).without(ENVIRONMENT);
    home.chain(&server).credential().await.unwrap();
    let name = server.requests()[0].param("RoleSessionName").unwrap();
    assert!(name.starts_with("pod-7-"), "{name}");
}

#[tokio::test]
async fn a_source_that_cannot_be_reached_now_is_not_replaced_by_another() {
    let hiccups: [fn() -> Act; 3] = [
        || Act::Reset,
        || refusal(503, "ServiceUnavailable").into(),
        || refusal(400, "Throttling").into(),
    ];
    for hiccup in hiccups {
        let script = (0..4).map(|_| hiccup()).chain([assumed("from-oidc").into()]);
        let server = Server::plays(script).await;
        let home = Home::new(&server).without(ENVIRONMENT);
        let hands = Hands::at(NOW);
        let network = Network::new(network_options(&server, &hands)).unwrap();
        let variables = home.variables.clone();
        let chain = DefaultChain::new(move |name: &str| variables.get(name).cloned(), &network);
        let error = chain.credential().await.unwrap_err();
        assert!(error.is_passing(), "{error}");
        hands.turn(std::time::Duration::from_secs(30));
        assert_eq!(id(&chain).await, "oidc-role");
    }
}

#[tokio::test]
async fn a_source_that_refuses_gives_way_to_the_next() {
    let server = Server::plays([refusal(403, "NoPermission")]).await;
    let home = Home::new(&server).without(ENVIRONMENT);
    assert_eq!(id(&home.chain(&server)).await, "cli-profile: keys");
}

#[tokio::test]
async fn where_there_is_no_key_every_place_is_named_with_its_reason() {
    let server = Server::plays([Answer::new(404, ""), Answer::new(404, "")]).await;
    let variables: Variables = [("HOME".to_owned(), "/nonexistent".to_owned())].into();
    let home = Home { folder: tempfile::tempdir().unwrap(), variables };
    let error = home.chain(&server).credential().await.unwrap_err().to_string();
    for part in [
        "environment (ALIBABA_CLOUD_ACCESS_KEY_ID is not set)",
        "OIDC role (ALIBABA_CLOUD_ROLE_ARN is not set)",
        "command line profile (/nonexistent/.aliyun/config.json could not be read",
        "credentials file (/nonexistent/.alibabacloud/credentials.ini could not be read",
        "ECS RAM role (ECS metadata: the cloud refused (HTTP 404))",
        "credentials URI (ALIBABA_CLOUD_CREDENTIALS_URI is not set)",
    ] {
        assert!(error.contains(part), "{part:?} is not in {error}");
    }
}

#[tokio::test]
async fn version_1_of_the_metadata_service_can_be_switched_off() {
    let server = Server::plays([Answer::new(404, ""), handed_out("from-ecs")]).await;
    let home = Home::new(&server)
        .without(ENVIRONMENT)
        .without(OIDC)
        .without(&["ALIBABA_CLOUD_CREDENTIALS_URI"])
        .with("ALIBABA_CLOUD_IMDSV1_DISABLED", "true")
        .without_file(".aliyun/config.json")
        .without_file(".alibabacloud/credentials.ini");
    home.chain(&server).credential().await.unwrap_err();
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn only_variables_that_point_to_a_key_make_an_account() {
    let wanted = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        DefaultChain::is_wanted(move |name| {
            names.iter().any(|set| set == name).then(|| "x".to_owned())
        })
    };
    assert!(!wanted(&[]));
    assert!(!wanted(&["HOME", "ALIBABA_CLOUD_STS_REGION"]));
    assert!(!wanted(&["ALIBABA_CLOUD_ROLE_ARN", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN"]));
    for name in ["ACCESS_KEY_ID", "PROFILE", "CREDENTIALS_FILE", "ECS_METADATA", "CREDENTIALS_URI"]
    {
        assert!(wanted(&[&format!("ALIBABA_CLOUD_{name}")]), "{name}");
    }
    assert!(wanted(&[
        "ALIBABA_CLOUD_ROLE_ARN",
        "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
        "ALIBABA_CLOUD_OIDC_TOKEN_FILE"
    ]));
}
