//! Who could get in, and how sure we are: one level and its grounds, from facts alone.
//!
//! A level is what is certain; `could_be` is the worst that the unread facts leave open. The environment plays no part:
//! a door is as open in development as in production.
//!
//! Grounds: the cloud's page on password-free access (series, versions, `#no_loose_check-whitelist-always`), its page on
//! Sentinel-compatible mode, and exact arithmetic on whitelist blocks.

use serde::{Deserialize, Serialize};

use crate::access::AccessState;
use crate::cloud::{SentinelAccess, WhitelistCheck};
use crate::code::closed_enum;
use crate::endpoint::Endpoint;
use crate::fact::{Fact, Unread};
use crate::instance::Series;
use crate::preflight::Facts;
use crate::whitelist::{Admitted, WhitelistGroup};

closed_enum! {
    /// From nothing to see to act now.
    pub enum ExposureLevel {
        None = "none",
        Low = "low",
        Medium = "medium",
        High = "high",
        Critical = "critical",
    }
}

impl ExposureLevel {
    /// 0 to 4.
    pub const fn number(self) -> i32 {
        match self {
            Self::None => 0,
            Self::Low => 1,
            Self::Medium => 2,
            Self::High => 3,
            Self::Critical => 4,
        }
    }
}

/// The judgement of one instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposure {
    /// `None`: how the instance is entered is not known.
    pub level: Option<ExposureLevel>,
    /// Worse than `level`, if a fact that would tell is unread.
    pub could_be: Option<ExposureLevel>,
    pub reach: Reach,
    /// What it rests on, fact by fact.
    pub grounds: Vec<Ground>,
}

/// Who gets in, in the terms of one sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", tag = "reach")]
pub enum Reach {
    /// How it is entered is not known.
    Unknown { why: Option<Unread> },
    /// A password is asked of everybody.
    Password { public: bool, everyone: bool },
    /// The mode does not exist here.
    NotApplicable { public: bool, everyone: bool },
    /// No password, and the whitelist does not count for clients of the VPC.
    WholeVpc { vpc: String },
    /// No password from these addresses. `own` of them by groups that people made, the rest by other services.
    Whitelist { vpc: String, addresses: u64, own: u64, everyone: bool },
    /// No password; from how many addresses is not known.
    Uncounted { vpc: String },
}

