//! The cloud takes changes of a running instance only: every client we know of waits for `Normal` first.

use super::{Check, CheckKind, Facts, Verdict, found};
use crate::access::Access;
use crate::instance::InstanceStatus;

pub(crate) fn check(facts: &Facts, _to: Access) -> Option<Check> {
    let status = facts.attribute.known()?.row.status.clone();
    let verdict = if status == InstanceStatus::Normal { Verdict::Passes } else { Verdict::Blocks };
    found(verdict, CheckKind::InstanceStatus { status })
}
