//! `[[accounts]]`: a name, where its key comes from, which regions, and whom to call.

mod credential;
mod role;

use std::collections::BTreeSet;

use aliyun::{ApiEndpoint, DefaultChain};
use domain::call::SignatureScheme;
use domain::id::{AccountName, RegionId};
use toml::de::{DeTable, DeValue};

use super::Environment;
use super::file::shown;
use super::reader::{Found, Place, Reader};

pub use credential::CredentialSource;

/// Besides those of its credential.
const KEYS: &[&str] = &["credential", "endpoint", "label", "name", "regions", "signature"];

/// Where all of it stands, for messages.
const PREFIX: &str = "accounts";

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

pub(super) fn read_all<'a>(
    reader: &mut Reader<'a>,
    document: &DeTable<'a>,
    environment: &Environment,
) -> Vec<AccountConfig> {
    let tables = reader.tables(document, "accounts");
    let lookup = |name: &str| environment.get(name).map(str::to_owned);
    if tables.is_empty() && DefaultChain::is_wanted(lookup) {
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

/// Nobody wrote an account down, but the cloud's own variables point to a key: that is the account.
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
        credential: CredentialSource::DefaultChain,
    }]
}

fn read<'a>(
    reader: &mut Reader<'a>,
    table: &DeTable<'a>,
    place: &Place,
    environment: &Environment,
) -> Option<AccountConfig> {
    let prefix = PREFIX;
    let keys: Vec<&str> = KEYS.iter().copied().chain(credential::keys()).collect();
    reader.only(table, prefix, &keys);
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
                let shown = shown(&found.value);
                reader.refuse(&found.place, format!("{shown} cannot be used: {error}"));
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
    let credential = credential::read(reader, table, place, &parsed, environment)?;
    Some(AccountConfig { name: parsed, label, regions, endpoint, signature, credential })
}

fn regions<'a>(
    reader: &mut Reader<'a>,
    table: &DeTable<'a>,
    prefix: &str,
) -> Option<Vec<RegionId>> {
    let found = reader.texts(table, prefix, "regions")?;
    if let Some(value) = table.get("regions")
        && matches!(value.get_ref(), DeValue::Array(items) if items.is_empty())
    {
        let place = reader.place(value, prefix, "regions");
        reader.refuse(&place, "names none: leave it out for all that the cloud names");
    }
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

/// A part of a key: from the environment, from a file that is named, or from the configuration itself.
fn secret_text<'a>(
    reader: &mut Reader<'a>,
    table: &DeTable<'a>,
    environment: &Environment,
    account: &AccountName,
    key: &str,
) -> Option<Found<String>> {
    if let Some(found) = variable(reader, environment, &variable_name(account, key)) {
        return Some(found);
    }
    let file = if key == "access_key_id" {
        None
    } else {
        reader.text(table, PREFIX, &format!("{key}_file"))
    };
    if let Some(file) = file {
        return from_file(reader, file);
    }
    reader.text(table, PREFIX, key)
}

/// `LATCHKEY_ACCOUNT_NAME_KEY`.
fn variable_name(account: &AccountName, key: &str) -> String {
    let name = account.as_str().replace('-', "_").to_ascii_uppercase();
    format!("LATCHKEY_ACCOUNT_{name}_{}", key.to_ascii_uppercase())
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
pub(super) fn from_file(reader: &mut Reader<'_>, file: Found<String>) -> Option<Found<String>> {
    match super::read(std::path::Path::new(&file.value)) {
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
