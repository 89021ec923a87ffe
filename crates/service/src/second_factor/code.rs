//! Codes: of an authenticator app, and the recovery codes that stand in for it, each once.

use std::sync::Arc;

use domain::id::UserId;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use totp_rs::{Builder, Secret, Totp};

use super::key::FactorKey;
use crate::{Entropy, ServiceError};

const RECOVERY_CODES: usize = 10;
/// Without what is mistaken for each other (RFC 4648, small letters).
const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// 80 random bits: nobody tries them out.
const RECOVERY_CHARS: usize = 16;
/// As apps have it.
const STEP_SECONDS: u64 = 30;

/// What an app is told, and what somebody keeps beside it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Enrolment {
    /// Base32.
    secret: String,
    #[serde(default)]
    codes: Vec<String>,
}

impl Enrolment {
    pub(super) fn new(entropy: &Arc<dyn Entropy>) -> Self {
        let (first, second) = (entropy.bits().to_be_bytes(), entropy.bits().to_be_bytes());
        let mut bytes = [0; 20];
        bytes[..16].copy_from_slice(&first);
        bytes[16..].copy_from_slice(&second[..4]);
        let codes = (0..RECOVERY_CODES).map(|_| recovery(entropy.bits()));
        Self { secret: Secret::new(Box::new(bytes)).to_base32(), codes: codes.collect() }
    }

    pub(super) fn open(key: &FactorKey, user: UserId, sealed: &str) -> Result<Self, ServiceError> {
        let text = key.open_sealed(user, sealed);
        text.and_then(|text| serde_json::from_str(&text).ok()).ok_or_else(|| {
            ServiceError::Fault(
                "a second factor is sealed under another key: factor_key_file".into(),
            )
        })
    }

    pub(super) fn seal(
        &self,
        key: &FactorKey,
        user: UserId,
        entropy: &Arc<dyn Entropy>,
    ) -> Result<String, ServiceError> {
        let text = serde_json::to_string(self);
        key.seal(user, &text.map_err(|error| ServiceError::Fault(error.into()))?, entropy)
    }

    /// To be typed into an app that has no camera.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// To be kept.
    pub fn codes(&self) -> &[String] {
        &self.codes
    }

    pub(super) fn without_codes(&self) -> Self {
        Self { codes: Vec::new(), ..self.clone() }
    }

    /// As apps read it from a picture. `issuer` and `account` may hold letters, digits and `. _ - :` only.
    pub fn address(&self, issuer: &str, account: &str) -> String {
        format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period={STEP_SECONDS}",
            self.secret
        )
    }

    /// Of which step a code is: this one, the one before or the one after.
    pub(super) fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        let digits = code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit());
        let seconds = u64::try_from(now.as_secs()).ok()?;
        let step = self.totp()?.check(code, seconds).filter(|_| digits)?;
        i64::try_from(step).ok()
    }

    fn totp(&self) -> Option<Totp> {
        let secret = Secret::try_from_base32(&self.secret).ok()?;
        Builder::new().with_secret(secret).with_step_duration(STEP_SECONDS).build().ok()
    }
}

/// As it is compared: people type spaces, dashes and capitals.
pub(super) fn tidy(code: &str) -> String {
    let kept = code.chars().filter(|c| !c.is_whitespace() && *c != '-').take(64);
    kept.collect::<String>().to_ascii_lowercase()
}

pub(super) fn is_recovery(code: &str) -> bool {
    code.len() == RECOVERY_CHARS && code.bytes().all(|b| LETTERS.contains(&b))
}

/// As stored: of one person's, so that the same code of two is not the same.
pub(super) fn hash(user: UserId, code: &str) -> String {
    hex::encode(Sha256::digest(format!("recovery:{user}:{code}")))
}

/// `abcd-efgh-ijkl-mnop`
fn recovery(bits: u128) -> String {
    let letter = |index: usize| {
        let five = (bits >> (index * 5)) & 31;
        usize::try_from(five)
            .ok()
            .and_then(|five| LETTERS.get(five))
            .map_or('a', |b| char::from(*b))
    };
    let letters: Vec<char> = (0..RECOVERY_CHARS).map(letter).collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::super::key::tests::{entropy, key};
    use super::*;

    /// The secret of RFC 6238, appendix B, whose codes end in these six digits.
    fn of_the_standard() -> Enrolment {
        let secret = Secret::new(Box::new(*b"12345678901234567890")).to_base32();
        Enrolment { secret, codes: Vec::new() }
    }

    #[test]
    fn codes_are_those_of_the_standard_and_of_the_steps_around_now() {
        let enrolment = of_the_standard();
        let step = |code: &str, now: i64| enrolment.step_of(code, Timestamp::from_secs(now));
        for (at, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            assert_eq!(step(code, at), Some(at / 30), "{code}");
            assert_eq!(step(code, at + 30), Some(at / 30), "{code} a step later");
            assert_eq!(step(code, at - 30), Some(at / 30), "{code} a step before");
            assert_eq!(step(code, at + 90), None, "{code} long after");
        }
        for wrong in ["287083", "28708", "2870820", "", "abcdef", "２８７０８２"] {
            assert_eq!(step(wrong, 59), None, "{wrong}");
        }
        assert_eq!(step("287082", -5), None);
    }

    #[test]
    fn recovery_codes_are_ten_and_differ_and_are_found_as_people_type_them() {
        let enrolment = Enrolment::new(&entropy());
        let codes = enrolment.codes();
        assert_eq!(codes.len(), RECOVERY_CODES);
        for (index, code) in codes.iter().enumerate() {
            assert_eq!(code.len(), 19, "{code}");
            assert!(is_recovery(&tidy(code)) && !codes[index + 1..].contains(code), "{code}");
            let typed = format!(" {} ", code.to_uppercase().replace('-', " "));
            let user = UserId::from_u128(1);
            assert_eq!(hash(user, &tidy(&typed)), hash(user, &tidy(code)));
            assert_ne!(hash(user, code), hash(UserId::from_u128(2), code));
        }
        for other in ["123456", "", "abcd-efgh", "abcd-efgh-ijkl-mno1"] {
            assert!(!is_recovery(&tidy(other)), "{other}");
        }
        assert!(enrolment.without_codes().codes().is_empty());
    }

    #[test]
    fn what_is_sealed_comes_out_as_it_went_in() {
        let folder = tempfile::tempdir().unwrap();
        let (key, entropy, user) = (key(&folder, "key"), entropy(), UserId::from_u128(7));
        let enrolment = Enrolment::new(&entropy);
        let sealed = enrolment.seal(&key, user, &entropy).unwrap();
        let opened = Enrolment::open(&key, user, &sealed).unwrap();
        assert_eq!((opened.secret(), opened.codes()), (enrolment.secret(), enrolment.codes()));
        assert!(Enrolment::open(&key, UserId::from_u128(8), &sealed).is_err());
        let address = opened.address("Latchkey", "lin.wei");
        assert!(address.starts_with("otpauth://totp/Latchkey:lin.wei?secret="), "{address}");
    }
}
