//! The key that secrets of second factors are sealed under (ChaCha20-Poly1305, bound to the person).

use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use domain::id::UserId;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use store::key_file::{self, KeyFileError};

use crate::{Entropy, ServiceError};

/// Cheap to clone.
#[derive(Clone)]
pub struct FactorKey(Arc<LessSafeKey>);

impl FactorKey {
    /// `make`: where there is none, one is made.
    pub fn open(path: &Path, make: bool) -> Result<Self, KeyFileError> {
        let bytes = if make { key_file::read_or_make(path) } else { key_file::read(path) }?;
        let bytes = bytes.get(..32).ok_or(KeyFileError::Malformed)?;
        let key =
            UnboundKey::new(&CHACHA20_POLY1305, bytes).map_err(|_| KeyFileError::Malformed)?;
        Ok(Self(Arc::new(LessSafeKey::new(key))))
    }

    pub(super) fn seal(
        &self,
        user: UserId,
        text: &str,
        entropy: &Arc<dyn Entropy>,
    ) -> Result<String, ServiceError> {
        let mut nonce = [0; NONCE_LEN];
        nonce.copy_from_slice(&entropy.bits().to_be_bytes()[..NONCE_LEN]);
        let mut sealed = text.as_bytes().to_vec();
        let bound = Aad::from(user.as_u128().to_be_bytes());
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound, &mut sealed)
            .map_err(|_| ServiceError::Fault("a secret could not be sealed".into()))?;
        Ok(BASE64_STANDARD_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    /// `None`: sealed under another key, for somebody else, or edited.
    pub(super) fn open_sealed(&self, user: UserId, sealed: &str) -> Option<String> {
        let mut bytes = BASE64_STANDARD_NO_PAD.decode(sealed).ok()?;
        let (nonce, rest) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let bound = Aad::from(user.as_u128().to_be_bytes());
        let text = self.0.open_in_place(nonce, bound, rest).ok()?;
        String::from_utf8(text.to_vec()).ok()
    }
}

impl std::fmt::Debug for FactorKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FactorKey(…)")
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    pub struct Counting(AtomicU64);

    impl Entropy for Counting {
        fn bits(&self) -> u128 {
            // As different as what is counted.
            u128::from(self.0.fetch_add(1, Ordering::Relaxed))
                .wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
        }
    }

    pub fn entropy() -> Arc<dyn Entropy> {
        Arc::new(Counting(AtomicU64::new(1)))
    }

    pub fn key(folder: &tempfile::TempDir, name: &str) -> FactorKey {
        FactorKey::open(&folder.path().join(name), true).unwrap()
    }

    #[test]
    fn a_secret_is_opened_with_its_key_for_its_person_and_unedited() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other, entropy) = (key(&folder, "one"), key(&folder, "other"), entropy());
        let (lin, wang) = (UserId::from_u128(1), UserId::from_u128(2));
        let sealed = one.seal(lin, "the secret", &entropy).unwrap();
        assert!(!sealed.contains("secret"));
        assert_ne!(sealed, one.seal(lin, "the secret", &entropy).unwrap());
        assert_eq!(one.open_sealed(lin, &sealed).as_deref(), Some("the secret"));
        assert_eq!(one.open_sealed(wang, &sealed), None);
        assert_eq!(other.open_sealed(lin, &sealed), None);
        let mut edited = sealed.clone().into_bytes();
        edited[20] = if edited[20] == b'A' { b'B' } else { b'A' };
        for bad in ["", "AAAA", &sealed[..30], &String::from_utf8(edited).unwrap()] {
            assert_eq!(one.open_sealed(lin, bad), None, "{bad}");
        }
        // The same file is the same key.
        assert!(key(&folder, "one").open_sealed(lin, &sealed).is_some());
    }
}
