//! Every source of keys: what it brings is accepted, names itself in the cloud's ledger, and is renewed in time.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aliyun::{
    AssumeRole, CliProfile, Client, CredentialError, CredentialProvider, CredentialsFile,
    CredentialsUri, DefaultChain, Detail, EcsRole, ErrorKind, FixedKeys, Network, OidcRole,
    Resolver, Role, RootCertificates, SessionName, Sts, UriKeys,
};
use domain::access::Access;
use domain::call::SignatureScheme;
use domain::change::Observation;
use simulator::{Certificate, ManualClock, MetadataSettings, Simulator};

use crate::setup::{at, client_of, cloud, keys, network, network_options, options};

fn role(cloud: &Simulator, account: usize) -> Role {
    let arn = cloud.announcement()["accounts"][account]["role_arn"].as_str().unwrap().to_owned();
    Role::new(arn.parse().unwrap())
}

fn base(cloud: &Simulator) -> Arc<dyn CredentialProvider> {
    Arc::new(FixedKeys::new(keys(cloud)))
}

fn client(
    cloud: &Simulator,
    clock: &ManualClock,
    source: Arc<dyn CredentialProvider>,
    scheme: SignatureScheme,
) -> Client {
    let mut options = options(clock, keys(cloud));
    options.credentials = source;
    client_of(cloud, options, scheme)
}

/// `ROLE/SESSION in ACCOUNT` of whoever the cloud takes the credential for.
async fn who(client: &Client, cloud: &Simulator) -> String {
    let identity = client.get_caller_identity().await.unwrap().value;
    let account = cloud.accounts().iter().find(|one| one.uid == identity.account_id).unwrap();
    let (_, session) = identity.arn.split_once(":assumed-role/").unwrap();
    format!("{session} in {}", account.name)
}

/// A home with every kind of profile, and a token of the platform.
fn home(cloud: &Simulator) -> tempfile::TempDir {
    let (control, account) = (cloud.control(), &cloud.accounts()[0]);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let hour = Duration::from_hours(1);
    let pod = control.issue_platform_token(&account.name, "system:x", hour).unwrap();
    std::fs::write(path("token"), &pod.token).unwrap();
    let (token, provider) = (path("token").display().to_string(), &pod.provider_arn);
    let (id, secret) = (&account.access_key_id, &account.access_key_secret);
    let arns: Vec<String> = (0..2).map(|n| role(cloud, n).arn.to_string()).collect();
    let (here, there) = (&arns[0], &arns[1]);
    let uri = cloud.credentials_uri(&account.name).unwrap();
    let profiles = serde_json::json!({"profiles": [
        {"name": "role", "mode": "RamRoleArn", "access_key_id": id, "access_key_secret": secret,
         "ram_role_arn": here, "ram_session_name": "profile", "expired_seconds": 900},
        {"name": "chain", "mode": "ChainableRamRoleArn", "source_profile": "role", "ram_role_arn": there},
        {"name": "oidc", "mode": "OIDC", "ram_role_arn": here, "oidc_provider_arn": provider,
         "oidc_token_file": token, "ram_session_name": "pod"},
        {"name": "ecs", "mode": "EcsRamRole"},
        {"name": "uri", "mode": "CredentialsURI", "credentials_uri": uri},
    ]});
    std::fs::write(path("config.json"), profiles.to_string()).unwrap();
    let file = format!(
        "[role]\ntype = ram_role_arn\naccess_key_id = {id}\naccess_key_secret = {secret}\nrole_arn = {here}\n\
         role_session_name = file\n[oidc]\ntype = oidc_role_arn\nrole_arn = {here}\noidc_provider_arn = {provider}\n\
         oidc_token_file_path = {token}\n[ecs]\ntype = ecs_ram_role\nrole_name = latchkey\n"
    );
    std::fs::write(path("credentials.ini"), file).unwrap();
    folder
}

