//! The mode exists inside a VPC only; on the classic network there is nothing to switch.

use super::{Check, CheckKind, Facts, Verdict, found, ignorance};
use crate::access::Access;
use crate::instance::NetworkType;

pub(crate) fn check(facts: &Facts, to: Access) -> Option<Check> {
    let row = &facts.attribute.known()?.row;
    let verdict = match row.network {
        NetworkType::Vpc => Verdict::Passes,
        NetworkType::Classic => Verdict::Blocks,
        NetworkType::Other(_) => ignorance(to),
    };
    found(verdict, CheckKind::NetworkType { network: row.network.clone(), vpc: row.vpc.clone() })
}
