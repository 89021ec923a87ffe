//! Why a call failed, told by the cloud's code first and by everything else only where there is no code.
//!
//! The cloud's own message is never kept: with a wrong signature it repeats the whole request, key id and token
//! included. What it is good for is taken out of it on arrival ([`Detail::WrongSecret`]).
//!
//! To add a kind: a variant with what an operator does about it, its line in `is_retryable` and `Display`, its codes
//! in `classify`, its meaning for a fact in `From<&Error> for Unread`.

mod classify;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use domain::fact::Unread;
use domain::id::{CloudCode, RequestId};

use crate::credential::CredentialError;
use crate::envelope::Envelope;
use crate::http::{Failure, FailureKind, Reply};

pub(crate) use classify::{
    is_expired_timestamp, is_expired_token, is_throttling, is_used_nonce, kind_of,
};

/// A call that brought nothing.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Error {
    /// What is to be done about it.
    pub kind: ErrorKind,
    /// What makes this one special among its kind.
    pub detail: Option<Detail>,
    /// The cloud's code, where there was an answer that had one.
    pub code: Option<CloudCode>,
    /// What to quote to the cloud's support.
    pub request_id: Option<RequestId>,
    /// The status of the answer, where there was one.
    pub http_status: Option<u16>,
    /// Whether the same read may succeed when it is simply tried again at once.
    pub retryable: bool,
    /// How long the cloud asked us to stay away (`x-acs-retry-after`).
    pub retry_after: Option<Duration>,
    cause: Option<Arc<dyn StdError + Send + Sync>>,
}

/// What went wrong, by what is to be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// No usable key: none found, unknown, disabled, expired, or its secret is wrong. *Give the account a working key.*
    Credential,
    /// The cloud's clock and ours are too far apart. *Set this machine's clock right (NTP).*
    Clock,
    /// The key may not do this. *Grant the permission to its RAM user or role.*
    Denied,
    /// Too many calls of the account. *Wait; if it stays so, ask less often or have the quota raised.*
    Throttled,
    /// The cloud does not know the instance in this region. *Check id and region; it may have been released.*
    NotFound,
    /// The instance is busy with something else. *Wait until its status is `Normal`.*
    IncorrectState,
    /// This instance cannot do this: its version, type or network. *Upgrade it, or do without.*
    NotSupported,
    /// The cloud did not like what we sent. *A fault in this client, or a new rule of the cloud: report it.*
    InvalidParameter,
    /// Refused with a code this client does not know. *Look it up in the cloud's error centre.*
    Refused,
    /// The cloud itself failed. *Wait; look at its status page.*
    Unavailable,
    /// No connection, or it broke. *Check name resolution, routes, firewalls and the certificate.*
    Transport,
    /// Connected, but no complete answer in time. *Wait; check the network between here and the cloud.*
    TimedOut,
    /// What answered does not speak this API. *Check the account's `endpoint`, and what stands before it.*
    Protocol,
}

/// A finer point of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Detail {
    /// The cloud signed the very text we signed and got another signature: the key id is right, the secret is not.
    WrongSecret,
    /// The cloud signed another text than we did: something in between rewrote the request.
    Rewritten,
    /// Our time was refused, and requests are signed by the cloud's clock from now on.
    ClockCorrected,
    /// The cloud has seen this very request before: something in between sent it twice.
    NonceUsed,
    /// The name was not found, nothing listens there, or the TLS handshake broke.
    NotConnected,
    /// The server's certificate is not to be trusted.
    Certificate,
    /// A redirect, which is never followed.
    Redirected,
    /// More than 2 MiB.
    TooLarge,
    /// Not JSON, or not in the shape of this action.
    NotUnderstood,
    /// The answer is about another instance than the question.
    OtherInstance,
    /// A value that means something is none of the known ones.
    UnexpectedValue,
    /// It was not the call itself that failed, but fetching the credential for it.
    FetchingCredential,
}

impl Error {
    /// Whether the key id is known to the cloud and only the secret does not belong to it.
    pub fn wrong_secret(&self) -> bool {
        self.detail == Some(Detail::WrongSecret)
    }

