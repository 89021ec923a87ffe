//! A client that does what it is told, byte for byte: signs by either scheme, and can be made to
//! get anything wrong.

use serde_json::Value;
use simulator::signature::{acs3, percent, rpc, sha256_hex};
use simulator::{Account, ManualClock, Options, Simulator, TemporaryCredentials};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use time::OffsetDateTime;
use time::macros::datetime;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Long enough to say that something hangs.
const HANG: Duration = Duration::from_secs(20);
pub const START: OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);

/// A simulator that stands still in time, and its clock.
pub async fn start(options: impl FnOnce(&mut Options)) -> (Simulator, ManualClock) {
    let clock = ManualClock::at(START);
    let mut all = Options { clock: clock.clock(), quotas: false, ..Options::default() };
    options(&mut all);
    (Simulator::start(all).await.unwrap(), clock)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    V1,
    V3,
}

/// Who calls, how, and at what time by the caller's own clock.
#[derive(Clone)]
pub struct Client {
    pub base: String,
    pub access_key_id: String,
    pub access_key_secret: String,
    pub token: Option<String>,
    pub scheme: Scheme,
    pub signed_at: OffsetDateTime,
}

/// A request before it is signed.
#[derive(Clone, Debug)]
pub struct Draft {
    pub method: &'static str,
    pub version: String,
    pub action: String,
    pub query: Vec<(String, String)>,
    pub form: Vec<(String, String)>,
    pub nonce: String,
    pub format: Option<&'static str>,
    pub accept: &'static str,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Client {
    pub fn of(cloud: &Simulator, account: usize) -> Self {
        Self::with(cloud, &cloud.accounts()[account])
    }

    pub fn with(cloud: &Simulator, account: &Account) -> Self {
        Self {
            base: cloud.base_url().to_owned(),
            access_key_id: account.access_key_id.clone(),
            access_key_secret: account.access_key_secret.clone(),
            token: None,
            scheme: Scheme::V1,
            signed_at: START,
        }
    }

    pub fn temporary(cloud: &Simulator, credentials: &TemporaryCredentials) -> Self {
        Self {
            access_key_id: credentials.access_key_id.clone(),
            access_key_secret: credentials.access_key_secret.clone(),
            token: Some(credentials.security_token.clone()),
            ..Self::of(cloud, 0)
        }
    }

    /// Whoever an answer of STS says one is from now on.
    pub fn assumed(&self, answer: &Value) -> Self {
        let of = |name: &str| answer["Credentials"][name].as_str().unwrap().to_owned();
        Self {
            access_key_id: of("AccessKeyId"),
            access_key_secret: of("AccessKeySecret"),
            token: Some(of("SecurityToken")),
            ..self.clone()
        }
    }

    pub fn v3(self) -> Self {
        Self { scheme: Scheme::V3, ..self }
    }

    pub async fn call(&self, action: &str, parameters: &[(&str, &str)]) -> Reply {
        self.send(&Draft::new(action, parameters)).await
    }

    /// The same, for a call that has to be answered with 200.
    pub async fn ok(&self, action: &str, parameters: &[(&str, &str)]) -> Value {
        let reply = self.call(action, parameters).await;
        assert_eq!(reply.status, 200, "{action}: {}", reply.text());
        reply.json()
    }

    pub async fn send(&self, draft: &Draft) -> Reply {
        self.try_send(draft).await.unwrap()
    }

    /// An error when the connection ends before the answer does.
    pub async fn try_send(&self, draft: &Draft) -> Result<Reply, std::io::Error> {
        exchange(&self.base, &self.sign(draft)).await
    }

    /// The bytes of the signed request.
    pub fn sign(&self, draft: &Draft) -> Vec<u8> {
        match self.scheme {
            Scheme::V1 => self.sign_v1(draft),
            Scheme::V3 => self.sign_v3(draft),
        }
    }

