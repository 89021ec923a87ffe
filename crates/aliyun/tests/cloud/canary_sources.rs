//! Planted secrets of every source of credentials come out nowhere, whatever goes wrong and when all goes right.

use std::error::Error as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aliyun::{
    AssumeRole, CliProfile, CredentialProvider, CredentialsFile, DefaultChain, EcsRole, FixedKeys,
    Network, OidcRole, RetryPolicy, Role, Timeouts, UriKeys,
};
use domain::access::Access;
use tokio::task::JoinSet;

use crate::canary::{
    IN_A_URI, KEY_ID, METADATA_TOKEN, MakeAct, PLATFORM_TOKEN, SECRET, TOKEN, expect_no_canary,
    failures, log,
};
use crate::server::{Act, Answer, Server};
use crate::setup::{
    Hands, NOW, assumed, client_of, credential, handed_out, instance, network_options, region,
};

/// Files and variables with canaries in every place that can hold a secret.
struct Planted {
    folder: tempfile::TempDir,
    network: Network,
    uri: String,
}

type Make = fn(&Planted) -> Arc<dyn CredentialProvider>;

/// Each asks the server at least once.
fn sources() -> Vec<(&'static str, Make)> {
    vec![
        ("assume-role", |planted| {
            let keys = Arc::new(FixedKeys::new(credential()));
            Arc::new(AssumeRole::new(keys, role(), &planted.network))
        }),
        ("oidc-role", |planted| {
            Arc::new(OidcRole::new(role(), "acs:p", planted.path("token"), &planted.network))
        }),
        ("ecs-role", |planted| Arc::new(EcsRole::new(None, &planted.network))),
        ("credentials-uri", |planted| {
            Arc::new(UriKeys::new(planted.uri.parse().unwrap(), &planted.network))
        }),
        ("profile: role", |planted| planted.profile("role")),
        ("profile: chain", |planted| planted.profile("chain")),
        ("profile: oidc", |planted| planted.profile("oidc")),
        ("profile: uri", |planted| planted.profile("uri")),
        ("profile: ecs", |planted| planted.profile("ecs")),
        ("file: role", |planted| planted.section("role")),
        ("file: oidc", |planted| planted.section("oidc")),
        ("chain", |planted| {
            let (token, uri) = (planted.path("token"), planted.uri.clone());
            let lookup = move |name: &str| match name {
                "ALIBABA_CLOUD_ROLE_ARN" => Some("acs:ram::1:role/a".to_owned()),
                "ALIBABA_CLOUD_OIDC_PROVIDER_ARN" => Some("acs:p".to_owned()),
                "ALIBABA_CLOUD_OIDC_TOKEN_FILE" => Some(token.display().to_string()),
                "ALIBABA_CLOUD_CREDENTIALS_URI" => Some(uri.clone()),
                _ => None,
            };
            Arc::new(DefaultChain::new(lookup, &planted.network))
        }),
    ]
}

fn role() -> Role {
    let mut role = Role::new("acs:ram::1:role/a".parse().unwrap());
    role.session_name = Some("portal".parse().unwrap());
    role
}

impl Planted {
    fn new(server: &Server) -> Self {
        let mut options = network_options(server, &Hands::at(NOW));
        options.retry = RetryPolicy::NEVER;
        options.timeouts =
            Timeouts { connect: Duration::from_millis(900), total: Duration::from_millis(1200) };
        let uri = format!("{}/{IN_A_URI}?token={IN_A_URI}", server.url());
        let planted = Self {
            folder: tempfile::tempdir().unwrap(),
            network: Network::new(options).unwrap(),
            uri: uri.clone(),
        };
        let token = planted.path("token").display().to_string();
        std::fs::write(planted.path("token"), PLATFORM_TOKEN).unwrap();
        let keys = format!(r#""access_key_id":"{KEY_ID}","access_key_secret":"{SECRET}""#);
        let role = r#""ram_role_arn":"acs:ram::1:role/a""#;
        std::fs::write(
            planted.path("config.json"),
            format!(
                r#"{{"profiles":[
                {{"name":"role","mode":"RamRoleArn",{keys},{role}}},
                {{"name":"chain","mode":"ChainableRamRoleArn","source_profile":"role",{role}}},
                {{"name":"oidc","mode":"OIDC",{role},"oidc_provider_arn":"acs:p","oidc_token_file":"{token}"}},
                {{"name":"uri","mode":"CredentialsURI","credentials_uri":"{uri}"}},
                {{"name":"ecs","mode":"EcsRamRole"}}]}}"#
            ),
        )
        .unwrap();
        std::fs::write(
            planted.path("credentials.ini"),
            format!(
                "[role]\ntype=ram_role_arn\naccess_key_id={KEY_ID}\naccess_key_secret={SECRET}\nrole_arn=acs:ram::1:role/a\n\
                 [oidc]\ntype=oidc_role_arn\nrole_arn=acs:ram::1:role/a\noidc_provider_arn=acs:p\noidc_token_file_path={token}\n"
            ),
        )
        .unwrap();
        planted
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn profile(&self, name: &str) -> Arc<dyn CredentialProvider> {
        let profile = CliProfile::new(self.path("config.json"), Some(name.to_owned()));
        Arc::new(profile.with_network(&self.network))
    }

    fn section(&self, name: &str) -> Arc<dyn CredentialProvider> {
        let path = self.path("credentials.ini");
        Arc::new(CredentialsFile::new(path, Some(name.to_owned()), &self.network))
    }
}

