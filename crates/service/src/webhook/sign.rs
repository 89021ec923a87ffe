//! Signatures of Standard Webhooks: HMAC-SHA256 over id, time and body.

use std::fmt;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use store::key_file::{self, KeyFileError};

/// As Standard Webhooks writes secrets.
const PREFIX: &str = "whsec_";
const LEAST_BYTES: usize = 24;

/// What the receiver knows too.
#[derive(Clone)]
pub struct WebhookSecret(Hmac<Sha256>);

impl WebhookSecret {
    /// A file with `whsec_…`, or 32 random bytes or more as hex or base64.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        let text = std::fs::read_to_string(path).map_err(KeyFileError::Unreadable)?;
        let bytes = match text.trim().strip_prefix(PREFIX) {
            Some(base64) => {
                let bytes = BASE64_STANDARD.decode(base64).ok();
                bytes.filter(|bytes| bytes.len() >= LEAST_BYTES).ok_or(KeyFileError::Malformed)?
            }
            None => key_file::read(path)?,
        };
        Self::of(&bytes).ok_or(KeyFileError::Malformed)
    }

    pub fn of(bytes: &[u8]) -> Option<Self> {
        Hmac::new_from_slice(bytes).ok().map(Self)
    }

    /// `webhook-signature`.
    pub(super) fn sign(&self, id: &str, at_secs: i64, body: &str) -> String {
        let mut mac = self.0.clone();
        mac.update(format!("{id}.{at_secs}.{body}").as_bytes());
        format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that the libraries of Standard Webhooks are tested with.
    #[test]
    fn a_signature_is_what_others_compute() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        std::fs::write(&file, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
        let secret = WebhookSecret::read(&file).unwrap();
        let signature =
            secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(format!("{secret:?}"), "WebhookSecret(…)");
        for wrong in ["", "whsec_", "whsec_AAAA", "whsec_!!", "hunter2"] {
            std::fs::write(&file, wrong).unwrap();
            assert!(WebhookSecret::read(&file).is_err(), "{wrong}");
        }
    }
}
