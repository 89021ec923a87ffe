//! What people are told without asking: in the portal's inbox, and by its webhook.
//!
//! To add a kind: a variant, its words in `app/src/text/inbox.rs`, a line in docs/operations/notices.md. What nobody has to
//! act on can be switched off: a field more in `app/src/api/me.rs`.

use serde::{Deserialize, Serialize};

use crate::code::closed_enum;
use crate::id::{BatchId, ChangeId, InstanceKey, UserId, UserName};
use crate::person::{Located, Person, Role};
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

impl NoticeKind {
    /// Whether whoever has it is to do something. Nobody can do without these.
    pub const fn demands_action(self) -> bool {
        match self {
            Self::ReturnOverdue
            | Self::BreakGlassUsed
            | Self::ApprovalWaiting
            | Self::AuditRestored
            | Self::Test => true,
            Self::DoorShutsSoon | Self::ReturnFailed | Self::ApprovalDecided => false,
        }
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
    /// Everybody whose role covers this one where the instance is; where it is about none, over everything.
    pub covering: Option<Role>,
    /// But for this person, such as the one who asks.
    pub but: Option<UserId>,
    /// One of the instances of a notice that is about many: whoever may there is told too, unless they were.
    pub one_of: Option<InstanceKey>,
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

    #[must_use]
    pub fn one_of(self, instance: InstanceKey) -> Self {
        Self { one_of: Some(instance), ..self }
    }

    /// Whether this person is told. `at`: where the instance is that it is about.
    pub fn includes(&self, person: &Person, at: Option<&Located>) -> bool {
        let may = |needed: Role| match at {
            Some(at) => person.may_at(needed, at),
            None => person.may_everywhere(needed),
        };
        let sees = at.is_none_or(|at| person.role_at(at).is_some());
        let named = self.people.contains(&person.id) || self.named.as_ref() == Some(&person.name);
        self.but != Some(person.id) && (sees && named || self.covering.is_some_and(may))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person::{Area, Grant, Granted, Source};

    #[test]
    fn everybody_who_fits_is_told_but_the_one_who_asks() {
        let (lin, zhao) = (UserId::from_u128(1), UserId::from_u128(2));
        let name = |text: &str| text.parse::<UserName>().unwrap();
        let person = |id: UserId, of: &str, role: Role| Person::everywhere(id, name(of), role);
        let approvers = Audience::covering(Role::Approver).but(lin);
        assert!(approvers.includes(&person(zhao, "zhao", Role::Admin), None));
        assert!(approvers.includes(&person(zhao, "zhao", Role::Approver), None));
        assert!(!approvers.includes(&person(zhao, "zhao", Role::Operator), None));
        assert!(!approvers.includes(&person(lin, "lin", Role::Admin), None));
        let named = Audience { named: Some(name("lin")), ..Audience::person(zhao) };
        assert!(named.includes(&person(lin, "lin", Role::Viewer), None));
        assert!(named.includes(&person(zhao, "zhao", Role::Viewer), None));
        assert!(!named.includes(&person(UserId::from_u128(3), "chen", Role::Admin), None));
    }

    #[test]
    fn nobody_is_told_of_what_is_out_of_their_scope() {
        let core = Area { accounts: ["core".parse().unwrap()].into(), ..Area::default() };
        let grant = Grant { role: Role::Admin, area: core };
        let lin = Person {
            id: UserId::from_u128(1),
            name: "lin".parse().unwrap(),
            grants: vec![Granted { grant, source: Source::Own }],
        };
        let at = |account: &str| Located {
            account: account.parse().unwrap(),
            region: "cn-hangzhou".parse().unwrap(),
            labels: None,
        };
        for to in [Audience::covering(Role::Operator), Audience::person(lin.id)] {
            assert!(to.includes(&lin, Some(&at("core"))), "{to:?}");
            assert!(!to.includes(&lin, Some(&at("pay"))), "{to:?}");
        }
        assert!(!Audience::covering(Role::Admin).includes(&lin, None), "not over everything");
    }
}
