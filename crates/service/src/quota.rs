//! How often an account may call an action in a region, kept below what the cloud publishes and learned from its
//! refusals.
//!
//! The cloud counts per account, action and region. Which moment its windows begin at is not published, so any stretch
//! of a window's length stays under the quota here: the times of the last calls are kept, and the next call waits until
//! the oldest of them is a window ago. A budget is used at once if it is free, which makes a first reading as fast as
//! the cloud allows.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

use domain::id::RegionId;
use domain::time::Timestamp;
use store::call_limit::CallLimit;
use tokio::time::Instant;

/// Used of a quota: the rest is for people's own readings and for other tools of the company.
const USED: f64 = 0.95;
/// What is left of a budget after the cloud refused a call within it.
const AFTER_REFUSAL: f64 = 0.8;
/// What a budget that was cut grows by, each time this many windows (and a minute) pass without a refusal.
const RECOVERY: f64 = 1.1;
const RECOVERY_WINDOWS: u32 = 10;
const RECOVERY_LEAST: Duration = Duration::from_mins(1);

/// So many calls in so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    pub calls: u32,
    pub per: Duration,
}

impl Quota {
    /// By the product's page on flow control. Actions that it does not name are planned like its other reads and writes
    /// at 200 a minute.
    pub fn published(action: &str) -> Self {
        let (calls, secs) = match action {
            "DescribeInstanceAttribute" => (1000, 1),
            "DescribeInstanceConfig" => (100, 1),
            "DescribeEngineVersion" => (1000, 60),
            _ => (200, 60),
        };
        Self { calls, per: Duration::from_secs(secs) }
    }

    fn used(self) -> u32 {
        self.share(USED)
    }

    fn share(self, share: f64) -> u32 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a part of a number that fits"
        )]
        let calls = (f64::from(self.calls) * share) as u32;
        calls.max(1)
    }
}

/// The budgets of one account.
#[derive(Debug, Default)]
pub struct Budgets {
    by_place: Mutex<HashMap<(&'static str, RegionId), Budget>>,
    /// Others may have called until then: see [`Budgets::assume_used`].
    taken_over: Mutex<Option<Instant>>,
}

/// What is known of one action in one region.
#[derive(Debug, Clone)]
struct Budget {
    quota: Quota,
    /// Calls in any stretch of `quota.per`.
    calls: u32,
    sent: VecDeque<Instant>,
    not_before: Option<Instant>,
    changed_at: Option<Instant>,
    throttled: u32,
    throttled_at: Option<Timestamp>,
}

impl Budgets {
    /// Waits until a call may be made, and counts it.
    pub async fn spend(&self, action: &'static str, region: &RegionId) {
        loop {
            let now = Instant::now();
            let wait = self.with(action, region, now, |budget| budget.try_spend(now));
            match wait {
                None => return,
                Some(until) => tokio::time::sleep_until(until).await,
            }
        }
    }

    /// Counts a call that does not wait: somebody is sitting before it.
    pub fn note(&self, action: &'static str, region: &RegionId) {
        let now = Instant::now();
        self.with(action, region, now, |budget| budget.sent.push_back(now));
    }

    /// The cloud refused a call. Returns what is to be kept of it.
    pub fn refused(
        &self,
        action: &'static str,
        region: &RegionId,
        wait: Option<Duration>,
        at: Timestamp,
    ) -> Learned {
        let now = Instant::now();
        self.with(action, region, now, |budget| {
            budget.refused(now, wait);
            budget.throttled_at = Some(at);
            budget.learned()
        })
    }

    /// Another process may have spent all budgets until now: they come back over the length of a window each.
    pub fn assume_used(&self) {
        let mut taken_over =
            self.taken_over.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *taken_over = Some(Instant::now());
    }

