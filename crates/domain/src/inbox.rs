//! What people are told without asking: in the portal's inbox, and by its webhook.
//!
//! To add a kind: a variant, its words in `app/src/text/inbox.rs`, a line in docs/operations/notices.md.

use serde::{Deserialize, Serialize};

use crate::code::closed_enum;
use crate::id::{BatchId, ChangeId, InstanceKey, UserId, UserName};
use crate::person::Role;
use crate::time::Timestamp;

closed_enum! {
    /// Stable: whoever receives the webhook relies on these words. Add, never rename.
    pub enum NoticeKind {
        /// A door that stands open for a time is about to be shut.
        DoorShutsSoon = "door.shuts-soon",
        /// A try to shut a door failed; another follows.
        ReturnFailed = "return.failed",
        /// A door should be shut by now and is not.
        ReturnOverdue = "return.overdue",
        /// Somebody did without the approval that was needed.
        BreakGlassUsed = "break-glass.used",
        /// A wish of somebody else waits for a decision.
        ApprovalWaiting = "approval.waiting",
        /// One's own wish was decided on.
        ApprovalDecided = "approval.decided",
        /// The database is older than the anchor of its audit.
        AuditRestored = "audit.restored",
        /// An admin tries whether notices arrive.
        Test = "test",
    }
}

/// Something that happened, for people who should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub kind: NoticeKind,
    pub at: Timestamp,
    /// Two notices with the same words here are one: the second is not told.
    pub once: String,
    pub instance: Option<InstanceKey>,
    /// The instance's name at the time.
    pub name: Option<String>,
    pub change: Option<ChangeId>,
    /// Where it is about many at once, told for all of them together.
    #[serde(default)]
    pub batch: Option<BatchId>,
    /// Who did it.
    pub person: Option<UserName>,
    /// Until when something has to be done, or was.
    pub due_at: Option<Timestamp>,
    pub reason: Option<String>,
}

impl Notice {
    pub const fn new(kind: NoticeKind, at: Timestamp, once: String) -> Self {
        Self {
            kind,
            at,
            once,
            instance: None,
            name: None,
            change: None,
            batch: None,
            person: None,
            due_at: None,
            reason: None,
        }
    }
}

/// Who is told. All that fit, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audience {
    pub people: Vec<UserId>,
    pub named: Option<UserName>,
    /// Everybody whose role covers this one.
    pub covering: Option<Role>,
    /// But for this person, such as the one who asks.
    pub but: Option<UserId>,
}

impl Audience {
    pub fn person(id: UserId) -> Self {
        Self { people: vec![id], ..Self::default() }
    }

    pub fn covering(role: Role) -> Self {
        Self { covering: Some(role), ..Self::default() }
    }

    #[must_use]
    pub fn but(self, id: UserId) -> Self {
        Self { but: Some(id), ..self }
    }

    /// Whether this person is told.
    pub fn includes(&self, id: UserId, name: &UserName, role: Role) -> bool {
        self.but != Some(id)
            && (self.people.contains(&id)
                || self.named.as_ref() == Some(name)
                || self.covering.is_some_and(|needed| role.covers(needed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_who_fits_is_told_but_the_one_who_asks() {
        let (lin, zhao) = (UserId::from_u128(1), UserId::from_u128(2));
        let name = |text: &str| text.parse::<UserName>().unwrap();
        let approvers = Audience::covering(Role::Approver).but(lin);
        assert!(approvers.includes(zhao, &name("zhao"), Role::Admin));
        assert!(approvers.includes(zhao, &name("zhao"), Role::Approver));
        assert!(!approvers.includes(zhao, &name("zhao"), Role::Operator));
        assert!(!approvers.includes(lin, &name("lin"), Role::Admin));
        let named = Audience { named: Some(name("lin")), ..Audience::person(zhao) };
        assert!(named.includes(lin, &name("lin"), Role::Viewer));
        assert!(named.includes(zhao, &name("zhao"), Role::Viewer));
        assert!(!named.includes(UserId::from_u128(3), &name("chen"), Role::Admin));
    }
}
