//! Why there is no credential. Files, profiles, fields and codes are named; what was read is never repeated.

use std::fmt;
use std::path::PathBuf;

use domain::id::{CloudCode, RequestId};

use crate::error::{Detail, Error, ErrorKind, describe};
use crate::options::BuildClientError;

/// Why there is no credential. Nothing that was read is repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// A variable of the environment.
    #[error("{0} is not set")]
    NotSet(&'static str),
    /// A variable of the environment with something else than belongs there.
    #[error("{name} {why}")]
    BadVariable {
        /// Of the variable.
        name: &'static str,
        /// Goes on from there: `has to be …`.
        why: &'static str,
    },
    /// A source of the default chain that a variable of the environment switches off.
    #[error("switched off by {0}")]
    SwitchedOff(&'static str),
    /// Empty, or with characters no key has.
    #[error("the {0} is empty or has characters that no key has")]
    Malformed(&'static str),
    /// The file is not there, or may not be read.
    #[error("{path} could not be read ({kind})", path = .path.display())]
    Unreadable {
        /// Of the configuration.
        path: PathBuf,
        /// What the system said.
        kind: std::io::ErrorKind,
    },
    /// Not JSON, or not in the shape of the configuration.
    #[error("{path} is not a configuration of the aliyun command line (line {line}, column {column})", path = .path.display())]
    NotAConfiguration {
        /// Of the configuration.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// Not sections of keys and values.
    #[error("{path} is not a credentials file: sections in brackets, each with lines of KEY = VALUE", path = .path.display())]
    NotACredentialsFile {
        /// Of the credentials file.
        path: PathBuf,
    },
    /// Neither the wanted nor, if none is wanted, the current one is there.
    #[error("{path} has no profile {profile:?}", path = .path.display())]
    NoSuchProfile {
        /// Of the configuration.
        path: PathBuf,
        /// The one that was looked for.
        profile: String,
    },
    /// A profile that lacks something, or says what cannot be.
    #[error("the profile {profile:?} of {path} {why}", path = .path.display())]
    BadProfile {
        /// Of the configuration.
        path: PathBuf,
        /// The one that was chosen.
        profile: String,
        /// Goes on from there: `needs ram_role_arn`.
        why: &'static str,
    },
    /// A way to get a key that this crate does not know.
    #[error("the profile {profile:?} of {path} has {key} {mode:?}; supported are {supported}", path = .path.display())]
    ModeNotSupported {
        /// Of the configuration.
        path: PathBuf,
        /// The one that was chosen.
        profile: String,
        /// `mode` or `type`.
        key: &'static str,
        /// As the file has it.
        mode: String,
        /// Those that are.
        supported: &'static str,
    },
    /// A profile that fetches its key, in a source that was given no [`Network`](crate::Network).
    #[error("the profile fetches its key over the network, and this source has none")]
    NeedsNetwork,
    /// The network could not be set up.
    #[error("the network cannot be used")]
    Network(#[source] BuildClientError),
    /// A key that had to be fetched did not come.
    #[error("{from}: {failure}")]
    NotFetched {
        /// Who should have given it, such as `AssumeRole`.
        from: &'static str,
        /// What came instead.
        failure: Box<FetchFailure>,
    },
    /// No source of the default chain has a key.
    #[error("no source of the default chain has a key: {}", Listed(.0))]
    NoneFound(Vec<(&'static str, CredentialError)>),
    /// A new one has to be fetched.
    #[error("the temporary credential has expired")]
    Expired,
}

/// What came instead of a credential: the parts of an [`Error`](crate::Error) that can be compared and kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FetchFailure {
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
}

impl CredentialError {
    /// Of a call to STS; an error about the key that should have signed it comes through as it is.
    pub(crate) fn of_call(from: &'static str, error: &Error) -> Self {
        error.credential_cause().cloned().unwrap_or_else(|| Self::fetching(from, error))
    }

    pub(crate) fn fetching(from: &'static str, error: &Error) -> Self {
        Self::NotFetched {
            from,
            failure: Box::new(FetchFailure {
                kind: error.kind,
                detail: error.detail,
                code: error.code.clone(),
                request_id: error.request_id.clone(),
                http_status: error.http_status,
            }),
        }
    }

    pub(crate) fn is_not_connected(&self) -> bool {
        match self {
            Self::NotFetched { failure, .. } => failure.detail == Some(Detail::NotConnected),
            _ => false,
        }
    }

    /// Whether it may be gone when it is simply tried again later: the network or the cloud failed, nobody refused.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::NotFetched { failure, .. } => matches!(
                failure.kind,
                ErrorKind::Throttled
                    | ErrorKind::Unavailable
                    | ErrorKind::Transport
                    | ErrorKind::TimedOut
            ),
            _ => false,
        }
    }
}

impl fmt::Display for FetchFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (code, request_id) = (self.code.as_ref(), self.request_id.as_ref());
        describe(f, self.kind, self.detail, code, self.http_status, request_id)
    }
}

/// `environment (… is not set); OIDC role (…)`
struct Listed<'a>(&'a [(&'static str, CredentialError)]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (source, why)) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{source} ({why})")?;
        }
        Ok(())
    }
}
