//! How the commands end: see `cli::client::ENDS`.

use std::process::ExitCode;

use crate::shape::change::Result;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Done = 0,
    Fault = 1,
    Usage = 2,
    Refused = 3,
    Failed = 4,
    NotVerified = 5,
    Waits = 6,
    Unreachable = 7,
    UnderWay = 8,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl From<Result> for Exit {
    fn from(result: Result) -> Self {
        match result {
            Result::Verified => Self::Done,
            Result::Refused => Self::Refused,
            Result::Failed => Self::Failed,
            Result::Unclear | Result::NeedsAttention => Self::NotVerified,
            Result::WaitingForApproval | Result::Planned => Self::Waits,
            Result::UnderWay => Self::UnderWay,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_verified_ends_well_and_every_number_is_explained() {
        for result in Result::ALL {
            assert_eq!(Exit::from(*result) == Exit::Done, *result == Result::Verified);
        }
        for exit in 0..=8 {
            assert!(crate::cli::ENDS.contains(&format!("\n  {exit}  ")), "{exit}");
        }
        assert!(!crate::cli::ENDS.contains("\n  9  "));
    }
}
