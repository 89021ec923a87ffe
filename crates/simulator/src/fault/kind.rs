//! The faults there are, and what each does to one call.

use super::Target;
use crate::refusal::{self, Refusal};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What happens to a call. `applied` says whether a write takes effect all the same (it does unless
/// told otherwise).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fault {
    /// Refused with this code before anything is applied.
    Error {
        code: String,
        #[serde(default = "bad_request")]
        status: u16,
        #[serde(default)]
        message: String,
    },
    /// Refused as too many calls.
    Throttle {
        #[serde(default = "throttling_user")]
        code: String,
        #[serde(default = "bad_request")]
        status: u16,
        /// Sent as `x-acs-retry-after`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
    /// RAM says no. With a `vpc_auth_mode`, only to requests for that mode (the condition key
    /// `kvstore:VpcAuthMode`).
    Deny {
        #[serde(default = "forbidden_ram")]
        code: String,
        #[serde(default)]
        explicit: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        vpc_auth_mode: Option<String>,
    },
    /// Waits before the call is carried out, after it, or both.
    Delay {
        #[serde(default)]
        before_ms: u64,
        #[serde(default)]
        after_ms: u64,
    },
    /// A status of the network or the gateway: 500 and 503 with an error body, others with a page
    /// of HTML.
    Http {
        status: u16,
        #[serde(default = "yes")]
        applied: bool,
    },
    /// Says 200, and does nothing.
    NotApplied,
    /// Says 200, and starts the change later.
    ApplyLater { after_ms: u64 },
    /// Ends the connection without an answer.
    Close {
        #[serde(default = "yes")]
        applied: bool,
    },
    /// Resets the connection without an answer.
    Reset {
        #[serde(default = "yes")]
        applied: bool,
    },
    /// Ends the connection in the middle of the answer's body.
    HalfBody {
        #[serde(default = "yes")]
        applied: bool,
    },
    /// Keeps the connection open and never answers.
    Silence {
        #[serde(default = "yes")]
        applied: bool,
    },
    /// 200 with bytes that are nothing.
    Garbage {
        #[serde(default = "yes")]
        applied: bool,
    },
    /// 200 with a page of HTML.
    Html {
        #[serde(default = "yes")]
        applied: bool,
    },
    /// 200 with a body of this many bytes.
    Huge {
        #[serde(default = "sixty_four_mib")]
        bytes: u64,
        #[serde(default = "yes")]
        applied: bool,
    },
    /// Any answer: a document of another kind, one that is nested deeply, names that come twice.
    Says {
        #[serde(default = "ok")]
        status: u16,
        #[serde(default = "json")]
        content_type: String,
        text: String,
        #[serde(default = "yes")]
        applied: bool,
    },
    /// 200 with a small body that says it unpacks to this many bytes.
    GzipBomb {
        #[serde(default = "sixty_four_mib")]
        bytes: u64,
        #[serde(default = "yes")]
        applied: bool,
    },
    /// The right answer, a byte at a time.
    Drip {
        #[serde(default = "one_second")]
        every_ms: u64,
        #[serde(default = "yes")]
        applied: bool,
    },
    /// Sends the client elsewhere.
    Redirect {
        #[serde(default = "found")]
        status: u16,
        location: String,
        #[serde(default)]
        applied: bool,
    },
    /// 200 with every list of the answer empty.
    EmptyLists,
}

/// What is to happen to one call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    pub before: Duration,
    pub after: Duration,
    pub refuse: Option<Refusal>,
    pub deny: Option<Denial>,
    pub apply: Apply,
    pub ending: Ending,
}

