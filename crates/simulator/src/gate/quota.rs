//! How often an account may call an action in a region: published values where there are any, 200 a
//! minute elsewhere.
//!
//! Fixed windows that start at whole multiples of their length on the clock. Users of one account
//! share its budget.

use crate::clock::Millis;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// So many calls in so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    pub calls: u32,
    pub seconds: u32,
}

/// (account, region, action)
type Place = (u16, u16, &'static str);

#[derive(Debug)]
pub(crate) struct Quotas {
    pub enabled: bool,
    changed: HashMap<String, Quota>,
    windows: HashMap<Place, (Millis, u32)>,
}

impl Quotas {
    pub fn new(enabled: bool) -> Self {
        Self { enabled, changed: HashMap::new(), windows: HashMap::new() }
    }

    /// Replaces the quota of an action, everywhere.
    pub fn set(&mut self, action: &str, quota: Quota) {
        self.changed.insert(action.to_owned(), quota);
    }

    pub fn of(&self, action: &str) -> Quota {
        self.changed.get(action).copied().unwrap_or_else(|| published(action))
    }

    /// Counts a call. False when the window is used up.
    pub fn admit(&mut self, place: Place, now: Millis) -> bool {
        if !self.enabled {
            return true;
        }
        let quota = self.of(place.2);
        let length = Millis::from(quota.seconds.max(1)) * 1000;
        let window = now.div_euclid(length) * length;
        let (started, used) = self.windows.entry(place).or_insert((window, 0));
        if *started != window {
            (*started, *used) = (window, 0);
        }
        let free = *used < quota.calls;
        *used += u32::from(free);
        free
    }
}

fn published(action: &str) -> Quota {
    let (calls, seconds) = match action {
        "DescribeInstanceAttribute" => (1000, 1),
        "DescribeZones" => (200, 1),
        "DescribeInstanceConfig" | "GetCallerIdentity" => (100, 1),
        "DescribeEngineVersion" => (1000, 60),
        "AssumeRole" | "AssumeRoleWithOIDC" => (6000, 60),
        _ => (200, 60),
    };
    Quota { calls, seconds }
}
