//! What only the browser knows, and what follows from it: state, nonce and the proof of the code (RFC 7636).

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::Entropy;

/// 256 random bits.
pub(super) struct Secret([u8; 32]);

impl Secret {
    pub fn new(entropy: &Arc<dyn Entropy>) -> Self {
        let mut bytes = [0; 32];
        let (first, second) = bytes.split_at_mut(16);
        first.copy_from_slice(&entropy.bits().to_be_bytes());
        second.copy_from_slice(&entropy.bits().to_be_bytes());
        Self(bytes)
    }

    pub fn of(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// As the cookie holds it.
    pub fn text(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0)
    }

    pub fn state(&self) -> String {
        self.derived("state")
    }

    pub fn nonce(&self) -> String {
        self.derived("nonce")
    }

    pub fn verifier(&self) -> String {
        self.derived("verifier")
    }

    /// Takes as long for every wrong one.
    pub fn is_state(&self, text: &str) -> bool {
        let Ok(bytes) = BASE64_URL_SAFE_NO_PAD.decode(text) else { return false };
        self.mac("state").is_some_and(|mac| mac.verify_slice(&bytes).is_ok())
    }

    fn derived(&self, purpose: &str) -> String {
        let bytes = self.mac(purpose).map(|mac| mac.finalize().into_bytes());
        bytes.map(|bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes)).unwrap_or_default()
    }

    /// A key may be of any length: there always is one.
    fn mac(&self, purpose: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(purpose.as_bytes());
        Some(mac)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_from_a_secret_is_its_own_and_of_the_length_that_the_rules_ask_for() {
        let secret = Secret([7; 32]);
        let same = Secret::of(&secret.text()).unwrap();
        let all = [secret.state(), secret.nonce(), secret.verifier(), secret.text()];
        for (index, one) in all.iter().enumerate() {
            assert_eq!(one.len(), 43, "{one}");
            assert!(!all[index + 1..].contains(one), "{one}");
        }
        assert!(same.is_state(&secret.state()));
        for wrong in ["", "x", &secret.nonce(), &Secret([8; 32]).state(), &secret.state()[1..]] {
            assert!(!secret.is_state(wrong), "{wrong}");
        }
        for broken in ["", "x", "!", &secret.text()[1..], &format!("{}A", secret.text())] {
            assert!(Secret::of(broken).is_none(), "{broken}");
        }
    }
}
