//! Who may do what, where.
//!
//! What a person may do at an instance is the highest of the roles that were given to them, or to a group they are in,
//! for an area that the instance is in. What they see is all of those areas together. What concerns no instance
//! (people, policies) needs the role over everything.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::code::closed_enum;
use crate::id::{GroupName, UserId, UserName};
pub use crate::scope::{Area, Labels, Located, Scope};

closed_enum! {
    /// Each role may do all that the ones before it may.
    pub enum Role {
        /// See instances, changes and the audit.
        Viewer = "viewer",
        /// Also ask for and make changes.
        Operator = "operator",
        /// Also approve changes of others.
        Approver = "approver",
        /// Also people, policies, accounts and settings.
        Admin = "admin",
    }
}

impl Role {
    pub fn covers(self, needed: Self) -> bool {
        self >= needed
    }
}

/// A role in a part of the fleet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    pub role: Role,
    pub area: Area,
}

impl Grant {
    pub fn over_everything(role: Role) -> Self {
        Self { role, area: Area::default() }
    }
}

/// `operator: environments=staging`
impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.role, self.area)
    }
}

/// A grant and where a person has it from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    pub grant: Grant,
    pub source: Source,
}

/// Where a grant comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An admin gave it to the person alone.
    Own,
    /// A group of the portal gives it to everybody in it.
    Group(GroupName),
    /// Whoever vouches for the person says so, at every sign-in anew.
    Vouched,
}

impl Source {
    pub fn group(&self) -> Option<&GroupName> {
        match self {
            Self::Group(group) => Some(group),
            Self::Own | Self::Vouched => None,
        }
    }
}

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: UserId,
    pub name: UserName,
    /// Their own, and those of the groups they are in.
    pub grants: Vec<Granted>,
}

impl Person {
    /// Somebody with one role everywhere.
    pub fn everywhere(id: UserId, name: UserName, role: Role) -> Self {
        let grant = Grant::over_everything(role);
        Self { id, name, grants: vec![Granted { grant, source: Source::Own }] }
    }

    /// The highest role that they have anywhere: what they may do at all. `None`: nothing was given to them.
    pub fn role(&self) -> Option<Role> {
        self.grants.iter().map(|granted| granted.grant.role).max()
    }

    /// The highest of the roles for this instance. `None`: it is not theirs to see.
    pub fn role_at(&self, at: &Located) -> Option<Role> {
        let there = self.grants.iter().filter(|granted| granted.grant.area.contains(at));
        there.map(|granted| granted.grant.role).max()
    }

    /// Whether they have a role somewhere that covers it.
    pub fn may_anywhere(&self, needed: Role) -> bool {
        self.role().is_some_and(|role| role.covers(needed))
    }

    /// Whether they have a role over everything that covers it.
    pub fn may_everywhere(&self, needed: Role) -> bool {
        self.grants
            .iter()
            .any(|granted| granted.grant.role.covers(needed) && granted.grant.area.is_everything())
    }

    pub fn may_at(&self, needed: Role, at: &Located) -> bool {
        self.role_at(at).is_some_and(|role| role.covers(needed))
    }

    /// Everything they may look at.
    pub fn sees(&self) -> Scope {
        self.scope_of(Role::Viewer)
    }

    /// Where they have this role, or a higher one.
    pub fn scope_of(&self, needed: Role) -> Scope {
        let covering = self.grants.iter().filter(|granted| granted.grant.role.covers(needed));
        Scope::of(covering.map(|granted| &granted.grant.area))
    }

