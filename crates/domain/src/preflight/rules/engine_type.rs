//! Memcache has no such mode; an engine we do not know may have another meaning for it.

use super::{Check, CheckKind, Facts, Verdict, found, ignorance};
use crate::access::Access;
use crate::instance::InstanceType;

pub(crate) fn check(facts: &Facts, to: Access) -> Option<Check> {
    let kind = facts.attribute.known()?.row.kind.clone();
    let verdict = match kind {
        InstanceType::Redis | InstanceType::Tair => Verdict::Passes,
        InstanceType::Memcache => Verdict::Blocks,
        InstanceType::Other(_) => ignorance(to),
    };
    found(verdict, CheckKind::EngineType { kind })
}
