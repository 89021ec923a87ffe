//! `[[accounts]]`: a name, where its key comes from, which regions, and whom to call.

use std::collections::BTreeSet;
use std::path::PathBuf;

use aliyun::ApiEndpoint;
use domain::call::SignatureScheme;
use domain::id::{AccountName, RegionId};
use secrecy::SecretString;
use toml::de::DeTable;

use super::Environment;
use super::reader::{Found, Place, Reader};

const KEYS: &[&str] = &[
    "access_key_id",
    "access_key_secret",
    "access_key_secret_file",
    "credential",
    "endpoint",
    "label",
    "name",
    "profile",
    "profile_file",
    "regions",
    "security_token",
    "security_token_file",
    "signature",
];

/// One cloud account.
#[derive(Debug)]
pub struct AccountConfig {
    pub name: AccountName,
    pub label: Option<String>,
    /// `None`: all that the cloud names.
    pub regions: Option<Vec<RegionId>>,
    /// Replaces the host of every region and of STS.
    pub endpoint: Option<ApiEndpoint>,
    pub signature: SignatureScheme,
    pub credential: CredentialSource,
}

/// Where an account's key comes from.
#[derive(Debug)]
pub enum CredentialSource {
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
}

pub(super) fn read_all<'a>(
    reader: &mut Reader<'a>,
    document: &DeTable<'a>,
    environment: &Environment,
) -> Vec<AccountConfig> {
    let tables = reader.tables(document, "accounts");
    if tables.is_empty() && environment.get("ALIBABA_CLOUD_ACCESS_KEY_ID").is_some() {
        return implicit(reader);
    }
    let mut accounts = Vec::new();
    let mut names = BTreeSet::new();
    for (table, place) in tables {
        if let Some(account) = read(reader, &table, &place, environment) {
            if !names.insert(account.name.clone()) {
                reader.refuse(&place, format!("the name `{}` is used twice", account.name));
            }
            accounts.push(account);
        }
    }
    accounts
}

/// Nobody wrote an account down, but the cloud's own variables are there: that is the account.
fn implicit(reader: &mut Reader<'_>) -> Vec<AccountConfig> {
    let Ok(name) = "default".parse() else {
        reader.refuse(&Place::Named("accounts".to_owned()), "add [[accounts]] with a name");
        return Vec::new();
    };
    vec![AccountConfig {
        name,
        label: None,
        regions: None,
        endpoint: None,
        signature: SignatureScheme::V1,
        credential: CredentialSource::Environment,
    }]
}

fn read<'a>(
    reader: &mut Reader<'a>,
    table: &DeTable<'a>,
    place: &Place,
    environment: &Environment,
) -> Option<AccountConfig> {
    let prefix = "accounts";
    reader.only(table, prefix, KEYS);
    let Some(name) = reader.text(table, prefix, "name") else {
        reader.refuse(place, "needs a name, such as name = \"core\"");
        return None;
    };
    let Ok(parsed) = name.value.parse::<AccountName>() else {
        reader.refuse(
            &name.place,
            format!("`{}` is not a name: 1 to 32 of a-z, 0-9 and -", name.value),
        );
        return None;
    };
    let label = reader.text(table, prefix, "label").map(|found| found.value);
    let regions = regions(reader, table, prefix);
    let endpoint = reader.text(table, prefix, "endpoint").and_then(|found| {
        match found.value.parse::<ApiEndpoint>() {
            Ok(endpoint) => Some(endpoint),
            Err(error) => {
                reader.refuse(&found.place, format!("`{}` cannot be used: {error}", found.value));
                None
            }
        }
    });
    let signature =
        reader.text(table, prefix, "signature").map_or(Some(SignatureScheme::V1), |found| {
            let parsed = found.value.parse().ok();
            if parsed.is_none() {
                reader.refuse(
                    &found.place,
                    format!("`{}` is not a signature; allowed: v1, v3", found.value),
                );
            }
            parsed
        })?;
    let credential = credential(reader, table, place, &parsed, environment)?;
    Some(AccountConfig { name: parsed, label, regions, endpoint, signature, credential })
}

