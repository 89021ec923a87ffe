//! The second factor of local users: codes of an authenticator app (TOTP, RFC 6238), recovery codes, and passkeys.
//!
//! Whoever has one and signs in with a password is nobody yet: a [`HalfSignedIn`] has no session, and the code is asked
//! for. A code counts once, and none of before it; wrong ones slow the person's codes down, wherever they come from.
//! Secrets are sealed under a key that is not in the database ([`FactorKey`]).

mod code;
mod key;

use std::net::IpAddr;

use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::id::{UserId, UserName};
use domain::person::{Person, Role};
use store::user::User;

pub use code::Enrolment;
pub use key::FactorKey;

use crate::error::{Field, Problem};
use crate::sign_in::delay;
use crate::step_up::Act;
use crate::{Portal, ServiceError, SignedIn, Viewer};

/// The password was right; who they are is not proven yet.
#[derive(Debug, Clone)]
pub struct HalfSignedIn {
    pub user: UserId,
}

/// Which second factors somebody has that count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Factors {
    /// Of an app; or a recovery code.
    pub code: bool,
    pub passkey: bool,
}

impl Factors {
    pub const fn any(self) -> bool {
        self.code || self.passkey
    }
}

/// What somebody shows of a second factor.
#[derive(Debug, Clone, Copy)]
pub enum FactorProof<'a> {
    Code(&'a str),
    /// What a browser says that an authenticator answered, to what this session was asked.
    Passkey {
        session: &'a str,
        answer: &'a str,
    },
}

impl FactorProof<'_> {
    /// Stable.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Code(_) => "code",
            Self::Passkey { .. } => "passkey",
        }
    }
}

/// What signing in with a password comes to.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "one is made for each sign-in, and taken apart at once"
)]
pub enum FirstStep {
    Done(User),
    /// A second factor is needed.
    Half(HalfSignedIn),
}

/// What somebody sees of their own.
#[derive(Debug, Clone)]
pub enum OwnFactor {
    /// The portal has no key to keep secrets under.
    Unavailable,
    /// Somebody else vouches for this person.
    Elsewhere,
    None,
    /// Begun: what the app is to be told.
    Begun(Enrolment),
    Active {
        codes_left: i64,
    },
}

impl Portal {
    /// What this person has. Told only to whoever gave the password.
    pub async fn factors_of(&self, user: UserId) -> Result<Factors, ServiceError> {
        let factor = self.store().find_second_factor(user).await?;
        Ok(Factors {
            code: factor.is_some_and(|factor| factor.confirmed_at.is_some()),
            passkey: !self.store().list_passkeys(user).await?.is_empty(),
        })
    }

    /// The second step. `Ok`: they are who they said.
    pub async fn finish_half(
        &self,
        half: &HalfSignedIn,
        proof: FactorProof<'_>,
        address: Option<IpAddr>,
    ) -> Result<Person, ServiceError> {
        let person = self.store().find_active_person(half.user).await?;
        let person = person.ok_or(ServiceError::SignInRefused)?;
        self.check_factor(&person, proof, address).await?;
        Ok(person)
    }

    /// Refuses what is wrong or was used, and slows down whoever tries much.
    pub(crate) async fn check_factor(
        &self,
        person: &Person,
        proof: FactorProof<'_>,
        address: Option<IpAddr>,
    ) -> Result<(), ServiceError> {
        let (now, store) = (self.now(), self.store());
        // Whoever is asked for it has given the password: such a person is slowed down everywhere.
        let subject = format!("code:{}", person.id);
        let failures = store.find_sign_in_failures(&subject).await?;
        let mut wait = delay::remaining(failures, delay::after_code, now);
        // Counted before it is looked at, and one at a time: many tries at once are no way around the delay.
        if wait.is_zero()
            && !store.count_try(&subject, failures, now, now.minus(delay::MEMORY)).await?
        {
            wait = delay::AFTER_ANOTHER;
        }
        if !wait.is_zero() {
            self.record_code(AuditCode::SignInThrottled, person, address).await?;
            return Err(ServiceError::SignInThrottled { wait });
        }
        let (holds, refusal) = match proof {
            FactorProof::Code(code) => {
                (self.is_code(person, code, address).await?, ServiceError::CodeRefused)
            }
            FactorProof::Passkey { session, answer } => {
                (self.is_passkey(person, session, answer).await?, ServiceError::PasskeyRefused)
            }
        };
        if !holds {
            self.record_code(AuditCode::SecondFactorRefused, person, address).await?;
            return Err(refusal);
        }
        store.clear_sign_in_failures(&subject).await?;
        Ok(())
    }

