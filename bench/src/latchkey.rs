//! The portal as a process of its own, and somebody who is signed in at it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use reqwest::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use rustls::{ClientConfig, RootCertStore};
use simulator::Simulator;
use store::DatabaseUrl;
use store::audit::AuditFiles;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::fleet::ACCOUNT;
use crate::report::checkout;
use crate::stopwatch::resident;

pub const NAME: &str = "vera";
pub const PASSWORD: &str = "correct horse battery";
/// Nothing takes this long.
const HANG: Duration = Duration::from_mins(1);
/// Streams end with the session, at the latest.
const LISTENING: Duration = Duration::from_hours(12);

/// A running portal. Dropped, it is killed.
pub struct Latchkey {
    child: Child,
    origin: String,
    folder: tempfile::TempDir,
}

/// Somebody who is signed in; one connection that stays open.
#[derive(Debug, Clone)]
pub struct Person {
    client: reqwest::Client,
    origin: String,
    cookie: String,
}

/// Builds the release binary where it is not up to date.
pub async fn build() -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--package", "server", "--quiet"]).current_dir(checkout());
    let built = cargo.stdin(Stdio::null()).output().await?;
    let said = String::from_utf8_lossy(&built.stderr);
    ensure!(built.status.success(), "the portal could not be built:\n{said}");
    Ok(())
}

/// What `cargo xtask build --release` makes.
pub fn binary() -> PathBuf {
    checkout().join("target/release/latchkey")
}

impl Latchkey {
    /// Serves this memory, with the account of that cloud.
    pub async fn start(cloud: &Simulator, database: &DatabaseUrl) -> Result<Self> {
        Self::start_as(&binary(), cloud, database, "").await
    }

    /// The same by another program, with more lines of configuration.
    pub async fn start_as(
        program: &Path,
        cloud: &Simulator,
        database: &DatabaseUrl,
        more: &str,
    ) -> Result<Self> {
        ensure!(
            program.is_file(),
            "there is no {}: `cargo xtask build --release`",
            program.display()
        );
        let folder = tempfile::tempdir()?;
        let account = cloud.accounts().first().context("the simulated cloud has no account")?;
        let secret = folder.path().join("secret");
        std::fs::write(&secret, &account.access_key_secret)?;
        let database = match database {
            DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
            DatabaseUrl::Postgres(url) => url.clone(),
        };
        let config = format!(
            "listen = \"127.0.0.1:0\"\ndatabase = \"{database}\"\naudit_key_file = \"{}\"\n{more}\n\
             [[accounts]]\nname = \"{ACCOUNT}\"\nendpoint = \"{}\"\nsignature = \"v3\"\n\
             access_key_id = \"{}\"\naccess_key_secret_file = \"{}\"\n",
            crate::fleet::audit_key(folder.path())?.display(),
            cloud.base_url(),
            account.access_key_id,
            secret.display(),
        );
        let file = folder.path().join("latchkey.toml");
        std::fs::write(&file, config)?;
        let mut child = Command::new(program)
            .arg("serve")
            .arg("--config")
            .arg(&file)
            .env_clear()
            .env("HOME", folder.path())
            .env("LATCHKEY_LOG", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("no pipe")?).lines();
        while let Some(line) = tokio::time::timeout(HANG, lines.next_line()).await?? {
            if let Some(origin) = line.strip_prefix("Latchkey is at ") {
                let origin = origin.trim_end_matches('/').to_owned();
                return Ok(Self { child, origin, folder });
            }
        }
        bail!("the portal ended before it listened")
    }

    /// Resident memory in MiB: now, and the most there ever was.
    pub fn memory(&self) -> Result<(f64, f64)> {
        let process = self.child.id().context("the portal has ended")?;
        Ok((resident(process, "VmRSS")?, resident(process, "VmHWM")?))
    }