    pub(crate) fn new(kind: ErrorKind, detail: Option<Detail>) -> Self {
        Self {
            kind,
            detail,
            code: None,
            request_id: None,
            http_status: None,
            retryable: is_retryable(kind, detail),
            retry_after: None,
            cause: None,
        }
    }

    /// An answer that is not a 200.
    ///
    /// `clock_corrected`: the answer refused our time and said why. `is_ours`: whether the message repeats what we
    /// signed.
    pub(crate) fn from_reply(
        reply: &Reply,
        clock_corrected: bool,
        is_ours: impl FnOnce(&str) -> bool,
    ) -> Self {
        let envelope = Envelope::read(&reply.body).unwrap_or_default();
        let (kind, detail) = match &envelope.code {
            _ if (300..400).contains(&reply.status) => {
                (ErrorKind::Protocol, Some(Detail::Redirected))
            }
            Some(code) => {
                let detail = if is_used_nonce(code) {
                    Some(Detail::NonceUsed)
                } else if clock_corrected {
                    Some(Detail::ClockCorrected)
                } else {
                    envelope.echo().map(|echo| {
                        if is_ours(echo) { Detail::WrongSecret } else { Detail::Rewritten }
                    })
                };
                (kind_of(code, reply.status), detail)
            }
            None if reply.status >= 500 => (ErrorKind::Unavailable, None),
            None => (ErrorKind::Protocol, Some(Detail::NotUnderstood)),
        };
        Self {
            code: envelope.code,
            request_id: envelope.request_id,
            http_status: Some(reply.status),
            retry_after: reply.retry_after,
            ..Self::new(kind, detail)
        }
    }

    /// A 200 whose body is of no use.
    pub(crate) fn misread(detail: Detail, reply: &Reply, request_id: Option<RequestId>) -> Self {
        let kind = match detail {
            Detail::NotUnderstood | Detail::OtherInstance | Detail::UnexpectedValue => {
                ErrorKind::Protocol
            }
            _ => ErrorKind::Refused,
        };
        Self { request_id, http_status: Some(reply.status), ..Self::new(kind, Some(detail)) }
    }

    /// A 200 that is no answer at all.
    pub(crate) fn not_understood(reply: &Reply) -> Self {
        Self::misread(Detail::NotUnderstood, reply, None)
    }

    /// Whether the cloud says that the token has expired, and so another may do.
    pub(crate) fn says_expired_token(&self) -> bool {
        self.code.as_ref().is_some_and(is_expired_token)
    }

    /// Why there was no credential, if that is what went wrong.
    pub(crate) fn credential_cause(&self) -> Option<&CredentialError> {
        self.cause.as_deref()?.downcast_ref()
    }

    /// A 200 that says, in its own way, that there is no such instance.
    pub(crate) fn not_found(reply: &Reply, request_id: Option<RequestId>) -> Self {
        Self { request_id, http_status: Some(reply.status), ..Self::new(ErrorKind::NotFound, None) }
    }
}

/// Decided here and nowhere else.
fn is_retryable(kind: ErrorKind, detail: Option<Detail>) -> bool {
    match kind {
        ErrorKind::Throttled | ErrorKind::Unavailable | ErrorKind::TimedOut => true,
        ErrorKind::Transport => detail != Some(Detail::Certificate),
        ErrorKind::Clock => detail == Some(Detail::ClockCorrected),
        ErrorKind::Credential
        | ErrorKind::Denied
        | ErrorKind::NotFound
        | ErrorKind::IncorrectState
        | ErrorKind::NotSupported
        | ErrorKind::InvalidParameter
        | ErrorKind::Refused
        | ErrorKind::Protocol => false,
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let (kind, detail) = match failure.kind {
            FailureKind::NotConnected => (ErrorKind::Transport, Some(Detail::NotConnected)),
            FailureKind::Certificate => (ErrorKind::Transport, Some(Detail::Certificate)),
            FailureKind::Lost => (ErrorKind::Transport, None),
            FailureKind::TimedOut => (ErrorKind::TimedOut, None),
            FailureKind::Garbled => (ErrorKind::Protocol, Some(Detail::NotUnderstood)),
            FailureKind::TooLarge => (ErrorKind::Protocol, Some(Detail::TooLarge)),
        };
        Self { http_status: failure.status, cause: failure.cause, ..Self::new(kind, detail) }
    }
}

