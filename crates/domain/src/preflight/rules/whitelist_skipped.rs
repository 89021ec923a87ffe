//! On local-disk instances password-free access skips the whitelist for clients of the VPC, unless told otherwise.
//!
//! This is the finding people least expect. Not knowing the parameter is told like its dangerous value: it cannot
//! be worse, and it does not block, because the dangerous value does not.

use super::{Check, CheckKind, Facts, Verdict, found};
use crate::access::Access;
use crate::consequence::whitelist_may_be_skipped;

pub(crate) fn check(facts: &Facts, to: Access) -> Option<Check> {
    if to == Access::PasswordRequired {
        return None;
    }
    let row = &facts.attribute.known()?.row;
    let verdict = if whitelist_may_be_skipped(facts) { Verdict::Warns } else { Verdict::Passes };
    let kind = CheckKind::WhitelistSkipped {
        series: row.series,
        version: row.version.clone(),
        parameter: facts.whitelist_check.clone(),
    };
    found(verdict, kind)
}
