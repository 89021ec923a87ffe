//! Somebody else's word on a change: before it is made, or, after an emergency, on what was made.

use serde::{Deserialize, Serialize};

use crate::code::closed_enum;
use crate::id::{ChangeId, UserName};
use crate::text::Reason;
use crate::time::Timestamp;

/// What is asked of a second person. Never of the one who asked: the database refuses that too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub change: ChangeId,
    pub kind: ApprovalKind,
    pub asked_at: Timestamp,
    /// The change is over then, undecided. `None` for what was made already.
    pub expires_at: Option<Timestamp>,
    pub decided: Option<Decided>,
}

/// What the second person said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    pub verdict: Verdict,
    pub by: UserName,
    pub at: Timestamp,
    pub note: Option<Reason>,
}

closed_enum! {
    pub enum ApprovalKind {
        Before = "before",
        /// A glass was broken: somebody else looks at it.
        Afterwards = "afterwards",
    }
}

closed_enum! {
    pub enum Verdict {
        Approved = "approved",
        Rejected = "rejected",
    }
}
