//! The portal, as seen from outside.
//!
//! The token goes to the address that was named and nowhere else: no redirect is followed, and plain http only to this
//! machine. What was sent and got no answer is sent again where that is safe: reading always, a wish with its key.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{Method, StatusCode, redirect, retry};
use rustls::client::danger::ServerCertVerifier;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use service::TokenHash;
use url::Url;

use super::exit::Exit;
use crate::cli::Reach;
use crate::config::Environment;
use crate::shape::Problem;

const CONNECT: Duration = Duration::from_secs(10);
const TOTAL: Duration = Duration::from_secs(30);
/// Pauses before the same is asked again.
const AGAIN: [Duration; 3] =
    [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];
/// Whoever is asked to wait longer is told so.
const LONGEST_PAUSE: u64 = 10;
/// No answer of a portal comes near it.
const MOST_BYTES: usize = 64 * 1024 * 1024;

#[derive(Debug)]
pub struct Portal {
    http: reqwest::Client,
    url: Url,
    token: SecretString,
}

/// Why there is no answer that was asked for.
#[derive(Debug)]
pub enum Trouble {
    /// The command line or the environment does not do.
    Usage(String),
    Refused {
        problem: Box<Problem>,
        status: u16,
    },
    Unreachable(String),
    /// An answer that is none.
    Fault(String),
}

impl Trouble {
    pub fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::Refused { status: 429 | 503, .. } | Self::Unreachable(_) => Exit::Unreachable,
            Self::Refused { status: 500.., .. } | Self::Fault(_) => Exit::Fault,
            Self::Refused { .. } => Exit::Refused,
        }
    }

    pub fn is_code(&self, code: &str) -> bool {
        matches!(self, Self::Refused { problem, .. } if problem.code == code)
    }

    /// Nobody says that it was heard, or somebody says that it was not.
    fn may_be_repeated(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Refused { status: 429 | 503, .. })
    }
}

/// One thing to ask.
#[derive(Debug)]
pub struct Ask<'a> {
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    body: Option<serde_json::Value>,
    key: Option<&'a str>,
    waits: Duration,
}

impl<'a> Ask<'a> {
    pub fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            query: Vec::new(),
            body: None,
            key: None,
            waits: Duration::ZERO,
        }
    }

    pub fn post(path: impl Into<String>, body: &impl Serialize) -> Self {
        Self { method: Method::POST, body: serde_json::to_value(body).ok(), ..Self::get(path) }
    }

    /// With those of the pairs that have a value.
    pub fn query(
        mut self,
        pairs: impl IntoIterator<Item = (&'static str, Option<String>)>,
    ) -> Self {
        let said = pairs.into_iter().filter_map(|(name, value)| Some((name, value?)));
        self.query.extend(said);
        self
    }

    pub fn key(self, key: &'a str) -> Self {
        Self { key: Some(key), ..self }
    }

    /// The portal takes so long before it answers.
    pub fn waits(self, waits: Duration) -> Self {
        Self { waits, ..self }
    }
}

impl Portal {
    pub fn reach(reach: &Reach) -> Result<Self, Trouble> {
        Self::of(reach.url.as_deref(), &Environment::of_process()).map_err(Trouble::Usage)
    }

    fn of(url: Option<&str>, environment: &Environment) -> Result<Self, String> {
        let url = url.or_else(|| environment.get("LATCHKEY_URL"));
        let url = url.ok_or("which portal? Say --url or set LATCHKEY_URL")?;
        let url = address(url)?;
        let token = token(environment)?;
        let http = client(url.scheme() == "https").map_err(|error| error.to_string())?;
        Ok(Self { http, url, token })
    }

    /// Asks, and asks again where nobody answers.
    pub async fn ask<T: DeserializeOwned>(&self, ask: &Ask<'_>) -> Result<T, Trouble> {
        for pause in AGAIN {
            match self.ask_once(ask).await {
                Err(Failed { trouble, after }) if trouble.may_be_repeated() => {
                    if after.is_some_and(|seconds| seconds > LONGEST_PAUSE) {
                        return Err(trouble);
                    }
                    tokio::time::sleep(after.map_or(pause, Duration::from_secs)).await;
                }
                done => return done.map_err(|failed| failed.trouble),
            }
        }
        self.ask_once(ask).await.map_err(|failed| failed.trouble)
    }

    async fn ask_once<T: DeserializeOwned>(&self, ask: &Ask<'_>) -> Result<T, Failed> {
        let mut url = self.url.clone();
        url.set_path(&format!("{}{}", app::path::API, ask.path));
        if !ask.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&ask.query);
        }
        let mut request = self
            .http
            .request(ask.method.clone(), url)
            .bearer_auth(self.token.expose_secret())
            .timeout(TOTAL + ask.waits);
        if let Some(key) = ask.key {
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = &ask.body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let mut answer = request.send().await.map_err(|error| self.unreachable(error))?;
        let status = answer.status();
        let after = answer.headers().get(RETRY_AFTER);
        let after = after.and_then(|value| value.to_str().ok()?.parse().ok());
        let mut bytes = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| self.unreachable(error))? {
            bytes.extend_from_slice(&piece);
            if bytes.len() > MOST_BYTES {
                return Err(Trouble::Fault("the portal's answer has no end".to_owned()).into());
            }
        }
        read(status, &bytes).map_err(|trouble| Failed { trouble, after })
    }

    fn unreachable(&self, error: reqwest::Error) -> Failed {
        let place = self.url.origin().ascii_serialization();
        let why = innermost(&error.without_url());
        Trouble::Unreachable(format!("{place} cannot be reached: {why}")).into()
    }
}

