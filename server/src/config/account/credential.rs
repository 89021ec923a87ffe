//! Where an account's key comes from, and which role it assumes.
//!
//! What is not said is taken from the other keys that are there, and with none from the cloud's default chain. A key
//! that belongs to another source than the chosen one is a mistake: somebody meant something else.
//!
//! To add a source: a variant, a row in [`SOURCES`] with its keys, an arm in `read_source`.

use std::path::PathBuf;

use aliyun::{Credential, CredentialsUri, Role, RoleArn};
use domain::id::AccountName;
use secrecy::SecretString;
use toml::de::DeTable;

use super::role::{self, Mistaken, parsed};
use super::secret_text;
use crate::config::Environment;
use crate::config::reader::{Found, Place, Reader};

/// Where an account's key comes from.
#[derive(Debug)]
pub enum CredentialSource {
    /// Wherever the cloud's own tools look, in their order.
    DefaultChain,
    /// `ALIBABA_CLOUD_ACCESS_KEY_ID`, `ALIBABA_CLOUD_ACCESS_KEY_SECRET`, `ALIBABA_CLOUD_SECURITY_TOKEN`.
    Environment,
    /// A profile of the cloud's command line.
    Profile {
        file: PathBuf,
        profile: Option<String>,
    },
    Keys {
        id: String,
        secret: SecretString,
        token: Option<SecretString>,
    },
    /// The role of the ECS instance that the portal runs on; `None`: the one that is attached.
    EcsRole {
        role_name: Option<String>,
    },
    /// A role, for a token of the platform.
    Oidc {
        role: Role,
        provider_arn: String,
        token_file: PathBuf,
    },
    Uri(CredentialsUri),
    /// Any of the others is somebody who may become this role.
    Assumed {
        base: Box<CredentialSource>,
        role: Role,
    },
}

/// The word for each, and the keys that are its own. A word is meant by any of its keys.
const SOURCES: &[(&str, &[&str])] = &[
    ("default-chain", &[]),
    ("environment", &[]),
    ("profile", &["profile", "profile_file"]),
    (
        "keys",
        &[
            "access_key_id",
            "access_key_secret",
            "access_key_secret_file",
            "security_token",
            "security_token_file",
        ],
    ),
    ("ecs-role", &["role_name"]),
    ("oidc", &["oidc_provider_arn", "oidc_token_file", "role_arn"]),
    ("uri", &["credentials_uri", "credentials_uri_file"]),
];

/// Every key that says something about a credential.
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    SOURCES.iter().flat_map(|(_, keys)| keys.iter()).chain(role::KEYS).copied()
}

pub(super) fn read<'a>(
    reader: &mut Reader<'a>,
    table: &DeTable<'a>,
    place: &Place,
    name: &AccountName,
    environment: &Environment,
) -> Option<CredentialSource> {
    let role = role::read(reader, table);
    let base = Source { reader, table, place, name, environment }.read()?;
    match role {
        Ok(None) => Some(base),
        Ok(Some(role)) => Some(CredentialSource::Assumed { base: Box::new(base), role }),
        Err(Mistaken) => None,
    }
}

struct Source<'r, 'a> {
    reader: &'r mut Reader<'a>,
    table: &'r DeTable<'a>,
    place: &'r Place,
    name: &'r AccountName,
    environment: &'r Environment,
}

impl Source<'_, '_> {
    fn read(mut self) -> Option<CredentialSource> {
        let word = self.word()?;
        match word {
            "default-chain" => Some(CredentialSource::DefaultChain),
            "environment" => Some(CredentialSource::Environment),
            "profile" => self.profile(),
            "keys" => self.keys(),
            "ecs-role" => {
                let role_name = self.text("role_name");
                let role_name = role_name.or_else(|| self.variable("ALIBABA_CLOUD_ECS_METADATA"));
                Some(CredentialSource::EcsRole { role_name: role_name.map(|found| found.value) })
            }
            "oidc" => self.oidc(),
            _ => self.uri(),
        }
    }