    async fn is_code(
        &self,
        person: &Person,
        code: &str,
        address: Option<IpAddr>,
    ) -> Result<bool, ServiceError> {
        let Some(factor) = self.store().find_second_factor(person.id).await? else {
            return Ok(false);
        };
        if factor.confirmed_at.is_none() {
            return Ok(false);
        }
        let code = code::tidy(code);
        if code::is_recovery(&code) {
            let event = self.code_event(AuditCode::RecoveryCodeUsed, person, address);
            let hash = code::hash(person.id, &code);
            return Ok(self.store().use_recovery_code(person.id, &hash, &event).await?);
        }
        let key = self.settings().factor_key.as_ref().ok_or(ServiceError::NoSecondFactor)?;
        let enrolment = Enrolment::open(key, person.id, &factor.sealed)?;
        match enrolment.step_of(&code, self.now()) {
            Some(step) => Ok(self.store().use_step(person.id, step).await?),
            None => Ok(false),
        }
    }

    fn code_event(&self, code: AuditCode, person: &Person, address: Option<IpAddr>) -> AuditEvent {
        let actor = Actor::Person { id: person.id, name: person.name.clone() };
        AuditEvent {
            address: address.map(|address| address.to_string()),
            ..AuditEvent::new(self.now(), code, Outcome::Succeeded, actor)
        }
    }

    async fn record_code(
        &self,
        code: AuditCode,
        person: &Person,
        address: Option<IpAddr>,
    ) -> Result<(), ServiceError> {
        // Nobody is proven to be that person.
        let event = AuditEvent {
            outcome: Outcome::Refused,
            actor: Actor::Anonymous,
            detail: vec![("name".to_owned(), person.name.to_string())],
            ..self.code_event(code, person, address)
        };
        Ok(self.store().record(&event).await?)
    }

    /// Takes all second factors of somebody who lost them away: an admin who proved who they are.
    pub async fn take_second_factor(
        &self,
        who: &SignedIn,
        name: &UserName,
    ) -> Result<(), ServiceError> {
        self.require(who, Role::Admin, "take-second-factor").await?;
        self.require_proof(who, Act::ChangeSecondFactor).await?;
        let event = AuditEvent {
            detail: vec![("name".to_owned(), name.to_string())],
            ..who.event(self.now(), AuditCode::SecondFactorRemoved, Outcome::Succeeded)
        };
        self.remove_factor_of(name, &event).await
    }

    /// The same at the server's command line.
    pub async fn take_second_factor_here(&self, name: &UserName) -> Result<(), ServiceError> {
        let event = AuditEvent {
            detail: vec![("name".to_owned(), name.to_string())],
            ..AuditEvent::new(
                self.now(),
                AuditCode::SecondFactorRemoved,
                Outcome::Succeeded,
                Actor::CommandLine,
            )
        };
        self.remove_factor_of(name, &event).await
    }

    async fn remove_factor_of(
        &self,
        name: &UserName,
        event: &AuditEvent,
    ) -> Result<(), ServiceError> {
        let user = self.store().find_user(name).await?.ok_or(ServiceError::NotFound)?;
        let removed = self.store().take_second_factors(user.person.id, event).await?;
        if removed { Ok(()) } else { Err(ServiceError::NotFound) }
    }
}

