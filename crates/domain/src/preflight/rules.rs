//! One rule a file. `None`: the rule has nothing to say about this direction.

pub(super) mod access_state;
pub(super) mod engine_type;
pub(super) mod instance_readable;
pub(super) mod instance_status;
pub(super) mod network_type;
pub(super) mod public_endpoint;
pub(super) mod whitelist_scope;
pub(super) mod whitelist_set;
pub(super) mod whitelist_skipped;
pub(super) mod whitelist_width;

use super::{Check, CheckKind, Facts, Verdict};
use crate::access::Access;

#[expect(
    clippy::unnecessary_wraps,
    reason = "a rule ends with its finding: `None` is for those that have none"
)]
fn found(verdict: Verdict, kind: CheckKind) -> Option<Check> {
    Some(Check { verdict, kind })
}

/// Not knowing blocks the way to an open door; it must not keep a door from being closed.
const fn ignorance(to: Access) -> Verdict {
    match to {
        Access::PasswordFree => Verdict::Blocks,
        Access::PasswordRequired => Verdict::Warns,
    }
}
