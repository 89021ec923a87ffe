//! New passwords: one's own, knowing the old one, and by a link that somebody who may was given, once.

use std::time::Duration;

use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::id::UserName;
use domain::time::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use store::identity::NO_PASSWORD;
use store::reset_link::NewResetLink;

use crate::error::{Field, Problem};
use crate::people::named;
use crate::{People, Portal, ServiceError, SignedIn, Viewer};

const LINK_LASTS: Duration = Duration::from_hours(24);

/// What stands in a link. Whoever has it can set the password, once; it is stored nowhere.
#[derive(Debug, Clone)]
pub struct ResetLink {
    pub secret: SecretString,
    pub expires_at: Timestamp,
}

impl Viewer<'_> {
    /// Sets this person's password, and ends all of their sessions but this one. Failures count like those of signing in.
    pub async fn change_password(
        &self,
        old: SecretString,
        new: SecretString,
    ) -> Result<(), ServiceError> {
        let Viewer { portal, who } = *self;
        let user = portal.store().find_user(&who.person.name).await?;
        let user = user.ok_or(ServiceError::NotFound)?;
        if !portal.is_password_of(&user, old, who.address).await? {
            let (field, problem) = (Field::OldPassword, Problem::Mismatch);
            return Err(ServiceError::Invalid { field, problem });
        }
        let hash = portal.hasher().hash_for(&who.person.name, new).await?;
        let event = who.event(portal.now(), AuditCode::PasswordChanged, Outcome::Succeeded);
        let (id, seen) = (who.person.id, &user.password_hash);
        let changed = portal.store().change_password(id, seen, &hash, &who.session, &event).await?;
        if changed { Ok(()) } else { Err(ServiceError::Overtaken) }
    }
}

impl People<'_> {
    /// A link for somebody to set their password by. Their sessions end now, and links from before do nothing more.
    pub async fn make_reset_link(&self, name: &UserName) -> Result<ResetLink, ServiceError> {
        let user = self.get(name).await?;
        if user.disabled_at.is_some() {
            return Err(ServiceError::Overtaken);
        }
        if user.password_hash == NO_PASSWORD {
            return Err(ServiceError::NoPassword);
        }
        self.prove().await?;
        let (portal, secret) = (self.portal, self.portal.outside().secret());
        let at = portal.now();
        let expires_at = at.plus(LINK_LASTS);
        let event = AuditEvent {
            detail: named("name", name.as_str()),
            ..self.event(at, AuditCode::ResetLinkMade)
        };
        let token_hash = hashed(&secret);
        let link = NewResetLink { token_hash: &token_hash, user: user.person.id, expires_at };
        portal.store().make_reset_link(&link, &event).await?;
        Ok(ResetLink { secret: secret.into(), expires_at })
    }
}

impl Portal {
    /// Whose link it is; `None`: it was used, is over, or is none.
    pub async fn find_reset(
        &self,
        secret: &SecretString,
    ) -> Result<Option<UserName>, ServiceError> {
        let token_hash = hashed(secret.expose_secret());
        let found = self.store().find_reset_link(&token_hash, self.now()).await?;
        Ok(found.map(|user| user.person.name))
    }

    /// Sets a password by a link, and ends every session of the person.
    pub async fn reset_password(
        &self,
        secret: &SecretString,
        new: SecretString,
        who: Option<&SignedIn>,
        address: Option<std::net::IpAddr>,
    ) -> Result<(), ServiceError> {
        let token_hash = hashed(secret.expose_secret());
        let found = self.store().find_reset_link(&token_hash, self.now()).await?;
        let user = found.ok_or(ServiceError::LinkOver)?.person;
        let hash = self.hasher().hash_for(&user.name, new).await?;
        let actor = who.map_or(Actor::Anonymous, SignedIn::actor);
        let event = AuditEvent {
            address: address.map(|address| address.to_string()),
            detail: named("name", user.name.as_str()),
            ..AuditEvent::new(self.now(), AuditCode::PasswordReset, Outcome::Succeeded, actor)
        };
        // Of two who come at once one is too late.
        let first = self.store().use_reset_link(&token_hash, &hash, &event).await?;
        if first { Ok(()) } else { Err(ServiceError::LinkOver) }
    }
}

/// A secret of 128 random bits needs no slow hash.
fn hashed(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}
