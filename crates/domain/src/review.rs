//! What a person was shown before confirming, and whether the world has moved since.

use serde::{Deserialize, Serialize};

use crate::access::{Access, AccessState};
use crate::consequence::{Consequence, consequences};
use crate::environment::Environment;
use crate::id::{ChangeId, InstanceKey, ReviewId, UserId};
use crate::preflight::{Facts, Preflight};
use crate::text::InstanceName;
use crate::time::Timestamp;
use crate::whitelist::Admitted;

/// A moment's facts and findings for one wish of one person. Shown once, confirmed at most once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub id: ReviewId,
    pub person: UserId,
    pub instance: InstanceKey,
    pub name: InstanceName,
    pub environment: Environment,
    pub to: Access,
    pub taken_at: Timestamp,
    pub facts: Facts,
    pub preflight: Preflight,
    /// The wish of somebody else that this person looks at, to agree or not.
    #[serde(default)]
    pub decides: Option<ChangeId>,
    /// Until then an earlier call for the opposite may yet take effect.
    #[serde(default)]
    pub late_until: Option<Timestamp>,
}

impl Review {
    /// What it means, with those in front that the instance alone does not show.
    pub fn consequences(&self) -> Vec<Consequence> {
        let late = self.late_until.map(|until| Consequence::LateEffect { until });
        late.into_iter().chain(consequences(&self.facts, self.to)).collect()
    }

    /// Whether the instance's name has to be typed before it is confirmed.
    pub fn needs_typed_name(&self) -> bool {
        self.environment.is_guarded() && self.to.opens()
    }

    /// What a person ticks before it is confirmed: in production what closing a door means, and a late effect anywhere.
    pub fn to_acknowledge(&self) -> Vec<Consequence> {
        let closing = self.environment.is_guarded() && self.to == Access::PasswordRequired;
        let ticked = |consequence: &Consequence| {
            closing || matches!(consequence, Consequence::LateEffect { .. })
        };
        self.consequences().into_iter().filter(ticked).collect()
    }
}

/// Which fact moved between the review and now, with what was seen and what is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "fact")]
pub enum Moved {
    Access { seen: AccessState, now: AccessState },
    Status { seen: String, now: String },
    Name { seen: String, now: String },
    Network,
    Engine,
    Whitelist,
    WhitelistCheck,
    Endpoints,
}

impl Moved {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Access { .. } => "access",
            Self::Status { .. } => "status",
            Self::Name { .. } => "name",
            Self::Network => "network",
            Self::Engine => "engine",
            Self::Whitelist => "whitelist",
            Self::WhitelistCheck => "whitelist-check",
            Self::Endpoints => "endpoints",
        }
    }
}

/// What a person who confirms on the ground of `seen` would be surprised by.
///
/// Closing a door depends on less than opening one: who the whitelist admits does not matter then.
pub fn moved(seen: &Facts, now: &Facts, to: Access) -> Vec<Moved> {
    let mut moved = Vec::new();
    let (before, after) = (seen.access_state(), now.access_state());
    if before != after {
        moved.push(Moved::Access { seen: before, now: after });
    }
    if let (Some(before), Some(after)) = (seen.attribute.known(), now.attribute.known()) {
        let (before, after) = (&before.row, &after.row);
        if before.status != after.status {
            moved.push(Moved::Status {
                seen: before.status.to_string(),
                now: after.status.to_string(),
            });
        }
        if before.name != after.name {
            moved.push(Moved::Name { seen: before.name.to_string(), now: after.name.to_string() });
        }
        if (&before.network, &before.vpc) != (&after.network, &after.vpc) {
            moved.push(Moved::Network);
        }
        if (&before.kind, &before.version, before.series)
            != (&after.kind, &after.version, after.series)
        {
            moved.push(Moved::Engine);
        }
    }
    if to == Access::PasswordFree {
        // Names and order of groups may change freely: who gets in is what counts.
        if seen.whitelist.as_ref().map(Admitted::by) != now.whitelist.as_ref().map(Admitted::by) {
            moved.push(Moved::Whitelist);
        }
        if seen.whitelist_check != now.whitelist_check {
            moved.push(Moved::WhitelistCheck);
        }
        if seen.endpoints != now.endpoints {
            moved.push(Moved::Endpoints);
        }
    }
    moved
}
