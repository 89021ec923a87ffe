//! An instance as a row of an answer.

use super::call::{Call, overwrite};
use crate::refusal::{self, Refusal};
use crate::world::Instance;
use serde::Serialize;
use serde_json::Value;

/// A row as the model describes it, or as it became by fields set by hand.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Row<T> {
    Plain(T),
    Changed(Value),
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tags<'a> {
    tag: Vec<Tag<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tag<'a> {
    key: &'a str,
    value: &'a str,
}

pub(super) fn row<T: Serialize>(
    call: &Call<'_>,
    instance: &Instance,
    plain: T,
) -> Result<Row<T>, Refusal> {
    if instance.overrides.is_empty() {
        return Ok(Row::Plain(plain));
    }
    let mut value = serde_json::to_value(&plain).map_err(|_| refusal::INTERNAL_ERROR)?;
    overwrite(&mut value, instance.set_everywhere());
    overwrite(&mut value, instance.set_for(call.action.name));
    Ok(Row::Changed(value))
}

pub(super) fn tags(instance: &Instance) -> Tags<'_> {
    Tags { tag: instance.tags.iter().map(|(key, value)| Tag { key, value }).collect() }
}

/// The `Config` text of a row.
pub(super) fn config(instance: &Instance) -> &'static str {
    if instance.is_classic() {
        r##"{"EvictionPolicy":"volatile-lru","hash-max-ziplist-entries":512,"#no_loose_disabled-commands":"flushall"}"##
    } else {
        r#"{"EvictionPolicy":"volatile-lru","hash-max-ziplist-entries":512}"#
    }
}

pub(super) fn charge_type(instance: &Instance) -> &'static str {
    if instance.prepaid { "PrePaid" } else { "PostPaid" }
}

/// A prepaid instance was bought for three years; others have an empty end.
pub(super) fn end_time(instance: &Instance) -> String {
    if instance.prepaid {
        crate::clock::cloud_text(instance.created_at + 3 * 365 * 86_400)
    } else {
        String::new()
    }
}
