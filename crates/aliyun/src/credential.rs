//! Who signs: a key id, its secret, and a token where the key is a temporary one.
//!
//! A provider is asked before every try, so a key that is replaced is used at once. Whoever fetches keys over the
//! network keeps them until shortly before they expire. Nothing here is ever printed: `Debug` says `***`, and errors
//! name files, profiles and fields, never what is in them.
//!
//! To add a source: one file here with one type that implements [`CredentialProvider`], and one line below.

mod environment;
mod fixed;
mod profile;

use std::fmt;
use std::path::PathBuf;

use domain::time::Timestamp;
use secrecy::{ExposeSecret, SecretString};

pub use environment::Environment;
pub use fixed::FixedKeys;
pub use profile::CliProfile;

/// Where a credential comes from.
#[async_trait::async_trait]
pub trait CredentialProvider: Send + Sync {
    /// The credential to sign the next request with.
    async fn credential(&self) -> Result<Credential, CredentialError>;
}

/// A key with its secret. The key id is treated like a secret: it is printed nowhere.
#[derive(Clone)]
pub struct Credential {
    access_key_id: String,
    secret: SecretString,
    security_token: Option<SecretString>,
    expires_at: Option<Timestamp>,
}

impl Credential {
    /// A permanent key. White space around either, which comes with copying and with files, is taken off.
    pub fn new(access_key_id: &str, secret: &str) -> Result<Self, CredentialError> {
        let access_key_id = printable("access key id", access_key_id)?;
        let secret = printable("access key secret", secret)?;
        Ok(Self {
            access_key_id: access_key_id.to_owned(),
            secret: secret.into(),
            security_token: None,
            expires_at: None,
        })
    }

    /// A temporary key of STS. An empty token is none.
    pub fn with_token(self, security_token: &str) -> Result<Self, CredentialError> {
        let security_token = match security_token.trim() {
            "" => None,
            token => Some(printable("security token", token)?.into()),
        };
        Ok(Self { security_token, ..self })
    }

    /// From `expires_at` on it is refused here, before the cloud does.
    #[must_use]
    pub fn expiring_at(self, expires_at: Timestamp) -> Self {
        Self { expires_at: Some(expires_at), ..self }
    }

    /// Whether there is a token, so that the key comes from STS.
    pub fn is_temporary(&self) -> bool {
        self.security_token.is_some()
    }

    /// `None`: permanent, or the source did not say.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    pub(crate) fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    pub(crate) fn expose_secret(&self) -> &str {
        self.secret.expose_secret()
    }

    pub(crate) fn expose_token(&self) -> Option<&str> {
        self.security_token.as_ref().map(ExposeSecret::expose_secret)
    }

    pub(crate) fn check_not_expired(&self, now: Timestamp) -> Result<(), CredentialError> {
        match self.expires_at {
            Some(at) if at <= now => Err(CredentialError::Expired),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token = self.security_token.as_ref().map(|_| "***");
        f.debug_struct("Credential")
            .field("access_key_id", &"***")
            .field("secret", &"***")
            .field("security_token", &token)
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

/// Why there is no credential. Nothing that was read is repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// A variable of the environment.
    #[error("{0} is not set")]
    NotSet(&'static str),
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
    /// Neither the wanted nor, if none is wanted, the current one is there.
    #[error("{path} has no profile {profile:?}", path = .path.display())]
    NoSuchProfile {
        /// Of the configuration.
        path: PathBuf,
        /// The one that was looked for.
        profile: String,
    },
    /// A way to get a key that this crate does not know.
    #[error("the profile {profile:?} of {path} has mode {mode:?}; supported are AK and StsToken", path = .path.display())]
    ModeNotSupported {
        /// Of the configuration.
        path: PathBuf,
        /// The one that was chosen.
        profile: String,
        /// As the file has it.
        mode: String,
    },
    /// A new one has to be fetched.
    #[error("the temporary credential has expired")]
    Expired,
}

/// What may stand in a header: keys are letters and digits, secrets and tokens may have any printable character.
fn printable<'a>(what: &'static str, text: &'a str) -> Result<&'a str, CredentialError> {
    let text = text.trim();
    let well_formed = !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
    well_formed.then_some(text).ok_or(CredentialError::Malformed(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_around_a_key_is_taken_off() {
        let credential =
            Credential::new(" id\n", "se/cr+et=\r\n").unwrap().with_token("tok\n").unwrap();
        assert_eq!(credential.access_key_id(), "id");
        assert_eq!(credential.expose_secret(), "se/cr+et=");
        assert_eq!(credential.expose_token(), Some("tok"));
    }

    #[test]
    fn what_cannot_be_a_key_is_refused_without_being_repeated() {
        for (id, secret, what) in [
            ("", "s", "access key id"),
            ("a b", "s", "access key id"),
            ("a\r\nx-evil: 1", "s", "access key id"),
            ("id", " \n", "access key secret"),
            ("id", "s\0", "access key secret"),
            ("id", "sécret", "access key secret"),
        ] {
            let error = Credential::new(id, secret).unwrap_err();
            assert_eq!(error, CredentialError::Malformed(what));
        }
        let key = Credential::new("id", "s").unwrap();
        assert!(key.clone().with_token("a\nb").is_err());
        assert!(!key.with_token(" ").unwrap().is_temporary());
    }

    #[test]
    fn an_expired_credential_is_known_before_it_is_used() {
        let at = Timestamp::from_secs(1000);
        let credential = Credential::new("id", "s").unwrap().expiring_at(at);
        assert_eq!(credential.check_not_expired(Timestamp::from_secs(999)), Ok(()));
        assert_eq!(credential.check_not_expired(at), Err(CredentialError::Expired));
    }

    #[test]
    fn debug_shows_nothing() {
        let credential = Credential::new("KEYID", "SECRET").unwrap().with_token("TOKEN").unwrap();
        let shown = format!("{credential:?} {credential:#?}");
        for canary in ["KEYID", "SECRET", "TOKEN"] {
            assert!(!shown.contains(canary), "{shown}");
        }
    }
}
