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
        SignInRefused = "sign-in-refused",
        SignInThrottled = "sign-in-throttled",
        TooBusy = "too-busy",
        CrossSite = "cross-site",
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
        Malformed = "malformed",
    }
}

impl ErrorCode {
    /// The status of the answer to a fetch.
    pub const fn status(self) -> u16 {
        match self {
            Self::NotSignedIn | Self::SignInRefused => 401,
            Self::Forbidden | Self::CrossSite | Self::PolicyRole | Self::OwnRequest => 403,
            Self::NotFound => 404,
            Self::InvalidInput | Self::Malformed => 400,
            Self::ReviewOver
            | Self::Blocked
            | Self::Busy
            | Self::KeyReused
            | Self::Frozen
            | Self::OutsideWindow
            | Self::Overtaken => 409,
            Self::TooLarge => 413,
            Self::SignInThrottled => 429,
            Self::TooBusy | Self::Unavailable | Self::Restored | Self::Damaged | Self::Starting => {
                503
            }
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