/// All that can be shown of asking for a credential, and of a read and a write that need one.
async fn shown(server: &Server, source: Arc<dyn CredentialProvider>) -> String {
    let mut shown = vec![format!("{:?}", source.credential().await)];
    if let Err(error) = source.credential().await {
        shown.push(format!("{error} {error:?} {error:#?}"));
    }
    let client = client_of(server, &Hands::at(NOW), source);
    shown.push(format!("{client:?} {:?}", client.credential_summary().await));
    if let Err(error) = client.get_caller_identity().await {
        shown.push(format!("{error} {error:?} {error:#?}"));
        let mut cause = error.source();
        while let Some(error) = cause {
            shown.push(format!("{error} {error:?}"));
            cause = error.source();
        }
    }
    let acting = "lin.wei".parse().unwrap();
    let prepared = client
        .prepare_modify_vpc_auth_mode_as(
            &region(),
            &instance(),
            Access::PasswordFree,
            Some(&acting),
        )
        .await;
    shown.push(format!("{prepared:?} {prepared:#?}"));
    shown.join("\n")
}

async fn fail(
    source: &'static str,
    make: Make,
    what: &'static str,
    act: MakeAct,
) -> (Server, String, String) {
    let server = Server::plays((0..12).map(|_| act())).await;
    let planted = Planted::new(&server);
    let shown = shown(&server, make(&planted)).await;
    assert!(!server.requests().is_empty(), "{source}: {what}");
    (server, format!("{source}: {what}"), shown)
}

#[tokio::test]
async fn no_source_shows_a_secret_when_it_fails() {
    let log = log();
    let mut cases = JoinSet::new();
    for (source, make) in sources() {
        for (what, act) in failures() {
            cases.spawn(fail(source, make, what, act));
        }
    }
    let cases = cases.join_all().await;
    let log = log.text();
    for (server, what, shown) in cases {
        expect_no_canary(&shown, &server, &what);
        expect_no_canary(&log, &server, "the log");
    }
}

#[tokio::test]
async fn no_source_shows_a_secret_when_it_succeeds() {
    let log = log();
    for (source, make) in sources() {
        let answers = (0..20).map(|_| {
            Act::Compute(Box::new(|request| match request.line.split(' ').nth(1).unwrap() {
                "/" => match request.param("Action").as_deref() {
                    Some("GetCallerIdentity") => crate::setup::ok("GetCallerIdentity/ram-user"),
                    _ => assumed(KEY_ID),
                },
                "/latest/api/token" => Answer::new(200, METADATA_TOKEN),
                path if path.ends_with("security-credentials/") => Answer::new(200, "ops"),
                _ => handed_out(KEY_ID),
            }))
        });
        let server = Server::plays(answers).await;
        let planted = Planted::new(&server);
        let shown = shown(&server, make(&planted)).await;
        assert!(shown.contains("Prepared {"), "{source}: {shown}");
        assert!(shown.contains(r#"security_token: Some("***")"#), "{source}: {shown}");
        expect_no_canary(&shown, &server, source);
        expect_no_canary(&log.text(), &server, "the log");
        // They were really there to be shown.
        let sent = format!("{:?}", server.requests());
        assert!([KEY_ID, TOKEN].iter().any(|secret| sent.contains(secret)), "{source}: {sent}");
    }
}

#[test]
fn files_that_cannot_be_read_are_not_repeated() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let shown = runtime.block_on(async {
        let server = Server::plays([Answer::new(500, "")]).await;
        let planted = Planted::new(&server);
        let mut shown = Vec::new();
        for text in [
            format!(
                "{{\"profiles\":[{{\"name\":\"role\",\"access_key_secret\":[\"{SECRET}\"]}}]}}"
            ),
            SECRET.to_owned(),
            format!("[role\n{SECRET} = {TOKEN}"),
            format!("[role]\n{SECRET}\n{TOKEN}"),
            format!("[role]\ntype = {SECRET}\0"),
        ] {
            std::fs::write(planted.path("config.json"), &text).unwrap();
            std::fs::write(planted.path("credentials.ini"), &text).unwrap();
            for source in [planted.profile("role"), planted.section("role")] {
                shown.push(format!("{:?}", source.credential().await.unwrap_err()));
            }
        }
        std::fs::write(planted.path("token"), format!("{PLATFORM_TOKEN}\n\n{SECRET}")).unwrap();
        let source = OidcRole::new(role(), "acs:p", planted.path("token"), &planted.network);
        shown.push(format!("{:?} {source:?}", source.credential().await.unwrap_err()));
        shown
    });
    let shown = shown.join("\n");
    // The type of a section is named on purpose: it says what to write instead.
    let shown = shown.replace(&format!("mode: {:?}", format!("{SECRET}\0")), "");
    for canary in [SECRET, TOKEN, PLATFORM_TOKEN] {
        assert!(!shown.contains(canary), "{shown}");
    }
}