struct Failed {
    trouble: Trouble,
    /// When to ask again, in seconds, as the portal said.
    after: Option<u64>,
}

impl From<Trouble> for Failed {
    fn from(trouble: Trouble) -> Self {
        Self { trouble, after: None }
    }
}

fn read<T: DeserializeOwned>(status: StatusCode, bytes: &[u8]) -> Result<T, Trouble> {
    if status.is_success() {
        let no_answer =
            |error| Trouble::Fault(format!("the portal's answer cannot be read: {error}"));
        return serde_json::from_slice(bytes).map_err(no_answer);
    }
    match serde_json::from_slice(bytes) {
        Ok(problem) => Err(Trouble::Refused { problem, status: status.as_u16() }),
        // Something in between answered, or it is no portal.
        Err(_) if status.is_server_error() => {
            Err(Trouble::Unreachable(format!("something that is no portal answers with {status}")))
        }
        Err(_) => Err(Trouble::Fault(format!("{status} from something that is no portal"))),
    }
}

fn innermost(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), innermost)
}

/// https, or http on this machine; nothing but a host and a port.
fn address(text: &str) -> Result<Url, String> {
    let url: Url = text.parse().map_err(|_| "the portal's address is none".to_owned())?;
    let here = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !plain || !url.username().is_empty() || url.password().is_some() {
        return Err(
            "the portal's address is a host and nothing else, such as https://redis.example.com"
                .to_owned(),
        );
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if here => Ok(url),
        _ => Err("a token goes over https, or over http on this machine only".to_owned()),
    }
}

fn token(environment: &Environment) -> Result<SecretString, String> {
    let text = match (environment.get("LATCHKEY_TOKEN"), environment.get("LATCHKEY_TOKEN_FILE")) {
        (Some(_), Some(_)) => {
            return Err("LATCHKEY_TOKEN and LATCHKEY_TOKEN_FILE are both set".to_owned());
        }
        (Some(token), None) => token.to_owned(),
        (None, Some(file)) => std::fs::read_to_string(file)
            .map_err(|error| format!("LATCHKEY_TOKEN_FILE: {file} cannot be read: {error}"))?,
        (None, None) => {
            return Err("no token: set LATCHKEY_TOKEN or LATCHKEY_TOKEN_FILE".to_owned());
        }
    };
    let token = text.trim();
    match TokenHash::of(token) {
        Some(_) => Ok(token.to_owned().into()),
        None => Err("the token is none of a portal, or is not all there".to_owned()),
    }
}

fn client(tls: bool) -> Result<reqwest::Client, Box<dyn std::error::Error>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    let config = if tls {
        let verifier: Arc<dyn ServerCertVerifier> = Arc::new(Verifier::new(provider)?);
        // "Dangerous" is the name of the door through which the platform's own verifier comes in.
        config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
    } else {
        config.with_root_certificates(RootCertStore::empty()).with_no_client_auth()
    };
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .no_proxy()
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(retry::never())
        .http1_only()
        .connect_timeout(CONNECT)
        .user_agent(concat!("latchkey/", env!("CARGO_PKG_VERSION")));
    Ok(client.build()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_to_a_host_over_https_or_stays_on_this_machine() {
        for good in [
            "https://redis.example.com",
            "https://redis.example.com:8443/",
            "http://127.0.0.1:3000",
            "http://localhost:1",
            "http://[::1]:1",
        ] {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "redis.example.com",
            "http://redis.example.com",
            "http://127.0.0.1.evil.example",
            "http://localhost.evil.example",
            "https://redis.example.com/latchkey",
            "https://redis.example.com/?a=b",
            "https://user@redis.example.com",
            "https://:pw@redis.example.com",
            "ftp://redis.example.com",
            "file:///etc/passwd",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_cannot_be_a_token_is_not_sent_and_not_said() {
        let of = |pairs: &[(&str, &str)]| token(&Environment::of(pairs));
        for pairs in [
            &[][..],
            &[("LATCHKEY_TOKEN", "hunter2")],
            &[("LATCHKEY_TOKEN", "lk_hunter2")],
            &[("LATCHKEY_TOKEN_FILE", "no/such/file")],
            &[("LATCHKEY_TOKEN", "hunter2"), ("LATCHKEY_TOKEN_FILE", "no/such/file")],
        ] {
            let said = of(pairs).unwrap_err();
            assert!(!said.contains("hunter2"), "{said}");
        }
    }

    #[test]
    fn what_is_not_the_portal_s_word_is_told_apart() {
        let problem = |status: u16, body: &str| {
            read::<serde_json::Value>(StatusCode::from_u16(status).unwrap(), body.as_bytes())
                .unwrap_err()
                .exit()
        };
        let said = r#"{"code":"blocked","request_id":"1"}"#;
        assert_eq!(problem(409, said), Exit::Refused);
        assert_eq!(problem(503, said), Exit::Unreachable);
        assert_eq!(problem(429, said), Exit::Unreachable);
        assert_eq!(problem(500, said), Exit::Fault);
        assert_eq!(problem(502, "<html>"), Exit::Unreachable);
        assert_eq!(problem(404, "<html>"), Exit::Fault);
        assert_eq!(problem(302, ""), Exit::Fault);
        assert_eq!(problem(200, "<html>"), Exit::Fault);
    }
}
