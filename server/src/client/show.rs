//! What is printed: lines for people, one JSON value for programs. No character of it acts on a terminal.

use std::fmt::Write as _;
use std::io::Write as _;

use app::api::error::ErrorCode;
use serde::Serialize;

use super::portal::Trouble;
use crate::audit_file::{acts, visible};
use crate::cli::Output;
use crate::shape::Problem;
use crate::shape::change::{ChangeDetail, Result as Became};

/// A line on standard output. A reader that went away is no failure.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}").and_then(|()| std::io::stdout().flush());
}

/// A line on standard error.
pub fn remark(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

pub fn json(value: &impl Serialize) {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    say(&escaped(&text));
}

/// The same JSON, with an escape in place of whatever acts.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character != '\n' && acts(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Columns as wide as their widest cell; the last one, which may hold anything, as it comes.
pub fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) {
    let rows: Vec<[String; N]> =
        rows.iter().map(|row| row.clone().map(|cell| visible(&cell))).collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(head.get(column).map(|cell| cell.len())).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    let line = |cells: &[String]| {
        let mut text = String::new();
        for (cell, width) in cells.iter().zip(&widths) {
            let _ = write!(text, "{cell:width$}  ");
        }
        say(text.trim_end());
    };
    line(&head.map(str::to_owned));
    for row in &rows {
        line(row);
    }
}

/// A change, in the words of its page.
pub fn change(detail: &ChangeDetail, output: Output) {
    if output == Output::Json {
        return json(detail);
    }
    let change = &detail.change;
    let told = change.why.as_ref().filter(|_| change.result != Became::Verified);
    let why = told.map(|why| {
        let facts = why.facts.join(", ");
        let rest = [Some(facts).filter(|facts| !facts.is_empty()), why.detail.clone()];
        let rest: Vec<String> = rest.into_iter().flatten().collect();
        if rest.is_empty() {
            why.code.clone()
        } else {
            format!("{} ({})", why.code, rest.join("; "))
        }
    });
    let for_time = change.lasts.as_ref().map(|lasts| format!(" for {lasts}")).unwrap_or_default();
    let lines = [
        ("change", Some(change.id.to_string())),
        (
            "instance",
            Some(format!(
                "{}/{}/{}  {} ({})",
                change.account, change.region, change.instance, change.name, change.environment
            )),
        ),
        ("asked", Some(format!("{}{for_time}, by {}", change.to, change.requested_by))),
        ("reason", change.reason.clone()),
        ("result", Some(format!("{}: {}", change.result.code(), change.label))),
        ("why", why),
        ("starts", change.start_at.map(String::from)),
        ("ends", detail.ends_at.map(String::from)),
        ("request", change.cloud_request_id.clone()),
    ];
    for (name, value) in lines {
        if let Some(value) = value {
            say(&format!("{name:<9} {}", visible(&value)));
        }
    }
}

pub fn trouble(trouble: &Trouble, output: Output) {
    if output == Output::Json {
        let own = |code: &str| Problem {
            code: code.to_owned(),
            field: None,
            problem: None,
            request_id: String::new(),
            cloud_request_id: None,
            change: None,
        };
        match trouble {
            Trouble::Refused { problem, .. } => json(problem),
            Trouble::Unreachable(_) => json(&own("unreachable")),
            Trouble::Usage(_) => json(&own("usage")),
            Trouble::Fault(_) => json(&own("fault")),
        }
    }
    let text = match trouble {
        Trouble::Usage(text) | Trouble::Unreachable(text) | Trouble::Fault(text) => text.clone(),
        Trouble::Refused { problem, .. } => refused(problem),
    };
    remark(&format!("latchkey: {}", visible(&text)));
}

/// In the portal's own words, where this command knows the code.
fn refused(problem: &Problem) -> String {
    let code = serde_json::from_value(serde_json::Value::String(problem.code.clone()));
    let mut text = match code {
        // Their words speak of a form.
        Ok(ErrorCode::InvalidInput) => "The request does not do. Nothing was changed.".to_owned(),
        Ok(ErrorCode::KeyReused) => {
            "The key was used for another wish. Nothing was changed by this one.".to_owned()
        }
        Ok(code) => {
            let words = app::text::error_words(app::text::Language::En, code);
            format!("{}. {}", words.title, words.sentence)
        }
        Err(_) => problem.code.clone(),
    };
    if let Some(field) = &problem.field {
        let _ = write!(text, " Field {field}: {}.", problem.problem.as_deref().unwrap_or("wrong"));
    }
    if let Some(change) = &problem.change {
        let _ = write!(text, " In the way: change {change}.");
    }
    if !problem.request_id.is_empty() {
        let _ = write!(text, " (request {})", problem.request_id);
    }
    text
}
