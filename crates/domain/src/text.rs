//! Free text that people or the cloud wrote: bounded, and told apart from everything else by type.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::InstanceId;

/// Why somebody wants a change.
///
/// 1 to 500 characters after trimming; line breaks are allowed, other control characters are not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reason(String);

impl Reason {
    pub const MAX_CHARS: usize = 500;

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseReasonError {
    #[error("a reason is empty")]
    Empty,
    #[error("a reason has at most {} characters", Reason::MAX_CHARS)]
    TooLong,
    #[error("a reason holds no control or text-direction characters")]
    Forbidden,
}

impl FromStr for Reason {
    type Err = ParseReasonError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Browsers post line breaks as CR LF.
        let text = text.replace("\r\n", "\n");
        let text = text.trim();
        if text.is_empty() {
            return Err(ParseReasonError::Empty);
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err(ParseReasonError::TooLong);
        }
        if text.chars().any(|c| (c.is_control() && c != '\n' && c != '\t') || changes_direction(c))
        {
            return Err(ParseReasonError::Forbidden);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Reason {
    type Error = ParseReasonError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.0
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Unicode's embeddings, overrides and isolates: one of them in a reason makes a list of reasons read wrongly.
pub(crate) fn changes_direction(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}')
}

/// The name people gave an instance in the cloud: untrusted, at most 256 characters are kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct InstanceName(String);

impl InstanceName {
    pub const MAX_CHARS: usize = 256;

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What people know the instance by: its id where it has no name.
    pub fn or_id<'a>(&'a self, id: &'a InstanceId) -> &'a str {
        if self.is_empty() { id.as_str() } else { self.as_str() }
    }

    /// Whether `typed` is this name. An empty name is confirmed by nothing.
    ///
    /// Surrounding white space of what was typed does not count: it comes with copying.
    pub fn is_confirmed_by(&self, typed: &str) -> bool {
        !self.0.trim().is_empty() && self.0.trim() == typed.trim()
    }
}

impl From<String> for InstanceName {
    fn from(name: String) -> Self {
        match name.char_indices().nth(Self::MAX_CHARS) {
            Some((end, _)) => Self(name[..end].to_owned()),
            None => Self(name),
        }
    }
}

impl From<&str> for InstanceName {
    fn from(name: &str) -> Self {
        name.to_owned().into()
    }
}

impl From<InstanceName> for String {
    fn from(name: InstanceName) -> Self {
        name.0
    }
}

impl fmt::Display for InstanceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_trimmed_and_bounded() {
        assert_eq!("  drill,\r\nOPS-1 ".parse::<Reason>().unwrap().as_str(), "drill,\nOPS-1");
        assert_eq!(" \n ".parse::<Reason>(), Err(ParseReasonError::Empty));
        assert!("订".repeat(500).parse::<Reason>().is_ok());
        assert_eq!("订".repeat(501).parse::<Reason>(), Err(ParseReasonError::TooLong));
        assert_eq!("a\u{202e}b".parse::<Reason>(), Err(ParseReasonError::Forbidden));
        assert_eq!("a\0b".parse::<Reason>(), Err(ParseReasonError::Forbidden));
    }

    #[test]
    fn an_empty_name_is_confirmed_by_nothing() {
        assert!(!InstanceName::from("").is_confirmed_by(""));
        assert!(!InstanceName::from("  ").is_confirmed_by("  "));
        assert!(InstanceName::from("ledger").is_confirmed_by(" ledger "));
        assert!(!InstanceName::from("ledger").is_confirmed_by("Ledger"));
    }

    #[test]
    fn a_long_name_is_cut_at_a_character() {
        let name = InstanceName::from("订".repeat(300));
        assert_eq!(name.as_str().chars().count(), 256);
    }
}
