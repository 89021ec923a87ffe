//! From where the change starts: a state we cannot read is no ground to open a door from, but it may be closed.

use super::{Check, CheckKind, Facts, Verdict, found, ignorance};
use crate::access::{Access, AccessState};

pub(crate) fn check(facts: &Facts, to: Access) -> Option<Check> {
    let attribute = facts.attribute.known()?;
    let state = attribute.access_state();
    let raw = attribute.raw_mode.clone();
    match state {
        // Said by the rules on network and engine.
        AccessState::NotApplicable => None,
        AccessState::Unknown => found(ignorance(to), CheckKind::AccessState { state, raw }),
        _ if state.is(to) => found(Verdict::Warns, CheckKind::AlreadyInMode { state }),
        _ => found(Verdict::Passes, CheckKind::AccessState { state, raw }),
    }
}
