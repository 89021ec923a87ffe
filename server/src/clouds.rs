//! A client for each account of the configuration.

use std::sync::Arc;

use aliyun::{CliProfile, Client, ClientOptions, Credential, CredentialProvider, FixedKeys};
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

pub fn accounts(
    configs: Vec<AccountConfig>,
    environment: &Environment,
) -> Result<Accounts, ClientError> {
    let mut accounts = Vec::new();
    for config in configs {
        let name = config.name.clone();
        let failed = |source| ClientError { account: name.clone(), source };
        let credentials = credentials(&config.credential, environment).map_err(failed)?;
        let mut options = ClientOptions::new(
            credentials,
            Arc::new(outside::now),
            Arc::new(outside::random_bytes),
        );
        options.scheme = config.signature;
        options.endpoint = config.endpoint;
        let client = Client::new(options).map_err(|error| failed(error.into()))?;
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

fn credentials(
    source: &CredentialSource,
    environment: &Environment,
) -> Result<Arc<dyn CredentialProvider>, Box<dyn std::error::Error + Send + Sync>> {
    Ok(match source {
        CredentialSource::Environment => {
            let environment = environment.clone();
            Arc::new(aliyun::Environment::new(move |name| environment.get(name).map(str::to_owned)))
        }
        CredentialSource::Profile { file, profile } => {
            Arc::new(CliProfile::new(file.clone(), profile.clone()))
        }
        CredentialSource::Keys { id, secret, token } => {
            let credential = Credential::new(id, secret.expose_secret())?;
            let credential = match token {
                Some(token) => credential.with_token(token.expose_secret())?,
                None => credential,
            };
            Arc::new(FixedKeys::new(credential))
        }
    })
}