    /// The chosen source, or the one whose keys are there. Keys of another are told.
    fn word(&mut self) -> Option<&'static str> {
        let has = |keys: &[&str]| keys.iter().any(|key| self.table.get(*key).is_some());
        let meant: Vec<&str> =
            SOURCES.iter().filter(|(_, keys)| has(keys)).map(|(word, _)| *word).collect();
        let Some(chosen) = self.text("credential") else {
            let by_variable = secret_text_is_there(self.environment, self.name);
            return match meant[..] {
                [] if by_variable => Some("keys"),
                [] => Some("default-chain"),
                [word] => known(word),
                [..] => {
                    let all = meant.join(", ");
                    let text =
                        format!("has keys of {all}: say which with credential = \"{}\"", meant[0]);
                    self.reader.refuse(self.place, text);
                    None
                }
            };
        };
        let Some(word) = known(&chosen.value) else {
            let allowed: Vec<&str> = SOURCES.iter().map(|(word, _)| *word).collect();
            let text = format!(
                "`{}` is not a credential source; allowed: {}",
                chosen.value,
                allowed.join(", ")
            );
            self.reader.refuse(&chosen.place, text);
            return None;
        };
        for (other, keys) in SOURCES.iter().filter(|(other, _)| *other != word) {
            for key in *keys {
                if let Some(found) = self.text(key) {
                    let text = format!("belongs to credential = \"{other}\", not to \"{word}\"");
                    self.reader.refuse(&found.place, text);
                }
            }
        }
        Some(word)
    }

    fn profile(&mut self) -> Option<CredentialSource> {
        let home = self.environment.home().map(|home| home.join(".aliyun/config.json"));
        let file = self.text("profile_file").map(|found| PathBuf::from(found.value));
        let Some(file) = file.or(home) else {
            self.reader.refuse(
                self.place,
                "profile_file is needed: there is no HOME to look for .aliyun/config.json in",
            );
            return None;
        };
        let profile = self.text("profile").map(|found| found.value);
        Some(CredentialSource::Profile { file, profile })
    }

    fn keys(&mut self) -> Option<CredentialSource> {
        let id = self.secret("access_key_id");
        let secret = self.secret("access_key_secret");
        let token = self.secret("security_token").map(|found| found.value.into());
        let (Some(id), Some(secret)) = (id, secret) else {
            self.reader.refuse(self.place, "needs access_key_id and access_key_secret_file");
            return None;
        };
        // What no request can be signed with is told here, not when the portal starts.
        if let Err(error) = Credential::new(&id.value, &secret.value) {
            self.reader.refuse(self.place, format!("has a key that cannot be used: {error}"));
            return None;
        }
        Some(CredentialSource::Keys { id: id.value, secret: secret.value.into(), token })
    }

    fn oidc(&mut self) -> Option<CredentialSource> {
        let role_arn = self.needed("role_arn", "ALIBABA_CLOUD_ROLE_ARN");
        let provider = self.needed("oidc_provider_arn", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN");
        let token_file = self.needed("oidc_token_file", "ALIBABA_CLOUD_OIDC_TOKEN_FILE");
        let arn = parsed::<RoleArn>(self.reader, &role_arn?).ok()?;
        let provider_arn = provider?.value;
        let token_file = PathBuf::from(token_file?.value);
        Some(CredentialSource::Oidc { role: Role::new(arn), provider_arn, token_file })
    }

    fn uri(&mut self) -> Option<CredentialSource> {
        let said = self.secret("credentials_uri");
        let uri = said.or_else(|| self.variable("ALIBABA_CLOUD_CREDENTIALS_URI"));
        let Some(uri) = uri else {
            let text = "needs credentials_uri, or ALIBABA_CLOUD_CREDENTIALS_URI in the environment";
            self.reader.refuse(self.place, text);
            return None;
        };
        match uri.value.parse() {
            Ok(uri) => Some(CredentialSource::Uri(uri)),
            Err(error) => {
                // It can hold a secret, so it is not repeated.
                let error: aliyun::ParseCredentialsUriError = error;
                self.reader.refuse(&uri.place, format!("cannot be used: {error}"));
                None
            }
        }
    }

    /// From the account, else from the variable by which the cloud's own tools know it.
    fn needed(&mut self, key: &str, variable: &'static str) -> Option<Found<String>> {
        let found = self.text(key).or_else(|| self.variable(variable));
        if found.is_none() && self.table.get(key).is_none() {
            let text = format!("needs {key}, or {variable} in the environment");
            self.reader.refuse(self.place, text);
        }
        found
    }

    fn text(&mut self, key: &str) -> Option<Found<String>> {
        self.reader.text(self.table, super::PREFIX, key)
    }

    fn secret(&mut self, key: &str) -> Option<Found<String>> {
        secret_text(self.reader, self.table, self.environment, self.name, key)
    }

    fn variable(&self, name: &'static str) -> Option<Found<String>> {
        let value = self.environment.get(name)?.to_owned();
        Some(Found { value, place: Place::Named(name.to_owned()) })
    }
}

fn known(word: &str) -> Option<&'static str> {
    SOURCES.iter().map(|(known, _)| *known).find(|known| *known == word)
}

/// Whether a variable of the portal's own gives the account a key.
fn secret_text_is_there(environment: &Environment, account: &AccountName) -> bool {
    ["access_key_id", "access_key_secret"].iter().any(|key| {
        let name = super::variable_name(account, key);
        environment.get(&name).or_else(|| environment.get(&format!("{name}_FILE"))).is_some()
    })
}
