//! What the operator of the portal wrote: a file, the environment above it, the command line above both.
//!
//! The environment is read here and nowhere else. Every mistake is collected, each with file, line and key and what is
//! allowed, so that one round of corrections is enough. Secrets come in their own types, from a `…_file` if possible.
//!
//! To add a setting: a field in [`Config`], a line in `file`, `pace`, `policy` or `account`, one in
//! docs/operations/configuration.md.

mod account;
mod file;
mod pace;
mod policy;
mod public_url;
mod reader;
mod single_sign_on;
mod tls;
mod webhook;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use domain::policy::Policy;
use ipnet::IpNet;
use store::DatabaseUrl;
use store::audit::AuditFiles;

pub use account::{AccountConfig, CredentialSource};
pub use pace::Pace;
pub use public_url::PublicUrl;
pub use reader::Mistake;
pub use single_sign_on::{OidcConfig, SingleSignOn};
pub use webhook::WebhookConfig;

use crate::certificate::CertificateFiles;
use crate::telemetry;

/// What is logged.
pub const LOG: &str = "LATCHKEY_LOG";

/// A checked configuration.
#[derive(Debug)]
pub struct Config {
    pub listen: SocketAddr,
    /// Where people reach the portal.
    pub public_url: PublicUrl,
    pub database: DatabaseUrl,
    /// The key of the tag that says what an instance is for.
    pub environment_tag: String,
    pub trusted_proxies: Vec<IpNet>,
    /// Where the portal speaks TLS itself.
    pub tls: Option<CertificateFiles>,
    /// Times every wait of a change. 1, unless every account is a simulated one.
    pub timing_scale: f64,
    /// How often the fleet is read, and how long what became different is kept.
    pub pace: Pace,
    /// What is demanded of changes until an admin says otherwise.
    pub policy: Policy,
    /// Where notices go besides the inbox.
    pub webhook: Option<WebhookConfig>,
    /// Who else vouches for people.
    pub single_sign_on: SingleSignOn,
    /// Where the key that signs receipts lies, if somebody said so.
    pub receipt_key_file: Option<PathBuf>,
    /// Where the key lies that seals secrets of second factors, if somebody said so.
    pub factor_key_file: Option<PathBuf>,
    /// Whether what is dangerous needs a fresh proof of who it is.
    pub step_up: bool,
    /// Whether everybody with a password here has to have a second factor.
    pub demand_second_factor: bool,
    /// Where the key of the audit and its anchor lie.
    pub audit: AuditFiles,
    pub accounts: Vec<AccountConfig>,
}

pub const DEFAULT_LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 3000);
const DEFAULT_FILE: &str = "latchkey.toml";
/// Longer than anything that anybody wrote by hand. A device has no end.
const MOST_BYTES: u64 = 1024 * 1024;
/// Variables that begin so are meant for the portal, or for the cloud's own tools.
const MEANT: [&str; 2] = ["LATCHKEY_", "ALIBABA_CLOUD_"];

/// What the command line says.
#[derive(Debug, Default)]
pub struct Overrides {
    pub file: Option<PathBuf>,
    pub listen: Option<SocketAddr>,
    pub public_url: Option<String>,
    pub database: Option<String>,
}

/// The environment, as far as it concerns the portal.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    values: BTreeMap<String, String>,
    /// Variables meant for the portal whose values are not UTF-8.
    unreadable: Vec<String>,
}

impl Environment {
    /// Of this process. What others put there in whatever bytes is none of the portal's business.
    #[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
    pub fn of_process() -> Self {
        let mut environment = Self::default();
        for (name, value) in std::env::vars_os() {
            let Ok(name) = name.into_string() else { continue };
            match value.into_string() {
                Ok(value) => {
                    environment.values.insert(name, value);
                }
                Err(_) if MEANT.iter().any(|start| name.starts_with(start)) => {
                    environment.unreadable.push(name);
                }
                Err(_) => {}
            }
        }
        environment
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Where `~` is.
    fn home(&self) -> Option<PathBuf> {
        self.get("HOME").map(PathBuf::from)
    }

    #[cfg(test)]
    pub fn of(pairs: &[(&str, &str)]) -> Self {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self { values: pairs.collect(), unreadable: Vec::new() }
    }
}

/// Reads and checks everything. Every mistake is told.
pub fn load(environment: &Environment, overrides: &Overrides) -> Result<Config, Vec<Mistake>> {
    let of_variables = mistaken_variables(environment);
    if !of_variables.is_empty() {
        return Err(of_variables);
    }
    let named =
        overrides.file.clone().or_else(|| environment.get("LATCHKEY_CONFIG").map(PathBuf::from));
    let path = named.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
    let text = match read(&path) {
        Ok(text) => text,
        // Nobody asked for a file: the environment and the command line may say it all.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => {
            String::new()
        }
        Err(error) => {
            return Err(vec![Mistake::of_file(&path, format!("cannot be read: {error}"))]);
        }
    };
    parse(&path, &text, environment, overrides)
}

/// What no setting of the file can mend.
fn mistaken_variables(environment: &Environment) -> Vec<Mistake> {
    let unreadable = environment.unreadable.iter();
    let mut mistakes: Vec<Mistake> =
        unreadable.map(|name| Mistake::of_variable(name, "is not UTF-8".to_owned())).collect();
    if let Some(filter) = environment.get(LOG)
        && !telemetry::is_filter(filter)
    {
        let text = format!("`{filter}` is not a filter such as info or info,aliyun=debug");
        mistakes.push(Mistake::of_variable(LOG, text));
    }
    mistakes
}

/// A whole file of text, if it has an end.
fn read(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(MOST_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MOST_BYTES {
        return Err(std::io::Error::other("it is larger than 1 MiB"));
    }
    Ok(text)
}

pub(crate) fn parse(
    path: &Path,
    text: &str,
    environment: &Environment,
    overrides: &Overrides,
) -> Result<Config, Vec<Mistake>> {
    file::read(path, text, environment, overrides)
}

#[cfg(test)]
mod tests;