impl Viewer<'_> {
    /// What this person has of their own.
    pub async fn own_factor(&self) -> Result<OwnFactor, ServiceError> {
        let id = self.who.person.id;
        if self.portal.store().find_issuer_of(id).await?.is_some() {
            return Ok(OwnFactor::Elsewhere);
        }
        let Some(key) = &self.portal.settings().factor_key else {
            return Ok(OwnFactor::Unavailable);
        };
        Ok(match self.portal.store().find_second_factor(id).await? {
            None => OwnFactor::None,
            Some(factor) if factor.confirmed_at.is_some() => {
                OwnFactor::Active { codes_left: factor.codes_left }
            }
            Some(factor) => OwnFactor::Begun(Enrolment::open(key, id, &factor.sealed)?),
        })
    }

    /// Makes a secret and recovery codes, which count once a code of the app was shown.
    pub async fn begin_factor(&self) -> Result<(), ServiceError> {
        let (portal, who) = (self.portal, self.who);
        portal.require_proof(who, Act::ChangeSecondFactor).await?;
        if portal.store().find_issuer_of(who.person.id).await?.is_some() {
            return Err(ServiceError::NoSecondFactor);
        }
        let key = portal.settings().factor_key.as_ref().ok_or(ServiceError::NoSecondFactor)?;
        let entropy = &portal.outside().entropy;
        let sealed = Enrolment::new(entropy).seal(key, who.person.id, entropy)?;
        let begun = portal.store().begin_second_factor(who.person.id, &sealed, portal.now()).await;
        begun.map_err(
            |error| {
                if error.is_conflict() { ServiceError::Overtaken } else { error.into() }
            },
        )
    }

    /// The app shows a code that fits: from now on signing in asks for one.
    pub async fn confirm_factor(&self, code: &str) -> Result<(), ServiceError> {
        let (portal, who) = (self.portal, self.who);
        portal.require_proof(who, Act::ChangeSecondFactor).await?;
        let key = portal.settings().factor_key.as_ref().ok_or(ServiceError::NoSecondFactor)?;
        let found = portal.store().find_second_factor(who.person.id).await?;
        let found = found.filter(|factor| factor.confirmed_at.is_none());
        let found = found.ok_or(ServiceError::Overtaken)?;
        let enrolment = Enrolment::open(key, who.person.id, &found.sealed)?;
        let Some(step) = enrolment.step_of(&code::tidy(code), portal.now()) else {
            return Err(ServiceError::Invalid { field: Field::Code, problem: Problem::Mismatch });
        };
        let hashes: Vec<String> = enrolment
            .codes()
            .iter()
            .map(|code| code::hash(who.person.id, &code::tidy(code)))
            .collect();
        let entropy = &portal.outside().entropy;
        let sealed = enrolment.without_codes().seal(key, who.person.id, entropy)?;
        let event = who.event(portal.now(), AuditCode::SecondFactorAdded, Outcome::Succeeded);
        let confirmed = portal
            .store()
            .confirm_second_factor(who.person.id, &found.sealed, &sealed, step, &hashes, &event)
            .await;
        confirmed.map_err(
            |error| {
                if error.is_conflict() { ServiceError::Overtaken } else { error.into() }
            },
        )
    }

    /// From now on a password is enough.
    pub async fn remove_factor(&self) -> Result<(), ServiceError> {
        let (portal, who) = (self.portal, self.who);
        portal.require_proof(who, Act::ChangeSecondFactor).await?;
        let event = who.event(portal.now(), AuditCode::SecondFactorRemoved, Outcome::Succeeded);
        portal.store().remove_second_factor(who.person.id, &event).await?;
        Ok(())
    }

    /// Who has one: for admins, and nobody for all others.
    pub async fn list_people_with_factor(&self) -> Result<Vec<UserName>, ServiceError> {
        if !self.who.person.may_everywhere(Role::Admin) {
            return Ok(Vec::new());
        }
        Ok(self.portal.store().list_people_with_second_factor().await?)
    }
}
