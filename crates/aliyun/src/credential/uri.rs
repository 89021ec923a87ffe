//! A program nearby that hands out temporary keys over HTTP (`ALIBABA_CLOUD_CREDENTIALS_URI`).

use std::fmt;
use std::sync::Arc;

use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{Cached, Credential, CredentialError, CredentialProvider, SessionName, get, wire};
use crate::endpoint::is_this_machine;
use crate::network::Network;

const FROM: &str = "credentials URI";

/// Where to ask: `https://…`, or `http://` to this machine. It can hold a secret, so it is printed nowhere but for its
/// host.
///
/// The official libraries also take plain http to other machines, where anybody on the way could read the key.
#[derive(Clone)]
pub struct CredentialsUri {
    uri: Arc<SecretString>,
    secure: bool,
    /// Host and port, for people.
    authority: String,
}

/// Why a text is no credentials URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a credentials URI is https://HOST…, or http:// to 127.0.0.1, [::1] or localhost, without a user name"
)]
pub struct ParseCredentialsUriError;

impl std::str::FromStr for CredentialsUri {
    type Err = ParseCredentialsUriError;

    fn from_str(text: &str) -> Result<Self, ParseCredentialsUriError> {
        let url = Url::parse(text.trim()).map_err(|_| ParseCredentialsUriError)?;
        let host = url.host().ok_or(ParseCredentialsUriError)?;
        let secure = match url.scheme() {
            "https" => true,
            "http" if is_this_machine(&host) => false,
            _ => return Err(ParseCredentialsUriError),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ParseCredentialsUriError);
        }
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let authority = format!("{host}{port}");
        Ok(Self { uri: Arc::new(url.as_str().into()), secure, authority })
    }
}

impl fmt::Debug for CredentialsUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CredentialsUri").field(&self.authority).finish()
    }
}

/// The key that a credentials URI answers with. Kept until shortly before it expires.
#[derive(Debug)]
pub struct UriKeys(Cached<Fetch>);

impl UriKeys {
    /// Asks `uri`.
    pub fn new(uri: CredentialsUri, network: &Network) -> Self {
        Self(Cached::new(Fetch { uri, network: network.clone() }, network))
    }
}

#[async_trait::async_trait]
impl CredentialProvider for UriKeys {
    async fn credential(&self) -> Result<Credential, CredentialError> {
        self.0.credential().await
    }

    async fn credential_as(&self, _: &SessionName) -> Result<Credential, CredentialError> {
        self.0.credential().await
    }

    fn discard(&self, credential: &Credential) {
        self.0.discard(credential);
    }
}

#[derive(Debug)]
struct Fetch {
    uri: CredentialsUri,
    network: Network,
}

#[async_trait::async_trait]
impl CredentialProvider for Fetch {
    async fn credential(&self) -> Result<Credential, CredentialError> {
        let http = self.network.http(self.uri.secure).map_err(CredentialError::Network)?;
        let url = self.uri.uri.expose_secret().to_owned();
        let reply = get::request(&http, FROM, Method::GET, url, None).await?;
        Ok(wire::read_answer(FROM, &reply)?.from("credentials-uri"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_this_machine_may_give_a_key_and_the_rest_is_not_shown() {
        for (text, authority) in [
            ("https://keys.example.com/a?token=planted", "keys.example.com"),
            ("http://127.0.0.1:8080/planted", "127.0.0.1:8080"),
            ("http://localhost/planted", "localhost"),
            ("http://[::1]:80/planted", "[::1]"),
        ] {
            let uri: CredentialsUri = text.parse().unwrap();
            assert_eq!(uri.authority, authority);
            let shown = format!("{uri:?} {uri:#?}");
            assert!(!shown.contains("planted"), "{shown}");
        }
        for text in [
            "",
            "/credentials",
            "http://keys.example.com/",
            "http://100.100.100.200/",
            "http://169.254.169.254/",
            "http://127.0.0.1.example.com/",
            "https://user:planted@keys.example.com/",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
        ] {
            let error = text.parse::<CredentialsUri>().unwrap_err().to_string();
            assert!(!error.contains("planted"), "{text:?}: {error}");
        }
    }
}