    /// The key of its audit.
    pub fn audit(&self) -> AuditFiles {
        AuditFiles { key: Some(self.folder.path().join("audit-key")), ..AuditFiles::default() }
    }

    /// How many files it has open, connections among them.
    pub fn files(&self) -> Result<usize> {
        let process = self.child.id().context("the portal has ended")?;
        Ok(std::fs::read_dir(format!("/proc/{process}/fd"))?.count())
    }

    /// Address and port.
    pub fn host(&self) -> &str {
        self.origin.trim_start_matches("http://")
    }

    /// Somebody with this cookie; each request on a connection of its own.
    pub fn with_cookie(&self, cookie: &str) -> Result<Person> {
        let client = builder()?.pool_max_idle_per_host(0).build()?;
        Ok(Person { client, origin: self.origin.clone(), cookie: cookie.to_owned() })
    }

    /// Signs in the person that was added by the measurement.
    pub async fn sign_in(&self) -> Result<Person> {
        self.sign_in_as(NAME).await
    }

    /// The same for another one with the same password.
    pub async fn sign_in_as(&self, name: &str) -> Result<Person> {
        let client = client()?;
        let answer = client
            .post(format!("{}/api/ui/session/sign-in", self.origin))
            .header("sec-fetch-site", "same-origin")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(format!("name={name}&password={}", PASSWORD.replace(' ', "+")))
            .send()
            .await?;
        ensure!(answer.status().is_success(), "signing in: {}", answer.status());
        let cookies = answer.headers().get_all(SET_COOKIE).iter();
        let cookie = cookies
            .filter_map(|line| line.to_str().ok()?.split(';').next())
            .collect::<Vec<_>>()
            .join("; ");
        Ok(Person { client, origin: self.origin.clone(), cookie })
    }

    /// As a supervisor would; waits until it ended.
    pub async fn stop(mut self) -> Result<()> {
        self.child.start_kill()?;
        self.child.wait().await?;
        Ok(())
    }
}

impl Person {
    /// Fetches a page. Returns it, and how long that took until its last byte.
    pub async fn get(&self, path: &str) -> Result<(String, Duration)> {
        let started = Instant::now();
        let answer = self
            .client
            .get(format!("{}{path}", self.origin))
            .header(COOKIE, &self.cookie)
            .header("sec-fetch-site", "same-origin")
            .send()
            .await?;
        let status = answer.status();
        let page = answer.text().await?;
        let time = started.elapsed();
        ensure!(status.is_success(), "{path}: {status}");
        Ok((page, time))
    }

    /// Sends a form as a script of a page would. Returns the status and what was said.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Result<(u16, String)> {
        let fields: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        let request = self.asking(self.client.post(format!("{}{path}", self.origin)));
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = request.body(fields.join("&")).send().await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }

    /// A stream of news: the answer goes on.
    pub async fn listen(&self) -> Result<reqwest::Response> {
        // Nothing is said for a while where nothing happens, but for signs of life.
        let request = self.asking(self.client.get(format!("{}/events", self.origin)));
        let answer = request.timeout(LISTENING).send().await?;
        ensure!(answer.status().is_success(), "/events: {}", answer.status());
        Ok(answer)
    }

    /// The same person with another session, or from elsewhere.
    #[must_use]
    pub fn with(&self, cookie: &str) -> Self {
        Self { cookie: cookie.to_owned(), ..self.clone() }
    }

    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    fn asking(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        request.header(COOKIE, &self.cookie).header("sec-fetch-site", "same-origin")
    }
}

/// Whatever is not plainly a letter or a digit, by its bytes.
fn escaped(value: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    value.bytes().map(escape).collect()
}

fn client() -> Result<reqwest::Client> {
    Ok(builder()?.build()?)
}

/// Plain http on loopback: nobody is trusted.
fn builder() -> Result<reqwest::ClientBuilder> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let builder = reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy();
    Ok(builder.redirect(reqwest::redirect::Policy::none()).timeout(HANG))
}
