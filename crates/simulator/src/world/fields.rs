//! Setting any field of an instance by the cloud's own name for it.
//!
//! Fields that mean something to the simulator change what it does; any other is sent as it was
//! set, whatever its type, in every answer that has the instance as a row. `Action.Field` limits a
//! field to the answer of one action. `null` leaves a field out. `public_endpoint` is a word of our
//! own: true or false.

use super::{Instance, PublicEndpoint, Word};
use crate::seed::Dice;
use serde_json::Value;
use thiserror::Error;

/// A field was given a value it cannot have.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{field} cannot be {value}: {expected}")]
pub struct FieldError {
    pub field: String,
    pub value: String,
    pub expected: &'static str,
}

impl Instance {
    pub fn set(&mut self, field: &str, value: Value) -> Result<(), FieldError> {
        match field {
            "InstanceName" => self.name = text(field, value)?.into(),
            "InstanceStatus" => self.status = text(field, value)?.into(),
            "InstanceType" => self.kind = text(field, value)?.into(),
            "EngineVersion" => self.engine_version = text(field, value)?.into(),
            "ComputingType" => self.computing_type = text(field, value)?.into(),
            "NetworkType" => self.network_type = text(field, value)?.into(),
            "VpcAuthMode" if value.is_null() => self.vpc_auth_mode = None,
            "VpcAuthMode" => self.vpc_auth_mode = Some(text(field, value)?.into()),
            "#no_loose_check-whitelist-always" => {
                self.check_whitelist_always = text(field, value)?.into();
            }
            "Tags" if value.is_object() => {
                self.tags = tags(field, &value)?;
                self.override_field("Tags", None);
            }
            "public_endpoint" => {
                let wanted = value.as_bool();
                let wanted = wanted.ok_or_else(|| refuse(field, &value, "true or false"))?;
                let seed = Dice::stream(0, &self.id).draw();
                self.public = wanted.then(|| PublicEndpoint::made_up(seed));
            }
            _ if is_name(field) => self.override_field(field, Some(value)),
            _ => return Err(refuse(field, &value, "a field name is letters and digits")),
        }
        Ok(())
    }

    /// Values set by hand for rows of the instance in any answer.
    pub fn set_everywhere(&self) -> impl Iterator<Item = (&str, &Value)> {
        let everywhere = self.overrides.iter().filter(|(name, _)| !name.contains('.'));
        everywhere.map(|(name, value)| (name.as_str(), value))
    }

    /// Values set by hand for the answer of one action.
    pub fn set_for<'a>(&'a self, action: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.overrides.iter().filter_map(move |(name, value)| {
            name.split_once('.').filter(|(of, _)| *of == action).map(|(_, field)| (field, value))
        })
    }

    fn override_field(&mut self, field: &str, value: Option<Value>) {
        match value {
            Some(value) => self.overrides.insert(field.to_owned(), value),
            None => self.overrides.remove(field),
        };
    }
}

fn text(field: &str, value: Value) -> Result<String, FieldError> {
    match value {
        Value::String(text) => Ok(text),
        other => {
            Err(refuse(field, &other, "a string is wanted here; odd types go by `Action.Field`"))
        }
    }
}

fn tags(field: &str, value: &Value) -> Result<Vec<(Word, Word)>, FieldError> {
    let Value::Object(pairs) = value else {
        return Err(refuse(field, value, "an object of key and value is wanted"));
    };
    pairs
        .iter()
        .map(|(key, value)| Ok((key.clone().into(), text(field, value.clone())?.into())))
        .collect()
}

fn is_name(field: &str) -> bool {
    let word =
        |part: &str| !part.is_empty() && part.chars().all(|letter| letter.is_ascii_alphanumeric());
    field.split('.').count() <= 2 && field.split('.').all(word)
}

fn refuse(field: &str, value: &Value, expected: &'static str) -> FieldError {
    FieldError { field: field.to_owned(), value: value.to_string(), expected }
}
