//! Who may do what, where.

use serde::{Deserialize, Serialize};

use crate::code::closed_enum;
use crate::id::{InstanceKey, UserId, UserName};

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

/// The part of the fleet a person may see and touch. Every read of the store takes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    Everything,
}

impl Scope {
    pub fn contains(&self, _key: &InstanceKey) -> bool {
        match self {
            Self::Everything => true,
        }
    }
}

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: UserId,
    pub name: UserName,
    pub role: Role,
    pub scope: Scope,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_covers_itself_and_those_before_it() {
        for (index, role) in Role::ALL.iter().enumerate() {
            for (needed_index, needed) in Role::ALL.iter().enumerate() {
                assert_eq!(role.covers(*needed), index >= needed_index, "{role} for {needed}");
            }
        }
    }
}