/// Who refuses a credential refuses it for good; a network that fails does so for every call. Neither is tried again
/// here, since whoever fetches has tried already.
impl From<CredentialError> for Error {
    fn from(cause: CredentialError) -> Self {
        let passing = cause.is_passing();
        let error = match &cause {
            CredentialError::NotFetched { failure, .. } => Self {
                code: failure.code.clone(),
                request_id: failure.request_id.clone(),
                http_status: failure.http_status,
                ..Self::new(
                    if passing { failure.kind } else { ErrorKind::Credential },
                    Some(Detail::FetchingCredential),
                )
            },
            _ => Self::new(ErrorKind::Credential, None),
        };
        Self { retryable: false, cause: Some(Arc::new(cause)), ..error }
    }
}

/// What a fact is when it could not be read.
impl From<&Error> for Unread {
    fn from(error: &Error) -> Self {
        let with_code =
            |unread: fn(CloudCode) -> Self| error.code.clone().map_or(Self::Unreachable, unread);
        match error.kind {
            ErrorKind::Credential => Self::NoCredential,
            ErrorKind::Denied => with_code(Self::Denied),
            ErrorKind::Throttled => with_code(Self::Throttled),
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::TimedOut => Self::TimedOut,
            ErrorKind::Clock
            | ErrorKind::IncorrectState
            | ErrorKind::NotSupported
            | ErrorKind::InvalidParameter
            | ErrorKind::Refused => with_code(Self::Refused),
            ErrorKind::Unavailable | ErrorKind::Transport | ErrorKind::Protocol => {
                Self::Unreachable
            }
        }
    }
}

/// One line: what happened, the finer point, and in brackets what to quote to the cloud's support.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (code, request_id) = (self.code.as_ref(), self.request_id.as_ref());
        describe(f, self.kind, self.detail, code, self.http_status, request_id)
    }
}

pub(crate) fn describe(
    f: &mut fmt::Formatter<'_>,
    kind: ErrorKind,
    detail: Option<Detail>,
    code: Option<&CloudCode>,
    status: Option<u16>,
    request_id: Option<&RequestId>,
) -> fmt::Result {
    f.write_str(kind.phrase())?;
    if let Some(detail) = detail {
        write!(f, ": {}", detail.phrase())?;
    }
    let code = code.map(|code| format!("code {code}"));
    let status = status.map(|status| format!("HTTP {status}"));
    let request = request_id.map(|id| format!("request {id}"));
    let known: Vec<String> = [code, status, request].into_iter().flatten().collect();
    if known.is_empty() { Ok(()) } else { write!(f, " ({})", known.join(", ")) }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn StdError + 'static))
    }
}

impl ErrorKind {
    const fn phrase(self) -> &'static str {
        match self {
            Self::Credential => "no usable credential",
            Self::Clock => "the cloud refused our time",
            Self::Denied => "the credential may not do this",
            Self::Throttled => "the cloud asked us to slow down",
            Self::NotFound => "the cloud does not know the instance",
            Self::IncorrectState => "the instance is busy",
            Self::NotSupported => "the instance cannot do this",
            Self::InvalidParameter => "the cloud did not accept a parameter",
            Self::Refused => "the cloud refused",
            Self::Unavailable => "the cloud failed",
            Self::Transport => "no connection to the cloud",
            Self::TimedOut => "no complete answer in time",
            Self::Protocol => "the answer is not one of this API",
        }
    }
}

impl Detail {
    const fn phrase(self) -> &'static str {
        match self {
            Self::WrongSecret => "the secret does not belong to the key id",
            Self::Rewritten => "the request was changed on its way",
            Self::ClockCorrected => "signing by the cloud's clock from now on",
            Self::NonceUsed => "the request was sent twice on its way",
            Self::NotConnected => "not connected",
            Self::Certificate => "the certificate is not to be trusted",
            Self::Redirected => "a redirect, which is not followed",
            Self::TooLarge => "too large",
            Self::NotUnderstood => "not understood",
            Self::OtherInstance => "about another instance",
            Self::UnexpectedValue => "an unexpected value",
            Self::FetchingCredential => "while fetching the credential",
        }
    }
}
