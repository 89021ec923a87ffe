//! A whitelist must be set before the password goes: one that is empty or holds only 127.0.0.1 is not set.
//!
//! Groups that other services of the cloud made do not count: nobody set them for the applications.

use super::{Check, CheckKind, Facts, Verdict, found};
use crate::access::Access;
use crate::fact::Fact;
use crate::whitelist::Admitted;

pub(crate) fn check(facts: &Facts, to: Access) -> Option<Check> {
    if to == Access::PasswordRequired {
        return None;
    }
    let groups = facts.whitelist.as_ref().map(|groups| {
        groups
            .iter()
            .filter(|group| !group.is_system() && !Admitted::by([*group]).is_nobody())
            .count()
    });
    let verdict = match groups {
        Fact::Known(1..) => Verdict::Passes,
        Fact::Known(0) | Fact::Unknown(_) => Verdict::Blocks,
    };
    found(verdict, CheckKind::WhitelistSet { groups })
}
