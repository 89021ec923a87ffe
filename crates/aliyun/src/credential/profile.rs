//! A profile of the `aliyun` command line, usually in `~/.aliyun/config.json`.
//!
//! The file is read again for every request, so a token that the command line has renewed is used at once.
//!
//! To add a mode: one arm in [`Configuration::plan`], its name in [`SUPPORTED`].

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::plan::{Plan, Reach};
use super::reread::Reread;
use super::{Credential, CredentialError, CredentialProvider, Role, SessionName};
use crate::lenient::{Flag, Whole};
use crate::network::Network;

const SUPPORTED: &str =
    "AK, StsToken, RamRoleArn, ChainableRamRoleArn, EcsRamRole, OIDC and CredentialsURI";

/// Modes AK, `StsToken`, and with a network `RamRoleArn`, `ChainableRamRoleArn`, `EcsRamRole`, OIDC and
/// `CredentialsURI`. The others (`External`, `CloudSSO`, `OAuth`, `RsaKeyPair`, `BearerToken`, …) are refused by name.
#[derive(Clone)]
pub struct CliProfile {
    path: PathBuf,
    profile: Option<String>,
    reach: Option<Reach>,
    known: Reread,
}

impl CliProfile {
    /// `profile`: its name; `None` for the one the file calls `current`.
    pub fn new(path: impl Into<PathBuf>, profile: Option<String>) -> Self {
        Self { path: path.into(), profile, reach: None, known: Reread::default() }
    }

    /// For the modes that fetch a key.
    #[must_use]
    pub fn with_network(self, network: &Network) -> Self {
        self.reaching(Reach { network: network.clone(), v1_allowed: true })
    }

    pub(super) fn reaching(self, reach: Reach) -> Self {
        Self { reach: Some(reach), ..self }
    }

    async fn provider(&self) -> Result<std::sync::Arc<dyn CredentialProvider>, CredentialError> {
        let parse = |text: &[u8]| plan(&self.path, text, self.profile.as_deref());
        self.known.provider(&self.path, self.reach.as_ref(), parse).await
    }
}

#[async_trait::async_trait]
impl CredentialProvider for CliProfile {
    async fn credential(&self) -> Result<Credential, CredentialError> {
        Ok(self.provider().await?.credential().await?.within("cli-profile"))
    }

    async fn credential_as(&self, name: &SessionName) -> Result<Credential, CredentialError> {
        Ok(self.provider().await?.credential_as(name).await?.within("cli-profile"))
    }

    fn discard(&self, credential: &Credential) {
        self.known.discard(credential);
    }
}

