//! The portal on a simulated cloud: no credential is read, nothing but loopback is spoken to, nothing is kept.

use std::sync::Arc;
use std::time::Duration;

use app::api::ssr::{Sandbox, SandboxPerson};
use domain::call::SignatureScheme;
use domain::environment::Environment;
use domain::person::{Area, Grant, Role};
use secrecy::SecretString;
use service::{Portal, Problem, ServiceError, Settings, Timing};
use simulator::{Options, Simulator};

use crate::cli::Fleet;
use crate::config::{AccountConfig, CredentialSource};
use crate::outside;

/// Who there is: one for each role, and one whose role counts in a part of the fleet only.
const PEOPLE: [(&str, Role, bool); 5] = [
    ("lin.wei", Role::Operator, false),
    ("zhao.min", Role::Approver, false),
    ("chen.yu", Role::Viewer, false),
    ("root.admin", Role::Admin, false),
    ("wang.fang", Role::Operator, true),
];

/// A role in staging, and a look at all the rest.
fn in_staging(role: Role) -> Vec<Grant> {
    let environments = [Environment::Staging].into();
    let area = Area { environments, ..Area::default() };
    vec![Grant { role, area }, Grant::over_everything(Role::Viewer)]
}

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
    for (name, role, in_part) in PEOPLE {
        let Ok(name) = name.parse() else { continue };
        let grants = if in_part { in_staging(role) } else { vec![Grant::over_everything(role)] };
        let password = loop {
            let password = outside::short_token();
            let secret = SecretString::from(password.clone());
            match portal.people_at_command_line().add(&name, &grants, Some(secret)).await {
                Ok(()) => break password,
                // One in a thousand is taken for one that leaked (`sign_in/guessable.rs`); the next one is not.
                Err(ServiceError::Invalid { problem: Problem::Common, .. }) => {}
                Err(error) => return Err(error),
            }
        };
        people.push(SandboxPerson { name, role, in_part, password });
    }
    Ok(Arc::new(Sandbox { people }))
}
