//! How often a read is tried again, and after how long.
//!
//! Reads only: the one write is never sent a second time by this crate. Every try is signed afresh, since the cloud
//! refuses a nonce it has seen.

use std::sync::Arc;
use std::time::Duration;

use crate::nonce::NonceSource;

/// Exponential with full jitter: the wait before try *n* is drawn between zero and `first` × 2ⁿ⁻², at most `longest`.
///
/// When the cloud says how long to stay away, the wait is at least that; if that is more than `longest`, the call
/// ends with an error that says how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The first one included. 1: no retries.
    pub attempts: u32,
    /// The most the second try waits.
    pub first: Duration,
    /// The most any try waits, and the longest pause the cloud may ask for.
    pub longest: Duration,
}

impl RetryPolicy {
    /// For callers that do their own pacing.
    pub const NEVER: Self = Self { attempts: 1, first: Duration::ZERO, longest: Duration::ZERO };

    /// The waits of one call.
    pub(crate) fn waits(self, random: Arc<dyn NonceSource>) -> Waits {
        Waits {
            left: self.attempts.saturating_sub(1),
            ceiling: self.first.min(self.longest),
            longest: self.longest,
            random,
        }
    }

    /// The wait that is really taken, given the one the cloud asked for and the one that was drawn. `None`: give up.
    pub(crate) fn adjust(
        self,
        asked: Option<Duration>,
        drawn: Option<Duration>,
    ) -> Option<Duration> {
        match (drawn?, asked) {
            (drawn, None) => Some(drawn),
            (drawn, Some(asked)) => (asked <= self.longest).then(|| drawn.max(asked)),
        }
    }
}

impl Default for RetryPolicy {
    /// Four attempts, 200 ms × 2, at most 5 s.
    fn default() -> Self {
        Self { attempts: 4, first: Duration::from_millis(200), longest: Duration::from_secs(5) }
    }
}

/// Draws a wait between zero and a ceiling that doubles.
pub(crate) struct Waits {
    left: u32,
    ceiling: Duration,
    longest: Duration,
    random: Arc<dyn NonceSource>,
}

impl Iterator for Waits {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        self.left = self.left.checked_sub(1)?;
        let ceiling = self.ceiling;
        self.ceiling = ceiling.saturating_mul(2).min(self.longest);
        let [a, b, c, d, ..] = self.random.bytes();
        Some(ceiling.mul_f64(f64::from(u32::from_be_bytes([a, b, c, d])) / f64::from(u32::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(policy: RetryPolicy, byte: u8) -> Vec<u128> {
        policy.waits(Arc::new(move || [byte; 16])).map(|wait| wait.as_millis()).collect()
    }

    #[test]
    fn the_ceiling_doubles_up_to_the_longest() {
        assert_eq!(waits(RetryPolicy::default(), 0xff), [200, 400, 800]);
        let patient = RetryPolicy { attempts: 8, ..RetryPolicy::default() };
        assert_eq!(waits(patient, 0xff), [200, 400, 800, 1600, 3200, 5000, 5000]);
    }

    #[test]
    fn the_whole_range_down_to_zero_is_drawn_from() {
        assert_eq!(waits(RetryPolicy::default(), 0), [0, 0, 0]);
        assert_eq!(waits(RetryPolicy::default(), 0x80), [100, 200, 401]);
    }

    #[test]
    fn never_waits_for_nothing() {
        assert_eq!(waits(RetryPolicy::NEVER, 0xff), [] as [u128; 0]);
        assert_eq!(
            waits(RetryPolicy { attempts: 0, ..RetryPolicy::default() }, 0xff),
            [] as [u128; 0]
        );
    }

    #[test]
    fn what_the_cloud_asks_for_is_the_least_and_too_much_of_it_ends_the_call() {
        let policy = RetryPolicy::default();
        let secs = Duration::from_secs;
        for (asked, drawn, taken) in [
            (None, Some(secs(1)), Some(secs(1))),
            (None, None, None),
            (Some(secs(3)), Some(secs(1)), Some(secs(3))),
            (Some(secs(3)), Some(secs(4)), Some(secs(4))),
            (Some(secs(3)), None, None),
            (Some(secs(6)), Some(secs(1)), None),
        ] {
            assert_eq!(policy.adjust(asked, drawn), taken, "{asked:?} {drawn:?}");
        }
    }
}