#[tokio::test]
async fn every_source_brings_a_key_that_the_cloud_accepts_by_both_schemes() {
    let (cloud, clock) = cloud().await;
    let home = home(&cloud);
    for scheme in SignatureScheme::ALL {
        let mut options = network_options(&cloud, &clock);
        options.scheme = *scheme;
        let network = Network::new(options).unwrap();
        let profile = |name: &str| -> Arc<dyn CredentialProvider> {
            let profile = CliProfile::new(home.path().join("config.json"), Some(name.to_owned()));
            Arc::new(profile.with_network(&network))
        };
        let section = |name: &str| -> Arc<dyn CredentialProvider> {
            let (path, name) = (home.path().join("credentials.ini"), Some(name.to_owned()));
            Arc::new(CredentialsFile::new(path, name, &network))
        };
        let assumed = |base, account| -> Arc<dyn CredentialProvider> {
            Arc::new(AssumeRole::new(base, role(&cloud, account), &network))
        };
        let provider = cloud.announcement()["accounts"][0]["oidc_provider_arn"].clone();
        let token = home.path().join("token");
        let oidc = OidcRole::new(role(&cloud, 0), provider.as_str().unwrap(), token, &network);
        let uri = cloud.credentials_uri("acme-platform").unwrap();
        let chain_uri = uri.clone();
        let lookup =
            move |name: &str| (name == "ALIBABA_CLOUD_CREDENTIALS_URI").then(|| chain_uri.clone());
        let uri: CredentialsUri = uri.parse().unwrap();
        let instance = "latchkey/i-bp1simulated000001 in acme-retail";
        for (source, expected) in [
            (assumed(base(&cloud), 0), "latchkey/latchkey in acme-retail"),
            (assumed(base(&cloud), 1), "latchkey/latchkey in acme-platform"),
            (assumed(profile("role"), 1), "latchkey/latchkey in acme-platform"),
            (Arc::new(oidc), "latchkey/latchkey in acme-retail"),
            (Arc::new(EcsRole::without_v1(None, &network)), instance),
            (Arc::new(EcsRole::new(Some("latchkey".to_owned()), &network)), instance),
            (Arc::new(UriKeys::new(uri, &network)), "latchkey/credentials-uri in acme-platform"),
            (profile("role"), "latchkey/profile in acme-retail"),
            (profile("chain"), "latchkey/latchkey in acme-platform"),
            (profile("oidc"), "latchkey/pod in acme-retail"),
            (profile("ecs"), instance),
            (profile("uri"), "latchkey/credentials-uri in acme-retail"),
            (section("role"), "latchkey/file in acme-retail"),
            (section("oidc"), "latchkey/latchkey in acme-retail"),
            (section("ecs"), instance),
            (Arc::new(DefaultChain::new(lookup, &network)), instance),
        ] {
            let client = client(&cloud, &clock, source, *scheme);
            assert_eq!(who(&client, &cloud).await, expected, "{scheme}");
        }
    }
}

#[tokio::test]
async fn the_ledger_of_the_cloud_names_whoever_asked_for_a_change() {
    let (cloud, clock) = cloud().await;
    for scheme in SignatureScheme::ALL {
        cloud.control().clear_ledger();
        let source = AssumeRole::new(base(&cloud), role(&cloud, 0), &network(&cloud, &clock));
        let client = client(&cloud, &clock, Arc::new(source), *scheme);
        let (region, id) = at("cn-hangzhou", "r-bp1ordersdev0001");
        for (person, access) in
            [("lin.wei", Access::PasswordFree), ("林 伟", Access::PasswordRequired)]
        {
            let acting = SessionName::of(person);
            let prepared = client
                .prepare_modify_vpc_auth_mode_as(&region, &id, access, Some(&acting))
                .await
                .unwrap();
            let observed = client.send(prepared).await;
            assert!(matches!(observed, Observation::Accepted { .. }), "{observed:?}");
            cloud.control().finish_all();
            let ledger = cloud.control().ledger();
            assert_eq!(ledger.last().unwrap().session.as_deref(), Some(acting.as_str()));
        }
        // Reads are the portal's own, and need a session of their own.
        assert_eq!(who(&client, &cloud).await, "latchkey/latchkey in acme-retail");
    }
}

