//! Who signs: a key id, its secret, and a token where the key is a temporary one.
//!
//! A provider is asked before every try, so a key that is replaced is used at once. Whoever fetches keys over the
//! network keeps them until shortly before they expire ([`Cached`]). Nothing here is ever printed: `Debug` says `***`,
//! and errors name files, profiles, fields and codes, never what is in them.
//!
//! To add a source: one file here with one type that implements [`CredentialProvider`], and one line below.

mod assume_role;
mod cached;
mod credentials_file;
mod default_chain;
mod ecs_role;
mod environment;
mod error;
mod fixed;
mod get;
mod oidc_role;
mod plan;
mod profile;
mod reread;
mod role;
mod session_name;
mod sessions;
mod uri;
mod wire;

use std::borrow::Cow;
use std::fmt;

use domain::time::Timestamp;
use secrecy::{ExposeSecret, SecretString};

pub use assume_role::AssumeRole;
pub use cached::Cached;
pub use credentials_file::CredentialsFile;
pub use default_chain::DefaultChain;
pub use ecs_role::EcsRole;
pub use environment::Environment;
pub use error::{CredentialError, FetchFailure};
pub use fixed::FixedKeys;
pub use oidc_role::OidcRole;
pub use profile::CliProfile;
pub use role::{ParseRoleArnError, Role, RoleArn};
pub use session_name::{ParseSessionNameError, SessionName};
pub use uri::{CredentialsUri, ParseCredentialsUriError, UriKeys};
pub(crate) use wire::WireCredential;

/// Where a credential comes from.
#[async_trait::async_trait]
pub trait CredentialProvider: Send + Sync {
    /// The credential to sign the next request with.
    async fn credential(&self) -> Result<Credential, CredentialError>;

    /// The same, in a session that bears `name`, so that the cloud's own audit says who acted. Sources that assume no
    /// role leave the name aside; [`Credential::session_name`] says whether it was taken.
    async fn credential_as(&self, _name: &SessionName) -> Result<Credential, CredentialError> {
        self.credential().await
    }

    /// The cloud says that `credential` has expired: whoever keeps it forgets it and brings another when next asked.
    fn discard(&self, _credential: &Credential) {}
}

/// A key with its secret. The key id is treated like a secret: it is printed nowhere.
#[derive(Clone)]
pub struct Credential {
    access_key_id: String,
    secret: SecretString,
    security_token: Option<SecretString>,
    expires_at: Option<Timestamp>,
    session_name: Option<SessionName>,
    source: Cow<'static, str>,
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
            session_name: None,
            source: Cow::Borrowed("keys"),
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

    /// Whatever it said of its end: only the cloud knows.
    pub(crate) fn without_end(self) -> Self {
        Self { expires_at: None, ..self }
    }

    /// Whether there is a token, so that the key comes from STS.
    pub fn is_temporary(&self) -> bool {
        self.security_token.is_some()
    }

    /// `None`: permanent, or the source did not say.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// Of the role's session that the credential is good for; `None` where no role was assumed.
    pub fn session_name(&self) -> Option<&SessionName> {
        self.session_name.as_ref()
    }

    /// The way it came, for people: `keys`, `environment`, `cli-profile: keys → assume-role`, …
    pub fn source(&self) -> &str {
        &self.source
    }

    pub(crate) fn from(self, source: impl Into<Cow<'static, str>>) -> Self {
        Self { source: source.into(), ..self }
    }

    /// In a file of this kind.
    pub(crate) fn within(self, kind: &str) -> Self {
        let source = format!("{kind}: {}", self.source);
        self.from(source)
    }

    pub(crate) fn in_session(self, name: SessionName) -> Self {
        Self { session_name: Some(name), ..self }
    }

    /// The very same key and token.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.access_key_id == other.access_key_id && self.expose_token() == other.expose_token()
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

    pub(crate) fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
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
            .field("session_name", &self.session_name)
            .field("source", &self.source)
            .finish()
    }
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
        assert!(!credential.has_expired(Timestamp::from_secs(999)));
        assert!(credential.has_expired(at));
        assert!(!Credential::new("id", "s").unwrap().has_expired(at));
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
