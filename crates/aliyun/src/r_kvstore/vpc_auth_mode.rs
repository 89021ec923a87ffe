//! The cloud's words for the mode, which read backwards. They do not leave this crate but as raw text.

use domain::access::Access;

/// `Open`: authentication is on. `Close`: authentication is off inside the VPC, which is password-free access.
///
/// Sibling products use the same words the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VpcAuthMode {
    Open,
    Close,
}

impl VpcAuthMode {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Close => "Close",
        }
    }

    /// Only the two documented spellings are known; everything else is unknown, `close` and `OPEN` included.
    pub(super) fn from_wire(word: &str) -> Option<Self> {
        match word {
            "Open" => Some(Self::Open),
            "Close" => Some(Self::Close),
            _ => None,
        }
    }

    pub(super) const fn access(self) -> Access {
        match self {
            Self::Open => Access::PasswordRequired,
            Self::Close => Access::PasswordFree,
        }
    }
}

impl From<Access> for VpcAuthMode {
    fn from(access: Access) -> Self {
        match access {
            Access::PasswordRequired => Self::Open,
            Access::PasswordFree => Self::Close,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_read_backwards() {
        for (word, access) in [("Open", Access::PasswordRequired), ("Close", Access::PasswordFree)]
        {
            assert_eq!(VpcAuthMode::from_wire(word).unwrap().access(), access);
            assert_eq!(VpcAuthMode::from(access).as_str(), word);
        }
    }

    #[test]
    fn no_other_spelling_is_known() {
        for word in ["", "open", "close", "OPEN", "CLOSE", " Open", "Closed", "on", "off", "true"] {
            assert_eq!(VpcAuthMode::from_wire(word), None, "{word:?}");
        }
    }
}
