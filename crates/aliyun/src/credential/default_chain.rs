//! The cloud's own order of places where a key may be: environment, OIDC role, command line profile, credentials file,
//! ECS RAM role, credentials URI. The first that has one is asked from then on.
//!
//! Same order and switches as the official libraries (`alibabacloud_credentials` 1.0.12), with one difference: a
//! source that is set up but cannot be reached at the moment ends the search with its error. Going on would quietly
//! make this another identity, for as long as the process lives. The metadata service is the exception: where nobody
//! answers there is none.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::OnceCell;

use super::plan::Reach;
use super::{
    CliProfile, Credential, CredentialError, CredentialProvider, CredentialsFile, EcsRole,
    Environment, OidcRole, Role, SessionName, UriKeys,
};
use crate::network::{Network, Sts};

const PROFILE: &str = "ALIBABA_CLOUD_PROFILE";
const ROLE_ARN: &str = "ALIBABA_CLOUD_ROLE_ARN";
const OIDC_PROVIDER_ARN: &str = "ALIBABA_CLOUD_OIDC_PROVIDER_ARN";
const OIDC_TOKEN_FILE: &str = "ALIBABA_CLOUD_OIDC_TOKEN_FILE";
const SESSION_NAME: &str = "ALIBABA_CLOUD_ROLE_SESSION_NAME";
const CLI_PROFILE_DISABLED: &str = "ALIBABA_CLOUD_CLI_PROFILE_DISABLED";
const CREDENTIALS_FILE: &str = "ALIBABA_CLOUD_CREDENTIALS_FILE";
const ECS_METADATA: &str = "ALIBABA_CLOUD_ECS_METADATA";
const ECS_METADATA_DISABLED: &str = "ALIBABA_CLOUD_ECS_METADATA_DISABLED";
const IMDS_V1_DISABLED: &str = "ALIBABA_CLOUD_IMDSV1_DISABLED";
const CREDENTIALS_URI: &str = "ALIBABA_CLOUD_CREDENTIALS_URI";
const STS_REGION: &str = "ALIBABA_CLOUD_STS_REGION";
const VPC_ENDPOINT: &str = "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED";
const HOME: &str = "HOME";

/// The default chain of the official libraries.
pub struct DefaultChain {
    links: Vec<Link>,
    chosen: OnceCell<usize>,
}

struct Link {
    source: &'static str,
    /// Why there is none: not set up, switched off, or set up wrongly.
    provider: Result<Arc<dyn CredentialProvider>, CredentialError>,
    /// Set up by somebody: if it cannot be reached, nobody else is asked.
    meant: bool,
}

impl DefaultChain {
    /// `lookup` gives the value of a variable of the environment, if it is set; an empty one counts as not set. It is
    /// asked for `HOME` as well. Which sources there are is decided here, the files are read when a key is needed.
    pub fn new<L>(lookup: L, network: &Network) -> Self
    where
        L: Fn(&str) -> Option<String> + Clone + Send + Sync + 'static,
    {
        let variables = Variables(&lookup);
        let network = variables.network(network);
        let reach = Reach { network, v1_allowed: !variables.is_true(IMDS_V1_DISABLED) };
        let environment: Arc<dyn CredentialProvider> = Arc::new(Environment::new(lookup.clone()));
        let links = vec![
            Link { source: "environment", provider: Ok(environment), meant: true },
            Link { source: "OIDC role", provider: variables.oidc(&reach), meant: true },
            Link { source: "command line profile", provider: variables.cli(&reach), meant: true },
            Link { source: "credentials file", provider: variables.file(&reach), meant: true },
            Link { source: "ECS RAM role", provider: variables.ecs(&reach), meant: false },
            Link { source: "credentials URI", provider: variables.uri(&reach), meant: true },
        ];
        Self { links, chosen: OnceCell::new() }
    }

    /// Whether a variable points to a key: then an account may be meant without being written down anywhere else.
    /// Files in the home folder and the metadata service do not count, since they are there by chance.
    pub fn is_wanted(lookup: impl Fn(&str) -> Option<String>) -> bool {
        let variables = Variables(&lookup);
        let set = |name: &&str| variables.get(name).is_some();
        let oidc = [ROLE_ARN, OIDC_PROVIDER_ARN, OIDC_TOKEN_FILE];
        ["ALIBABA_CLOUD_ACCESS_KEY_ID", PROFILE, CREDENTIALS_FILE, ECS_METADATA, CREDENTIALS_URI]
            .iter()
            .any(set)
            || oidc.iter().all(set)
    }

