//! A role that a workload assumes with a token of its platform, by STS `AssumeRoleWithOIDC`. No key is needed.

use std::fmt;
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

use super::sessions::{Assume, Sessions};
use super::{Credential, CredentialError, CredentialProvider, Role, SessionName, printable};
use crate::network::Network;

/// Sessions of a role for whoever holds the token in a file. Kept until shortly before they expire.
#[derive(Debug)]
pub struct OidcRole(Sessions<Fetch>);

impl OidcRole {
    /// `provider_arn` is `acs:ram::ACCOUNT:oidc-provider/NAME`. The token file is read again for every session: the
    /// platform replaces it.
    pub fn new(
        role: Role,
        provider_arn: impl Into<String>,
        token_file: impl Into<PathBuf>,
        network: &Network,
    ) -> Self {
        let session_name = role.session_name.clone();
        let session_name = session_name.unwrap_or_else(|| network.session_name().clone());
        let (provider_arn, token_file) = (provider_arn.into(), token_file.into());
        let fetch =
            Fetch { role, provider_arn, token_file, session_name, network: network.clone() };
        Self(Sessions::new(fetch, network))
    }
}

#[async_trait::async_trait]
impl CredentialProvider for OidcRole {
    async fn credential(&self) -> Result<Credential, CredentialError> {
        self.0.credential().await
    }

    async fn credential_as(&self, name: &SessionName) -> Result<Credential, CredentialError> {
        self.0.credential_as(name).await
    }

    fn discard(&self, credential: &Credential) {
        self.0.discard(credential);
    }
}

#[derive(Clone)]
struct Fetch {
    role: Role,
    provider_arn: String,
    token_file: PathBuf,
    session_name: SessionName,
    network: Network,
}

impl Fetch {
    async fn token(&self) -> Result<SecretString, CredentialError> {
        let text = tokio::fs::read_to_string(&self.token_file).await;
        let text = text.map_err(|error| CredentialError::Unreadable {
            path: self.token_file.clone(),
            kind: error.kind(),
        })?;
        Ok(printable("OIDC token", &text)?.into())
    }
}

#[async_trait::async_trait]
impl CredentialProvider for Fetch {
    async fn credential(&self) -> Result<Credential, CredentialError> {
        let token = self.token().await?;
        let client = self.network.sts_client(&self.role, None)?;
        let assumed = client
            .assume_role_with_oidc(
                &self.role,
                &self.session_name,
                &self.provider_arn,
                token.expose_secret(),
            )
            .await;
        let assumed =
            assumed.map_err(|error| CredentialError::of_call("AssumeRoleWithOIDC", &error))?;
        Ok(assumed.value.from("oidc-role").in_session(self.session_name.clone()))
    }
}

impl Assume for Fetch {
    fn named(&self, name: &SessionName) -> Self {
        let role = Role { duration: Role::SHORTEST, ..self.role.clone() };
        Self { role, session_name: name.clone(), ..self.clone() }
    }
}

impl fmt::Debug for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OidcRole")
            .field("arn", &self.role.arn)
            .field("token_file", &self.token_file)
            .finish_non_exhaustive()
    }
}
