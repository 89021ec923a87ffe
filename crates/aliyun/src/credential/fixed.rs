//! A key that is known from the start, such as the one of a configuration file.

use super::{Credential, CredentialError, CredentialProvider};

/// Gives the same credential for ever. A temporary one stops working when it expires.
#[derive(Debug, Clone)]
pub struct FixedKeys(Credential);

impl FixedKeys {
    /// Always `credential`.
    pub fn new(credential: Credential) -> Self {
        Self(credential)
    }
}

#[async_trait::async_trait]
impl CredentialProvider for FixedKeys {
    async fn credential(&self) -> Result<Credential, CredentialError> {
        Ok(self.0.clone())
    }
}
