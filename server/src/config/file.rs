//! The settings of the whole portal.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use ipnet::IpNet;
use service::{FactorKey, ReceiptKey};
use store::DatabaseUrl;
use store::audit::{AuditFiles, AuditKey};
use toml::de::DeTable;

use super::reader::{Found, Mistake, Place, Reader};
use super::{
    AccountConfig, Config, DEFAULT_LISTEN, Environment, Overrides, PublicUrl, account, pace,
    policy, single_sign_on, tls, webhook,
};

/// Besides those of the pace.
const KEYS: &[&str] = &[
    "accounts",
    "audit_anchor_file",
    "audit_key_file",
    "database",
    "environment_tag",
    "factor_key_file",
    "listen",
    "public_url",
    "receipt_key_file",
    "step_up",
    "demand_second_factor",
    "timing_scale",
    "trusted_proxies",
];
const DEFAULT_DATABASE: &str = "sqlite:latchkey.db";
const DEFAULT_ENVIRONMENT_TAG: &str = "environment";

pub(super) fn read(
    path: &Path,
    text: &str,
    environment: &Environment,
    overrides: &Overrides,
) -> Result<Config, Vec<Mistake>> {
    let mut reader = Reader::new(path, text);
    let document = reader.document();
    let keys: Vec<&str> = KEYS
        .iter()
        .copied()
        .chain(pace::KEYS.iter().copied())
        .chain(policy::KEYS.iter().copied())
        .chain(tls::KEYS.iter().copied())
        .chain(webhook::KEYS.iter().copied())
        .chain(single_sign_on::KEYS.iter().copied())
        .collect();
    reader.only(&document, "", &keys);
    let mut source = Source { reader: &mut reader, document: &document, environment };
    let flag = overrides.listen.map(|listen| listen.to_string());
    let listen =
        source.parsed::<SocketAddr>("listen", flag, "ADDRESS:PORT, such as 127.0.0.1:3000");
    let listen = listen.map_or(DEFAULT_LISTEN, |found| found.value);
    let database = source.text("database", overrides.database.clone());
    let database = source.database(database);
    let public_url = source.text("public_url", overrides.public_url.clone());
    let public_url = source.public_url(public_url, listen);
    let environment_tag = source.environment_tag();
    let trusted_proxies = source.proxies();
    let tls = tls::read(&mut source, public_url.as_ref());
    let scale =
        source.parsed::<f64>("timing_scale", None, "a number in quotes between 0.001 and 1");
    let pace = pace::read(&mut source);
    let policy = policy::read(&mut source);
    let audit = source.audit(database.as_ref());
    let receipt_key_file = source.receipt_key();
    let factor_key_file = source.factor_key();
    let step_up = source.on_or_off("step_up", true);
    let demand_second_factor = source.on_or_off("demand_second_factor", false);
    let webhook = webhook::read(&mut source);
    let single_sign_on = single_sign_on::read(&mut source, !trusted_proxies.is_empty());
    let accounts = account::read_all(&mut reader, &document, environment);
    let timing_scale = timing_scale(&mut reader, scale, &accounts);
    match (database, public_url) {
        (Some(database), Some(public_url)) if reader.mistakes.is_empty() => Ok(Config {
            listen,
            public_url,
            database,
            environment_tag,
            trusted_proxies,
            tls,
            timing_scale,
            pace,
            policy,
            webhook,
            single_sign_on,
            receipt_key_file,
            factor_key_file,
            step_up,
            demand_second_factor,
            audit,
            accounts,
        }),
        _ => Err(reader.mistakes),
    }
}

/// An address that was given. What stands before an `@` can be a password.
pub(super) fn shown(address: &str) -> String {
    if address.contains('@') { "the address".to_owned() } else { format!("`{address}`") }
}

/// Waits may be shortened only where nothing real is waited for: proof read back too soon is none.
fn timing_scale(
    reader: &mut Reader<'_>,
    scale: Option<Found<f64>>,
    accounts: &[AccountConfig],
) -> f64 {
    let Some(scale) = scale else { return 1.0 };
    let simulated = |account: &AccountConfig| {
        account.endpoint.as_ref().is_some_and(|endpoint| !endpoint.is_secure())
    };
    if !(0.001..=1.0).contains(&scale.value) {
        reader.refuse(&scale.place, "has to be between 0.001 and 1");
    } else if scale.value < 1.0 && !accounts.iter().all(simulated) {
        reader.refuse(
            &scale.place,
            "is for drills: every account needs an http endpoint on this machine",
        );
    }
    scale.value
}

/// A setting is looked for on the command line, then in the environment, then in the file.
pub(super) struct Source<'r, 'a> {
    pub reader: &'r mut Reader<'a>,
    document: &'r DeTable<'a>,
    environment: &'r Environment,
}

impl Source<'_, '_> {
    pub fn text(&mut self, key: &str, flag: Option<String>) -> Option<Found<String>> {
        let variable = format!("LATCHKEY_{}", key.to_ascii_uppercase());
        let flag = flag.map(|value| Found {
            value,
            place: Place::Named(format!("--{}", key.replace('_', "-"))),
        });
        flag.or_else(|| account::variable(self.reader, self.environment, &variable))
            .or_else(|| self.reader.text(self.document, "", key))
    }

    fn parsed<T: FromStr>(
        &mut self,
        key: &str,
        flag: Option<String>,
        allowed: &str,
    ) -> Option<Found<T>> {
        let found = self.text(key, flag)?;
        if let Ok(value) = found.value.parse() {
            return Some(Found { value, place: found.place });
        }
        self.reader.refuse(&found.place, format!("`{}` is not {allowed}", found.value));
        None
    }