    /// The one whose key is used. The first call goes through them all, and whoever asks meanwhile waits for it.
    async fn chosen(&self) -> Result<&Arc<dyn CredentialProvider>, CredentialError> {
        let index = self.chosen.get_or_try_init(|| self.choose()).await?;
        let link = self.links.get(*index).map(|link| link.provider.as_ref());
        link.and_then(Result::ok).ok_or(CredentialError::NoneFound(Vec::new()))
    }

    async fn choose(&self) -> Result<usize, CredentialError> {
        let mut refused = Vec::new();
        for (index, link) in self.links.iter().enumerate() {
            let why = match &link.provider {
                Err(why) => why.clone(),
                Ok(provider) => match provider.credential().await {
                    Ok(_) => return Ok(index),
                    Err(error) if link.meant && error.is_passing() => return Err(error),
                    Err(error) => error,
                },
            };
            refused.push((link.source, why));
        }
        Err(CredentialError::NoneFound(refused))
    }
}

#[async_trait::async_trait]
impl CredentialProvider for DefaultChain {
    async fn credential(&self) -> Result<Credential, CredentialError> {
        self.chosen().await?.credential().await
    }

    async fn credential_as(&self, name: &SessionName) -> Result<Credential, CredentialError> {
        self.chosen().await?.credential_as(name).await
    }

    fn discard(&self, credential: &Credential) {
        let chosen = self.chosen.get().and_then(|index| self.links.get(*index));
        if let Some(Link { provider: Ok(provider), .. }) = chosen {
            provider.discard(credential);
        }
    }
}

impl fmt::Debug for DefaultChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chosen = self.chosen.get().and_then(|index| self.links.get(*index));
        f.debug_struct("DefaultChain")
            .field("chosen", &chosen.map(|link| link.source))
            .finish_non_exhaustive()
    }
}

type Source = Result<Arc<dyn CredentialProvider>, CredentialError>;

struct Variables<'a>(&'a dyn Fn(&str) -> Option<String>);

impl Variables<'_> {
    fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.trim().is_empty())
    }

    fn needed(&self, name: &'static str) -> Result<String, CredentialError> {
        self.get(name).ok_or(CredentialError::NotSet(name))
    }

    fn is_true(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
    }

    fn network(&self, network: &Network) -> Network {
        let said = network.sts();
        let region = self.get(STS_REGION).and_then(|region| region.trim().parse().ok());
        let sts = Sts {
            endpoint: said.endpoint.clone(),
            region: region.or_else(|| said.region.clone()),
            vpc: said.vpc || self.is_true(VPC_ENDPOINT),
        };
        network.with_sts(sts, self.get(SESSION_NAME).map(|name| SessionName::of(name.trim())))
    }

    fn oidc(&self, reach: &Reach) -> Source {
        let (role_arn, provider_arn) = (self.needed(ROLE_ARN)?, self.needed(OIDC_PROVIDER_ARN)?);
        let token_file = self.needed(OIDC_TOKEN_FILE)?;
        let arn = role_arn.trim().parse().map_err(|_| {
            let why = "has to be acs:ram::ACCOUNT:role/NAME";
            CredentialError::BadVariable { name: ROLE_ARN, why }
        })?;
        Ok(Arc::new(OidcRole::new(Role::new(arn), provider_arn, token_file, &reach.network)))
    }

    fn cli(&self, reach: &Reach) -> Source {
        if self.is_true(CLI_PROFILE_DISABLED) {
            return Err(CredentialError::SwitchedOff(CLI_PROFILE_DISABLED));
        }
        let path = PathBuf::from(self.needed(HOME)?).join(".aliyun/config.json");
        Ok(Arc::new(CliProfile::new(path, self.get(PROFILE)).reaching(reach.clone())))
    }

    fn file(&self, reach: &Reach) -> Source {
        let path = match self.get(CREDENTIALS_FILE) {
            Some(path) => PathBuf::from(path),
            None => PathBuf::from(self.needed(HOME)?).join(".alibabacloud/credentials.ini"),
        };
        Ok(Arc::new(CredentialsFile::reaching(path, self.get(PROFILE), reach.clone())))
    }

    fn ecs(&self, reach: &Reach) -> Source {
        if self.is_true(ECS_METADATA_DISABLED) {
            return Err(CredentialError::SwitchedOff(ECS_METADATA_DISABLED));
        }
        let make = if reach.v1_allowed { EcsRole::new } else { EcsRole::without_v1 };
        Ok(Arc::new(make(self.get(ECS_METADATA), &reach.network)))
    }

    fn uri(&self, reach: &Reach) -> Source {
        let uri = self.needed(CREDENTIALS_URI)?;
        let uri = uri.parse().map_err(|_| {
            let why = "has to be https://HOST…, or http:// to this machine";
            CredentialError::BadVariable { name: CREDENTIALS_URI, why }
        })?;
        Ok(Arc::new(UriKeys::new(uri, &reach.network)))
    }
}
