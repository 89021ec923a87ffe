//! A door that shuts by itself: for how long it may stand open, and the duty to shut it.
//!
//! The time runs from the moment at which it was *proven* open. What planned the end may be gone by then: the duty
//! stands in the portal's memory and belongs to nobody.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::environment::Environment;
use crate::id::{ChangeId, InstanceKey, UserName};
use crate::text::InstanceName;
use crate::time::Timestamp;

/// What is chosen where nobody chooses.
pub const USUAL: Duration = Duration::from_hours(2);
/// What is offered, as far as the cap allows it.
pub const PRESETS: &[Duration] = &[
    Duration::from_mins(15),
    Duration::from_hours(1),
    Duration::from_hours(2),
    Duration::from_hours(4),
    Duration::from_hours(8),
    Duration::from_hours(24),
    Duration::from_hours(3 * 24),
    Duration::from_hours(7 * 24),
];

/// How long a door may stand open, by what the instance is for. `None`: as long as somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caps {
    pub production: Option<Duration>,
    pub staging: Option<Duration>,
    pub development: Option<Duration>,
    /// Shorter is over before anybody could use it.
    pub shortest: Duration,
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            production: Some(Duration::from_hours(4)),
            staging: Some(Duration::from_hours(24)),
            development: None,
            shortest: Duration::from_mins(1),
        }
    }
}

impl Caps {
    /// What nobody labelled counts as production.
    pub const fn of(&self, environment: Environment) -> Option<Duration> {
        match environment {
            Environment::Production | Environment::Unlabelled => self.production,
            Environment::Staging => self.staging,
            Environment::Development => self.development,
        }
    }

    /// What is offered for an instance, the shortest first.
    pub fn presets(&self, environment: Environment) -> Vec<Duration> {
        let cap = self.of(environment);
        let within = |preset: &&Duration| cap.is_none_or(|cap| **preset <= cap);
        let mut presets: Vec<Duration> = PRESETS.iter().filter(within).copied().collect();
        if presets.is_empty() {
            presets.extend(cap);
        }
        presets
    }

    /// What is chosen where nobody chooses.
    pub fn usual(&self, environment: Environment) -> Duration {
        self.of(environment).map_or(USUAL, |cap| USUAL.min(cap))
    }

    /// Whether a door may stand open for so long; `None`: until somebody shuts it.
    pub fn allows(&self, environment: Environment, lasts: Option<Duration>) -> bool {
        match (self.of(environment), lasts) {
            (None, None) => true,
            (Some(_), None) => false,
            (cap, Some(lasts)) => lasts >= self.shortest && cap.is_none_or(|cap| lasts <= cap),
        }
    }
}

/// The duty to shut a door. There is at most one open for an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnDuty {
    /// The change that opened the door.
    pub opened_by: ChangeId,
    pub instance: InstanceKey,
    pub name: InstanceName,
    pub environment: Environment,
    pub planned_by: UserName,
    /// When it was proven open.
    pub opened_at: Timestamp,
    /// When it is to be shut.
    pub due_at: Timestamp,
    /// How often shutting it was begun.
    pub tries: i32,
    /// The last change that tried.
    pub last_try: Option<ChangeId>,
    /// Whether it is on record that it should be shut and is not.
    pub alarmed: bool,
}

/// How long after the end of a try that failed the next one begins: half a minute, then twice as long each time, at
/// most ten minutes.
pub fn pause_after(tries: i32) -> Duration {
    let doubled = 2_u32.saturating_pow(tries.clamp(1, 6).unsigned_abs() - 1);
    Duration::from_secs(30).saturating_mul(doubled).min(Duration::from_mins(10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_stands_open_no_longer_than_its_environment_allows() {
        let caps = Caps::default();
        let hours = |hours| Some(Duration::from_hours(hours));
        assert!(caps.allows(Environment::Production, hours(4)));
        assert!(!caps.allows(Environment::Production, hours(5)));
        assert!(!caps.allows(Environment::Production, None));
        assert!(!caps.allows(Environment::Unlabelled, hours(5)), "as production");
        assert!(!caps.allows(Environment::Staging, None));
        assert!(caps.allows(Environment::Development, None));
        assert!(!caps.allows(Environment::Development, Some(Duration::from_secs(59))));
    }

    #[test]
    fn what_is_offered_is_allowed_and_so_is_the_usual() {
        let short = Caps { production: Some(Duration::from_mins(5)), ..Caps::default() };
        for caps in [Caps::default(), short] {
            for environment in Environment::ALL {
                assert!(!caps.presets(*environment).is_empty());
                for preset in caps.presets(*environment) {
                    assert!(caps.allows(*environment, Some(preset)));
                }
                assert!(caps.allows(*environment, Some(caps.usual(*environment))));
            }
        }
    }

    #[test]
    fn tries_come_further_apart_but_never_stop() {
        let pauses: Vec<u64> = (1..9).map(|tries| pause_after(tries).as_secs()).collect();
        assert_eq!(pauses, [30, 60, 120, 240, 480, 600, 600, 600]);
        assert_eq!(pause_after(i32::MAX).as_secs(), 600);
        assert_eq!(pause_after(0).as_secs(), 30);
    }
}