    fn database(&mut self, found: Option<Found<String>>) -> Option<DatabaseUrl> {
        let found = found.unwrap_or(Found {
            value: DEFAULT_DATABASE.to_owned(),
            place: Place::Named("database".to_owned()),
        });
        match found.value.parse() {
            Ok(url) => Some(url),
            Err(error) => {
                // The error repeats no more of the text than its scheme: the rest can hold a password.
                self.reader.refuse(&found.place, error.to_string());
                None
            }
        }
    }

    /// A key that does not do is told here, not when the portal starts.
    fn audit(&mut self, database: Option<&DatabaseUrl>) -> AuditFiles {
        let key = self.text("audit_key_file", None);
        let anchor = self.text("audit_anchor_file", None);
        match (&key, database) {
            (Some(found), _) => {
                if let Err(error) = AuditKey::read(Path::new(&found.value)) {
                    self.reader.refuse(&found.place, format!("the file {} {error}", found.value));
                }
            }
            (None, Some(DatabaseUrl::Postgres(_))) => {
                let place = Place::Named("audit_key_file".to_owned());
                self.reader.refuse(&place, "is needed with PostgreSQL, the same for every replica: a file with 32 random bytes, such as `openssl rand -hex 32` makes");
            }
            (None, _) => {}
        }
        let path = |found: Found<String>| PathBuf::from(found.value);
        AuditFiles { key: key.map(path), anchor: anchor.map(path) }
    }

    fn receipt_key(&mut self) -> Option<PathBuf> {
        let found = self.text("receipt_key_file", None)?;
        let path = PathBuf::from(found.value);
        if let Err(error) = ReceiptKey::open(&path, false) {
            self.reader.refuse(&found.place, format!("the file {} {error}", path.display()));
        }
        Some(path)
    }

    fn factor_key(&mut self) -> Option<PathBuf> {
        let found = self.text("factor_key_file", None)?;
        let path = PathBuf::from(found.value);
        if let Err(error) = FactorKey::open(&path, false) {
            self.reader.refuse(&found.place, format!("the file {} {error}", path.display()));
        }
        Some(path)
    }

    pub fn on_or_off(&mut self, key: &str, usual: bool) -> bool {
        let Some(found) = self.text(key, None) else { return usual };
        match found.value.as_str() {
            "on" => true,
            "off" => false,
            other => {
                self.reader.refuse(&found.place, format!("`{other}` is not on or off"));
                usual
            }
        }
    }

    fn public_url(
        &mut self,
        found: Option<Found<String>>,
        listen: SocketAddr,
    ) -> Option<PublicUrl> {
        let Some(found) = found else {
            if listen.ip().is_loopback() {
                return Some(PublicUrl::of_loopback(listen.port()));
            }
            let place = Place::Named("public_url".to_owned());
            self.reader.refuse(&place, format!("is needed, since the portal listens on {listen}: say where people reach it, such as https://redis.example.com"));
            return None;
        };
        match found.value.parse() {
            Ok(url) => Some(url),
            Err(error) => {
                let error: super::public_url::ParsePublicUrlError = error;
                let shown = shown(&found.value);
                self.reader.refuse(&found.place, format!("{shown} cannot be used: {error}"));
                None
            }
        }
    }

    /// Without a name no instance would be labelled.
    fn environment_tag(&mut self) -> String {
        let usual = || DEFAULT_ENVIRONMENT_TAG.to_owned();
        let Some(found) = self.text("environment_tag", None) else { return usual() };
        if found.value.trim().is_empty() {
            self.reader.refuse(
                &found.place,
                "is empty: it names the tag that says what an instance is for",
            );
            return usual();
        }
        found.value
    }

    fn proxies(&mut self) -> Vec<IpNet> {
        self.nets("trusted_proxies")
    }

    /// A list, or a variable with commas.
    pub fn texts(&mut self, key: &str) -> Option<Vec<Found<String>>> {
        let variable = format!("LATCHKEY_{}", key.to_ascii_uppercase());
        match account::variable(self.reader, self.environment, &variable) {
            Some(found) => Some(
                found
                    .value
                    .split(',')
                    .map(|part| Found { value: part.trim().to_owned(), place: found.place.clone() })
                    .collect(),
            ),
            None => self.reader.texts(self.document, "", key),
        }
    }

    /// A text, or the first line of the file that `KEY_file` names. The environment stands above both.
    pub fn secret(&mut self, key: &str) -> Option<Found<String>> {
        let variable = format!("LATCHKEY_{}", key.to_ascii_uppercase());
        account::variable(self.reader, self.environment, &variable).or_else(|| {
            let named = self.reader.text(self.document, "", &format!("{key}_file"));
            match named {
                Some(file) => account::from_file(self.reader, file),
                None => self.reader.text(self.document, "", key),
            }
        })
    }

    /// Addresses and blocks: a list, or a variable with commas.
    pub fn nets(&mut self, key: &str) -> Vec<IpNet> {
        let listed = self.texts(key).unwrap_or_default();
        let mut proxies = Vec::new();
        for found in listed {
            let text = found.value.as_str();
            match text
                .parse::<IpNet>()
                .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from))
            {
                Ok(net) if net.prefix_len() == 0 => self.reader.refuse(
                    &found.place,
                    format!("`{text}` is everybody: name the networks that are meant"),
                ),
                Ok(net) => proxies.push(net),
                Err(_) => self.reader.refuse(
                    &found.place,
                    format!("`{text}` is not an address or a block such as 10.0.0.0/8"),
                ),
            }
        }
        proxies
    }
}
