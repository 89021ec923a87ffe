//! What programs say in place of people.
//!
//! A token is `lk_`, 64 hex digits of 256 random bits, and 8 of a checksum, by which whoever searches texts for secrets
//! finds it, and by which what is none is refused without a look at the memory. Only the SHA-256 of it is kept: the bits
//! cannot be guessed, so nothing slower is needed, and whoever looks a hash up learns nothing by how long it took.

use std::net::IpAddr;
use std::time::Duration;

use domain::audit::{AuditCode, AuditEvent, Outcome};
use domain::id::TokenId;
use domain::person::{Area, Role, Scope};
use domain::time::Timestamp;
use domain::token::{ApiToken, LONGEST_LIFETIME, SHORTEST_LIFETIME, TokenLabel, short_name};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest, Sha256};

use crate::{Act, Field, Portal, Problem, ServiceError, SignedIn, Viewer};

const PREFIX: &str = "lk_";
const RANDOM: usize = 64;
const CHECK: usize = 8;
/// A use is noted no more often than this.
const TOUCH_EVERY: Duration = Duration::from_mins(1);

/// What a person wants of a token.
#[derive(Debug, Clone)]
pub struct NewToken {
    pub label: TokenLabel,
    /// The most it may.
    pub role: Role,
    /// Where, of what the person sees.
    pub area: Area,
    pub lasts: Duration,
}

/// A token that was just made: the only time that its secret is known.
#[derive(Debug)]
pub struct MadeToken {
    pub id: TokenId,
    secret: SecretString,
}

impl MadeToken {
    /// For the one who made it, once.
    pub fn reveal(&self) -> &str {
        self.secret.expose_secret()
    }
}

/// By which a token is found. Lets nobody in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenHash(String);

impl TokenHash {
    /// `None`: this is no token of anybody.
    pub fn of(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(PREFIX)?;
        let is_hex = rest.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if rest.len() != RANDOM + CHECK || !is_hex {
            return None;
        }
        let (random, check) = rest.split_at_checked(RANDOM)?;
        (check == checksum(random)).then(|| Self(hex::encode(Sha256::digest(text))))
    }
}

fn checksum(random: &str) -> String {
    let mut digest = hex::encode(Sha256::digest(random));
    digest.truncate(CHECK);
    digest
}

impl Portal {
    /// Whoever a token stands for, now, with the lesser role; notes that it was used. `None`: it is not, or not any
    /// more, good for anything.
    pub async fn find_token_holder(
        &self,
        hash: &TokenHash,
        address: Option<IpAddr>,
    ) -> Result<Option<SignedIn>, ServiceError> {
        let now = self.now();
        let Some((token, person)) = self.store().find_live_token(&hash.0, now).await? else {
            return Ok(None);
        };
        let who = SignedIn {
            person: person.limited_to(token.role, &token.scope),
            session: token.short_name(),
            address,
            language: None,
            theme: None,
            // Whoever made it proved who they are, and said how much it may.
            proven_at: Some(self.session_now()),
        };
        self.note_use(&token, &who, now).await;
        Ok(Some(who))
    }

    /// Where it cannot be noted, reading goes on: whatever changes something keeps a record of its own, or fails.
    async fn note_use(&self, token: &ApiToken, who: &SignedIn, now: Timestamp) {
        let address = who.address.map(|address| address.to_string());
        let lately = token.used_at.is_some_and(|used| now.since(used) < TOUCH_EVERY);
        if lately && token.used_from == address {
            return;
        }
        let new_place = about(token, who, now, AuditCode::TokenNewAddress);
        let noted = self.store().use_token(token.id, address.as_deref(), now, &new_place).await;
        if let Err(error) = noted {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                token = token.short_name(),
                "the use of a token could not be noted"
            );
        }
    }
}

