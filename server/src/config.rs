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
mod tls;
mod webhook;

use std::collections::BTreeMap;
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
pub use webhook::WebhookConfig;

use crate::certificate::CertificateFiles;

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
    /// Where the key that signs receipts lies, if somebody said so.
    pub receipt_key_file: Option<PathBuf>,
    /// Where the key of the audit and its anchor lie.
    pub audit: AuditFiles,
    pub accounts: Vec<AccountConfig>,
}

pub const DEFAULT_LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 3000);
const DEFAULT_FILE: &str = "latchkey.toml";

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
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Of this process.
    #[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
    pub fn of_process() -> Self {
        Self(std::env::vars().collect())
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Where `~` is.
    fn home(&self) -> Option<PathBuf> {
        self.get("HOME").map(PathBuf::from)
    }

    #[cfg(test)]
    fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }
}

/// Reads and checks everything. Every mistake is told.
pub fn load(environment: &Environment, overrides: &Overrides) -> Result<Config, Vec<Mistake>> {
    let named =
        overrides.file.clone().or_else(|| environment.get("LATCHKEY_CONFIG").map(PathBuf::from));
    let path = named.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
    let text = match std::fs::read_to_string(&path) {
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
