//! Structures in text columns, and words in theirs.

use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;

pub(crate) fn write<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| {
        tracing::error!(%error, "a value cannot be written as JSON");
        Error::Corrupt { what: "value" }
    })
}

pub(crate) fn read<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| {
        tracing::error!(%error, what, "a stored value cannot be read");
        Error::Corrupt { what }
    })
}

pub(crate) fn read_opt<T: DeserializeOwned>(
    what: &'static str,
    text: Option<&str>,
) -> Result<Option<T>, Error> {
    text.map(|text| read(what, text)).transpose()
}

/// A word of a closed set, or an id.
pub(crate) fn word<T: FromStr>(what: &'static str, text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| {
        tracing::error!(what, "a stored word is not known");
        Error::Corrupt { what }
    })
}

pub(crate) fn word_opt<T: FromStr>(
    what: &'static str,
    text: Option<&str>,
) -> Result<Option<T>, Error> {
    text.map(|text| word(what, text)).transpose()
}
