//! Temporary keys as STS, the metadata service and credentials URIs write them.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{Credential, CredentialError};
use crate::clock::parse_wire;
use crate::error::{Error, ErrorKind};
use crate::http::Reply;
use crate::lenient::{Text, parse};

/// Strict on purpose: a key is whole or it is none.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct WireCredential {
    /// Outside of STS: `Success` or what went wrong.
    code: Text,
    access_key_id: SecretString,
    access_key_secret: SecretString,
    security_token: SecretString,
    expiration: Text,
}

impl WireCredential {
    pub(crate) fn read(self) -> Result<Credential, CredentialError> {
        let secret = self.access_key_secret.expose_secret();
        let credential = Credential::new(self.access_key_id.expose_secret(), secret)?;
        let credential = credential.with_token(self.security_token.expose_secret())?;
        if !credential.is_temporary() {
            return Err(CredentialError::Malformed("security token"));
        }
        let expires_at = self.expiration.some().and_then(|text| parse_wire(&text));
        let expires_at = expires_at.ok_or(CredentialError::Malformed("expiration"))?;
        Ok(credential.expiring_at(expires_at))
    }
}

/// The answer of the metadata service or of a credentials URI. `from`: which, for errors.
pub(super) fn read_answer(
    from: &'static str,
    reply: &Reply,
) -> Result<Credential, CredentialError> {
    if reply.status != 200 {
        let error = Error::from_reply(reply, false, |_| false);
        return Err(CredentialError::fetching(from, &error));
    }
    let wire: Option<WireCredential> = parse(&reply.body);
    let Some(wire) = wire else {
        return Err(CredentialError::fetching(from, &Error::not_understood(reply)));
    };
    match wire.code.raw() {
        Some("Success") => wire.read(),
        code => {
            let mut error = Error::new(ErrorKind::Refused, None);
            error.code = code.and_then(|code| code.parse().ok());
            Err(CredentialError::fetching(from, &error))
        }
    }
}
