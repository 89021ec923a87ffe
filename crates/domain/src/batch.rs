//! The same change for many instances: looked at together, made one after the other, a few first.
//!
//! A batch makes nothing by itself: each of its lines becomes a change of its own, with the same checks, the same engine
//! and the same proof as one that somebody asked for alone.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::access::{Access, AccessState};
use crate::change::{ChangeState, Ending};
use crate::code::closed_enum;
use crate::environment::Environment;
use crate::fact::{Fact, Unread};
use crate::id::{BatchId, ChangeId, InstanceKey, ReviewId, UserId, UserName};
use crate::policy::{Demand, Refusal};
use crate::preflight::{Check, Facts, Preflight, Verdict};
use crate::text::{InstanceName, Reason};
use crate::time::Timestamp;

/// More lines than anybody reads, and than anybody should change at once.
pub const MOST: usize = 1000;
/// How many changes may be under way at once.
pub const AT_ONCE: std::ops::RangeInclusive<u32> = 1..=100;

closed_enum! {
    pub enum BatchState {
        /// Shown, not started.
        Draft = "draft",
        Running = "running",
        /// Nothing new is started; what is under way goes on.
        Paused = "paused",
        /// Nothing is started any more.
        Stopped = "stopped",
        /// Every line is over.
        Done = "done",
    }
}

closed_enum! {
    /// Why a batch does not go on by itself.
    pub enum Halt {
        Asked = "asked",
        /// More failures than were allowed.
        Failures = "failures",
        /// Whoever started it may not any more.
        NoLongerAllowed = "no-longer-allowed",
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    pub id: BatchId,
    pub to: Access,
    pub state: BatchState,
    pub halt: Option<Halt>,
    pub version: i64,
    pub requested_by: UserId,
    pub requested_by_name: UserName,
    pub reason: Option<Reason>,
    /// What was chosen for doors that are opened.
    pub lasts: BatchLasts,
    pub at_once: u32,
    /// With more it is paused. `None`: it goes on whatever fails.
    pub failures_allowed: Option<u32>,
    /// Those that somebody has seen and resumed after.
    pub failures_seen: u32,
    /// The batch whose lines these are: to be tried again, or put back.
    pub after: Option<BatchId>,
    /// The short name of the session, and the address, that started it.
    pub session: Option<String>,
    pub address: Option<String>,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub updated_at: Timestamp,
}

/// For how long doors are opened; never longer than each environment allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum BatchLasts {
    #[default]
    Usual,
    For(Duration),
    UntilShut,
}

/// One instance of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchItem {
    pub position: i32,
    pub instance: InstanceKey,
    pub name: InstanceName,
    pub environment: Environment,
    pub line: Line,
    /// What was shown: the facts that the line stands on.
    pub review: ReviewId,
    /// Once it was started.
    pub change: Option<ItemChange>,
    /// Why it could not be started.
    pub problem: Option<ItemProblem>,
}

/// Where the change of a line stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemChange {
    pub id: ChangeId,
    pub state: ChangeState,
    pub ending: Option<Ending>,
}

/// What would become of an instance, as far as was known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", tag = "line")]
pub enum Line {
    WillChange {
        /// Somebody else has to agree.
        approval: bool,
        /// What warns.
        warnings: Vec<Check>,
    },
    AlreadySo,
    NotApplicable,
    /// What the rules need is not read yet.
    NotRead,
    Blocked {
        checks: Vec<Check>,
    },
    Refused {
        refusal: Refusal,
    },
}

closed_enum! {
    pub enum ItemProblem {
        /// Another change of the instance was open.
        Busy = "busy",
        /// What was shown is forgotten.
        ReviewOver = "review-over",
    }
}

impl Line {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::WillChange { .. } => "will-change",
            Self::AlreadySo => "already-so",
            Self::NotApplicable => "not-applicable",
            Self::NotRead => "not-read",
            Self::Blocked { .. } => "blocked",
            Self::Refused { .. } => "refused",
        }
    }

    pub const fn will_change(&self) -> bool {
        matches!(self, Self::WillChange { .. })
    }

    /// From the facts that are known, what the rules say to them and what the policy demands.
    pub fn of(facts: &Facts, found: &Preflight, to: Access, demand: &Demand) -> Self {
        if facts.access_state() == AccessState::NotApplicable {
            return Self::NotApplicable;
        }
        if is_unread(facts, to) {
            return Self::NotRead;
        }
        if found.is_already_so() {
            return Self::AlreadySo;
        }
        if found.is_blocked() {
            return Self::Blocked { checks: found.with(Verdict::Blocks).cloned().collect() };
        }
        if let Some(refusal) = demand.refusal {
            return Self::Refused { refusal };
        }
        let warnings = found.with(Verdict::Warns).cloned().collect();
        Self::WillChange { approval: demand.approval, warnings }
    }
}

/// Whether something that a wish stands on was never read: it would seem to have moved when it is.
fn is_unread(facts: &Facts, to: Access) -> bool {
    fn waits<T>(fact: &Fact<T>) -> bool {
        matches!(fact, Fact::Unknown(Unread::NotYet))
    }
    let opening =
        waits(&facts.whitelist) || waits(&facts.whitelist_check) || waits(&facts.endpoints);
    waits(&facts.attribute) || (to.opens() && opening)
}

impl BatchItem {
    /// Whether nothing more happens to it by itself: it ended, or waits for somebody's word.
    pub fn is_over(&self) -> bool {
        let ended = |change: &ItemChange| {
            change.state.is_terminal() || change.state == ChangeState::AwaitingApproval
        };
        !self.line.will_change()
            || self.problem.is_some()
            || self.change.as_ref().is_some_and(ended)
    }

    pub fn has_failed(&self) -> bool {
        let failed = |change: &ItemChange| {
            change.state.is_terminal() && change.state != ChangeState::Verified
        };
        self.problem.is_some() || self.change.as_ref().is_some_and(failed)
    }

    pub fn is_verified(&self) -> bool {
        self.change.as_ref().is_some_and(|change| change.state == ChangeState::Verified)
    }
}

/// How many of `total` may have been started when `over` of them are: one, then a tenth, then all.
pub const fn released(total: usize, over: usize) -> usize {
    let tenth = total.div_ceil(10);
    if over == 0 {
        if total == 0 { 0 } else { 1 }
    } else if over < tenth {
        tenth
    } else {
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_first_then_a_tenth_then_all() {
        assert_eq!(released(0, 0), 0);
        assert_eq!(released(1, 0), 1);
        assert_eq!(released(200, 0), 1);
        assert_eq!(released(200, 1), 20);
        assert_eq!(released(200, 19), 20);
        assert_eq!(released(200, 20), 200);
        assert_eq!(released(5, 0), 1);
        assert_eq!(released(5, 1), 5);
    }
}
