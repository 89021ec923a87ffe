//! The parameters of one call: query and form body, decoded and merged.

use crate::refusal::Refusal;
use crate::signature::percent;
use std::collections::BTreeMap;

/// Names and values, sorted by name by code point. Names are case-sensitive.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    /// Query and form together.
    pub all: BTreeMap<String, String>,
    /// The query alone: the only ones the V3 scheme signs by name.
    pub query: BTreeMap<String, String>,
}

impl Parameters {
    /// Refuses broken escapes and a name that is given twice.
    pub fn read(query: &str, form: &[u8]) -> Result<Self, Refusal> {
        let query = pairs(query.as_bytes())?;
        let mut all = query.clone();
        for (name, value) in pairs(form)? {
            if all.insert(name.clone(), value).is_some() {
                return Err(Refusal::invalid_value(&name));
            }
        }
        Ok(Self { all, query })
    }

    /// The value; an empty one counts as absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::missing(name))
    }

    /// `true` or `false` in any letter case.
    pub fn boolean(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.get(name).map(str::to_ascii_lowercase).as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(Refusal::invalid_value(name)),
        }
    }

    /// `{list}.N.{field}` for N from 1 without gaps.
    pub fn pairs(&self, list: &str) -> Vec<(&str, Option<&str>)> {
        (1..)
            .map_while(|n| self.get(&format!("{list}.{n}.Key")).map(|key| (n, key)))
            .map(|(n, key)| (key, self.all.get(&format!("{list}.{n}.Value")).map(String::as_str)))
            .collect()
    }
}

fn pairs(text: &[u8]) -> Result<BTreeMap<String, String>, Refusal> {
    let mut pairs = BTreeMap::new();
    for pair in text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let middle = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let name = percent::decode(&pair[..middle]);
        let value = percent::decode(pair.get(middle + 1..).unwrap_or_default());
        let (Some(name), Some(value)) = (name, value) else {
            return Err(Refusal::invalid_value("encoding"));
        };
        if let Some(twice) = pairs.insert(name.clone(), value) {
            drop(twice);
            return Err(Refusal::invalid_value(&name));
        }
    }
    Ok(pairs)
}