impl fmt::Debug for CliProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CliProfile")
            .field("path", &self.path)
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Configuration {
    #[serde(default)]
    current: String,
    #[serde(default)]
    profiles: Vec<Profile>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Profile {
    name: String,
    mode: String,
    access_key_id: String,
    access_key_secret: SecretString,
    sts_token: SecretString,
    ram_role_name: String,
    ram_role_arn: String,
    ram_session_name: String,
    /// What the Python library reads where the command line writes `ram_session_name`.
    role_session_name: String,
    external_id: String,
    policy: String,
    expired_seconds: Whole,
    sts_region: String,
    enable_vpc: Flag,
    #[serde(rename = "source_profile")]
    source: String,
    oidc_provider_arn: String,
    oidc_token_file: PathBuf,
    credentials_uri: SecretString,
}

fn plan(path: &Path, text: &[u8], profile: Option<&str>) -> Result<Plan, CredentialError> {
    // Of the reader's own message only the place is kept: it can quote the value that did not fit.
    let configuration: Configuration =
        serde_json::from_slice(text).map_err(|error| CredentialError::NotAConfiguration {
            path: path.to_owned(),
            line: error.line(),
            column: error.column(),
        })?;
    let wanted = profile.unwrap_or(match configuration.current.as_str() {
        "" => "default",
        current => current,
    });
    configuration.plan(path, wanted, &mut Vec::new())
}

impl Configuration {
    /// `asked`: the profiles that led here, so that none leads to itself.
    fn plan<'a>(
        &'a self,
        path: &Path,
        wanted: &'a str,
        asked: &mut Vec<&'a str>,
    ) -> Result<Plan, CredentialError> {
        let bad = |why| CredentialError::BadProfile {
            path: path.to_owned(),
            profile: wanted.to_owned(),
            why,
        };
        if asked.contains(&wanted) {
            return Err(bad("leads to itself by its source_profile"));
        }
        asked.push(wanted);
        let found = self.profiles.iter().find(|profile| profile.name == wanted);
        let profile = found.ok_or_else(|| CredentialError::NoSuchProfile {
            path: path.to_owned(),
            profile: wanted.to_owned(),
        })?;
        match profile.mode.as_str() {
            "AK" => profile.keys().map(Plan::Keys),
            "StsToken" => match profile.sts_token.expose_secret().trim() {
                "" => Err(CredentialError::Malformed("security token")),
                token => Ok(Plan::Keys(profile.keys()?.with_token(token)?)),
            },
            "RamRoleArn" => {
                let base = Box::new(Plan::Keys(profile.keys()?));
                Ok(Plan::AssumeRole { base, role: profile.role().map_err(bad)? })
            }
            "ChainableRamRoleArn" => {
                if profile.source.is_empty() {
                    return Err(bad("needs source_profile"));
                }
                let role = profile.role().map_err(bad)?;
                let base = Box::new(self.plan(path, &profile.source, asked)?);
                Ok(Plan::AssumeRole { base, role })
            }
            "EcsRamRole" => {
                let role_name = Some(profile.ram_role_name.clone());
                Ok(Plan::EcsRole { role_name: role_name.filter(|name| !name.is_empty()) })
            }
            "OIDC" => {
                if profile.oidc_provider_arn.is_empty() {
                    return Err(bad("needs oidc_provider_arn"));
                }
                if profile.oidc_token_file.as_os_str().is_empty() {
                    return Err(bad("needs oidc_token_file"));
                }
                Ok(Plan::OidcRole {
                    role: profile.role().map_err(bad)?,
                    provider_arn: profile.oidc_provider_arn.clone(),
                    token_file: profile.oidc_token_file.clone(),
                })
            }
            "CredentialsURI" => {
                let uri = profile.credentials_uri.expose_secret().parse();
                uri.map(Plan::Uri).map_err(|_| {
                    bad("needs a credentials_uri: https://HOST…, or http:// to this machine")
                })
            }
            mode => Err(CredentialError::ModeNotSupported {
                path: path.to_owned(),
                profile: wanted.to_owned(),
                key: "mode",
                mode: mode.to_owned(),
                supported: SUPPORTED,
            }),
        }
    }
}

impl Profile {
    fn keys(&self) -> Result<Credential, CredentialError> {
        Credential::new(&self.access_key_id, self.access_key_secret.expose_secret())
    }

    fn role(&self) -> Result<Role, &'static str> {
        let arn = self.ram_role_arn.parse().map_err(|_| "needs a ram_role_arn")?;
        let name = [&self.ram_session_name, &self.role_session_name];
        let name = name.into_iter().find(|name| !name.is_empty());
        let session_name = name.map(|name| name.parse()).transpose();
        let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let mut role = Role::new(arn);
        role.session_name = session_name.map_err(|_| "has a ram_session_name that is none")?;
        if let Some(seconds) = self.expired_seconds.0.filter(|seconds| *seconds != 0) {
            role.duration = u64::try_from(seconds)
                .map(Duration::from_secs)
                .ok()
                .filter(|duration| (Role::SHORTEST..=Role::LONGEST).contains(duration))
                .ok_or("has expired_seconds outside of 900 to 43200")?;
        }
        role.policy = text(&self.policy);
        role.external_id = text(&self.external_id);
        role.sts_region = text(&self.sts_region)
            .map(|region| region.parse())
            .transpose()
            .map_err(|_| "has an sts_region that is none")?;
        role.sts_vpc = self.enable_vpc.0;
        Ok(role)
    }
}

#[cfg(test)]
mod tests;
