//! The real clock and the real randomness: the one place where either is read.

use std::sync::Arc;

use domain::time::Timestamp;
use service::{Clock, Entropy, Outside};

/// Both, for the use cases.
pub fn outside() -> Outside {
    Outside { clock: Arc::new(SystemClock), entropy: Arc::new(SystemEntropy) }
}

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        now()
    }
}

struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn bits(&self) -> u128 {
        u128::from_be_bytes(random_bytes())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the clock that everybody else takes as an argument"
)]
pub fn now() -> Timestamp {
    let since =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Sixteen hex digits: enough to tell things apart, and more than anybody guesses at a sandbox.
pub fn short_token() -> String {
    let mut token = hex::encode(random_bytes());
    token.truncate(16);
    token
}

/// From the operating system.
///
/// # Panics
///
/// Where there is none: a server that cannot make secrets must not go on.
pub fn random_bytes() -> [u8; 16] {
    let mut bytes = [0; 16];
    if let Err(error) = getrandom::fill(&mut bytes) {
        panic!("the operating system gives no random numbers: {error}");
    }
    bytes
}
