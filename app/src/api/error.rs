//! All that may cross the wire when something fails: a code, never free text.

use std::fmt;

use domain::id::{ChangeId, RequestId};
use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

/// An error as clients see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    pub code: ErrorCode,
    /// Which input does not do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<FieldProblem>,
    /// The portal's own number of the request, as in its log. Empty where it is added later.
    pub request_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud_request_id: Option<RequestId>,
    /// The change that is in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<ChangeId>,
}

macro_rules! codes {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $code)] $variant,)+ }

        impl $name {
            /// Every one, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }
        }
    };
}

codes! {
    /// What happened. Stable: clients and tests rely on these words.
    pub enum ErrorCode {
        NotSignedIn = "not-signed-in",
        Forbidden = "forbidden",
        NotFound = "not-found",
        InvalidInput = "invalid-input",
        ReviewOver = "review-over",
        Blocked = "blocked",
        Busy = "busy",
        /// The policy gives it to another role.
        PolicyRole = "policy-role",
        Frozen = "frozen",
        OutsideWindow = "outside-window",
        /// Nobody decides on a wish of their own.
        OwnRequest = "own-request",
        /// Somebody else was first.
        Overtaken = "overtaken",
        KeyReused = "key-reused",
        NameTaken = "name-taken",
        /// Nobody would be left who may change people.
        LastAdmin = "last-admin",
        /// A link to set a password by was used, or is over.
        LinkOver = "link-over",
        /// The organisation vouches for somebody: there is no password to set.
        NoPassword = "no-password",
        SignInRefused = "sign-in-refused",
        SignInThrottled = "sign-in-throttled",
        /// The provider of single sign-on does not answer.
        ProviderUnreachable = "provider-unreachable",
        /// The provider, or the person there, said no.
        ProviderRefused = "provider-refused",
        /// What the provider said does not prove who it is.
        SignInUnproven = "sign-in-unproven",
        /// Begun in another browser, too long ago, or used already.
        SignInOver = "sign-in-over",
        /// No group of the person has a role here.
        NoRole = "no-role",
        AccountDisabled = "account-disabled",
        LocalSignInOff = "local-sign-in-off",
        /// The code of the app is wrong, or was used.
        CodeRefused = "code-refused",
        /// It is none of this person's, or was not asked for here and now.
        PasskeyRefused = "passkey-refused",
        NoSecondFactor = "no-second-factor",
        /// Everybody with a password has to have one, and this person has none yet.
        SecondFactorDemanded = "second-factor-demanded",
        /// They have to prove again who they are, and then confirm once more.
        ProofNeeded = "proof-needed",
        TooBusy = "too-busy",
        /// This person has as many of them as one may have at once.
        TooManyOpen = "too-many-open",
        CrossSite = "cross-site",
        /// A program came without a token, or with one that is not, or no longer, good.
        TokenRefused = "token-refused",
        /// A program came with a cookie: those are for people.
        CookieRefused = "cookie-refused",
        /// A token is used more often than anybody needs to.
        RateLimited = "rate-limited",
        /// Wrong content type, not UTF-8, an unknown or repeated field.
        Malformed = "malformed",
        TooLarge = "too-large",
        Unavailable = "unavailable",
        /// The database was restored from a backup, and nobody acknowledged that yet.
        Restored = "restored",
        /// The file of the database is damaged, or another one lies in its place.
        Damaged = "damaged",
        /// What was open at the start is still being taken up.
        Starting = "starting",
        Fault = "fault",
    }
}

codes! {
    pub enum FieldProblem {
        Missing = "missing",
        Mismatch = "mismatch",
        TooShort = "too-short",
        TooLong = "too-long",
        TooMany = "too-many",
        /// A password of a list of leaked ones.
        Common = "common",
        /// A password made of the names of this place, or of a repetition.
        Obvious = "obvious",
        Malformed = "malformed",
    }
}

impl ErrorCode {
    /// The status of the answer to a fetch.
    pub const fn status(self) -> u16 {
        match self {
            Self::NotSignedIn
            | Self::SignInRefused
            | Self::TokenRefused
            | Self::ProviderRefused
            | Self::SignInUnproven
            | Self::CodeRefused
            | Self::PasskeyRefused => 401,
            Self::Forbidden
            | Self::CrossSite
            | Self::PolicyRole
            | Self::OwnRequest
            | Self::NoRole
            | Self::ProofNeeded
            | Self::SecondFactorDemanded
            | Self::AccountDisabled
            | Self::LocalSignInOff => 403,
            Self::NotFound => 404,
            Self::InvalidInput | Self::Malformed | Self::CookieRefused => 400,
            Self::ReviewOver
            | Self::SignInOver
            | Self::NoSecondFactor
            | Self::Blocked
            | Self::Busy
            | Self::KeyReused
            | Self::NameTaken
            | Self::LastAdmin
            | Self::NoPassword
            | Self::LinkOver
            | Self::Frozen
            | Self::OutsideWindow
            | Self::Overtaken => 409,
            Self::TooLarge => 413,
            Self::SignInThrottled | Self::RateLimited | Self::TooManyOpen => 429,
            Self::TooBusy
            | Self::Unavailable
            | Self::Restored
            | Self::Damaged
            | Self::Starting
            | Self::ProviderUnreachable => 503,
            Self::Fault => 500,
        }
    }
}

impl ApiError {
    pub const fn new(code: ErrorCode) -> Self {
        Self {
            code,
            field: None,
            problem: None,
            request_id: String::new(),
            cloud_request_id: None,
            change: None,
        }
    }

    pub fn field(field: &str, problem: FieldProblem) -> Self {
        Self {
            field: Some(field.to_owned()),
            problem: Some(problem),
            ..Self::new(ErrorCode::InvalidInput)
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.code())
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    /// The framework's own text stays out: it can repeat what was sent.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self::new(match error {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => ErrorCode::Malformed,
            _ => ErrorCode::Fault,
        })
    }
}