#[tokio::test]
async fn a_session_is_renewed_before_it_ends_and_nobody_notices() {
    let (cloud, clock) = cloud().await;
    let source = AssumeRole::new(base(&cloud), role(&cloud, 0), &network(&cloud, &clock));
    let client = client(&cloud, &clock, Arc::new(source), SignatureScheme::V3);
    for _ in 0..30 {
        client.get_caller_identity().await.unwrap();
        clock.advance(Duration::from_mins(5));
    }
    // Two and a half hours, each session used for a good three quarters of an hour.
    let sessions = cloud.control().sessions().len();
    assert!((3..=4).contains(&sessions), "{sessions}");
}

#[tokio::test]
async fn a_token_that_ends_early_by_the_clouds_clock_is_replaced_within_the_read() {
    let (cloud, clock) = cloud().await;
    cloud.control().set_metadata(MetadataSettings { seconds: 600, ..MetadataSettings::default() });
    let source = EcsRole::new(None, &network(&cloud, &clock));
    let client = client(&cloud, &clock, Arc::new(source), SignatureScheme::V1);
    client.get_caller_identity().await.unwrap();
    // For us six minutes have passed, for the cloud sixteen.
    clock.advance(Duration::from_mins(6));
    cloud.control().shift_clock(600_000);
    client.get_caller_identity().await.unwrap();
    assert_eq!(cloud.control().sessions().len(), 2);
    let counters = cloud.control().counters();
    assert_eq!((counters[0].calls, counters[0].refused), (2, 0));
}

#[tokio::test]
async fn a_role_that_is_gone_says_so_until_the_session_really_ends() {
    let (cloud, clock) = cloud().await;
    let source = AssumeRole::new(base(&cloud), role(&cloud, 0), &network(&cloud, &clock));
    let client = client(&cloud, &clock, Arc::new(source), SignatureScheme::V1);
    client.get_caller_identity().await.unwrap();
    cloud.control().remove_role(&cloud.accounts()[0].name, "latchkey").unwrap();
    clock.advance(Duration::from_mins(59));
    client.get_caller_identity().await.unwrap();
    clock.advance(Duration::from_mins(2));
    let error = client.get_caller_identity().await.unwrap_err();
    assert_eq!(
        (error.kind, error.detail),
        (ErrorKind::Credential, Some(Detail::FetchingCredential))
    );
    assert_eq!(error.code.unwrap().as_str(), "EntityNotExist.Role");
}

struct AlwaysAt(SocketAddr);

#[async_trait::async_trait]
impl Resolver for AlwaysAt {
    async fn resolve(&self, host: &str) -> io::Result<Vec<SocketAddr>> {
        assert_eq!(host, "sts.cn-hangzhou.aliyuncs.com");
        Ok(vec![self.0])
    }
}

#[tokio::test]
async fn sts_is_believed_behind_a_good_certificate_only() {
    let (cloud, clock) = cloud().await;
    let address = cloud.tls_url().unwrap().trim_start_matches("https://").parse().unwrap();
    for (certificate, is_good) in [
        (Certificate::Valid, true),
        (Certificate::Expired, false),
        (Certificate::NotYetValid, false),
        (Certificate::SelfSigned, false),
        (Certificate::WrongHost, false),
    ] {
        cloud.control().show_certificate(certificate).unwrap();
        let mut options = network_options(&cloud, &clock);
        options.sts = Sts { region: Some("cn-hangzhou".parse().unwrap()), ..Sts::default() };
        options.resolver = Arc::new(AlwaysAt(address));
        let authority = RootCertificates::from_pem(cloud.ca_pem().as_bytes()).unwrap();
        options.root_certificates = Some(authority);
        let network = Network::new(options).unwrap();
        let source = AssumeRole::new(base(&cloud), role(&cloud, 0), &network);
        match source.credential().await {
            Ok(_) => assert!(is_good, "{certificate:?}"),
            Err(CredentialError::NotFetched { failure, .. }) => {
                assert!(!is_good, "{failure}");
                assert_eq!(failure.detail, Some(Detail::Certificate), "{certificate:?}");
            }
            Err(other) => panic!("{certificate:?}: {other}"),
        }
    }
    assert_eq!(cloud.control().sessions().len(), 1);
}
