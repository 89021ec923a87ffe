//! What a use case can end in.
//!
//! The cause below is kept as the source, for the log; what crosses to a browser is the variant alone.

use std::time::Duration;

use domain::change::Change;
use domain::person::Role;
use domain::policy::Refusal;

use crate::oidc::ProviderProblem;
use crate::step_up::Act;

#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The person's role does not cover it.
    #[error("the role {needed} is needed")]
    Forbidden { needed: Role },
    /// It is not there, or not in the person's scope: the two are not told apart.
    #[error("there is no such thing in the person's scope")]
    NotFound,
    /// A field of what was sent does not do.
    #[error("the field {} {}", field.code(), problem.code())]
    Invalid { field: Field, problem: Problem },
    /// The review is too old, or was not shown to this person.
    #[error("the review is over")]
    ReviewOver,
    /// The changes that were open at the start are not taken up yet.
    #[error("the portal is still taking up what was open")]
    Starting,
    /// A rule blocks.
    #[error("a check blocks")]
    Blocked,
    /// The policy says no.
    #[error("the policy refuses: {}", refusal.code())]
    AgainstPolicy { refusal: Refusal },
    /// Nobody decides on a wish of their own.
    #[error("a wish of one's own is decided by somebody else")]
    OwnRequest,
    /// What the person saw is no longer there: somebody else was first.
    #[error("somebody else was first")]
    Overtaken,
    /// Another change of the instance is open.
    #[error("the instance has an open change")]
    Busy { open: Box<Change> },
    /// The same idempotency key came with another wish.
    #[error("the idempotency key was used for another wish")]
    KeyReused,
    /// Name or password is wrong; which one is not said.
    #[error("name and password do not fit")]
    SignInRefused,
    /// Too many failures: not before this long.
    #[error("signing in is slowed down")]
    SignInThrottled { wait: Duration },
    /// Signing in at the provider came to nothing.
    #[error("the provider did not prove who it is: {}", problem.word())]
    Provider { problem: ProviderProblem },
    /// Whoever vouches for the person puts them into no group that has a role here.
    #[error("no group of the person has a role here")]
    NoRole,
    #[error("the account is disabled")]
    AccountDisabled,
    /// The organisation's own sign-in is the only one.
    #[error("local users are switched off")]
    LocalSignInOff,
    /// The code is wrong, or was used.
    #[error("the code does not fit")]
    CodeRefused,
    /// It is none of this person's, was not asked for here and now, or did not verify who uses it.
    #[error("the passkey does not prove it")]
    PasskeyRefused,
    /// There is none to be had here: see the page on it.
    #[error("there are no second factors for this person")]
    NoSecondFactor,
    /// The person has to prove again that it is them.
    #[error("a fresh proof is needed for {}", act.code())]
    ProofNeeded { act: Act },
    /// More people sign in at once than the server can hash for.
    #[error("too many people sign in at once")]
    SignInBusy,
    /// The database did not answer. What was asked did not happen.
    #[error("the portal's memory did not answer")]
    Store(#[from] store::Error),
    /// Nobody would be left who may change people.
    #[error("it would take the last admin away")]
    LastAdmin,
    /// A link to set a password by is used, over, or none of ours.
    #[error("the link is over")]
    LinkOver,
    /// Somebody whom the organisation vouches for has no password here.
    #[error("there is no password to set")]
    NoPassword,
    /// This person has too many reviews or drafts that wait for their word.
    #[error("too many reviews of this person wait for their word")]
    TooManyOpen,
    /// A name that is taken already.
    #[error("the name is taken")]
    NameTaken,
    /// Something that must not happen did.
    #[error("a fault of the portal")]
    Fault(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Which input of a form or call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Reason,
    TypedName,
    Acknowledged,
    Lasts,
    Start,
    Windows,
    Zone,
    Instances,
    AtOnce,
    TypedCount,
    UserName,
    ViewName,
    GroupName,
    Member,
    Grants,
    Password,
    OldPassword,
    Label,
    ExpiresIn,
    Code,
    PasskeyName,
}

impl Field {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Reason => "reason",
            Self::TypedName => "typed_name",
            Self::Acknowledged => "acknowledged",
            Self::Lasts => "lasts",
            Self::Start => "start",
            Self::Windows => "windows",
            Self::Instances => "instances",
            Self::AtOnce => "at_once",
            Self::TypedCount => "typed_count",
            Self::Zone => "zone",
            Self::UserName | Self::ViewName | Self::GroupName | Self::PasskeyName => "name",
            Self::Member => "member",
            Self::Grants => "role",
            Self::OldPassword => "old",
            Self::Password => "password",
            Self::Label => "label",
            Self::ExpiresIn => "expires_in",
            Self::Code => "code",
        }
    }
}

/// What is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    Missing,
    Mismatch,
    TooShort,
    TooLong,
    TooMany,
    /// A password that leaked, of somebody or other.
    Common,
    /// A password that somebody who knows the place would try.
    Obvious,
}

impl Problem {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Mismatch => "mismatch",
            Self::TooShort => "too-short",
            Self::TooLong => "too-long",
            Self::TooMany => "too-many",
            Self::Common => "common",
            Self::Obvious => "obvious",
        }
    }
}
