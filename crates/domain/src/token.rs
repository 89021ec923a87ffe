//! What a program says in place of a person, and with less than that person may.
//!
//! A token acts as its person: with the lesser of two roles and with what both scopes hold, as they are at that moment.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::id::{TokenId, UserId, UserName};
use crate::person::{Role, Scope};
use crate::text::changes_direction;
use crate::time::Timestamp;

/// What is offered, the shortest first.
pub const LIFETIMES: &[Duration] = &[days(1), days(7), days(30), days(90), days(365)];
/// What is chosen where nobody chooses.
pub const USUAL_LIFETIME: Duration = days(30);
/// None is good for ever.
pub const LONGEST_LIFETIME: Duration = days(365);
/// Shorter is over before anybody has put it where it is used.
pub const SHORTEST_LIFETIME: Duration = Duration::from_mins(5);

const fn days(days: u64) -> Duration {
    Duration::from_hours(days * 24)
}

/// A token, without what is secret of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiToken {
    pub id: TokenId,
    /// Whose it is.
    pub person: UserId,
    pub person_name: UserName,
    /// What it is for, in its person's words.
    pub label: TokenLabel,
    /// The most it may, whatever its person may.
    pub role: Role,
    pub scope: Scope,
    pub made_at: Timestamp,
    pub expires_at: Timestamp,
    /// To the minute.
    pub used_at: Option<Timestamp>,
    /// From which address then.
    pub used_from: Option<String>,
    pub revoked_at: Option<Timestamp>,
}

impl ApiToken {
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }

    /// For the audit and for lists: says which one, and lets nobody in.
    pub fn short_name(&self) -> String {
        short_name(self.id)
    }
}

/// See [`ApiToken::short_name`].
pub fn short_name(id: TokenId) -> String {
    let id = id.to_string();
    format!("t-{}", id.get(..8).unwrap_or_default())
}

/// What a token is for: 1 to 60 characters after trimming, without control and text-direction characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TokenLabel(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseLabelError {
    #[error("a label is empty")]
    Empty,
    #[error("a label has at most {} characters", TokenLabel::MAX_CHARS)]
    TooLong,
    #[error("a label holds no control or text-direction characters")]
    Forbidden,
}

impl TokenLabel {
    pub const MAX_CHARS: usize = 60;

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TokenLabel {
    type Err = ParseLabelError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ParseLabelError::Empty);
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err(ParseLabelError::TooLong);
        }
        if text.chars().any(|c| c.is_control() || changes_direction(c)) {
            return Err(ParseLabelError::Forbidden);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for TokenLabel {
    type Error = ParseLabelError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<TokenLabel> for String {
    fn from(label: TokenLabel) -> Self {
        label.0
    }
}

impl fmt::Display for TokenLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_one_short_line() {
        assert_eq!(" CI, nightly ".parse::<TokenLabel>().unwrap().as_str(), "CI, nightly");
        assert_eq!("  ".parse::<TokenLabel>(), Err(ParseLabelError::Empty));
        assert!("订".repeat(60).parse::<TokenLabel>().is_ok());
        assert_eq!("订".repeat(61).parse::<TokenLabel>(), Err(ParseLabelError::TooLong));
        for text in ["a\nb", "a\u{202e}b", "a\0"] {
            assert_eq!(text.parse::<TokenLabel>(), Err(ParseLabelError::Forbidden), "{text:?}");
        }
    }

    #[test]
    fn a_token_ends_by_its_time_and_by_being_revoked() {
        let mut token = ApiToken {
            id: TokenId::from_u128(0xabcd_ef01 << 96),
            person: UserId::from_u128(1),
            person_name: "lin.wei".parse().unwrap(),
            label: "CI".parse().unwrap(),
            role: Role::Viewer,
            scope: Scope::Everything,
            made_at: Timestamp::from_secs(1),
            expires_at: Timestamp::from_secs(10),
            used_at: None,
            used_from: None,
            revoked_at: None,
        };
        assert_eq!(token.short_name(), "t-abcdef01");
        assert!(token.is_live(Timestamp::from_secs(9)));
        assert!(!token.is_live(Timestamp::from_secs(10)));
        token.revoked_at = Some(Timestamp::from_secs(5));
        assert!(!token.is_live(Timestamp::from_secs(6)));
    }

    #[test]
    fn what_is_offered_is_allowed() {
        assert!(LIFETIMES.contains(&USUAL_LIFETIME) && LIFETIMES.is_sorted());
        assert!(LIFETIMES.iter().all(|one| (SHORTEST_LIFETIME..=LONGEST_LIFETIME).contains(one)));
    }
}
