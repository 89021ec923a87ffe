//! Without the instance's attributes nothing can be judged, in either direction.

use super::{Check, CheckKind, Facts, Verdict, found};
use crate::access::Access;
use crate::fact::Fact;

pub(crate) fn check(facts: &Facts, _to: Access) -> Option<Check> {
    match &facts.attribute {
        Fact::Known(_) => None,
        Fact::Unknown(why) => {
            found(Verdict::Blocks, CheckKind::InstanceReadable { why: why.clone() })
        }
    }
}
