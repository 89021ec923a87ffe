//! Passwords at rest: Argon2id, at most a few at a time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::PasswordHasher as _;
use argon2::password_hash::phc::{Output, PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use domain::id::UserName;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{Semaphore, oneshot};

use super::guessable;
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
pub const MAX_BYTES: usize = 1024;

/// Hashes and verifies, off the threads that answer requests.
///
/// On threads of its own, each with memory that it uses again: given back and taken anew, 19 MiB a time, it would be in
/// pieces before long, and the process several times as large.
#[derive(Debug, Clone)]
pub struct PasswordHasher {
    work: Sender<Work>,
    queue: Arc<Semaphore>,
    /// Verified against where there is no such person, so that both answers take the same work.
    decoy: Arc<str>,
    /// Words of the host's name, which no password may be made of.
    place: Arc<[String]>,
}

type Work = Box<dyn FnOnce(&mut Vec<Block>) + Send>;

impl PasswordHasher {
    /// `place`: what is known of where this runs, such as the names of its host.
    pub fn new(place: &[String]) -> Result<Self, ServiceError> {
        let place = place.iter().flat_map(|name| guessable::words_of(name)).collect();
        let decoy = hash("the password of nobody")?;
        let (work, queue) = mpsc::channel();
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..AT_ONCE {
            let queue = queue.clone();
            let thread = std::thread::Builder::new().name("passwords".to_owned());
            thread
                .spawn(move || run_all(&queue))
                .map_err(|error| ServiceError::Fault(error.into()))?;
        }
        let queue = Arc::new(Semaphore::new(WAITING + AT_ONCE));
        Ok(Self { work, queue, decoy: decoy.into(), place })
    }

    /// A PHC string of a new password of this person. Refuses what is too short, absurdly long, or tried first by whoever
    /// guesses.
    pub async fn hash_for(
        &self,
        name: &UserName,
        password: SecretString,
    ) -> Result<String, ServiceError> {
        check_length(&password)?;
        if let Some(problem) = guessable::problem(password.expose_secret(), name, &self.place) {
            return Err(ServiceError::Invalid { field: Field::Password, problem });
        }
        self.run(move |_| hash(password.expose_secret())).await?
    }

    /// Whether the password fits; without a stored hash it never does, and takes as long to say so.
    pub async fn verify(
        &self,
        password: SecretString,
        stored: Option<String>,
    ) -> Result<bool, ServiceError> {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.decoy.as_ref().to_owned());
        let fits =
            self.run(move |memory| verify(password.expose_secret(), &stored, memory)).await?;
        Ok(fits && known)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        let place = self.queue.clone().try_acquire_owned().map_err(|_| ServiceError::SignInBusy)?;
        let (answer, heard) = oneshot::channel();
        let work = move |memory: &mut Vec<Block>| {
            // Nobody is left to hear it. The place was taken all the same: going away makes no room for more.
            if !answer.is_closed() {
                let _ = answer.send(work(memory));
            }
            drop(place);
        };
        self.work
            .send(Box::new(work))
            .map_err(|error| ServiceError::Fault(error.to_string().into()))?;
        heard.await.map_err(|error| ServiceError::Fault(error.into()))
    }
}

/// Until there is nobody left who could have more.
fn run_all(queue: &Mutex<Receiver<Work>>) {
    let mut memory = Vec::new();
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(work) = next else { return };
        // Whoever asked finds no answer; the next one does.
        let _ = catch_unwind(AssertUnwindSafe(|| work(&mut memory)));
    }
}

/// Before any work is done for it.
pub fn check_length(password: &SecretString) -> Result<(), ServiceError> {
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

fn verify(password: &str, stored: &str, memory: &mut Vec<Block>) -> bool {
    let fits = PasswordHash::new(stored).ok().and_then(|stored| fits(password, &stored, memory));
    if fits.is_none() {
        tracing::error!("a stored password hash cannot be read");
    }
    fits.unwrap_or(false)
}

/// `None`: it is no hash of Argon2.
fn fits(password: &str, stored: &PasswordHash, memory: &mut Vec<Block>) -> Option<bool> {
    let (salt, expected) = (stored.salt.as_ref()?, stored.hash.as_ref()?);
    let algorithm = Algorithm::try_from(stored.algorithm.as_str()).ok()?;
    let version = Version::try_from(stored.version?).ok()?;
    // The parameters are those of the stored hash: raising ours later locks nobody out.
    let params = Params::try_from(stored).ok()?;
    memory.resize(memory.len().max(params.block_count()), Block::default());
    let mut computed = vec![0; AsRef::<[u8]>::as_ref(expected).len()];
    Argon2::new(algorithm, version, params)
        .hash_password_into_with_memory(
            password.as_bytes(),
            salt,
            &mut computed,
            memory.as_mut_slice(),
        )
        .ok()?;
    // Compared in constant time: see `Output`.
    Some(Output::new(&computed).ok()? == *expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name() -> UserName {
        "nina".parse().unwrap()
    }

    #[tokio::test]
    async fn a_password_fits_itself_only_and_nobody_has_none() {
        let hasher = PasswordHasher::new(&[]).unwrap();
        let stored = hasher.hash_for(&name(), "correct horse battery".into()).await.unwrap();
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
        let hasher = PasswordHasher::new(&[]).unwrap();
        for (password, problem) in [
            ("short", Problem::TooShort),
            (&"x".repeat(2000), Problem::TooLong),
            ("password1234", Problem::Common),
        ] {
            let refused = hasher.hash_for(&name(), password.into()).await;
            assert!(
                matches!(refused, Err(ServiceError::Invalid { field: Field::Password, problem: p }) if p == problem),
                "{refused:?}"
            );
        }
    }
}
