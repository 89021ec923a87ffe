//! Keeps a credential that has to be fetched, and fetches the next one before it expires.
//!
//! While the old one is good nobody waits: it is renewed beside the requests, and if that fails it is used until it
//! really expires. Where there is none, one caller fetches and the others wait for it. A failure is remembered for a
//! moment, so that a fleet of callers does not become a storm on whoever already said no.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::time::Timestamp;

use super::{Credential, CredentialError, CredentialProvider, SessionName};
use crate::clock::Clock;
use crate::network::Network;
use crate::nonce::NonceSource;

/// Renewed so long before it expires, as the official libraries do.
const EARLY: Duration = Duration::from_mins(15);
/// A key that came is used for this long at least, whatever it says of its own end and whoever wants it gone.
const LEAST_USE: Duration = Duration::from_secs(10);
/// What came expired by our clock is good for so long: it is our clock that must be wrong.
const BY_A_WRONG_CLOCK: Duration = Duration::from_mins(1);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A source whose credential is kept until shortly before it expires. Cheap to clone; clones share it.
pub struct Cached<S>(Arc<Inner<S>>);

struct Inner<S> {
    source: S,
    clock: Arc<dyn Clock>,
    random: Arc<dyn NonceSource>,
    state: Mutex<State>,
    /// Held by the one who fetches.
    flight: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct State {
    kept: Option<Kept>,
    failed: Option<Failed>,
}

struct Kept {
    credential: Credential,
    fetched_at: Timestamp,
    /// `None`: it does not expire.
    renew_at: Option<Timestamp>,
    /// By our clock; `None`: it does not expire.
    ends_at: Option<Timestamp>,
}

struct Failed {
    error: CredentialError,
    at: Timestamp,
    pause: Duration,
    /// One after another.
    times: u32,
}

/// What there is without asking anybody.
enum Found {
    Good(Credential),
    /// Good, and time for the next one.
    Aging(Credential),
    /// Nobody is to be asked again so soon.
    Failed(CredentialError),
    Nothing,
}

impl<S: CredentialProvider + 'static> Cached<S> {
    /// Asks `source` only when a key is needed.
    pub fn new(source: S, network: &Network) -> Self {
        Self(Arc::new(Inner {
            source,
            clock: network.clock(),
            random: network.random(),
            state: Mutex::default(),
            flight: Arc::default(),
        }))
    }

    pub(super) fn source(&self) -> &S {
        &self.0.source
    }

    async fn wait_for_one(&self) -> Result<Credential, CredentialError> {
        let _flight = self.0.flight.lock().await;
        // Whoever was first may have brought it.
        match self.0.find() {
            Found::Good(credential) | Found::Aging(credential) => Ok(credential),
            Found::Failed(error) => Err(error),
            Found::Nothing => self.0.fetch().await,
        }
    }

    fn renew_beside(&self) {
        let Ok(flight) = Arc::clone(&self.0.flight).try_lock_owned() else { return };
        let inner = Arc::clone(&self.0);
        tokio::spawn(async move {
            // How it ended is in the state.
            let _ = inner.fetch().await;
            drop(flight);
        });
    }
}

impl<S: CredentialProvider> Inner<S> {
    async fn fetch(&self) -> Result<Credential, CredentialError> {
        let fetched = self.source.credential().await;
        let now = self.clock.now();
        let mut state = self.state();
        match fetched {
            Ok(credential) => {
                let kept = self.keep(credential, now);
                let credential = kept.credential.clone();
                *state = State { kept: Some(kept), failed: None };
                Ok(credential)
            }
            Err(error) => {
                let times =
                    state.failed.as_ref().map_or(1, |failed| failed.times.saturating_add(1));
                let longest = FIRST_PAUSE.saturating_mul(1 << times.min(6)).min(LONGEST_PAUSE);
                let pause = longest.mul_f64(0.5 + self.drawn() / 2.0);
                state.failed = Some(Failed { error: error.clone(), at: now, pause, times });
                Err(error)
            }
        }
    }

    fn keep(&self, credential: Credential, now: Timestamp) -> Kept {
        let Some(expires_at) = credential.expires_at() else {
            return Kept { credential, fetched_at: now, renew_at: None, ends_at: None };
        };
        let lifetime = expires_at.since(now);
        if lifetime < BY_A_WRONG_CLOCK {
            // Sent all the same: the cloud's answer says what time it is.
            let (credential, until) = (credential.without_end(), Some(now.plus(BY_A_WRONG_CLOCK)));
            return Kept { credential, fetched_at: now, renew_at: until, ends_at: until };
        }
        let early = EARLY.min(lifetime / 4);
        // Earlier by a little, differently everywhere: accounts and replicas do not all ask at once.
        let early = early.mul_f64(1.0 + self.drawn() / 5.0);
        let renew_at = Some(expires_at.minus(early));
        Kept { credential, fetched_at: now, renew_at, ends_at: Some(expires_at) }
    }

    fn find(&self) -> Found {
        let now = self.clock.now();
        let state = self.state();
        let paused = state.failed.as_ref().filter(|failed| between(failed.at, now) < failed.pause);
        match (&state.kept, paused) {
            (Some(kept), _) if kept.ends_at.is_none_or(|end| now < end) => {
                let aging = kept.renew_at.is_some_and(|at| at <= now) && paused.is_none();
                let credential = kept.credential.clone();
                if aging { Found::Aging(credential) } else { Found::Good(credential) }
            }
            (_, Some(failed)) => Found::Failed(failed.error.clone()),
            _ => Found::Nothing,
        }
    }

    /// From 0 to 1.
    fn drawn(&self) -> f64 {
        let [a, b, c, d, ..] = self.random.bytes();
        f64::from(u32::from_be_bytes([a, b, c, d])) / f64::from(u32::MAX)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Replaced as a whole, so it is whole even if a thread panicked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait::async_trait]
impl<S: CredentialProvider + 'static> CredentialProvider for Cached<S> {
    async fn credential(&self) -> Result<Credential, CredentialError> {
        match self.0.find() {
            Found::Good(credential) => Ok(credential),
            Found::Aging(credential) => {
                self.renew_beside();
                Ok(credential)
            }
            Found::Failed(error) => Err(error),
            Found::Nothing => self.wait_for_one().await,
        }
    }

    async fn credential_as(&self, name: &SessionName) -> Result<Credential, CredentialError> {
        self.0.source.credential_as(name).await
    }

    fn discard(&self, credential: &Credential) {
        let now = self.0.clock.now();
        let mut state = self.0.state();
        let goes = state.kept.as_ref().is_some_and(|kept| {
            // One that has only just come was hardly refused for its age: another would be refused as well.
            kept.credential.is(credential) && between(kept.fetched_at, now) >= LEAST_USE
        });
        if goes {
            state.kept = None;
        }
        drop(state);
        self.0.source.discard(credential);
    }
}

impl<S> Clone for Cached<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: fmt::Debug> fmt::Debug for Cached<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cached").field(&self.0.source).finish()
    }
}

/// In either direction: a clock that was set back is no reason to wait for ever.
fn between(a: Timestamp, b: Timestamp) -> Duration {
    a.since(b).max(b.since(a))
}

#[cfg(test)]
mod tests;