impl Viewer<'_> {
    /// One's own; an admin's list holds everybody's.
    pub async fn list_tokens(&self) -> Result<Vec<ApiToken>, ServiceError> {
        let everybody = self.who.person.may_everywhere(Role::Admin);
        let whose = (!everybody).then_some(self.who.person.id);
        Ok(self.portal.store().list_tokens(whose).await?)
    }

    /// A token of one's own, with no more than one may oneself.
    pub async fn make_token(&self, new: NewToken) -> Result<MadeToken, ServiceError> {
        let (portal, who) = (self.portal, self.who);
        let invalid = |field, problem| Err(ServiceError::Invalid { field, problem });
        portal.require(who, new.role, "make-token").await?;
        if new.lasts < SHORTEST_LIFETIME {
            return invalid(Field::ExpiresIn, Problem::TooShort);
        }
        if new.lasts > LONGEST_LIFETIME {
            return invalid(Field::ExpiresIn, Problem::TooLong);
        }
        let Some(scope) = part(&who.person.sees(), &new.area) else {
            return Err(portal.deny(who, new.role, "make-token", None).await?);
        };
        portal.require_proof(who, Act::MakeToken).await?;
        let secret = new_secret(portal);
        let hash = TokenHash::of(&secret)
            .ok_or_else(|| ServiceError::Fault("a token of our own is none".into()))?;
        let now = portal.now();
        let token = ApiToken {
            id: portal.outside().token_id(),
            person: who.person.id,
            person_name: who.person.name.clone(),
            label: new.label,
            role: new.role,
            scope,
            made_at: now,
            expires_at: now.plus(new.lasts),
            used_at: None,
            used_from: None,
            revoked_at: None,
        };
        let event = about(&token, who, now, AuditCode::TokenMade);
        match portal.store().make_token(&token, &hash.0, &event).await {
            Err(store::Error::Conflict) => invalid(Field::Label, Problem::TooMany),
            Err(error) => Err(error.into()),
            Ok(()) => Ok(MadeToken { id: token.id, secret: secret.into() }),
        }
    }

    /// Ends a token for good: one's own, or, for an admin, anybody's. Ended already, it is ended.
    pub async fn revoke_token(&self, id: TokenId) -> Result<(), ServiceError> {
        let (portal, who) = (self.portal, self.who);
        let token = portal.store().find_token(id).await?.ok_or(ServiceError::NotFound)?;
        if token.person != who.person.id {
            portal.require(who, Role::Admin, "revoke-token").await?;
        }
        let now = portal.now();
        let event = about(&token, who, now, AuditCode::TokenRevoked);
        portal.store().revoke_token(id, now, &event).await?;
        Ok(())
    }
}

/// What of `own` is in `area`. `None`: nothing, and that would be good for nothing.
fn part(own: &Scope, area: &Area) -> Option<Scope> {
    if area.is_everything() {
        return Some(own.clone());
    }
    let both = own.meet(area);
    (!both.is_empty()).then(|| Scope::of(&both))
}

fn new_secret(portal: &Portal) -> String {
    let entropy = &portal.outside().entropy;
    let random = format!("{:032x}{:032x}", entropy.bits(), entropy.bits());
    let check = checksum(&random);
    format!("{PREFIX}{random}{check}")
}

fn about(token: &ApiToken, who: &SignedIn, at: Timestamp, code: AuditCode) -> AuditEvent {
    let detail = [
        ("token", short_name(token.id)),
        ("label", token.label.to_string()),
        ("of", token.person_name.to_string()),
        ("role", token.role.code().to_owned()),
        ("expires_at", token.expires_at.as_millis().to_string()),
    ];
    AuditEvent {
        detail: detail.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        ..who.event(at, code, Outcome::Succeeded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_its_checksum_is_looked_for() {
        let random = "0123456789abcdef".repeat(4);
        let good = format!("{PREFIX}{random}{}", checksum(&random));
        assert_eq!(good.len(), 75);
        let hash = TokenHash::of(&good).unwrap();
        assert_eq!(hash, TokenHash(hex::encode(Sha256::digest(&good))));
        for place in 0..good.len() {
            let mut bytes = good.clone().into_bytes();
            bytes[place] = if bytes[place] == b'0' { b'1' } else { b'0' };
            let other = String::from_utf8(bytes).unwrap();
            assert_eq!(TokenHash::of(&other), None, "{other}");
        }
        let upper = good.to_uppercase();
        for other in ["", "lk_", &good[..74], &format!("{good}0"), &format!(" {good}"), &upper] {
            assert_eq!(TokenHash::of(other), None, "{other}");
        }
        assert_eq!(TokenHash::of(&format!("lk_{}é", "0".repeat(70))), None);
    }
}
