//! A role while somebody is it.

use super::{PlatformToken, Policy};
use crate::clock::Millis;

/// One session of one role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    /// Index of the account that has the role.
    pub account: u16,
    pub role: String,
    /// `RoleSessionName`.
    pub name: String,
    /// Takes away from what the role may.
    pub policy: Option<Policy>,
}

/// What STS decided to give.
#[derive(Debug)]
pub(crate) struct Grant {
    pub session: Session,
    pub expires_at: Millis,
    /// The token it was given for.
    pub token: Option<PlatformToken>,
}

/// 2 to 64 letters, digits and `. @ - _`.
pub(crate) fn is_session_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".@-_".contains(&byte);
    (2..=64).contains(&text.len()) && text.bytes().all(allowed)
}
