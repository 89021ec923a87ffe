//! The RAM role of the ECS instance that this runs on, by the metadata service.
//!
//! Version 2 of the service wants a token of its own with each question, which keeps servers that can be made to fetch
//! any address from reading keys. Version 1 is asked only where somebody is there and gives no token.

use std::fmt;

use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};

use super::{Cached, Credential, CredentialError, CredentialProvider, SessionName, get, wire};
use crate::error::{Error, ErrorKind};
use crate::http::Reply;
use crate::network::Network;

const FROM: &str = "ECS metadata";
const TOKEN: HeaderName = HeaderName::from_static("x-aliyun-ecs-metadata-token");
const TOKEN_TTL: HeaderName = HeaderName::from_static("x-aliyun-ecs-metadata-token-ttl-seconds");
const SIX_HOURS: HeaderValue = HeaderValue::from_static("21600");
const ROLES: &str = "/latest/meta-data/ram/security-credentials/";

/// Kept until shortly before they expire; the service has new ones long before.
pub struct EcsRole(Cached<Fetch>);

struct Fetch {
    role_name: Option<String>,
    v1_allowed: bool,
    network: Network,
}

impl EcsRole {
    /// `role_name`: `None` for the one that the service names.
    pub fn new(role_name: Option<String>, network: &Network) -> Self {
        Self::with(role_name, true, network)
    }

    /// The same, and without a token of the service nothing is asked (`ALIBABA_CLOUD_IMDSV1_DISABLED`).
    pub fn without_v1(role_name: Option<String>, network: &Network) -> Self {
        Self::with(role_name, false, network)
    }

    fn with(role_name: Option<String>, v1_allowed: bool, network: &Network) -> Self {
        let role_name = role_name.filter(|name| !name.is_empty());
        Self(Cached::new(Fetch { role_name, v1_allowed, network: network.clone() }, network))
    }
}

#[async_trait::async_trait]
impl CredentialProvider for EcsRole {
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

#[async_trait::async_trait]
impl CredentialProvider for Fetch {
    async fn credential(&self) -> Result<Credential, CredentialError> {
        let token = self.token().await?;
        let named = match &self.role_name {
            Some(name) => name.clone(),
            None => self.attached_role(token.as_ref()).await?,
        };
        let role_name = checked(&named)?;
        let reply = self.get(&format!("{ROLES}{role_name}"), token.as_ref()).await?;
        Ok(wire::read_answer(FROM, &reply)?.from("ecs-role"))
    }
}

impl Fetch {
    /// `None`: version 1.
    async fn token(&self) -> Result<Option<HeaderValue>, CredentialError> {
        let header = Some((TOKEN_TTL, SIX_HOURS));
        let reply = self.ask(Method::PUT, "/latest/api/token", header).await;
        let refused = match reply {
            Ok(reply) if reply.status == 200 => {
                let token = HeaderValue::from_bytes(reply.body.trim_ascii()).ok();
                let token = token.filter(|token| !token.is_empty());
                let mut token = token.ok_or(CredentialError::Malformed("metadata token"))?;
                token.set_sensitive(true);
                return Ok(Some(token));
            }
            Ok(reply) => failed(&reply),
            // Nobody is there, so nobody speaks version 1 either.
            Err(error) if error.is_not_connected() => return Err(error),
            // Inside a container the token's answer can get lost: it may travel over fewer hops than others.
            Err(error) => error,
        };
        if self.v1_allowed { Ok(None) } else { Err(refused) }
    }

    async fn attached_role(&self, token: Option<&HeaderValue>) -> Result<String, CredentialError> {
        let reply = self.get(ROLES, token).await?;
        if reply.status != 200 {
            return Err(failed(&reply));
        }
        Ok(String::from_utf8_lossy(reply.body.trim_ascii()).into_owned())
    }

    async fn get(&self, path: &str, token: Option<&HeaderValue>) -> Result<Reply, CredentialError> {
        self.ask(Method::GET, path, token.map(|token| (TOKEN, token.clone()))).await
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        header: Option<(HeaderName, HeaderValue)>,
    ) -> Result<Reply, CredentialError> {
        let (http, endpoint) = self.network.metadata();
        get::request(&http, FROM, method, format!("{endpoint}{path}"), header).await
    }
}

impl fmt::Debug for EcsRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fetch = self.0.source();
        f.debug_struct("EcsRole").field("role_name", &fetch.role_name).finish_non_exhaustive()
    }
}

/// It becomes part of a path.
fn checked(name: &str) -> Result<&str, CredentialError> {
    let fits = (1..=64).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        && !name.starts_with('.');
    fits.then_some(name).ok_or(CredentialError::Malformed("role name"))
}

/// The service has no codes: only the status tells.
fn failed(reply: &Reply) -> CredentialError {
    let kind = match reply.status {
        300..=399 => ErrorKind::Protocol,
        500.. => ErrorKind::Unavailable,
        _ => ErrorKind::Refused,
    };
    let mut error = Error::new(kind, None);
    error.http_status = Some(reply.status);
    CredentialError::fetching(FROM, &error)
}
