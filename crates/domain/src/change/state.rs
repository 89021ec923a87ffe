//! The states of a change and the legal moves between them.

use crate::code::closed_enum;

closed_enum! {
    pub enum ChangeState {
        /// Stored, nothing checked.
        Requested = "requested",
        /// Facts read afresh, every rule passed or warned.
        Preflighted = "preflighted",
        AwaitingApproval = "awaiting-approval",
        Approved = "approved",
        /// The attempt is committed; from here on a call may have been made.
        Intent = "intent",
        /// Writing has begun. Recovery treats it like `Intent`.
        Sent = "sent",
        /// 200 and a well-formed `RequestId`. Not yet proof of anything.
        Accepted = "accepted",
        /// It may or may not have happened.
        Unknown = "unknown",
        /// Being read until it is clear; nothing is sent from here.
        Reconciling = "reconciling",
        /// Two equal reads. Terminal.
        Verified = "verified",
        /// Refused by the cloud, provably not sent, or provably not applied. Terminal.
        Failed = "failed",
        /// Accepted, but the value is another one. Terminal.
        Diverged = "diverged",
        /// A rule blocks, or the review was out of date. Terminal, nothing was changed.
        Refused = "refused",
        Rejected = "rejected",
        Expired = "expired",
        Cancelled = "cancelled",
    }
}

closed_enum! {
    /// Whose reads proved it.
    pub enum VerifiedBy {
        Worker = "worker",
        Reconciler = "reconciler",
        /// It was already so: no call was made.
        NoOp = "no-op",
    }
}

use ChangeState::{
    Accepted, Approved, AwaitingApproval, Cancelled, Diverged, Expired, Failed, Intent,
    Preflighted, Reconciling, Refused, Rejected, Requested, Sent, Unknown, Verified,
};

/// Every legal move, and no other.
///
/// `Intent` to `Intent` and `Sent` to `Intent` are a new attempt, allowed only after proof that the one before did
/// not arrive or was refused.
pub const MOVES: &[(ChangeState, ChangeState)] = &[
    (Requested, Preflighted),
    (Requested, Refused),
    (Requested, Expired),
    (Requested, Cancelled),
    (Requested, Verified),
    (Preflighted, AwaitingApproval),
    (Preflighted, Intent),
    (Preflighted, Refused),
    (Preflighted, Expired),
    (Preflighted, Cancelled),
    (Preflighted, Verified),
    (AwaitingApproval, Approved),
    (AwaitingApproval, Rejected),
    (AwaitingApproval, Expired),
    (AwaitingApproval, Cancelled),
    (AwaitingApproval, Refused),
    (Approved, Intent),
    (Approved, Refused),
    (Approved, Expired),
    (Approved, Cancelled),
    (Approved, Verified),
    (Intent, Sent),
    (Intent, Intent),
    (Intent, Failed),
    (Intent, Unknown),
    (Intent, Accepted),
    (Sent, Intent),
    (Sent, Accepted),
    (Sent, Failed),
    (Sent, Unknown),
    (Accepted, Verified),
    (Accepted, Reconciling),
    (Accepted, Diverged),
    (Unknown, Reconciling),
    (Reconciling, Verified),
    (Reconciling, Failed),
    (Reconciling, Diverged),
];

impl ChangeState {
    pub fn may_become(self, next: Self) -> bool {
        MOVES.contains(&(self, next))
    }

    pub fn is_terminal(self) -> bool {
        !MOVES.iter().any(|(from, _)| *from == self)
    }

    /// Whether a call may already have been made, so that only reading is safe.
    pub const fn may_have_been_sent(self) -> bool {
        matches!(self, Intent | Sent | Accepted | Unknown | Reconciling)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_move_is_listed_twice() {
        for (index, pair) in MOVES.iter().enumerate() {
            assert!(!MOVES[index + 1..].contains(pair), "{} -> {}", pair.0, pair.1);
        }
    }

    #[test]
    fn every_state_is_reached_and_every_open_one_can_end() {
        for state in ChangeState::ALL {
            assert!(
                *state == Requested || MOVES.iter().any(|(_, to)| to == state),
                "{state} is never reached"
            );
            let mut seen = vec![*state];
            let mut index = 0;
            while index < seen.len() {
                let from = seen[index];
                seen.extend(
                    MOVES
                        .iter()
                        .filter(|(f, t)| *f == from && !seen.contains(t))
                        .map(|(_, t)| *t)
                        .collect::<Vec<_>>(),
                );
                index += 1;
            }
            assert!(seen.iter().any(|s| s.is_terminal()), "{state} never ends");
        }
    }

    #[test]
    fn nothing_is_sent_from_where_a_call_may_already_have_been_made() {
        for (from, to) in MOVES {
            if from.may_have_been_sent() && !matches!(from, Intent | Sent) {
                assert!(!matches!(to, Intent | Sent), "{from} -> {to}");
            }
        }
        assert!(!Unknown.is_terminal());
    }

    #[test]
    fn terminal_states_are_these() {
        let terminal: Vec<_> =
            ChangeState::ALL.iter().copied().filter(|s| s.is_terminal()).collect();
        assert_eq!(terminal, [Verified, Failed, Diverged, Refused, Rejected, Expired, Cancelled]);
    }
}
