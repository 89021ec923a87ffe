//! What comes from outside the program and is therefore an argument: time and randomness.

use std::sync::Arc;
use std::time::Duration;

use domain::id::{AttemptId, BatchId, ChangeId, GroupId, ReviewId, TokenId, UserId};
use domain::time::Timestamp;

/// The wall clock. The real one is made in `server`; tests hold one they can move.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> Timestamp;
}

/// Unguessable bits.
pub trait Entropy: Send + Sync + 'static {
    fn bits(&self) -> u128;
}

/// Both, as the use cases hold them.
#[derive(Clone)]
pub struct Outside {
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

impl Outside {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Between a half and one and a half: so that those who were refused together do not come back together.
    pub(crate) fn jitter(&self) -> f64 {
        let drawn = u32::try_from(self.entropy.bits() & u128::from(u32::MAX)).unwrap_or(0);
        0.5 + f64::from(drawn) / f64::from(u32::MAX)
    }

    pub(crate) fn change_id(&self) -> ChangeId {
        ChangeId::from_u128(self.ordered())
    }

    pub(crate) fn attempt_id(&self) -> AttemptId {
        AttemptId::from_u128(self.ordered())
    }

    pub(crate) fn review_id(&self) -> ReviewId {
        ReviewId::from_u128(self.entropy.bits())
    }

    pub(crate) fn batch_id(&self) -> BatchId {
        BatchId::from_u128(self.ordered())
    }

    pub(crate) fn user_id(&self) -> UserId {
        UserId::from_u128(self.entropy.bits())
    }

    pub(crate) fn group_id(&self) -> GroupId {
        GroupId::from_u128(self.entropy.bits())
    }

    /// 128 bits for whoever holds them, as 32 hex digits.
    pub(crate) fn secret(&self) -> String {
        format!("{:032x}", self.entropy.bits())
    }

    pub(crate) fn token_id(&self) -> TokenId {
        TokenId::from_u128(self.entropy.bits())
    }

    /// 48 bits of milliseconds before 80 random ones: later ids sort later, and none can be guessed.
    fn ordered(&self) -> u128 {
        let millis = u128::try_from(self.now().as_millis()).unwrap_or(0) & ((1 << 48) - 1);
        (millis << 80) | (self.entropy.bits() & ((1 << 80) - 1))
    }
}

impl std::fmt::Debug for Outside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Outside")
    }
}

/// Every wait of the change engine, times one scale.
///
/// The scale is 1 in production; the sandbox is faster, so that people see the end of what they try, and tests faster
/// still. The proportions stay.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    scale: f64,
}

impl Timing {
    pub const REAL: Self = Self { scale: 1.0 };

    /// `scale` is clamped to 1/1000 to 1.
    pub fn scaled(scale: f64) -> Self {
        Self { scale: scale.clamp(0.001, 1.0) }
    }

    fn wait(self, secs: u64) -> Duration {
        Duration::from_secs(secs).mul_f64(self.scale)
    }

    /// Between two reads, by the time since the call: short at first, then longer.
    pub fn between_reads(self, since: Duration) -> Duration {
        if since < self.wait(120) { self.wait(5) } else { self.wait(30) }
    }

    /// Two equal reads at least this far apart are proof.
    pub fn proof_distance(self) -> Duration {
        self.wait(5)
    }

    /// How long an accepted change is read before it counts as diverged.
    pub fn patience(self) -> Duration {
        self.wait(15 * 60)
    }

    /// How long the unchanged value must be seen before a change counts as not applied.
    pub fn not_applied_after(self) -> Duration {
        self.wait(120)
    }

    /// Between looks for open changes that nobody drives.
    pub fn supervision(self) -> Duration {
        self.wait(15)
    }

    /// A process that drives a change is known to live for so long after it last said so. Not less than three seconds: a
    /// machine under load takes long to commit.
    pub fn driver_lease(self) -> Duration {
        self.wait(30).max(Duration::from_secs(3))
    }

    /// Between two renewals.
    pub fn renewal(self) -> Duration {
        self.driver_lease() / 3
    }

    /// With less of the lease left than this, no call is made: it could end after it.
    pub fn call_needs(self) -> Duration {
        self.driver_lease() / 3
    }

    /// After a lease is over its change is left alone for as long as a call can take, and 20 s for clocks.
    pub fn takeover_patience(self) -> Duration {
        self.wait(10 + 20)
    }

    /// How long a process that ends waits for a call that is under way: a little more than a call can take.
    pub const CALL_ENDS: Duration = Duration::from_secs(12);

    /// Before a refused or undelivered call is made again: `attempt` counts from 1.
    pub fn before_attempt(self, attempt: i32) -> Duration {
        self.wait(1).saturating_mul(2_u32.saturating_pow(attempt.clamp(1, 8).unsigned_abs()))
    }

    /// Any wait of the engine, by the same scale.
    pub(crate) fn scale(self, wait: Duration) -> Duration {
        wait.mul_f64(self.scale)
    }

    /// Between looks for doors whose time is over.
    pub fn between_returns(self) -> Duration {
        self.wait(2)
    }

    /// A return that takes longer than this is overdue.
    pub fn return_takes(self) -> Duration {
        self.wait(120)
    }

    /// How long new attempts are made after the first.
    pub fn attempts_end_after(self) -> Duration {
        self.wait(60)
    }

    /// After signing, the gateway takes the call no later than this (15 minutes, and one for clocks).
    pub fn late_effect(self) -> Duration {
        self.wait(16 * 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_are_close_at_first_and_the_proportions_stay() {
        assert_eq!(Timing::REAL.between_reads(Duration::from_secs(10)), Duration::from_secs(5));
        assert_eq!(Timing::REAL.between_reads(Duration::from_secs(130)), Duration::from_secs(30));
        let fast = Timing::scaled(0.02);
        assert_eq!(fast.proof_distance(), Duration::from_millis(100));
        assert_eq!(fast.not_applied_after(), Duration::from_millis(2400));
    }

    #[test]
    fn a_call_ends_before_its_lease_and_nobody_takes_over_before_that() {
        let call = aliyun::Timeouts::default().total;
        assert!(Timing::REAL.call_needs() >= call);
        assert!(Timing::REAL.takeover_patience() >= call + Duration::from_secs(20));
        assert!(Timing::CALL_ENDS > call);
        assert!(Timing::REAL.renewal() * 2 < Timing::REAL.driver_lease());
    }
}
