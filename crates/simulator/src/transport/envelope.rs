//! How an answer is written: JSON, or XML with the action's name as its root.

use super::request::Format;
use crate::refusal::{AccessDeniedDetail, Refusal};
use serde::Serialize;
use serde_json::Value;

/// The text of an answer and its content type.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ErrorBody<'a> {
    request_id: &'a str,
    host_id: &'a str,
    code: &'a str,
    message: &'a str,
    recommend: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_denied_detail: Option<&'a AccessDeniedDetail>,
}

/// Writes the answer to `action`.
pub(crate) fn answer(
    format: Format,
    action: &str,
    body: &impl Serialize,
) -> Result<Text, serde_json::Error> {
    write(format, &format!("{action}Response"), body)
}

/// Writes a refusal. `product` is the one named in the link to the error centre.
pub(crate) fn error(
    format: Format,
    refusal: &Refusal,
    request_id: &str,
    host: &str,
    product: &str,
) -> Result<Text, serde_json::Error> {
    let body = ErrorBody {
        request_id,
        host_id: host,
        code: &refusal.code,
        message: &refusal.message,
        recommend: format!(
            "https://api.aliyun.com/troubleshoot?q={}&product={product}&requestId={request_id}",
            refusal.code
        ),
        access_denied_detail: refusal.denied.as_deref(),
    };
    write(format, "Error", &body)
}

fn write(format: Format, root: &str, body: &impl Serialize) -> Result<Text, serde_json::Error> {
    Ok(match format {
        Format::Json => Text {
            content_type: "application/json;charset=utf-8",
            bytes: serde_json::to_vec(body)?,
        },
        Format::Xml => {
            let mut xml = String::from("<?xml version='1.0' encoding='UTF-8'?>");
            element(&mut xml, root, &serde_json::to_value(body)?);
            Text { content_type: "text/xml;charset=utf-8", bytes: xml.into_bytes() }
        }
    })
}

/// A list repeats its element; what is `null` is left out.
fn element(xml: &mut String, name: &str, value: &Value) {
    if let Value::Array(items) = value {
        for item in items {
            element(xml, name, item);
        }
        return;
    }
    if value.is_null() {
        return;
    }
    xml.push('<');
    xml.push_str(name);
    xml.push('>');
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                element(xml, name, value);
            }
        }
        Value::String(text) => escape(xml, text),
        other => xml.push_str(&other.to_string()),
    }
    xml.push_str("</");
    xml.push_str(name);
    xml.push('>');
}

/// Control characters that XML 1.0 cannot hold become `U+FFFD`.
fn escape(xml: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\'' => xml.push_str("&apos;"),
            '\t' | '\n' | '\r' => {
                xml.push_str("&#");
                xml.push_str(&u32::from(character).to_string());
                xml.push(';');
            }
            '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => xml.push('\u{FFFD}'),
            plain => xml.push(plain),
        }
    }
}

/// Takes everything out of every list.
pub(crate) fn empty_lists(value: &mut Value) {
    match value {
        Value::Array(items) => items.clear(),
        Value::Object(fields) => fields.values_mut().for_each(empty_lists),
        _ => {}
    }
}
