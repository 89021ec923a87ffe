//! Without a password the whitelist is the only gate: it may not admit everyone.
//!
//! Groups that only together leave no gap count as well: each of them is named.

use super::{Check, CheckKind, Facts, Verdict, found};
use crate::access::Access;
use crate::fact::Fact;
use crate::whitelist::{Admitted, WhitelistGroup};

pub(crate) fn check(facts: &Facts, to: Access) -> Option<Check> {
    if to == Access::PasswordRequired {
        return None;
    }
    let open_groups = facts.whitelist.as_ref().map(|groups| admitting_everyone(groups));
    let verdict = match &open_groups {
        Fact::Known(groups) if groups.is_empty() => Verdict::Passes,
        Fact::Known(_) | Fact::Unknown(_) => Verdict::Blocks,
    };
    found(verdict, CheckKind::WhitelistScope { open_groups })
}

fn admitting_everyone(groups: &[WhitelistGroup]) -> Vec<String> {
    let alone: Vec<String> = groups
        .iter()
        .filter(|group| Admitted::by([*group]).is_everyone())
        .map(|group| group.name.clone())
        .collect();
    if alone.is_empty() && Admitted::by(groups).is_everyone() {
        return groups
            .iter()
            .filter(|group| !Admitted::by([*group]).is_nobody())
            .map(|g| g.name.clone())
            .collect();
    }
    alone
}
