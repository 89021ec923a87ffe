//! The passkeys of whoever asks: registering, naming and removing them.

use domain::audit::{AuditCode, AuditEvent, Outcome};
use domain::id::PasskeyId;
use domain::time::Timestamp;
use store::passkey::{ChallengePurpose, MOST, PasskeyRow};
use webauthn_rs::prelude::{PasskeyRegistration, RegisterPublicKeyCredential, Uuid};

use super::{Passkeys, fault, json, read, read_all};
use crate::step_up::Act;
use crate::{Field, Problem, ServiceError, Viewer};

/// Of a name, in characters.
const NAME: std::ops::RangeInclusive<usize> = 1..=60;

/// What its owner sees of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnPasskey {
    pub id: PasskeyId,
    pub name: String,
    pub created_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

impl Viewer<'_> {
    /// Oldest first. `None`: this portal has an address without a name, or somebody else vouches for this person.
    pub async fn own_passkeys(&self) -> Result<Option<Vec<OwnPasskey>>, ServiceError> {
        if self.passkeys().await.is_err() {
            return Ok(None);
        }
        let rows = self.portal.store().list_passkeys(self.who.person.id).await?;
        let own = |row: PasskeyRow| OwnPasskey {
            id: row.id,
            name: row.name,
            created_at: row.created_at,
            used_at: row.used_at,
        };
        Ok(Some(rows.into_iter().map(own).collect()))
    }

    /// What a browser is to ask an authenticator for, as JSON.
    pub async fn begin_passkey(&self) -> Result<String, ServiceError> {
        let (portal, person) = (self.portal, &self.who.person);
        portal.require_proof(self.who, Act::ChangeSecondFactor).await?;
        let passkeys = self.passkeys().await?;
        let known = read_all(&portal.store().list_passkeys(person.id).await?)?;
        let known = known.iter().map(|key| key.cred_id().clone()).collect();
        let (id, name) = (Uuid::from_u128(person.id.as_u128()), person.name.as_str());
        let (asked, state) = passkeys
            .0
            .start_passkey_registration(id, name, name, Some(known))
            .map_err(|error| fault(error.into()))?;
        let purpose = ChallengePurpose::Add;
        portal.keep_challenge(person.id, &self.who.session, purpose, &state).await?;
        json(&asked)
    }

    /// From now on signing in asks for it.
    pub async fn add_passkey(&self, name: &str, answer: &str) -> Result<(), ServiceError> {
        let (portal, who) = (self.portal, self.who);
        portal.require_proof(who, Act::ChangeSecondFactor).await?;
        let passkeys = self.passkeys().await?;
        let name = named(name)?;
        let (user, now) = (who.person.id, portal.now());
        let purpose = ChallengePurpose::Add;
        let asked = portal.store().take_passkey_challenge(user, &who.session, purpose, now).await?;
        let answer = serde_json::from_str::<RegisterPublicKeyCredential>(answer);
        let (Some(asked), Ok(answer)) = (asked, answer) else {
            return Err(ServiceError::PasskeyRefused);
        };
        let state: PasskeyRegistration = read(&asked)?;
        let key = match passkeys.0.finish_passkey_registration(&answer, &state) {
            Ok(key) => key,
            Err(error) => {
                tracing::warn!(%user, %error, "a passkey was not registered");
                return Err(ServiceError::PasskeyRefused);
            }
        };
        let row = PasskeyRow {
            id: PasskeyId::from_u128(portal.outside().entropy.bits()),
            credential: hex::encode(key.cred_id()),
            name,
            body: json(&key)?,
            created_at: now,
            used_at: None,
        };
        let event = self.event_of(AuditCode::PasskeyAdded, &row.name);
        match portal.store().add_passkey(user, &row, &event).await {
            Err(error) if error.is_conflict() => {
                let many = portal.store().list_passkeys(user).await?.len() >= MOST;
                let problem = Problem::TooMany;
                let full = ServiceError::Invalid { field: Field::PasskeyName, problem };
                // Or it is registered already, with whomever: that is nobody's business.
                Err(if many { full } else { ServiceError::PasskeyRefused })
            }
            added => Ok(added?),
        }
    }

    pub async fn rename_passkey(&self, id: PasskeyId, name: &str) -> Result<(), ServiceError> {
        let name = named(name)?;
        let before = self.find_own(id).await?.name;
        let event =
            AuditEvent { before: Some(before), ..self.event_of(AuditCode::PasskeyRenamed, &name) };
        let (store, user) = (self.portal.store(), self.who.person.id);
        let renamed = store.rename_passkey(user, id, &name, &event).await?;
        if renamed { Ok(()) } else { Err(ServiceError::NotFound) }
    }

    /// Without the last one, and without an app, a password is enough from now on.
    pub async fn remove_passkey(&self, id: PasskeyId) -> Result<(), ServiceError> {
        self.portal.require_proof(self.who, Act::ChangeSecondFactor).await?;
        let name = self.find_own(id).await?.name;
        let event = self.event_of(AuditCode::PasskeyRemoved, &name);
        let (store, user) = (self.portal.store(), self.who.person.id);
        let removed = store.remove_passkey(user, id, &event).await?;
        if removed { Ok(()) } else { Err(ServiceError::NotFound) }
    }

    async fn find_own(&self, id: PasskeyId) -> Result<PasskeyRow, ServiceError> {
        let rows = self.portal.store().list_passkeys(self.who.person.id).await?;
        rows.into_iter().find(|row| row.id == id).ok_or(ServiceError::NotFound)
    }

    fn event_of(&self, code: AuditCode, name: &str) -> AuditEvent {
        AuditEvent {
            detail: vec![("passkey".to_owned(), name.to_owned())],
            ..self.who.event(self.portal.now(), code, Outcome::Succeeded)
        }
    }

    /// Whom somebody else vouches for has second factors there.
    async fn passkeys(&self) -> Result<&Passkeys, ServiceError> {
        if self.portal.store().find_issuer_of(self.who.person.id).await?.is_some() {
            return Err(ServiceError::NoSecondFactor);
        }
        self.portal.settings().passkeys.as_ref().ok_or(ServiceError::NoSecondFactor)
    }
}

/// One line, as people see it.
fn named(name: &str) -> Result<String, ServiceError> {
    let name: String = name.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let problem = match name.chars().count() {
        0 => Problem::Missing,
        chars if !NAME.contains(&chars) => Problem::TooLong,
        _ => return Ok(name),
    };
    Err(ServiceError::Invalid { field: Field::PasskeyName, problem })
}