    /// What was learned before this process began.
    pub fn recall(&self, limit: &CallLimit) {
        let Some(action) = known_action(&limit.action) else { return };
        let now = Instant::now();
        self.with(action, &limit.region, now, |budget| {
            budget.calls = u32::try_from(limit.calls).unwrap_or(1).clamp(1, budget.quota.used());
            budget.throttled = u32::try_from(limit.throttled).unwrap_or(0);
            budget.throttled_at = limit.throttled_at;
            budget.changed_at = Some(now);
        });
    }

    fn with<T>(
        &self,
        action: &'static str,
        region: &RegionId,
        now: Instant,
        act: impl FnOnce(&mut Budget) -> T,
    ) -> T {
        let taken_over = *self.taken_over.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut budgets = self.by_place.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let budget = budgets
            .entry((action, region.clone()))
            .or_insert_with(|| Budget::new(Quota::published(action), taken_over, now));
        act(budget)
    }
}

/// What a refusal taught.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Learned {
    pub calls: u32,
    pub per: Duration,
    pub throttled: u32,
    pub throttled_at: Option<Timestamp>,
}

impl Budget {
    fn new(quota: Quota, taken_over: Option<Instant>, now: Instant) -> Self {
        let calls = quota.used();
        let mut sent = VecDeque::new();
        if let Some(at) = taken_over.filter(|at| now.duration_since(*at) < quota.per) {
            sent.extend((1..=calls).map(|call| {
                let ago = quota.per.mul_f64(f64::from(calls - call) / f64::from(calls));
                at.checked_sub(ago).unwrap_or(at)
            }));
        }
        Self {
            quota,
            calls,
            sent,
            not_before: None,
            changed_at: None,
            throttled: 0,
            throttled_at: None,
        }
    }

    /// `None`: it may be made, and was counted. Else: not before then.
    fn try_spend(&mut self, now: Instant) -> Option<Instant> {
        self.recover(now);
        while self.sent.front().is_some_and(|sent| now.duration_since(*sent) >= self.quota.per) {
            self.sent.pop_front();
        }
        if let Some(until) = self.not_before.filter(|until| *until > now) {
            return Some(until);
        }
        let over = self.sent.len().checked_sub(self.calls as usize);
        if let Some(free_at) = over.and_then(|over| self.sent.get(over)) {
            return Some(*free_at + self.quota.per);
        }
        self.sent.push_back(now);
        None
    }

    /// Cuts the budget, once for all calls that were under way together.
    fn refused(&mut self, now: Instant, wait: Option<Duration>) {
        self.throttled += 1;
        let pause = wait.unwrap_or(self.quota.per / 10).max(Duration::from_millis(100));
        self.not_before = self.not_before.max(Some(now + pause));
        let together =
            self.changed_at.is_some_and(|at| now.duration_since(at) < self.quota.per.max(pause));
        if !(together && self.throttled > 1) {
            self.calls = Quota { calls: self.calls, ..self.quota }.share(AFTER_REFUSAL);
            self.changed_at = Some(now);
        }
    }

    fn recover(&mut self, now: Instant) {
        let Some(changed_at) = self.changed_at else { return };
        let after = (self.quota.per * RECOVERY_WINDOWS).max(RECOVERY_LEAST);
        if now.duration_since(changed_at) < after {
            return;
        }
        let grown = Quota { calls: self.calls, ..self.quota }.share(RECOVERY).max(self.calls + 1);
        self.calls = grown.min(self.quota.used());
        self.changed_at = (self.calls < self.quota.used()).then_some(now);
    }

    fn learned(&self) -> Learned {
        Learned {
            calls: self.calls,
            per: self.quota.per,
            throttled: self.throttled,
            throttled_at: self.throttled_at,
        }
    }
}

