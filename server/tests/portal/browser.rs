//! Somebody at a browser: asks, keeps cookies as told, follows no redirect, and remembers every answer.

use std::sync::{Arc, Mutex, OnceLock};

use reqwest::{Method, redirect};
use rustls::{ClientConfig, RootCertStore};

use crate::process::HANG;

#[derive(Clone)]
pub struct Browser {
    client: reqwest::Client,
    pub origin: String,
    cookies: Arc<Mutex<Vec<(String, String)>>>,
    seen: Arc<Mutex<Vec<Answer>>>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    /// In the order they came, names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// A request to be sent, as a fetch of a page of ours would, unless told otherwise.
pub struct Ask {
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

pub const FORM: &str = "application/x-www-form-urlencoded";
pub const SESSION: &str = "__Host-portal";

impl Browser {
    pub fn at(origin: &str) -> Self {
        Self::with(client(), origin)
    }

    pub fn with(client: reqwest::Client, origin: &str) -> Self {
        Self { client, origin: origin.to_owned(), cookies: Arc::default(), seen: Arc::default() }
    }

    /// Somebody else, over the same connections.
    pub fn elsewhere(&self) -> Self {
        Self { cookies: Arc::default(), seen: Arc::default(), ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Ask::get(path)).await
    }

    /// As a script of a page of ours posts a form.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(Ask::post(path, fields)).await
    }

    /// As a page without scripts posts a form.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(Ask::post(path, fields).accept("text/html,application/xhtml+xml")).await
    }

    pub async fn send(&self, ask: Ask) -> Answer {
        let url = format!("{}{}", self.origin, ask.path);
        let mut request = self.client.request(ask.method, url).timeout(HANG);
        for (name, value) in ask.headers {
            request = request.header(name, value);
        }
        if let Some(cookies) = self.cookie_header() {
            request = request.header("cookie", cookies);
        }
        if let Some(body) = ask.body {
            request = request.body(body);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let headers = response.headers().iter();
        let headers: Vec<(String, String)> = headers
            .map(|(name, value)| {
                (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        let body = String::from_utf8_lossy(&response.bytes().await.unwrap()).into_owned();
        let answer = Answer { status, headers, body };
        self.keep_cookies(&answer);
        self.seen.lock().unwrap().push(answer.clone());
        answer
    }

    /// Every answer so far.
    pub fn seen(&self) -> Vec<Answer> {
        self.seen.lock().unwrap().clone()
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        let cookies = self.cookies.lock().unwrap();
        cookies.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap();
        cookies.retain(|(known, _)| known != name);
        if !value.is_empty() {
            cookies.push((name.to_owned(), value.to_owned()));
        }
    }

    fn cookie_header(&self) -> Option<String> {
        let cookies = self.cookies.lock().unwrap();
        let pairs: Vec<String> =
            cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    fn keep_cookies(&self, answer: &Answer) {
        for line in answer.all("set-cookie") {
            let (name, rest) = line.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.set_cookie(name, if line.contains("Max-Age=0") { "" } else { value });
        }
    }
}

impl Ask {
    pub fn new(method: &str, path: &str) -> Self {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let headers = vec![("sec-fetch-site".to_owned(), "same-origin".to_owned())];
        Self { method, path: path.to_owned(), headers, body: None }
    }

    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    pub fn post(path: &str, fields: &[(&str, &str)]) -> Self {
        Self::new("POST", path).body(FORM, encode(fields))
    }

    pub fn body(self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { body: Some(body.into()), ..self.header("content-type", content_type) }
    }

    /// Sends what `accept` says; without it, anything will do.
    pub fn accept(self, value: &str) -> Self {
        self.header("accept", value)
    }

    /// Replaces a header of that name.
    pub fn header(self, name: &str, value: &str) -> Self {
        let mut ask = self.without(name);
        ask.headers.push((name.to_owned(), value.to_owned()));
        ask
    }

    /// For whoever reads why a test failed.
    pub fn shown(&self) -> String {
        let body = self.body.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
        format!("{} {} {}", self.method, self.path, body.chars().take(100).collect::<String>())
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn all(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(known, _)| known == name);
        named.map(|(_, value)| value.as_str()).collect()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The code of an error, also where it stands in a page.
    pub fn code(&self) -> String {
        if let Some((_, rest)) = self.body.split_once("data-code=\"") {
            return rest.split('"').next().unwrap().to_owned();
        }
        match serde_json::from_str::<serde_json::Value>(&self.body) {
            Ok(json) => json["code"].as_str().unwrap_or_default().to_owned(),
            Err(_) => String::new(),
        }
    }

    /// Where a redirect leads.
    pub fn location(&self) -> &str {
        self.header("location").unwrap_or_default()
    }
}

pub fn encode(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// One pool of connections for all; plain http only, so nobody is trusted.
/// Follows nothing, trusts nobody beyond this machine.
pub fn client() -> reqwest::Client {
    static TLS: OnceLock<ClientConfig> = OnceLock::new();
    let tls = TLS.get_or_init(|| {
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth()
    });
    let builder = reqwest::Client::builder().tls_backend_preconfigured(tls.clone());
    builder.no_proxy().redirect(redirect::Policy::none()).build().unwrap()
}
