//! A source that stands in a file: read again before every request, so that what somebody wrote into it counts at once.
//!
//! What the file led to is kept as long as the file is the same, so that a session is not fetched for every request.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::plan::{Plan, Reach};
use super::{Credential, CredentialError, CredentialProvider};

#[derive(Default, Clone)]
pub(super) struct Reread(Arc<Mutex<Option<Known>>>);

struct Known {
    file: Fingerprint,
    provider: Arc<dyn CredentialProvider>,
}

type Fingerprint = [u8; 32];

impl Reread {
    /// Whoever gives the key that `path` says. `parse` is asked only if the file has changed.
    pub(super) async fn provider(
        &self,
        path: &Path,
        reach: Option<&Reach>,
        parse: impl FnOnce(&[u8]) -> Result<Plan, CredentialError>,
    ) -> Result<Arc<dyn CredentialProvider>, CredentialError> {
        let text = tokio::fs::read(path).await.map_err(|error| unreadable(path, &error))?;
        let file: Fingerprint = Sha256::digest(&text).into();
        // Between looking and writing nobody waits, so the lock is held through both.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.as_ref().filter(|known| known.file == file) {
            return Ok(Arc::clone(&known.provider));
        }
        let provider = parse(&text)?.provider(reach)?;
        *known = Some(Known { file, provider: Arc::clone(&provider) });
        Ok(provider)
    }

    pub(super) fn discard(&self, credential: &Credential) {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*known {
            known.provider.discard(credential);
        }
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> CredentialError {
    CredentialError::Unreadable { path: PathBuf::from(path), kind: error.kind() }
}
