//! Passkeys (`WebAuthn`) of local users: a second factor that is bound to the portal's address, so that nobody is talked
//! into giving it away.
//!
//! What an authenticator is asked is kept here, for one session and five minutes, and is taken when an answer comes,
//! whatever that is worth. The authenticator has to have verified the person. A counter that does not grow is a copy.
//! Checked by `webauthn-rs`; this file says for whom, for what, and what is remembered.

mod own;

use std::sync::Arc;
use std::time::Duration;

use domain::id::UserId;
use domain::person::Person;
use store::passkey::{ChallengePurpose, PasskeyRow};
use url::Url;
use webauthn_rs::prelude::{
    Passkey, PasskeyAuthentication, PublicKeyCredential, Webauthn, WebauthnBuilder,
};

pub use own::OwnPasskey;

use crate::{Portal, ServiceError};

/// What an authenticator was asked is answered within this time.
const CHALLENGE_LASTS: Duration = Duration::from_mins(5);

/// Checks what authenticators say to this portal. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Passkeys(Arc<Webauthn>);

impl Passkeys {
    /// For pages of exactly this origin. `None`: its host is an address, which browsers make no passkeys for.
    pub fn of_origin(origin: &str, name: &str) -> Option<Self> {
        let url = Url::parse(origin).ok()?;
        let host = url.domain()?.to_owned();
        let built = WebauthnBuilder::new(&host, &url).ok()?.rp_name(name).timeout(CHALLENGE_LASTS);
        Some(Self(Arc::new(built.build().ok()?)))
    }
}

impl Portal {
    /// Asks the authenticators of somebody who says that they are this person. JSON, as browsers take it.
    pub async fn ask_passkey(&self, user: UserId, session: &str) -> Result<String, ServiceError> {
        let passkeys = self.settings().passkeys.as_ref().ok_or(ServiceError::NoSecondFactor)?;
        let keys = read_all(&self.store().list_passkeys(user).await?)?;
        if keys.is_empty() {
            return Err(ServiceError::NoSecondFactor);
        }
        let (asked, state) =
            passkeys.0.start_passkey_authentication(&keys).map_err(|e| fault(e.into()))?;
        self.keep_challenge(user, session, ChallengePurpose::Prove, &state).await?;
        json(&asked)
    }

    /// Whether an answer proves that it is this person. Whatever it is worth, it cannot be given again.
    pub(crate) async fn is_passkey(
        &self,
        person: &Person,
        session: &str,
        answer: &str,
    ) -> Result<bool, ServiceError> {
        let Some(passkeys) = &self.settings().passkeys else { return Ok(false) };
        let (user, now) = (person.id, self.now());
        let purpose = ChallengePurpose::Prove;
        let asked = self.store().take_passkey_challenge(user, session, purpose, now).await?;
        let (Some(asked), Ok(answer)) =
            (asked, serde_json::from_str::<PublicKeyCredential>(answer))
        else {
            return Ok(false);
        };
        if is_framed(&answer) {
            return Ok(false);
        }
        let rows = self.store().list_passkeys(user).await?;
        let keys = read_all(&rows)?;
        let state: PasskeyAuthentication = read(&asked)?;
        let result = match passkeys.0.finish_passkey_authentication(&answer, &state) {
            Ok(result) => result,
            Err(error) => {
                tracing::warn!(%user, %error, "a passkey was refused");
                return Ok(false);
            }
        };
        // As it is now, not as it was when it was asked: it may have signed or been removed since.
        let found = rows.iter().zip(keys).find(|(_, key)| key.cred_id() == result.cred_id());
        let Some((row, mut key)) = found else { return Ok(false) };
        let changed = key.update_credential(&result).unwrap_or(false);
        // Since it was asked, another answer may have come in with this counter or a later one.
        let is_behind = result.counter() > 0 && !changed;
        if is_behind || !result.user_verified() {
            return Ok(false);
        }
        let body = if changed { json(&key)? } else { row.body.clone() };
        Ok(self.store().use_passkey(user, row, &body, now).await?)
    }

    async fn keep_challenge(
        &self,
        user: UserId,
        session: &str,
        purpose: ChallengePurpose,
        state: &impl serde::Serialize,
    ) -> Result<(), ServiceError> {
        let (now, body) = (self.now(), json(state)?);
        let until = now.plus(CHALLENGE_LASTS);
        let kept = self.store().put_passkey_challenge(user, session, purpose, &body, now, until);
        Ok(kept.await?)
    }
}

/// Pages of ours stand in no frame of others, so nothing is signed in one. The library asks only when a key is made.
fn is_framed(answer: &PublicKeyCredential) -> bool {
    let client: Option<serde_json::Value> =
        serde_json::from_slice(&answer.response.client_data_json).ok();
    client.is_none_or(|client| client["crossOrigin"].as_bool() == Some(true))
}

fn read_all(rows: &[PasskeyRow]) -> Result<Vec<Passkey>, ServiceError> {
    rows.iter().map(|row| read(&row.body)).collect()
}

fn read<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, ServiceError> {
    serde_json::from_str(body).map_err(|error| fault(error.into()))
}

fn json(value: &impl serde::Serialize) -> Result<String, ServiceError> {
    serde_json::to_string(value).map_err(|error| fault(error.into()))
}

fn fault(error: Box<dyn std::error::Error + Send + Sync>) -> ServiceError {
    ServiceError::Fault(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_are_for_the_host_of_one_address() {
        for (origin, usable) in [
            ("https://redis.example.com", true),
            ("https://redis.example.com:8443", true),
            ("http://localhost:3001", true),
            ("http://127.0.0.1:3001", false),
            ("https://[::1]", false),
            ("https://10.0.0.4", false),
            ("not an address", false),
        ] {
            let made = Passkeys::of_origin(origin, "Latchkey");
            assert_eq!(made.is_some(), usable, "{origin}");
            let Some(Passkeys(webauthn)) = made else { continue };
            let origins: Vec<String> = webauthn
                .get_allowed_origins()
                .iter()
                .map(|url| url.origin().ascii_serialization())
                .collect();
            assert_eq!(origins, [origin]);
        }
    }
}
