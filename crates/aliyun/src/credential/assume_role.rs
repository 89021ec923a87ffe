//! A role that a base identity assumes, by STS `AssumeRole`.

use std::fmt;
use std::sync::Arc;

use super::sessions::{Assume, Sessions};
use super::{Credential, CredentialError, CredentialProvider, Role, SessionName};
use crate::network::Network;

/// Sessions of a role, signed for by another source. Kept until shortly before they expire.
#[derive(Debug)]
pub struct AssumeRole(Sessions<Fetch>);

impl AssumeRole {
    /// `base` needs `sts:AssumeRole` on the role, and the role has to trust it.
    pub fn new(base: Arc<dyn CredentialProvider>, role: Role, network: &Network) -> Self {
        let session_name = role.session_name.clone();
        let session_name = session_name.unwrap_or_else(|| network.session_name().clone());
        let fetch = Fetch { base, role, session_name, network: network.clone() };
        Self(Sessions::new(fetch, network))
    }
}

#[async_trait::async_trait]
impl CredentialProvider for AssumeRole {
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

struct Fetch {
    base: Arc<dyn CredentialProvider>,
    role: Role,
    session_name: SessionName,
    network: Network,
}

#[async_trait::async_trait]
impl CredentialProvider for Fetch {
    async fn credential(&self) -> Result<Credential, CredentialError> {
        let client = self.network.sts_client(&self.role, Some(Arc::clone(&self.base)))?;
        let assumed = client.assume_role(&self.role, &self.session_name).await;
        let credential =
            assumed.map_err(|error| CredentialError::of_call("AssumeRole", &error))?.value;
        // Asked for once more, it is the one that has just signed: whoever fetches keeps what it fetched.
        let source = match self.base.credential().await {
            Ok(base) => format!("{} → assume-role", base.source()),
            Err(_) => "assume-role".to_owned(),
        };
        Ok(credential.from(source).in_session(self.session_name.clone()))
    }
}

impl Assume for Fetch {
    fn named(&self, name: &SessionName) -> Self {
        Self {
            base: Arc::clone(&self.base),
            role: Role { duration: Role::SHORTEST, ..self.role.clone() },
            session_name: name.clone(),
            network: self.network.clone(),
        }
    }
}

impl fmt::Debug for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssumeRole").field("arn", &self.role.arn).finish_non_exhaustive()
    }
}
