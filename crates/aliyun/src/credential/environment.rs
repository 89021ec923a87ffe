//! The cloud's standard variables. This crate does not read the environment: whoever does passes it in.

use std::fmt;

use super::{Credential, CredentialError, CredentialProvider};

const KEY_ID: &str = "ALIBABA_CLOUD_ACCESS_KEY_ID";
const SECRET: &str = "ALIBABA_CLOUD_ACCESS_KEY_SECRET";
const TOKEN: &str = "ALIBABA_CLOUD_SECURITY_TOKEN";

/// `ALIBABA_CLOUD_ACCESS_KEY_ID`, `ALIBABA_CLOUD_ACCESS_KEY_SECRET` and, if set, `ALIBABA_CLOUD_SECURITY_TOKEN`.
pub struct Environment {
    lookup: Box<Lookup>,
}

type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

impl Environment {
    /// `lookup` gives the value of a variable, if it is set. An empty variable counts as not set.
    pub fn new(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self { lookup: Box::new(lookup) }
    }

    fn get(&self, name: &'static str) -> Result<String, CredentialError> {
        let value = (self.lookup)(name).filter(|value| !value.trim().is_empty());
        value.ok_or(CredentialError::NotSet(name))
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment").finish_non_exhaustive()
    }
}

#[async_trait::async_trait]
impl CredentialProvider for Environment {
    async fn credential(&self) -> Result<Credential, CredentialError> {
        let credential = Credential::new(&self.get(KEY_ID)?, &self.get(SECRET)?)?;
        Ok(credential.with_token(&self.get(TOKEN).unwrap_or_default())?.from("environment"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn of(variables: &'static [(&str, &str)]) -> Result<Credential, CredentialError> {
        let lookup = |name: &str| {
            variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
        };
        Environment::new(lookup).credential().await
    }

    #[tokio::test]
    async fn a_key_and_its_secret_are_enough_and_a_token_makes_it_temporary() {
        let permanent = of(&[(KEY_ID, "id"), (SECRET, "s"), (TOKEN, "")]).await.unwrap();
        assert!(!permanent.is_temporary());
        let temporary = of(&[(KEY_ID, "id"), (SECRET, "s"), (TOKEN, "t")]).await.unwrap();
        assert_eq!(temporary.expose_token(), Some("t"));
    }

    #[tokio::test]
    async fn what_is_missing_is_named() {
        assert_eq!(of(&[(SECRET, "s")]).await.unwrap_err(), CredentialError::NotSet(KEY_ID));
        assert_eq!(
            of(&[(KEY_ID, "id"), (SECRET, " ")]).await.unwrap_err(),
            CredentialError::NotSet(SECRET)
        );
    }
}
