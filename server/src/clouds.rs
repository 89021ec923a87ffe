//! A client for each account of the configuration.

use std::sync::Arc;

use aliyun::{
    AssumeRole, CliProfile, Client, ClientOptions, Credential, CredentialProvider, DefaultChain,
    EcsRole, FixedKeys, Network, NetworkOptions, OidcRole, UriKeys,
};
use domain::id::AccountName;
use secrecy::ExposeSecret as _;
use service::{AccountOptions, Accounts};

use crate::config::{AccountConfig, CredentialSource, Environment};
use crate::outside;

/// An account that no client could be made for.
#[derive(Debug, thiserror::Error)]
#[error("the account {account} cannot be used")]
pub struct ClientError {
    account: AccountName,
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl ClientError {
    fn of(
        config: &AccountConfig,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { account: config.name.clone(), source: source.into() }
    }
}

pub fn accounts(
    configs: Vec<AccountConfig>,
    environment: &Environment,
) -> Result<Accounts, ClientError> {
    let mut accounts = Vec::new();
    for config in configs {
        let client = client(&config, environment)?;
        accounts.push(AccountOptions {
            name: config.name,
            label: config.label,
            regions: config.regions,
            signature: config.signature,
            client,
        });
    }
    Ok(Accounts::new(accounts))
}

fn client(config: &AccountConfig, environment: &Environment) -> Result<Client, ClientError> {
    let options = options(config, environment)?;
    Client::new(options).map_err(|source| ClientError::of(config, source))
}

/// What the client of an account is told.
pub fn options(
    config: &AccountConfig,
    environment: &Environment,
) -> Result<ClientOptions, ClientError> {
    let network = network(config, environment).map_err(|source| ClientError::of(config, source))?;
    let credentials = credentials(&config.credential, environment, &network)
        .map_err(|source| ClientError::of(config, source))?;
    let mut options =
        ClientOptions::new(credentials, Arc::new(outside::now), Arc::new(outside::random_bytes));
    options.scheme = config.signature;
    options.endpoint.clone_from(&config.endpoint);
    Ok(options)
}

/// How keys of this account are fetched. Its `endpoint` stands for STS as well.
fn network(
    config: &AccountConfig,
    environment: &Environment,
) -> Result<Network, aliyun::BuildClientError> {
    let mut options = NetworkOptions::new(Arc::new(outside::now), Arc::new(outside::random_bytes));
    options.scheme = config.signature;
    options.sts.endpoint.clone_from(&config.endpoint);
    Ok(Network::new(options)?.in_environment(|name| environment.get(name).map(str::to_owned)))
}

fn credentials(
    source: &CredentialSource,
    environment: &Environment,
    network: &Network,
) -> Result<Arc<dyn CredentialProvider>, Box<dyn std::error::Error + Send + Sync>> {
    let lookup = || {
        let environment = Arc::new(environment.clone());
        move |name: &str| environment.get(name).map(str::to_owned)
    };
    Ok(match source {
        CredentialSource::DefaultChain => Arc::new(DefaultChain::new(lookup(), network)),
        CredentialSource::Environment => Arc::new(aliyun::Environment::new(lookup())),
        CredentialSource::Profile { file, profile } => {
            Arc::new(CliProfile::new(file.clone(), profile.clone()).with_network(network))
        }
        CredentialSource::Keys { id, secret, token } => {
            let credential = Credential::new(id, secret.expose_secret())?;
            let credential = match token {
                Some(token) => credential.with_token(token.expose_secret())?,
                None => credential,
            };
            Arc::new(FixedKeys::new(credential))
        }
        CredentialSource::EcsRole { role_name } => {
            Arc::new(EcsRole::new(role_name.clone(), network))
        }
        CredentialSource::Oidc { role, provider_arn, token_file } => {
            Arc::new(OidcRole::new(role.clone(), provider_arn, token_file, network))
        }
        CredentialSource::Uri(uri) => Arc::new(UriKeys::new(uri.clone(), network)),
        CredentialSource::Assumed { base, role } => {
            let base = credentials(base, environment, network)?;
            Arc::new(AssumeRole::new(base, role.clone(), network))
        }
    })
}

#[cfg(test)]
mod tests {
    use aliyun::Role;
    use domain::call::SignatureScheme;
    use simulator::Simulator;

    use super::*;

    fn keys(cloud: &Simulator) -> CredentialSource {
        let account = &cloud.accounts()[0];
        let secret = account.access_key_secret.clone().into();
        CredentialSource::Keys { id: account.access_key_id.clone(), secret, token: None }
    }

    fn role(cloud: &Simulator, account: usize) -> Role {
        let arn = cloud.announcement()["accounts"][account]["role_arn"].clone();
        let mut role = Role::new(arn.as_str().unwrap().parse().unwrap());
        role.session_name = Some("portal".parse().unwrap());
        role
    }

    /// The account that its identity belongs to, and the end of its name there.
    async fn who(cloud: &Simulator, credential: CredentialSource) -> (usize, String) {
        let config = AccountConfig {
            name: "core".parse().unwrap(),
            label: None,
            regions: None,
            endpoint: Some(cloud.base_url().parse().unwrap()),
            signature: SignatureScheme::V3,
            credential,
        };
        let client = client(&config, &Environment::default()).unwrap();
        let identity = client.get_caller_identity().await.unwrap().value;
        let account = cloud.accounts().iter().position(|one| one.uid == identity.account_id);
        (account.unwrap(), identity.arn.rsplit_once(':').unwrap().1.to_owned())
    }

    #[tokio::test]
    async fn every_configured_source_is_somebody_to_the_cloud() {
        let cloud = Simulator::start(simulator::Options::default()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (token, profiles) = (folder.path().join("token"), folder.path().join("config.json"));
        let name = &cloud.accounts()[0].name;
        let hour = std::time::Duration::from_hours(1);
        let pod = cloud.control().issue_platform_token(name, "system:x", hour).unwrap();
        std::fs::write(&token, &pod.token).unwrap();
        let uri = cloud.credentials_uri(name).unwrap();
        let profile = format!(
            r#"{{"profiles":[{{"name":"a","mode":"CredentialsURI","credentials_uri":"{uri}"}}]}}"#
        );
        std::fs::write(&profiles, profile).unwrap();
        let assumed = |base, account| CredentialSource::Assumed {
            base: Box::new(base),
            role: role(&cloud, account),
        };
        let of_profile =
            CredentialSource::Profile { file: profiles, profile: Some("a".to_owned()) };
        let oidc = CredentialSource::Oidc {
            role: role(&cloud, 0),
            provider_arn: pod.provider_arn.clone(),
            token_file: token,
        };
        let of_uri = || CredentialSource::Uri(uri.parse().unwrap());
        for (source, expected) in [
            (keys(&cloud), (0, "user/latchkey")),
            (assumed(keys(&cloud), 1), (1, "assumed-role/latchkey/portal")),
            (assumed(assumed(keys(&cloud), 1), 0), (0, "assumed-role/latchkey/portal")),
            (of_profile, (0, "assumed-role/latchkey/credentials-uri")),
            (oidc, (0, "assumed-role/latchkey/portal")),
            (of_uri(), (0, "assumed-role/latchkey/credentials-uri")),
            (assumed(of_uri(), 1), (1, "assumed-role/latchkey/portal")),
        ] {
            let shown = format!("{source:?}");
            let (account, arn) = who(&cloud, source).await;
            assert_eq!((account, arn.as_str()), expected, "{shown}");
        }
    }
}