fn regions<'a>(
    reader: &mut Reader<'a>,
    table: &DeTable<'a>,
    prefix: &str,
) -> Option<Vec<RegionId>> {
    let found = reader.texts(table, prefix, "regions")?;
    let mut regions = Vec::new();
    for region in found {
        match region.value.parse::<RegionId>() {
            Ok(id) if regions.contains(&id) => {
                reader.refuse(&region.place, format!("`{id}` is listed twice"));
            }
            Ok(id) => regions.push(id),
            Err(_) => reader.refuse(
                &region.place,
                format!("`{}` is not a region id, such as cn-hangzhou", region.value),
            ),
        }
    }
    Some(regions)
}

fn credential<'a>(
    reader: &mut Reader<'a>,
    table: &DeTable<'a>,
    place: &Place,
    name: &AccountName,
    environment: &Environment,
) -> Option<CredentialSource> {
    let prefix = "accounts";
    let id = secret_text(reader, table, environment, name, "access_key_id");
    let secret = secret_text(reader, table, environment, name, "access_key_secret");
    let token = secret_text(reader, table, environment, name, "security_token");
    let profile = reader.text(table, prefix, "profile");
    let file = reader.text(table, prefix, "profile_file");
    let chosen = reader.text(table, prefix, "credential");
    let word = chosen.as_ref().map_or_else(
        || {
            if id.is_some() || secret.is_some() {
                "keys"
            } else if profile.is_some() || file.is_some() {
                "profile"
            } else {
                "environment"
            }
        },
        |found| found.value.as_str(),
    );
    match word {
        "environment" => Some(CredentialSource::Environment),
        "profile" => {
            let home = environment.home().map(|home| home.join(".aliyun/config.json"));
            let Some(file) = file.map(|found| PathBuf::from(found.value)).or(home) else {
                reader.refuse(
                    place,
                    "profile_file is needed: there is no HOME to look for .aliyun/config.json in",
                );
                return None;
            };
            Some(CredentialSource::Profile { file, profile: profile.map(|found| found.value) })
        }
        "keys" => {
            let (Some(id), Some(secret)) = (id, secret) else {
                reader.refuse(place, "needs access_key_id and access_key_secret_file");
                return None;
            };
            let token = token.map(|found| found.value.into());
            Some(CredentialSource::Keys { id: id.value, secret: secret.value.into(), token })
        }
        other => {
            let place = chosen.as_ref().map_or(place, |found| &found.place);
            reader.refuse(
                place,
                format!(
                    "`{other}` is not a credential source; allowed: environment, profile, keys"
                ),
            );
            None
        }
    }
}

/// A part of a key: from the environment, from a file that is named, or from the configuration itself.
fn secret_text<'a>(
    reader: &mut Reader<'a>,
    table: &DeTable<'a>,
    environment: &Environment,
    account: &AccountName,
    key: &str,
) -> Option<Found<String>> {
    let name = account.as_str().replace('-', "_").to_ascii_uppercase();
    let variable_name = format!("LATCHKEY_ACCOUNT_{name}_{}", key.to_ascii_uppercase());
    if let Some(found) = variable(reader, environment, &variable_name) {
        return Some(found);
    }
    let file = if key == "access_key_id" {
        None
    } else {
        reader.text(table, "accounts", &format!("{key}_file"))
    };
    if let Some(file) = file {
        return from_file(reader, file);
    }
    reader.text(table, "accounts", key)
}

/// `NAME`, or the content of the file that `NAME_FILE` names.
pub(super) fn variable(
    reader: &mut Reader<'_>,
    environment: &Environment,
    name: &str,
) -> Option<Found<String>> {
    if let Some(value) = environment.get(name) {
        return Some(Found { value: value.to_owned(), place: Place::Named(name.to_owned()) });
    }
    let file_name = format!("{name}_FILE");
    let path = environment.get(&file_name)?;
    from_file(reader, Found { value: path.to_owned(), place: Place::Named(file_name) })
}

/// The first line of a file, without what an editor leaves at its end.
fn from_file(reader: &mut Reader<'_>, file: Found<String>) -> Option<Found<String>> {
    match std::fs::read_to_string(&file.value) {
        Ok(text) if !text.trim().is_empty() => {
            Some(Found { value: text.trim().to_owned(), place: file.place })
        }
        Ok(_) => {
            reader.refuse(&file.place, format!("the file {} is empty", file.value));
            None
        }
        Err(error) => {
            reader.refuse(&file.place, format!("the file {} cannot be read: {error}", file.value));
            None
        }
    }
}
