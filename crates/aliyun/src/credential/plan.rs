//! What a profile of a file says, before anything is fetched: the modes of both kinds of file lead here.

use std::path::PathBuf;
use std::sync::Arc;

use super::{
    AssumeRole, Credential, CredentialError, CredentialProvider, CredentialsUri, EcsRole,
    FixedKeys, OidcRole, Role, UriKeys,
};
use crate::network::Network;

#[derive(Debug)]
pub(super) enum Plan {
    Keys(Credential),
    AssumeRole { base: Box<Plan>, role: Role },
    OidcRole { role: Role, provider_arn: String, token_file: PathBuf },
    EcsRole { role_name: Option<String> },
    Uri(CredentialsUri),
}

impl Plan {
    pub(super) fn provider(
        self,
        network: Option<&Network>,
    ) -> Result<Arc<dyn CredentialProvider>, CredentialError> {
        let reached = || network.ok_or(CredentialError::NeedsNetwork);
        Ok(match self {
            Self::Keys(credential) => Arc::new(FixedKeys::new(credential)),
            Self::AssumeRole { base, role } => {
                let base = base.provider(network)?;
                Arc::new(AssumeRole::new(base, role, reached()?))
            }
            Self::OidcRole { role, provider_arn, token_file } => {
                Arc::new(OidcRole::new(role, provider_arn, token_file, reached()?))
            }
            Self::EcsRole { role_name } => Arc::new(EcsRole::new(role_name, reached()?)),
            Self::Uri(uri) => Arc::new(UriKeys::new(uri, reached()?)),
        })
    }
}
