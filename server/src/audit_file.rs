//! The audit as a file: JSON Lines for programs, CSV for spreadsheets. Oldest first, the same from the browser and from
//! the command line.
//!
//! Nothing in it acts on whoever reads it: no control character reaches a terminal, no cell is a formula.

use std::fmt::Write as _;

use app::text::machine_millis;
use domain::audit::{Actor, RecordedEvent};
use serde_json::{Value, json};

use crate::cli::AuditFormat;
use crate::web::cells;

/// Words that stay what they are, in every language.
const COLUMNS: [&str; 20] = [
    "sequence",
    "epoch",
    "position",
    "seal",
    "at",
    "code",
    "outcome",
    "actor",
    "person",
    "session",
    "address",
    "account",
    "region",
    "instance",
    "change",
    "reason",
    "before",
    "after",
    "cloud_request_id",
    "detail",
];

/// What stands before the rows.
pub fn head(format: AuditFormat) -> Vec<u8> {
    match format {
        AuditFormat::Jsonl => Vec::new(),
        AuditFormat::Csv => {
            // The mark tells spreadsheets that it is UTF-8.
            let mut bytes = "\u{feff}".as_bytes().to_vec();
            bytes.extend(COLUMNS.join(",").as_bytes());
            bytes.extend(b"\r\n");
            bytes
        }
    }
}

pub fn rows(format: AuditFormat, rows: &[RecordedEvent]) -> std::io::Result<Vec<u8>> {
    match format {
        AuditFormat::Jsonl => Ok(rows.iter().map(json_line).collect::<String>().into_bytes()),
        AuditFormat::Csv => {
            let lines = rows.iter().map(|row| {
                let values = values(row).into_iter();
                values.map(|value| visible(&plain(&value))).collect::<Vec<_>>()
            });
            cells::written(lines)
        }
    }
}

/// In the order of [`COLUMNS`].
fn values(row: &RecordedEvent) -> [Value; COLUMNS.len()] {
    let event = &row.event;
    let (kind, person) = match &event.actor {
        Actor::Portal => ("portal", None),
        Actor::Person { name, .. } => ("person", Some(name.to_string())),
        Actor::CommandLine => ("command-line", None),
        Actor::Anonymous => ("anonymous", None),
    };
    let instance = event.instance.as_ref();
    let detail: serde_json::Map<String, Value> =
        event.detail.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    [
        json!(row.sequence),
        json!(row.epoch),
        json!(row.position),
        json!(row.mac),
        json!(machine_millis(event.at)),
        json!(event.code),
        json!(event.outcome),
        json!(kind),
        json!(person),
        json!(event.session),
        json!(event.address),
        json!(instance.map(|key| key.account.to_string())),
        json!(instance.map(|key| key.region.to_string())),
        json!(instance.map(|key| key.id.to_string())),
        json!(event.change),
        json!(event.reason),
        json!(event.before),
        json!(event.after),
        json!(event.cloud_request_id),
        Value::Object(detail),
    ]
}

fn json_line(row: &RecordedEvent) -> String {
    let pairs = COLUMNS.iter().zip(values(row)).map(|(name, value)| format!("\"{name}\":{value}"));
    let line = format!("{{{}}}", pairs.collect::<Vec<_>>().join(","));
    let mut escaped = String::with_capacity(line.len() + 1);
    for character in line.chars() {
        if acts(character) {
            // Outside of texts JSON has none of these.
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(character);
        }
    }
    escaped.push('\n');
    escaped
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// With a mark in place of each character that would do something.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if acts(character) {
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Controls, and what turns the direction of a text or ends a line unseen.
pub fn acts(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use domain::audit::{AuditCode, AuditEvent, Outcome};
    use domain::time::Timestamp;

    use super::*;

    fn hostile() -> RecordedEvent {
        let at = Timestamp::from_millis(1_795_313_897_123);
        RecordedEvent {
            sequence: 7,
            epoch: 1,
            position: Some(5),
            mac: Some("ab".into()),
            event: AuditEvent {
                reason: Some("=1+1\u{1b}[2J\r\n\u{202e}\u{9b}x".into()),
                before: Some("@SUM(A1)".into()),
                detail: vec![("k\u{7}".into(), "v\u{2028}".into())],
                ..AuditEvent::new(at, AuditCode::ReviewTaken, Outcome::Succeeded, Actor::Portal)
            },
        }
    }

    #[test]
    fn no_character_of_a_line_acts_and_it_reads_back() {
        let bytes = rows(AuditFormat::Jsonl, &[hostile(), hostile()]).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text.lines().count(), 2);
        assert!(!text.trim_end().replace('\n', "").chars().any(acts), "{text:?}");
        let read: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!(read["reason"], "=1+1\u{1b}[2J\r\n\u{202e}\u{9b}x");
        assert_eq!(read["at"], "2026-11-22T02:18:17.123Z");
        assert_eq!(read["detail"]["k\u{7}"], "v\u{2028}");
        let order: Vec<usize> =
            COLUMNS.iter().map(|name| text.find(&format!("\"{name}\":")).unwrap()).collect();
        assert!(order.is_sorted(), "{order:?}");
    }

    #[test]
    fn no_cell_is_a_formula_and_none_has_a_control_character() {
        let mut bytes = head(AuditFormat::Csv);
        bytes.extend(rows(AuditFormat::Csv, &[hostile()]).unwrap());
        let text = String::from_utf8(bytes).unwrap();
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let names = reader.headers().unwrap().clone();
        let row = reader.records().next().unwrap().unwrap();
        let cell = |name: &str| &row[names.iter().position(|known| known == name).unwrap()];
        assert_eq!(cell("before"), "'@SUM(A1)");
        assert_eq!(cell("reason"), "'=1+1\\u{1b}[2J\\u{d}\\u{a}\\u{202e}\\u{9b}x");
        assert!(row.iter().all(|cell| !cell.chars().any(acts)));
    }
}
