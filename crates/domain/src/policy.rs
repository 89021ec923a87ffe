//! What a change needs before it is made: who may ask, who has to agree, when, and for how long.
//!
//! Pure: a [`Policy`] and a [`Wish`] give a [`Demand`]. The service asks again at every step, and the transaction that
//! commits the intent makes sure that neither the policy nor the role moved in between.
//!
//! What shuts a door by itself asks nobody: freeze and windows never keep a door open.

mod window;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use window::{Effect, ParseWindowError, Window, Windows};

use crate::access::Access;
use crate::code::closed_enum;
use crate::environment::Environment;
use crate::exposure::{self, ExposureLevel};
use crate::person::Role;
use crate::preflight::Facts;
use crate::time::Timestamp;
use crate::timebox::Caps;
use crate::zone::Zone;

/// The rules of the whole portal. One version at a time holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// What is switched off for now, whoever asks.
    pub freeze: Freeze,
    pub production: Rules,
    pub staging: Rules,
    pub development: Rules,
    /// How long a door may stand open.
    pub caps: Caps,
    /// Where the hours of the windows are told.
    pub zone: Zone,
    /// A request that nobody decided is over after this.
    pub approval_lasts: Duration,
    /// How long the same person may put back what was just changed.
    pub put_back_within: Duration,
    /// Who may act without approval, through freeze and windows, in an emergency. `None`: nobody.
    pub break_glass: Option<Role>,
}

/// For the instances of one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rules {
    pub open: Direction,
    pub close: Direction,
    pub reason: bool,
    pub windows: Windows,
}

/// For one way of changing an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Direction {
    /// The least role that may ask. `None`: nobody.
    pub who: Option<Role>,
    pub approval: ApprovalRule,
}

closed_enum! {
    /// Whether somebody else has to agree.
    pub enum ApprovalRule {
        Never = "never",
        /// Where the door would be open to more than a handful of machines, or nobody can say.
        WhenExposed = "when-exposed",
        Always = "always",
    }
}

closed_enum! {
    pub enum Freeze {
        None = "none",
        /// No door is opened.
        Opening = "opening",
        /// No person changes anything. Doors whose time is over are shut all the same.
        All = "all",
    }
}

/// A change that somebody wants.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    pub environment: Environment,
    pub to: Access,
    pub role: Role,
    /// When it would be made.
    pub at: Timestamp,
    pub facts: &'a Facts,
    pub break_glass: bool,
}

/// What a policy says to a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    pub reason: bool,
    /// Somebody else has to agree first.
    pub approval: bool,
    /// It is not to be, as things stand.
    pub refusal: Option<Refusal>,
    /// What an emergency would go past: worth offering only where there is something.
    pub breakable: bool,
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", tag = "refusal")]
pub enum Refusal {
    /// `needed` is the least role; `None`: nobody may.
    Role {
        needed: Option<Role>,
    },
    Frozen {
        freeze: Freeze,
    },
    /// `opens_at`: when it is allowed again, within the next week.
    OutsideWindow {
        opens_at: Option<Timestamp>,
    },
    BreakGlassRole {
        needed: Option<Role>,
    },
}

impl Refusal {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Role { .. } => "role",
            Self::Frozen { .. } => "frozen",
            Self::OutsideWindow { .. } => "outside-window",
            Self::BreakGlassRole { .. } => "break-glass-role",
        }
    }
}

impl Default for Rules {
    fn default() -> Self {
        let anybody = Direction { who: Some(Role::Operator), approval: ApprovalRule::Never };
        Self { open: anybody, close: anybody, reason: false, windows: Windows::default() }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            freeze: Freeze::None,
            production: Rules { reason: true, ..Rules::default() },
            staging: Rules::default(),
            development: Rules::default(),
            caps: Caps::default(),
            zone: Zone::UTC,
            approval_lasts: Duration::from_hours(24),
            put_back_within: Duration::from_mins(30),
            break_glass: Some(Role::Admin),
        }
    }
}

impl Policy {
    /// What nobody labelled counts as production.
    pub const fn rules(&self, environment: Environment) -> &Rules {
        match environment {
            Environment::Production | Environment::Unlabelled => &self.production,
            Environment::Staging => &self.staging,
            Environment::Development => &self.development,
        }
    }

    pub const fn direction(&self, environment: Environment, to: Access) -> Direction {
        let rules = self.rules(environment);
        if to.opens() { rules.open } else { rules.close }
    }

    /// What is demanded of a wish.
    pub fn demand(&self, wish: &Wish<'_>) -> Demand {
        let direction = self.direction(wish.environment, wish.to);
        let approval = match direction.approval {
            ApprovalRule::Never => false,
            ApprovalRule::WhenExposed => is_exposing(wish),
            ApprovalRule::Always => true,
        };
        let hindrance = self.frozen(wish.to).or_else(|| self.outside_window(wish));
        let role = (!direction.who.is_some_and(|who| wish.role.covers(who)))
            .then_some(Refusal::Role { needed: direction.who });
        let may_break = self.break_glass.is_some_and(|needed| wish.role.covers(needed));
        let refusal = match (wish.break_glass, may_break) {
            (true, false) => Some(Refusal::BreakGlassRole { needed: self.break_glass }),
            (true, true) => None,
            (false, _) => role.or(hindrance),
        };
        Demand {
            reason: wish.break_glass || self.rules(wish.environment).reason,
            approval: approval && !wish.break_glass,
            refusal,
            breakable: may_break && (approval || role.is_some() || hindrance.is_some()),
        }
    }

    fn frozen(&self, to: Access) -> Option<Refusal> {
        let frozen = match self.freeze {
            Freeze::None => false,
            Freeze::Opening => to.opens(),
            Freeze::All => true,
        };
        frozen.then_some(Refusal::Frozen { freeze: self.freeze })
    }

    fn outside_window(&self, wish: &Wish<'_>) -> Option<Refusal> {
        let windows = &self.rules(wish.environment).windows;
        (!windows.allow(wish.at, &self.zone))
            .then(|| Refusal::OutsideWindow { opens_at: windows.next_opening(wish.at, &self.zone) })
    }
}

/// Whether an open door would stand open to many, or to nobody knows how many.
fn is_exposing(wish: &Wish<'_>) -> bool {
    wish.to.opens() && {
        let open = exposure::of_opened(wish.facts);
        open.could_be.or(open.level).is_none_or(|level| level >= ExposureLevel::High)
    }
}

#[cfg(test)]
mod tests;
