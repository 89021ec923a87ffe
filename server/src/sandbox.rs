//! The portal on a simulated cloud: no credential is read, nothing but loopback is spoken to, nothing is kept.

use std::sync::Arc;
use std::time::Duration;

use app::api::ssr::{Sandbox, SandboxPerson};
use domain::call::SignatureScheme;
use domain::person::Role;
use secrecy::SecretString;
use service::{Portal, ServiceError, Settings, Timing};
use simulator::{Options, Simulator};

use crate::cli::Fleet;
use crate::config::{AccountConfig, CredentialSource};
use crate::outside;

/// Who there is: one for each role.
const PEOPLE: [(&str, Role); 4] = [
    ("lin.wei", Role::Operator),
    ("zhao.min", Role::Approver),
    ("chen.yu", Role::Viewer),
    ("root.admin", Role::Admin),
];

/// A pace at which people see the end of what they try, and a small fleet is read within seconds.
pub fn settings() -> Settings {
    Settings {
        timing: Timing::scaled(0.4),
        list_every: Duration::from_secs(15),
        attributes_every: Duration::from_mins(1),
        details_every: Duration::from_mins(5),
        ..Settings::default()
    }
}

pub async fn cloud(fleet: &Fleet) -> Result<Simulator, simulator::StartError> {
    Simulator::start(Options {
        seed: fleet.seed,
        instances: fleet.instances,
        regions: fleet.regions,
        accounts: fleet.accounts,
        ..Options::default()
    })
    .await
}

/// The simulated accounts, as a configuration would name them: one signs in the old way, the next in the new one.
pub fn accounts(cloud: &Simulator) -> Vec<AccountConfig> {
    let schemes = [SignatureScheme::V1, SignatureScheme::V3].into_iter().cycle();
    let accounts = cloud.accounts().iter().zip(schemes).filter_map(|(account, signature)| {
        Some(AccountConfig {
            name: account.name.parse().ok()?,
            label: None,
            regions: None,
            endpoint: cloud.base_url().parse().ok(),
            signature,
            credential: CredentialSource::Keys {
                id: account.access_key_id.clone(),
                secret: account.access_key_secret.clone().into(),
                token: None,
            },
        })
    });
    accounts.collect()
}

/// Makes the people, with passwords nobody could know.
pub async fn people(portal: &Portal) -> Result<Arc<Sandbox>, ServiceError> {
    let mut people = Vec::new();
    for (name, role) in PEOPLE {
        let Ok(name) = name.parse() else { continue };
        let password = outside::short_token();
        portal.add_user(&name, role, SecretString::from(password.clone())).await?;
        people.push(SandboxPerson { name, role, password });
    }
    Ok(Arc::new(Sandbox { people }))
}
