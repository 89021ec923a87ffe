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

/// Who may be asked, for the plans that have to ask.
#[derive(Debug, Clone)]
pub(super) struct Reach {
    pub network: Network,
    /// Of the metadata service.
    pub v1_allowed: bool,
}

impl Plan {
    pub(super) fn provider(
        self,
        reach: Option<&Reach>,
    ) -> Result<Arc<dyn CredentialProvider>, CredentialError> {
        let reached = || reach.ok_or(CredentialError::NeedsNetwork);
        Ok(match self {
            Self::Keys(credential) => Arc::new(FixedKeys::new(credential)),
            Self::AssumeRole { base, role } => {
                let base = base.provider(reach)?;
                Arc::new(AssumeRole::new(base, role, &reached()?.network))
            }
            Self::OidcRole { role, provider_arn, token_file } => {
                Arc::new(OidcRole::new(role, provider_arn, token_file, &reached()?.network))
            }
            Self::EcsRole { role_name } => {
                let Reach { network, v1_allowed } = reached()?;
                let make = if *v1_allowed { EcsRole::new } else { EcsRole::without_v1 };
                Arc::new(make(role_name, network))
            }
            Self::Uri(uri) => Arc::new(UriKeys::new(uri, &reached()?.network)),
        })
    }
}