    /// The same person with no more than this role, in no more than this scope.
    #[must_use]
    pub fn limited_to(&self, most: Role, scope: &Scope) -> Self {
        let mut grants = Vec::new();
        for Granted { grant, source } in &self.grants {
            let role = grant.role.min(most);
            grants.extend(
                scope
                    .meet(&grant.area)
                    .into_iter()
                    .map(|area| Granted { grant: Grant { role, area }, source: source.clone() }),
            );
        }
        Self { id: self.id, name: self.name.clone(), grants }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::scope::tests::{areas, places};

    #[test]
    fn a_role_covers_itself_and_those_before_it() {
        for (index, role) in Role::ALL.iter().enumerate() {
            for (needed_index, needed) in Role::ALL.iter().enumerate() {
                assert_eq!(role.covers(*needed), index >= needed_index, "{role} for {needed}");
            }
        }
    }

    fn grants() -> impl Strategy<Value = Vec<Grant>> {
        let grant = (prop::sample::select(Role::ALL), areas())
            .prop_map(|(role, area)| Grant { role, area });
        vec(grant, 0..5)
    }

    fn person(grants: &[Grant]) -> Person {
        let grants = grants.iter().cloned().map(|grant| Granted { grant, source: Source::Own });
        Person {
            id: UserId::from_u128(1),
            name: "lin.wei".parse().unwrap(),
            grants: grants.collect(),
        }
    }

    #[test]
    fn whoever_was_given_nothing_sees_nothing() {
        let nobody = person(&[]);
        assert_eq!((nobody.role(), nobody.sees()), (None, Scope::NOTHING));
        assert!(!nobody.may_anywhere(Role::Viewer) && !nobody.may_everywhere(Role::Viewer));
    }

    #[test]
    fn an_operator_of_one_account_is_no_operator_of_the_other() {
        let core = Area { accounts: ["core".parse().unwrap()].into(), ..Area::default() };
        let lin = person(&[
            Grant { role: Role::Operator, area: core },
            Grant::over_everything(Role::Viewer),
        ]);
        let at = |account: &str| Located {
            account: account.parse().unwrap(),
            region: "cn-hangzhou".parse().unwrap(),
            labels: None,
        };
        assert_eq!(lin.role_at(&at("core")), Some(Role::Operator));
        assert_eq!(lin.role_at(&at("pay")), Some(Role::Viewer));
        assert!(lin.may_anywhere(Role::Operator) && !lin.may_everywhere(Role::Operator));
        assert!(lin.sees().is_everything() && !lin.scope_of(Role::Operator).is_everything());
    }

    proptest! {
        /// What is asked of a list and what is asked of one instance is the same question.
        #[test]
        fn scopes_and_roles_agree(grants in grants(), at in places()) {
            let person = person(&grants);
            for needed in Role::ALL {
                prop_assert_eq!(
                    person.scope_of(*needed).contains(&at),
                    person.may_at(*needed, &at),
                    "{}", needed
                );
            }
            prop_assert_eq!(person.sees().contains(&at), person.role_at(&at).is_some());
        }

        #[test]
        fn a_further_grant_takes_nothing_away(grants in grants(), more in grants(), at in places()) {
            let before = person(&grants);
            let after = person(&[grants.clone(), more].concat());
            prop_assert!(after.role_at(&at) >= before.role_at(&at));
            prop_assert!(after.role() >= before.role());
        }

        #[test]
        fn over_everything_is_everywhere(grants in grants(), at in places()) {
            let person = person(&grants);
            for needed in Role::ALL {
                prop_assert!(!person.may_everywhere(*needed) || person.may_at(*needed, &at));
                prop_assert!(!person.may_at(*needed, &at) || person.may_anywhere(*needed));
            }
        }

        #[test]
        fn whoever_is_limited_may_no_more_than_before(
            grants in grants(), most in prop::sample::select(Role::ALL), within in vec(areas(), 0..3),
            at in places(),
        ) {
            let (before, scope) = (person(&grants), Scope::of(&within));
            let after = before.limited_to(most, &scope);
            prop_assert!(after.role_at(&at) <= before.role_at(&at).map(|role| role.min(most)));
            prop_assert!(after.role_at(&at).is_none() || scope.contains(&at));
        }
    }
}
