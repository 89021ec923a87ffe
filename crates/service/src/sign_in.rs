//! Who is signing in, told without telling which half was wrong.

mod delay;
mod password;

use std::net::IpAddr;

use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::id::UserName;
use domain::person::{Person, Role};
use domain::time::Timestamp;
use secrecy::SecretString;
use store::user::User;

pub(crate) use delay::MEMORY as FAILURES_KEPT;
pub use password::{MIN_CHARS, PasswordHasher};

use crate::{Portal, ServiceError};

/// Somebody who is signed in, and from where.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub person: Person,
    /// A short public name of the session.
    pub session: String,
    pub address: Option<IpAddr>,
    pub language: Option<String>,
    pub theme: Option<String>,
}

impl SignedIn {
    pub(crate) fn actor(&self) -> Actor {
        Actor::Person { id: self.person.id, name: self.person.name.clone() }
    }

    /// An event of this person, now.
    pub(crate) fn event(&self, at: Timestamp, code: AuditCode, outcome: Outcome) -> AuditEvent {
        AuditEvent {
            session: Some(self.session.clone()),
            address: self.address.map(|address| address.to_string()),
            ..AuditEvent::new(at, code, outcome, self.actor())
        }
    }
}

impl Portal {
    /// Checks name and password. Unknown and known names cost the same reads and one hash each.
    pub async fn sign_in(
        &self,
        name: &str,
        password: SecretString,
        address: Option<IpAddr>,
    ) -> Result<User, ServiceError> {
        let now = self.now();
        let name: Option<UserName> = name.trim().parse().ok();
        let (pair, network) =
            (delay::pair(name.as_ref(), address), delay::network_subject(address));
        let store = self.store();
        let wait =
            delay::remaining(store.find_sign_in_failures(&pair).await?, delay::after_pair, now)
                .max(delay::remaining(
                    store.find_sign_in_failures(&network).await?,
                    delay::after_network,
                    now,
                ));
        if !wait.is_zero() {
            self.record_sign_in(
                AuditCode::SignInThrottled,
                Outcome::Refused,
                name.as_ref(),
                address,
            )
            .await?;
            return Err(ServiceError::SignInThrottled { wait });
        }
        let user = match &name {
            Some(name) => store.find_user(name).await?,
            None => None,
        };
        let user = user.filter(|user| user.disabled_at.is_none());
        let stored = user.as_ref().map(|user| user.password_hash.clone());
        let fits = self.hasher().verify(password, stored).await?;
        let Some(user) = user.filter(|_| fits) else {
            let forget_before = now.minus(delay::MEMORY);
            store.record_sign_in_failure(&pair, now, forget_before).await?;
            store.record_sign_in_failure(&network, now, forget_before).await?;
            self.record_sign_in(AuditCode::SignInRefused, Outcome::Refused, name.as_ref(), address)
                .await?;
            return Err(ServiceError::SignInRefused);
        };
        store.clear_sign_in_failures(&pair).await?;
        Ok(user)
    }

    /// Called when the session of somebody who just signed in is stored.
    pub async fn record_signed_in(&self, who: &SignedIn) -> Result<(), ServiceError> {
        Ok(self
            .store()
            .record(&who.event(self.now(), AuditCode::SignInSucceeded, Outcome::Succeeded))
            .await?)
    }

    pub async fn record_signed_out(&self, who: &SignedIn) -> Result<(), ServiceError> {
        Ok(self
            .store()
            .record(&who.event(self.now(), AuditCode::SignedOut, Outcome::Succeeded))
            .await?)
    }

    /// Adds a local user, at the command line.
    pub async fn add_user(
        &self,
        name: &UserName,
        role: Role,
        password: SecretString,
    ) -> Result<(), ServiceError> {
        let hash = self.hasher().hash(password).await?;
        let now = self.now();
        match self.store().add_user(self.outside().user_id(), name, role, &hash, now).await {
            Err(store::Error::Conflict) => return Err(ServiceError::NameTaken),
            done => done?,
        }
        let event = AuditEvent {
            after: Some(role.code().to_owned()),
            detail: vec![("name".to_owned(), name.to_string())],
            ..AuditEvent::new(now, AuditCode::UserAdded, Outcome::Succeeded, Actor::CommandLine)
        };
        Ok(self.store().record(&event).await?)
    }

    /// What was typed as a name is kept only where it is the name of somebody: it may be a password.
    async fn record_sign_in(
        &self,
        code: AuditCode,
        outcome: Outcome,
        name: Option<&UserName>,
        address: Option<IpAddr>,
    ) -> Result<(), ServiceError> {
        let known = match name {
            Some(name) => self.store().find_user(name).await?.map(|user| user.person.name),
            None => None,
        };
        let event = AuditEvent {
            address: address.map(|address| address.to_string()),
            detail: known.map(|name| ("name".to_owned(), name.to_string())).into_iter().collect(),
            ..AuditEvent::new(self.now(), code, outcome, Actor::Anonymous)
        };
        Ok(self.store().record(&event).await?)
    }
}
