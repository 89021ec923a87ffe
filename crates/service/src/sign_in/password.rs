//! Passwords at rest: Argon2id, at most a few at a time.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::ServiceError;
use crate::error::{Field, Problem};

/// 19 MiB, two passes, one lane: OWASP's recommendation for Argon2id.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// So many hash at once; each holds 19 MiB and a core.
const AT_ONCE: usize = 2;
/// So many wait for a turn; more are told to come back.
const WAITING: usize = 32;

pub const MIN_CHARS: usize = 12;
/// Beyond this nobody types; hashing it would only cost.
const MAX_BYTES: usize = 1024;

/// Hashes and verifies, off the threads that answer requests.
#[derive(Debug, Clone)]
pub struct PasswordHasher {
    turns: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    /// Verified against where there is no such person, so that both answers take the same work.
    decoy: Arc<str>,
}

impl PasswordHasher {
    pub fn new() -> Result<Self, ServiceError> {
        let decoy = hash("the password of nobody")?;
        Ok(Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            queue: Arc::new(Semaphore::new(WAITING + AT_ONCE)),
            decoy: decoy.into(),
        })
    }

    /// A PHC string. Refuses passwords that are too short or absurdly long.
    pub async fn hash(&self, password: SecretString) -> Result<String, ServiceError> {
        check_length(&password)?;
        self.run(move || hash(password.expose_secret())).await?
    }

    /// Whether the password fits; without a stored hash it never does, and takes as long to say so.
    pub async fn verify(
        &self,
        password: SecretString,
        stored: Option<String>,
    ) -> Result<bool, ServiceError> {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.decoy.as_ref().to_owned());
        let fits = self.run(move || verify(password.expose_secret(), &stored)).await?;
        Ok(fits && known)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        let _place = self.queue.try_acquire().map_err(|_| ServiceError::SignInBusy)?;
        let _turn =
            self.turns.acquire().await.map_err(|error| ServiceError::Fault(error.into()))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| ServiceError::Fault(error.into()))
    }
}

/// Before any work is done for it.
fn check_length(password: &SecretString) -> Result<(), ServiceError> {
    let invalid = |problem| Err(ServiceError::Invalid { field: Field::Password, problem });
    match password.expose_secret() {
        short if short.chars().count() < MIN_CHARS => invalid(Problem::TooShort),
        long if long.len() > MAX_BYTES => invalid(Problem::TooLong),
        _ => Ok(()),
    }
}

fn argon2() -> Result<Argon2<'static>, ServiceError> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None)
        .map_err(|error| ServiceError::Fault(error.to_string().into()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str) -> Result<String, ServiceError> {
    let hash = argon2()?.hash_password(password.as_bytes());
    Ok(hash.map_err(|error| ServiceError::Fault(error.to_string().into()))?.to_string())
}

fn verify(password: &str, stored: &str) -> bool {
    let Ok(stored) = PasswordHash::new(stored) else {
        tracing::error!("a stored password hash cannot be read");
        return false;
    };
    // The parameters are those of the stored hash: raising ours later locks nobody out.
    Argon2::default().verify_password(password.as_bytes(), &stored).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_itself_only_and_nobody_has_none() {
        let hasher = PasswordHasher::new().unwrap();
        let stored = hasher.hash("correct horse battery".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        let verify = async |password: &str, stored: Option<&String>| {
            hasher.verify(password.into(), stored.cloned()).await.unwrap()
        };
        assert!(verify("correct horse battery", Some(&stored)).await);
        assert!(!verify("correct horse batterY", Some(&stored)).await);
        assert!(!verify("the password of nobody", None).await);
        assert!(!verify("x", Some(&"not a hash".to_owned())).await);
    }

    #[tokio::test]
    async fn a_short_or_absurd_password_is_refused() {
        let hasher = PasswordHasher::new().unwrap();
        for (password, problem) in
            [("short", Problem::TooShort), (&"x".repeat(2000), Problem::TooLong)]
        {
            let refused = hasher.hash(password.into()).await;
            assert!(
                matches!(refused, Err(ServiceError::Invalid { field: Field::Password, problem: p }) if p == problem),
                "{refused:?}"
            );
        }
    }
}
