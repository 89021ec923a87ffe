//! `assume_role_…`: whom somebody with a key of any kind becomes.

use std::str::FromStr;
use std::time::Duration;

use aliyun::{Role, RoleArn, SessionName};
use toml::de::DeTable;

use super::PREFIX;
use crate::config::reader::{Found, Reader};

pub(super) const KEYS: &[&str] = &[
    "assume_role_arn",
    "assume_role_external_id",
    "assume_role_seconds",
    "assume_role_session_name",
];

/// It has been told.
pub(super) struct Mistaken;

pub(super) fn read<'a>(
    reader: &mut Reader<'a>,
    table: &DeTable<'a>,
) -> Result<Option<Role>, Mistaken> {
    let arn = reader.text(table, PREFIX, "assume_role_arn");
    let session_name = reader.text(table, PREFIX, "assume_role_session_name");
    let external_id = reader.text(table, PREFIX, "assume_role_external_id");
    let seconds = reader.text(table, PREFIX, "assume_role_seconds");
    let Some(arn) = arn else {
        if let Some(more) = [session_name, external_id, seconds].into_iter().flatten().next() {
            reader.refuse(&more.place, "is about a role: assume_role_arn is needed");
            return Err(Mistaken);
        }
        // A wrong type has been told already.
        let is_there = KEYS.iter().any(|key| table.get(*key).is_some());
        return if is_there { Err(Mistaken) } else { Ok(None) };
    };
    let arn = parsed::<RoleArn>(reader, &arn);
    let session_name = session_name.map(|found| parsed::<SessionName>(reader, &found)).transpose();
    let external_id = external_id.map(|found| external_id_of(reader, found)).transpose();
    let duration = seconds.map(|found| duration(reader, &found)).transpose();
    let mut role = Role::new(arn?);
    role.session_name = session_name?;
    role.external_id = external_id?;
    role.duration = duration?.unwrap_or(role.duration);
    Ok(Some(role))
}

pub(super) fn parsed<T>(reader: &mut Reader<'_>, found: &Found<String>) -> Result<T, Mistaken>
where
    T: FromStr<Err: std::fmt::Display>,
{
    found.value.parse().map_err(|error: T::Err| {
        reader.refuse(&found.place, format!("`{}` cannot be used: {error}", found.value));
        Mistaken
    })
}

fn external_id_of(reader: &mut Reader<'_>, found: Found<String>) -> Result<String, Mistaken> {
    if (2..=1224).contains(&found.value.chars().count()) {
        return Ok(found.value);
    }
    reader.refuse(&found.place, "has to have 2 to 1224 characters");
    Err(Mistaken)
}

fn duration(reader: &mut Reader<'_>, found: &Found<String>) -> Result<Duration, Mistaken> {
    let duration = found.value.parse().ok().map(Duration::from_secs);
    let fits = |duration: &Duration| (Role::SHORTEST..=Role::LONGEST).contains(duration);
    duration.filter(fits).ok_or_else(|| {
        let allowed = "a number in quotes between 900 and 43200";
        reader.refuse(&found.place, format!("`{}` is not {allowed}", found.value));
        Mistaken
    })
}
