//! Who is signing in, told without telling which half was wrong.

pub(crate) mod delay;
mod filter;
mod guessable;
mod password;

use std::net::IpAddr;

use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::id::UserName;
use domain::person::{Grant, Person, Role};
use domain::time::Timestamp;
use secrecy::SecretString;
use store::identity::NO_PASSWORD;
use store::user::User;

pub(crate) use delay::MEMORY as FAILURES_KEPT;
pub use password::{MAX_BYTES, MIN_CHARS, PasswordHasher, check_length as check_password_length};

use crate::second_factor::{FirstStep, HalfSignedIn};
use crate::{Method, Portal, ServiceError};

/// Somebody who is signed in, and from where.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub person: Person,
    /// A short public name of the session.
    pub session: String,
    pub address: Option<IpAddr>,
    pub language: Option<String>,
    pub theme: Option<String>,
    /// When they last proved who they are. Looked for where something is to be done, not where it is looked at.
    pub proven_at: Option<Timestamp>,
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
    /// Checks name and password; whoever has a second factor is not in with that.
    pub async fn sign_in(
        &self,
        name: &str,
        password: SecretString,
        address: Option<IpAddr>,
    ) -> Result<FirstStep, ServiceError> {
        if !self.settings().local_users {
            return Err(ServiceError::LocalSignInOff);
        }
        let user = self.check_password(name, password, address).await?;
        if self.factors_of(user.person.id).await?.any() {
            return Ok(FirstStep::Half(HalfSignedIn { user: user.person.id }));
        }
        Ok(FirstStep::Done(user))
    }

    /// Checks name and password. Unknown and known names cost the same reads and one hash each.
    pub(crate) async fn check_password(
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
        // Whom somebody else vouches for has no password here, whatever is typed.
        let user = user.filter(|user| user.password_hash != NO_PASSWORD);
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

    /// Whether it is this person's password, slowed down after failures like signing in.
    pub(crate) async fn is_password_of(
        &self,
        user: &User,
        password: SecretString,
        address: Option<IpAddr>,
    ) -> Result<bool, ServiceError> {
        let (store, now) = (self.store(), self.now());
        let pair = delay::pair(Some(&user.person.name), address);
        let failures = store.find_sign_in_failures(&pair).await?;
        let wait = delay::remaining(failures, delay::after_pair, now);
        if !wait.is_zero() {
            return Err(ServiceError::SignInThrottled { wait });
        }
        if self.hasher().verify(password, Some(user.password_hash.clone())).await? {
            store.clear_sign_in_failures(&pair).await?;
            return Ok(true);
        }
        store.record_sign_in_failure(&pair, now, now.minus(delay::MEMORY)).await?;
        Ok(false)
    }

    /// Called when the session of somebody who just signed in is stored.
    pub async fn record_signed_in(
        &self,
        who: &SignedIn,
        method: Method,
        factor: Option<&'static str>,
    ) -> Result<(), ServiceError> {
        let said = [("method", Some(method.code())), ("factor", factor)];
        let said = said.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let event = AuditEvent {
            detail: said.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            ..who.event(self.now(), AuditCode::SignInSucceeded, Outcome::Succeeded)
        };
        Ok(self.store().record(&event).await?)
    }

    pub async fn record_signed_out(&self, who: &SignedIn) -> Result<(), ServiceError> {
        Ok(self
            .store()
            .record(&who.event(self.now(), AuditCode::SignedOut, Outcome::Succeeded))
            .await?)
    }

    /// Adds a local user with one role everywhere, at the command line.
    pub async fn add_user(
        &self,
        name: &UserName,
        role: Role,
        password: SecretString,
    ) -> Result<(), ServiceError> {
        let grants = [Grant::over_everything(role)];
        self.people_at_command_line().add(name, &grants, Some(password)).await
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