    fn sign_v1(&self, draft: &Draft) -> Vec<u8> {
        let mut system = vec![
            ("Action", draft.action.clone()),
            ("Version", draft.version.clone()),
            ("AccessKeyId", self.access_key_id.clone()),
            ("SignatureMethod", "HMAC-SHA1".to_owned()),
            ("SignatureVersion", "1.0".to_owned()),
            ("SignatureNonce", draft.nonce.clone()),
            ("Timestamp", timestamp(self.signed_at)),
        ];
        system.extend(draft.format.map(|format| ("Format", format.to_owned())));
        system.extend(self.token.clone().map(|token| ("SecurityToken", token)));
        let mut query = draft.query.clone();
        query.extend(system.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let all: BTreeMap<String, String> = query.iter().chain(&draft.form).cloned().collect();
        let signature =
            rpc::signature(&self.access_key_secret, &rpc::string_to_sign(draft.method, &all));
        query.push(("Signature".to_owned(), signature));
        self.bytes(draft, &query, &[])
    }

    fn sign_v3(&self, draft: &Draft) -> Vec<u8> {
        let body = encode(&draft.form);
        let mut headers = vec![
            ("host", host(&self.base).to_owned()),
            ("x-acs-action", draft.action.clone()),
            ("x-acs-version", draft.version.clone()),
            ("x-acs-date", timestamp(self.signed_at)),
            ("x-acs-signature-nonce", draft.nonce.clone()),
            ("x-acs-content-sha256", sha256_hex(body.as_bytes())),
        ];
        if !body.is_empty() {
            headers.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
        }
        if let Some(token) = &self.token {
            headers.push(("x-acs-security-token", token.clone()));
        }
        headers.sort();
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let signed_headers = names.join(";");
        let query: BTreeMap<String, String> = draft.query.iter().cloned().collect();
        let canonical = acs3::canonical_request(
            draft.method,
            &acs3::canonical_query(&query),
            &acs3::canonical_headers(
                &signed_headers,
                headers.iter().map(|(name, value)| (*name, value.as_str())),
            ),
            &signed_headers,
            &sha256_hex(body.as_bytes()),
        );
        let signature = acs3::signature(&self.access_key_secret, &acs3::string_to_sign(&canonical));
        let authorization = format!(
            "ACS3-HMAC-SHA256 Credential={},SignedHeaders={signed_headers},Signature={signature}",
            self.access_key_id
        );
        headers.retain(|(name, _)| *name != "host" && *name != "content-type");
        headers.push(("authorization", authorization));
        headers.push(("accept", draft.accept.to_owned()));
        self.bytes(draft, &draft.query, &headers)
    }

    fn bytes(
        &self,
        draft: &Draft,
        query: &[(String, String)],
        headers: &[(&str, String)],
    ) -> Vec<u8> {
        let body = encode(&draft.form);
        let mut lines: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        lines.push(("host", host(&self.base)));
        if !body.is_empty() {
            lines.push(("content-type", "application/x-www-form-urlencoded"));
        }
        request(draft.method, &format!("/?{}", encode(query)), &lines, &body)
    }
}

impl Draft {
    /// POST, parameters in the query, JSON.
    pub fn new(action: &str, parameters: &[(&str, &str)]) -> Self {
        static NONCE: AtomicU64 = AtomicU64::new(0);
        let of_sts = matches!(action, "GetCallerIdentity" | "AssumeRole" | "AssumeRoleWithOIDC");
        let version = if of_sts { "2015-04-01" } else { "2015-01-01" };
        Self {
            method: "POST",
            version: version.to_owned(),
            action: action.to_owned(),
            query: parameters
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            form: Vec::new(),
            nonce: format!("nonce-{}", NONCE.fetch_add(1, Ordering::Relaxed)),
            format: Some("JSON"),
            accept: "application/json",
        }
    }

    pub fn get(self) -> Self {
        Self { method: "GET", ..self }
    }

    /// The same with its parameters in the body.
    pub fn in_form(self) -> Self {
        Self { form: self.query, query: Vec::new(), ..self }
    }
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Status and code of a refusal.
    pub fn refusal(&self) -> (u16, String) {
        (self.status, self.json()["Code"].as_str().unwrap_or_default().to_owned())
    }
}

pub fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// Sends bytes and reads until the other side closes.
pub async fn exchange(base: &str, request: &[u8]) -> Result<Reply, std::io::Error> {
    let exchange = async {
        let mut stream = TcpStream::connect(host(base)).await?;
        stream.write_all(request).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        reply(&answer)
    };
    tokio::time::timeout(HANG, exchange)
        .await
        .unwrap_or_else(|_| panic!("no answer within {HANG:?}"))
}

/// A plain HTTP/1.1 request.
pub fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = format!(
        "{method} {target} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    text.push_str("\r\n");
    text.push_str(body);
    text.into_bytes()
}

pub fn host(base: &str) -> &str {
    base.trim_start_matches("http://")
}

pub fn timestamp(at: OffsetDateTime) -> String {
    let format =
        time::macros::format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    at.format(&format).unwrap()
}

fn encode(pairs: &[(String, String)]) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", percent::encode(name), percent::encode(value)))
        .collect();
    pairs.join("&")
}

fn reply(answer: &[u8]) -> Result<Reply, std::io::Error> {
    let cut = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").ok_or_else(cut)?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut lines = head.lines();
    let status =
        lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut body = answer[end + 4..].to_vec();
    if let Some(announced) =
        headers.get("content-length").and_then(|length| length.parse::<usize>().ok())
        && body.len() < announced
    {
        return Err(cut());
    }
    if headers.get("transfer-encoding").is_some_and(|encoding| encoding == "chunked") {
        body = unchunk(&body).ok_or_else(cut)?;
    }
    Ok(Reply { status: status.ok_or_else(cut)?, headers, body })
}

fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|window| window == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).ok()?, 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(line + 2..line + 2 + size)?);
        rest = rest.get(line + 2 + size + 2..)?;
    }
}
