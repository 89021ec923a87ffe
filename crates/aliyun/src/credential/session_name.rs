//! The name of a session in which a role is assumed. The cloud's audit (`ActionTrail`) shows it with every call, so
//! that a change can be told apart by who asked for it.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// `RoleSessionName`: 2 to 64 letters, digits and `. @ - _`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionName(String);

/// The text is no session name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a session name has 2 to 64 letters, digits and . @ - _")]
pub struct ParseSessionNameError;

/// The most of a text that stays when something has to be left out of it, so that the hash fits behind.
const KEPT: usize = 54;

impl SessionName {
    /// Of any text, such as a person's name. What a session name may be stays as it is. Of anything else the allowed
    /// characters stay, the others become `-`, and a hash of the whole text follows: two people never share one.
    pub fn of(text: &str) -> Self {
        text.parse().unwrap_or_else(|_| {
            let allowed = |c: char| if is_allowed(c) { c } else { '-' };
            let kept: String = text.chars().map(allowed).take(KEPT).collect();
            let hash = hex::encode(&Sha256::digest(text.as_bytes())[..4]);
            Self(format!("{}-{hash}", kept.trim_matches('-')).trim_start_matches('-').to_owned())
        })
    }

    /// As it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SessionName {
    type Err = ParseSessionNameError;

    fn from_str(text: &str) -> Result<Self, ParseSessionNameError> {
        let fits = (2..=64).contains(&text.len()) && text.chars().all(is_allowed);
        fits.then(|| Self(text.to_owned())).ok_or(ParseSessionNameError)
    }
}

impl fmt::Display for SessionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '@' | '-' | '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_stays_as_it_is() {
        for name in ["ab", "lin.wei", "lin.wei@example.com", "a_b-c.D9", &"x".repeat(64)] {
            assert_eq!(SessionName::of(name).as_str(), name);
        }
    }

    #[test]
    fn what_does_not_fit_is_made_to_and_stays_different_from_others() {
        let long = "x".repeat(65);
        let texts = ["", "a", "b", "林伟", "李娜", "lin wei", "lin/wei", "a\r\nb: c", &long, "<b>"];
        let names: Vec<String> =
            texts.iter().map(|text| SessionName::of(text).as_str().to_owned()).collect();
        for (text, name) in texts.iter().zip(&names) {
            assert!(name.parse::<SessionName>().is_ok(), "{text:?}: {name:?}");
            assert!(!name.starts_with('-'), "{text:?}: {name:?}");
        }
        let different: std::collections::BTreeSet<&String> = names.iter().collect();
        assert_eq!(different.len(), texts.len(), "{names:?}");
        assert!(names[5].starts_with("lin-wei-"), "{}", names[5]);
    }

    #[test]
    fn nothing_else_is_a_session_name() {
        for text in ["", "a", "a b", "a/b", "名字", &"x".repeat(65)] {
            assert_eq!(text.parse::<SessionName>(), Err(ParseSessionNameError), "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_text_makes_a_name_that_is_one(text in ".{0,200}") {
            let name = SessionName::of(&text);
            proptest::prop_assert!(name.as_str().parse::<SessionName>().is_ok(), "{name}");
        }
    }
}
