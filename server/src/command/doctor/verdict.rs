//! What was found about each action, over all regions.

use aliyun::{Action, Error, RegionProbe};
use domain::id::RegionId;

use super::examine::{Reads, Why};

/// About one action.
pub struct Verdicts<'a> {
    pub action: Action,
    /// Whether the portal calls it as it is configured.
    pub is_needed: bool,
    /// Where it was tried. `None`: it belongs to no region.
    pub tried: Vec<(Option<&'a RegionId>, Verdict<'a>)>,
}

#[derive(Clone, Copy)]
pub enum Verdict<'a> {
    /// Also where it was refused for another reason than that it is not allowed.
    Allowed,
    Denied(&'a Error),
    /// It did not get so far that anybody could say.
    Failed(&'a Error),
    NotInTime,
}

/// Of every action but the identity's, in the order of [`Action::ALL`].
pub(super) fn verdicts(reads: &Reads, regions_are_asked: bool) -> Vec<Verdicts<'_>> {
    let regions = || reads.regions.iter();
    let of_action = |action: &Action| {
        let tried = if *action == Action::DescribeRegions {
            vec![(None, of_why(reads.named.as_ref().copied()))]
        } else {
            regions().filter_map(|(id, end)| Some((Some(id), of_region(*action, end)?))).collect()
        };
        let is_needed = *action != Action::DescribeRegions || regions_are_asked;
        Verdicts { action: *action, is_needed, tried }
    };
    Action::ALL
        .iter()
        .filter(|action| **action != Action::GetCallerIdentity)
        .map(of_action)
        .collect()
}

impl Verdicts<'_> {
    pub fn problems(&self) -> usize {
        self.tried.iter().filter(|(_, verdict)| !verdict.is_allowed()).count()
    }
}

impl<'a> Verdict<'a> {
    pub fn is_allowed(self) -> bool {
        matches!(self, Self::Allowed)
    }

    pub fn error(self) -> Option<&'a Error> {
        match self {
            Self::Denied(error) | Self::Failed(error) => Some(error),
            Self::Allowed | Self::NotInTime => None,
        }
    }

    /// For programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied(_) => "denied",
            Self::Failed(_) => "failed",
            Self::NotInTime => "not-in-time",
        }
    }
}

/// `None`: there was no instance to try it on, or it is the write.
fn of_region(action: Action, end: &Result<RegionProbe, Why>) -> Option<Verdict<'_>> {
    match end {
        Err(why) if action == Action::DescribeInstances => Some(of_why(Err(why))),
        Err(_) => None,
        Ok(probe) if action == Action::DescribeInstances => {
            Some(of_error(probe.listed.as_ref().err()))
        }
        Ok(probe) => {
            let tried = probe.of_instance.iter().find(|(tried, _)| *tried == action);
            tried.map(|(_, end)| of_error(end.as_ref().err()))
        }
    }
}

fn of_why(end: Result<(), &Why>) -> Verdict<'_> {
    match end {
        Ok(()) => Verdict::Allowed,
        Err(Why::Cloud(error)) => of_error(Some(error)),
        Err(Why::NotInTime) => Verdict::NotInTime,
    }
}

fn of_error(error: Option<&Error>) -> Verdict<'_> {
    match error {
        None => Verdict::Allowed,
        Some(error) => match error.is_permitted() {
            Some(true) => Verdict::Allowed,
            Some(false) => Verdict::Denied(error),
            None => Verdict::Failed(error),
        },
    }
}