/// One fact and what it contributes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", tag = "ground")]
pub enum Ground {
    Access {
        state: AccessState,
    },
    WhitelistCounts {
        series: Series,
        version: String,
        parameter: Fact<WhitelistCheck>,
        skipped: Option<bool>,
    },
    Whitelist {
        groups: Fact<GroupCount>,
        addresses: Fact<u64>,
        everyone: bool,
    },
    PublicEndpoint {
        addresses: Fact<Vec<String>>,
    },
    Sentinel {
        access: Fact<SentinelAccess>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupCount {
    pub own: usize,
    pub system: usize,
}

impl Exposure {
    /// For sorting: the certain level, a little more where it could be worse, and "unknown" just under the worst.
    pub fn rank(&self) -> i32 {
        match (self.level, self.could_be) {
            (Some(level), None) => level.number() * 2,
            (Some(level), Some(_)) => level.number() * 2 + 1,
            (None, _) => 7,
        }
    }

    pub const fn is_certain(&self) -> bool {
        self.level.is_some() && self.could_be.is_none()
    }
}

/// A handful of machines: what an application of its own usually has.
const FEW: u64 = 32;
/// One `/16`: as much as a whole VPC usually has.
const MANY: u64 = 1 << 16;

pub fn of(facts: &Facts) -> Exposure {
    let admitted = facts.whitelist.as_ref().map(Admitted::by);
    let public =
        facts.endpoints.as_ref().map(|endpoints| endpoints.iter().any(Endpoint::is_public));
    let grounds = grounds(facts, &admitted);
    let state = facts.access_state();
    match state {
        AccessState::Unknown => {
            let why = match &facts.attribute {
                Fact::Unknown(why) => Some(why.clone()),
                Fact::Known(_) => None,
            };
            Exposure {
                level: None,
                could_be: Some(ExposureLevel::Critical),
                reach: Reach::Unknown { why },
                grounds,
            }
        }
        AccessState::PasswordRequired | AccessState::NotApplicable => {
            let (level, could_be) = with_password(&admitted, &public, &facts.sentinel);
            let public = public.known().copied().unwrap_or(false);
            let everyone = admitted.known().is_some_and(Admitted::is_everyone);
            let reach = if state == AccessState::NotApplicable {
                Reach::NotApplicable { public, everyone }
            } else {
                Reach::Password { public, everyone }
            };
            Exposure { level: Some(level), could_be, reach, grounds }
        }
        AccessState::PasswordFree => without_password(facts, &admitted, grounds),
    }
}

/// What it would be with the door open, however it stands now.
pub fn of_opened(facts: &Facts) -> Exposure {
    let admitted = facts.whitelist.as_ref().map(Admitted::by);
    without_password(facts, &admitted, grounds(facts, &admitted))
}

/// A password is asked: what remains is who may try, and what Sentinel gives away.
fn with_password(
    admitted: &Fact<Admitted>,
    public: &Fact<bool>,
    sentinel: &Fact<SentinelAccess>,
) -> (ExposureLevel, Option<ExposureLevel>) {
    let everyone = admitted.as_ref().map(Admitted::is_everyone);
    let knocking = |public: bool, everyone: bool| match (public, everyone) {
        (true, true) => ExposureLevel::Medium,
        (true, false) | (false, true) => ExposureLevel::Low,
        (false, false) => ExposureLevel::None,
    };
    let given_away =
        |access: &SentinelAccess| match (access.password_free, access.commands.is_empty()) {
            (Some(true), false) => ExposureLevel::Medium,
            (Some(true), true) => ExposureLevel::Low,
            _ => ExposureLevel::None,
        };
    let certain = |fact: &Fact<bool>| fact.known().copied().unwrap_or(false);
    let possible = |fact: &Fact<bool>| fact.known().copied().unwrap_or(true);
    let sentinel_level = sentinel.known().map_or(ExposureLevel::None, given_away);
    let level = knocking(certain(public), certain(&everyone)).max(sentinel_level);
    // What Sentinel might give away is not counted as possible: it is off unless somebody turned it on.
    let worst = knocking(possible(public), possible(&everyone)).max(sentinel_level);
    (level, (worst > level).then_some(worst))
}

fn without_password(facts: &Facts, admitted: &Fact<Admitted>, grounds: Vec<Ground>) -> Exposure {
    let vpc =
        facts.attribute.known().map(|attribute| attribute.row.vpc.clone()).unwrap_or_default();
    let critical = ExposureLevel::Critical;
    match (skips_whitelist(facts), admitted) {
        (Some(true), _) => Exposure {
            level: Some(critical),
            could_be: None,
            reach: Reach::WholeVpc { vpc },
            grounds,
        },
        (skipped, Fact::Known(admitted)) => {
            let level = by_addresses(admitted);
            let unsure = skipped.is_none() || !admitted.unparsed.is_empty();
            let own = facts.whitelist.known().map_or(0, |groups| own_addresses(groups));
            let reach = Reach::Whitelist {
                vpc,
                addresses: admitted.v4_count(),
                own,
                everyone: admitted.is_everyone(),
            };
            let could_be = (unsure && level < critical).then_some(critical);
            Exposure { level: Some(level), could_be, reach, grounds }
        }
        (_, Fact::Unknown(_)) => Exposure {
            level: Some(ExposureLevel::Medium),
            could_be: Some(critical),
            reach: Reach::Uncounted { vpc },
            grounds,
        },
    }
}

fn by_addresses(admitted: &Admitted) -> ExposureLevel {
    if admitted.is_nobody() {
        ExposureLevel::Low
    } else if admitted.is_everyone() || admitted.v4_count() >= MANY || admitted.v6_blocks() > 0 {
        ExposureLevel::Critical
    } else if admitted.v4_count() > FEW {
        ExposureLevel::High
    } else {
        ExposureLevel::Medium
    }
}

fn own_addresses(groups: &[WhitelistGroup]) -> u64 {
    Admitted::by(groups.iter().filter(|group| !group.is_system())).v4_count()
}

/// Whether clients of the VPC get past the whitelist; `None` where the parameter that tells is unread.
fn skips_whitelist(facts: &Facts) -> Option<bool> {
    let row = &facts.attribute.known()?.row;
    match (row.series, row.version.number()) {
        (Series::CloudNative, _) => Some(false),
        (_, Some((2, _))) => Some(true),
        (Series::Classic, _) => match facts.whitelist_check {
            Fact::Known(WhitelistCheck::Always) => Some(false),
            Fact::Known(WhitelistCheck::SkippedInVpc | WhitelistCheck::Absent) => Some(true),
            Fact::Unknown(_) => None,
        },
        (Series::Unknown, _) => match facts.whitelist_check {
            Fact::Known(WhitelistCheck::Always) => Some(false),
            Fact::Known(WhitelistCheck::SkippedInVpc) => Some(true),
            Fact::Known(WhitelistCheck::Absent) | Fact::Unknown(_) => None,
        },
    }
}

fn grounds(facts: &Facts, admitted: &Fact<Admitted>) -> Vec<Ground> {
    let mut grounds = vec![Ground::Access { state: facts.access_state() }];
    if let Some(attribute) = facts.attribute.known() {
        grounds.push(Ground::WhitelistCounts {
            series: attribute.row.series,
            version: attribute.row.version.to_string(),
            parameter: facts.whitelist_check.clone(),
            skipped: skips_whitelist(facts),
        });
    }
    let count = |groups: &Vec<WhitelistGroup>| {
        let system = groups.iter().filter(|group| group.is_system()).count();
        GroupCount { own: groups.len() - system, system }
    };
    grounds.push(Ground::Whitelist {
        groups: facts.whitelist.as_ref().map(count),
        addresses: admitted.as_ref().map(Admitted::v4_count),
        everyone: admitted.known().is_some_and(Admitted::is_everyone),
    });
    let public = |endpoints: &Vec<Endpoint>| {
        endpoints.iter().filter(|endpoint| endpoint.is_public()).map(Endpoint::address).collect()
    };
    grounds.push(Ground::PublicEndpoint { addresses: facts.endpoints.as_ref().map(public) });
    if facts.sentinel != Fact::Known(SentinelAccess::default()) {
        grounds.push(Ground::Sentinel { access: facts.sentinel.clone() });
    }
    grounds
}
