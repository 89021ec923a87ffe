//! A whitelist that admits a great many addresses is hardly a gate; so is one with entries nobody can read.

use super::{Check, CheckKind, Facts, Verdict, found};
use crate::access::Access;
use crate::fact::Fact;
use crate::whitelist::Admitted;

pub(crate) fn check(facts: &Facts, to: Access) -> Option<Check> {
    if to == Access::PasswordRequired {
        return None;
    }
    let admitted = facts.whitelist.as_ref().map(Admitted::by);
    let verdict = match &admitted {
        Fact::Known(admitted) if !admitted.is_wide() => Verdict::Passes,
        Fact::Known(_) => Verdict::Warns,
        // Said, and blocked, by the two other rules on the whitelist.
        Fact::Unknown(_) => return None,
    };
    let widest = admitted.known().and_then(Admitted::widest).map(|net| net.to_string());
    found(
        verdict,
        CheckKind::WhitelistWidth { v4_addresses: admitted.map(|a| a.v4_count()), widest },
    )
}