/// A refusal by RAM, whose details depend on the caller.
#[derive(Clone, Debug)]
pub(crate) struct Denial {
    pub code: String,
    pub explicit: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Apply {
    #[default]
    Now,
    Never,
    Later(Duration),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ending {
    #[default]
    Answer,
    EmptyLists,
    Status(u16),
    Close,
    Reset,
    HalfBody,
    Silence,
    Garbage,
    Html,
    Huge(u64),
    Says {
        status: u16,
        content_type: String,
        text: String,
    },
    GzipBomb(u64),
    Drip(Duration),
    Redirect(u16, String),
}

impl Fault {
    pub(super) fn is_delay(&self) -> bool {
        matches!(self, Self::Delay { .. })
    }

    /// A denial under a condition concerns only the calls that meet it.
    pub(super) fn concerns(&self, call: &Target<'_>) -> bool {
        match self {
            Self::Deny { vpc_auth_mode: Some(mode), .. } => call.vpc_auth_mode == Some(mode),
            _ => true,
        }
    }

    pub(super) fn plan(&self, plan: &mut Plan) {
        match self {
            Self::Error { code, status, message } => {
                plan.refuse = Some(error(*status, code, message));
            }
            Self::Throttle { code, status, retry_after_ms } => {
                let retry_after = retry_after_ms.map(Duration::from_millis);
                plan.refuse =
                    Some(Refusal { retry_after, ..error(*status, code, refusal::THROTTLED.2) });
            }
            Self::Deny { code, explicit, .. } => {
                plan.deny = Some(Denial { code: code.clone(), explicit: *explicit });
            }
            Self::Delay { before_ms, after_ms } => {
                plan.before += Duration::from_millis(*before_ms);
                plan.after += Duration::from_millis(*after_ms);
            }
            Self::NotApplied => plan.apply = Apply::Never,
            Self::ApplyLater { after_ms } => {
                plan.apply = Apply::Later(Duration::from_millis(*after_ms));
            }
            Self::EmptyLists => plan.ending = Ending::EmptyLists,
            Self::Http { status, applied } => plan.end(*applied, Ending::Status(*status)),
            Self::Close { applied } => plan.end(*applied, Ending::Close),
            Self::Reset { applied } => plan.end(*applied, Ending::Reset),
            Self::HalfBody { applied } => plan.end(*applied, Ending::HalfBody),
            Self::Silence { applied } => plan.end(*applied, Ending::Silence),
            Self::Garbage { applied } => plan.end(*applied, Ending::Garbage),
            Self::Html { applied } => plan.end(*applied, Ending::Html),
            Self::Huge { bytes, applied } => plan.end(*applied, Ending::Huge(*bytes)),
            Self::Says { status, content_type, text, applied } => {
                let (status, content_type, text) = (*status, content_type.clone(), text.clone());
                plan.end(*applied, Ending::Says { status, content_type, text });
            }
            Self::GzipBomb { bytes, applied } => plan.end(*applied, Ending::GzipBomb(*bytes)),
            Self::Drip { every_ms, applied } => {
                plan.end(*applied, Ending::Drip(Duration::from_millis(*every_ms)));
            }
            Self::Redirect { status, location, applied } => {
                plan.end(*applied, Ending::Redirect(*status, location.clone()));
            }
        }
    }
}

impl Plan {
    fn end(&mut self, applied: bool, ending: Ending) {
        self.apply = if applied { Apply::Now } else { Apply::Never };
        self.ending = ending;
    }
}

fn error(status: u16, code: &str, message: &str) -> Refusal {
    Refusal {
        status,
        code: code.to_owned().into(),
        message: message.to_owned().into(),
        denied: None,
        retry_after: None,
    }
}

fn bad_request() -> u16 {
    400
}

fn ok() -> u16 {
    200
}

fn json() -> String {
    "application/json;charset=utf-8".to_owned()
}

fn one_second() -> u64 {
    1_000
}

fn found() -> u16 {
    302
}

fn throttling_user() -> String {
    refusal::THROTTLED.1.to_owned()
}

fn forbidden_ram() -> String {
    "Forbidden.RAM".to_owned()
}

fn sixty_four_mib() -> u64 {
    64 * 1024 * 1024
}

fn yes() -> bool {
    true
}
