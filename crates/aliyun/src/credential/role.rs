//! A RAM role to assume: which, under what name, for how long, with how much of what it may.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use domain::id::RegionId;

use super::SessionName;

/// `acs:ram::ACCOUNT:role/NAME`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RoleArn(String);

/// The text is not the name of a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a role is written as acs:ram::ACCOUNT:role/NAME, with the account's number")]
pub struct ParseRoleArnError;

impl RoleArn {
    /// As it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RoleArn {
    type Err = ParseRoleArnError;

    fn from_str(text: &str) -> Result<Self, ParseRoleArnError> {
        let parts = text.strip_prefix("acs:ram::").and_then(|rest| rest.split_once(":role/"));
        let fits = parts.is_some_and(|(account, name)| {
            let in_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
            (1..=32).contains(&account.len())
                && account.bytes().all(|b| b.is_ascii_digit())
                && (1..=64).contains(&name.len())
                && name.bytes().all(in_name)
        });
        fits.then(|| Self(text.to_owned())).ok_or(ParseRoleArnError)
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A role and how it is assumed. [`Role::new`] takes what has no default; the rest are fields to change.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Role {
    /// Which.
    pub arn: RoleArn,
    /// The name of the session while nobody in particular acts. `None`: that of the [`Network`](crate::Network).
    pub session_name: Option<SessionName>,
    /// How long a session lasts: 15 minutes to what the role allows. An hour by default.
    pub duration: Duration,
    /// A policy, as JSON, that takes away from what the role may. At most 2048 characters.
    pub policy: Option<String>,
    /// What the role's owner asks of strangers. 2 to 1224 characters.
    pub external_id: Option<String>,
    /// Of the STS to ask. `None`: that of the [`Network`](crate::Network).
    pub sts_region: Option<RegionId>,
    /// Whether to ask the STS inside the VPC. `None`: as the [`Network`](crate::Network) says.
    pub sts_vpc: Option<bool>,
}

impl Role {
    /// The shortest session there is, and what sessions of people who act last.
    pub const SHORTEST: Duration = Duration::from_mins(15);
    /// The longest any role can allow.
    pub const LONGEST: Duration = Duration::from_hours(12);

    /// For an hour, with all that the role may.
    pub fn new(arn: RoleArn) -> Self {
        Self {
            arn,
            session_name: None,
            duration: Duration::from_hours(1),
            policy: None,
            external_id: None,
            sts_region: None,
            sts_vpc: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_has_an_account_and_a_name() {
        for text in ["acs:ram::1234567890123456:role/latchkey", "acs:ram::1:role/a.B_c-9"] {
            assert_eq!(text.parse::<RoleArn>().unwrap().as_str(), text);
        }
        for text in [
            "",
            "latchkey",
            "acs:ram::1234567890123456:user/latchkey",
            "acs:ram:::role/latchkey",
            "acs:ram::abc:role/latchkey",
            "acs:ram::1:role/",
            "acs:ram::1:role/a b",
            "acs:ram::1:role/a/b",
            "acs:ram::1:role/a\n",
            " acs:ram::1:role/a",
        ] {
            assert_eq!(text.parse::<RoleArn>(), Err(ParseRoleArnError), "{text:?}");
        }
    }
}
