//! Something read from the cloud, or known to be unread, and why.

use serde::{Deserialize, Serialize};

use crate::id::CloudCode;

/// Not knowing is a value: whoever reads a fact has to say what ignorance means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact<T> {
    Known(T),
    Unknown(Unread),
}

/// Why a fact is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unread {
    /// Nobody has read it so far.
    NotYet,
    /// The cloud did not answer in time.
    TimedOut,
    /// The cloud could not be reached, or its answer could not be understood.
    Unreachable,
    /// The account may not read it.
    Denied(CloudCode),
    Throttled(CloudCode),
    /// The cloud does not know the instance.
    NotFound,
    /// Any other refusal.
    Refused(CloudCode),
    /// The account has no usable credential.
    NoCredential,
    /// Pages of a list did not agree with each other: what is not in it may exist.
    Incomplete,
}

impl Unread {
    /// A stable word for lists and logs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotYet => "not-yet",
            Self::TimedOut => "timed-out",
            Self::Unreachable => "unreachable",
            Self::Denied(_) => "denied",
            Self::Throttled(_) => "throttled",
            Self::NotFound => "not-found",
            Self::Refused(_) => "refused",
            Self::NoCredential => "no-credential",
            Self::Incomplete => "incomplete",
        }
    }

    /// The cloud's own code, where it gave one.
    pub const fn cloud_code(&self) -> Option<&CloudCode> {
        match self {
            Self::Denied(code) | Self::Throttled(code) | Self::Refused(code) => Some(code),
            Self::NotYet
            | Self::TimedOut
            | Self::Unreachable
            | Self::NotFound
            | Self::NoCredential
            | Self::Incomplete => None,
        }
    }
}

impl<T> Fact<T> {
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Known(value) => Fact::Known(f(value)),
            Self::Unknown(why) => Fact::Unknown(why),
        }
    }

    pub fn as_ref(&self) -> Fact<&T> {
        match self {
            Self::Known(value) => Fact::Known(value),
            Self::Unknown(why) => Fact::Unknown(why.clone()),
        }
    }
}
