//! A wish to bring one instance to one mode, and the only ways it can go.
//!
//! [`MOVES`] is the one table of legal moves. A state that is not terminal always has somebody who is obliged to
//! move it on: the worker, the reconciler, an approver or a deadline.

mod attempt;
mod state;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use attempt::{Attempt, Observation, ReadBack, SendOutcome, classify_outcome};
pub use state::{ChangeState, MOVES, VerifiedBy};

use crate::access::{Access, AccessState};
use crate::code::closed_enum;
use crate::environment::Environment;
use crate::id::{ChangeId, CloudCode, InstanceKey, RequestId, ReviewId, UserId, UserName};
use crate::policy::Refusal;
use crate::preflight::Preflight;
use crate::review::Moved;
use crate::text::{InstanceName, Reason};
use crate::time::Timestamp;

/// One wish for one instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub id: ChangeId,
    pub instance: InstanceKey,
    /// The name at the time of the review.
    pub name: InstanceName,
    pub environment: Environment,
    pub to: Access,
    /// What the person saw before confirming.
    pub expected_prior: AccessState,
    pub state: ChangeState,
    /// How it ended, or why it is where it is.
    pub ending: Option<Ending>,
    /// Counts the moves: each is conditional on the version before it.
    pub version: i64,
    pub requested_by: UserId,
    pub requested_by_name: UserName,
    pub reason: Option<Reason>,
    pub cause: Cause,
    /// For how long the door is to stand open, from the proof on. `None`: until somebody shuts it.
    pub lasts: Option<Duration>,
    /// Not before this. `None`: as soon as it may be.
    pub start_at: Option<Timestamp>,
    /// Made in an emergency: without approval, through freeze and windows. Somebody else looks at it afterwards.
    pub break_glass: bool,
    /// The change that this one takes back.
    pub puts_back: Option<ChangeId>,
    /// What the person was shown: the facts this wish stands on.
    pub review: ReviewId,
    pub preflight: Option<Preflight>,
    /// The cloud's id of the call it accepted.
    pub cloud_request_id: Option<RequestId>,
    pub requested_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Change {
    /// Whether its time has not come.
    pub fn is_planned(&self, now: Timestamp) -> bool {
        self.start_at.is_some_and(|at| at > now)
    }
}

closed_enum! {
    /// What a change came from.
    pub enum Cause {
        /// Somebody asked for it.
        Wish = "wish",
        /// The time that somebody gave an open door is over.
        Return = "return",
        /// Somebody takes back what they just changed.
        PutBack = "put-back",
    }
}

/// The particulars of a state that a person needs to read it rightly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", tag = "ending")]
pub enum Ending {
    /// The rules said no on the facts of the last moment.
    Blocked {
        checks: Vec<String>,
    },
    /// The world moved between the review and the confirmation.
    Stale {
        moved: Vec<Moved>,
    },
    /// The role or the account was taken away before the call was made.
    NoLongerAllowed,
    /// The policy says no to it by now.
    AgainstPolicy {
        #[serde(flatten)]
        refusal: Refusal,
    },
    /// Nobody decided in time.
    NotDecided,
    /// Somebody took the wish back, or said no to it.
    TakenBack {
        by: UserName,
    },
    /// Shutting the door came first.
    Overtaken,
    Verified {
        by: VerifiedBy,
    },
    /// No byte left this server.
    NotSent,
    Denied {
        code: CloudCode,
    },
    Throttled {
        code: CloudCode,
    },
    /// Read back often and long enough: the value is unchanged.
    NotApplied,
    /// The cloud accepted it, but the value is another one.
    Diverged {
        now: AccessState,
    },
    /// There was no clear answer.
    Unclear {
        why: Unclear,
    },
    /// The server could not go on with it.
    Interrupted,
}

closed_enum! {
    /// Why an answer to the call says nothing.
    pub enum Unclear {
        TimedOut = "timed-out",
        ConnectionLost = "connection-lost",
        ServerError = "server-error",
        NotUnderstood = "not-understood",
        Redirect = "redirect",
        NonceUsed = "nonce-used",
        /// The portal stopped while the call was under way.
        PortalStopped = "portal-stopped",
    }
}