/// The words of the actions that are paced here.
fn known_action(action: &str) -> Option<&'static str> {
    const ACTIONS: [&str; 7] = [
        "DescribeInstances",
        "DescribeInstanceAttribute",
        "DescribeSecurityIps",
        "DescribeDBInstanceNetInfo",
        "DescribeEngineVersion",
        "DescribeParameters",
        "DescribeInstanceConfig",
    ];
    ACTIONS.into_iter().find(|known| *known == action)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(calls: u32, secs: u64) -> Budget {
        Budget::new(Quota { calls, per: Duration::from_secs(secs) }, None, Instant::now())
    }

    /// How many calls are let through in `secs`, asking every 10 ms.
    fn let_through(budget: &mut Budget, from: Instant, secs: u64) -> usize {
        let asked = (0..secs * 100).map(|tick| from + Duration::from_millis(tick * 10));
        asked.filter(|now| budget.try_spend(*now).is_none()).count()
    }

    #[test]
    fn a_free_budget_is_used_at_once_and_no_window_exceeds_it() {
        let mut budget = budget(200, 60);
        let start = Instant::now();
        for _ in 0..190 {
            assert_eq!(budget.try_spend(start), None);
        }
        assert_eq!(budget.try_spend(start), Some(start + Duration::from_mins(1)));
        let later = start + Duration::from_secs(30);
        assert_eq!(budget.try_spend(later), Some(start + Duration::from_mins(1)));
        assert_eq!(let_through(&mut budget, start + Duration::from_mins(1), 120), 380);
    }

    #[test]
    fn a_refusal_cuts_the_budget_once_and_it_comes_back() {
        let mut budget = budget(100, 10);
        let start = Instant::now();
        assert_eq!(let_through(&mut budget, start, 10), 95);
        let refused = start + Duration::from_secs(10);
        budget.refused(refused, None);
        budget.refused(refused + Duration::from_millis(5), None);
        assert_eq!((budget.calls, budget.throttled), (76, 2), "both were under way together");
        assert_eq!(
            budget.try_spend(refused + Duration::from_millis(10)),
            Some(refused + Duration::from_millis(1005)),
            "a pause first"
        );
        budget.refused(refused + Duration::from_secs(11), None);
        assert_eq!(budget.calls, 60);
        let later = refused + Duration::from_secs(11 + 99);
        assert!(budget.try_spend(later).is_none());
        assert_eq!(budget.calls, 60, "not yet");
        assert!(budget.try_spend(later + Duration::from_secs(1)).is_none());
        assert_eq!(budget.calls, 66);
        let_through(&mut budget, later, 3000);
        assert_eq!(budget.calls, 95, "never more than planned");
        assert_eq!(budget.changed_at, None);
    }

    #[test]
    fn what_the_cloud_asks_for_is_waited() {
        let mut budget = budget(100, 1);
        let start = Instant::now();
        budget.refused(start, Some(Duration::from_secs(7)));
        assert_eq!(budget.try_spend(start), Some(start + Duration::from_secs(7)));
    }

    #[test]
    fn after_a_take_over_a_budget_comes_back_over_its_window() {
        let now = Instant::now() + Duration::from_hours(1);
        let quota = Quota { calls: 200, per: Duration::from_mins(1) };
        let mut budget = Budget::new(quota, Some(now), now);
        assert!(budget.try_spend(now).is_some());
        let half = let_through(&mut budget, now, 30);
        assert!((93..=97).contains(&half), "{half}");
        let other = let_through(&mut budget, now + Duration::from_secs(30), 30);
        assert!((187..=190).contains(&(half + other)), "{half} {other}");
    }

    #[tokio::test(start_paused = true)]
    async fn regions_and_actions_do_not_wait_for_each_other() {
        let budgets = Budgets::default();
        let (beijing, hangzhou) = ("cn-beijing".parse().unwrap(), "cn-hangzhou".parse().unwrap());
        let start = Instant::now();
        for _ in 0..190 {
            budgets.spend("DescribeSecurityIps", &beijing).await;
        }
        budgets.spend("DescribeSecurityIps", &hangzhou).await;
        budgets.spend("DescribeParameters", &beijing).await;
        assert_eq!(start.elapsed(), Duration::ZERO);
        budgets.spend("DescribeSecurityIps", &beijing).await;
        assert!(start.elapsed() >= Duration::from_mins(1));
    }
}
