//! For how long a door may stand open, by what the instance is for.

use std::time::Duration;

use domain::timebox::Caps;

use super::file::Source;
use super::pace::Span;

pub const KEYS: &[&str] =
    &["open_at_most_development", "open_at_most_production", "open_at_most_staging"];

/// Open until somebody shuts it.
const UNLIMITED: &str = "unlimited";
const LEAST: Span = Span(Duration::from_mins(1));
const MOST: Span = Span(Duration::from_hours(30 * 24));

pub(super) fn read(source: &mut Source<'_, '_>) -> Caps {
    let caps = Caps::default();
    Caps {
        production: cap(source, "open_at_most_production").unwrap_or(caps.production),
        staging: cap(source, "open_at_most_staging").unwrap_or(caps.staging),
        development: cap(source, "open_at_most_development").unwrap_or(caps.development),
        ..caps
    }
}

fn cap(source: &mut Source<'_, '_>, key: &str) -> Option<Option<Duration>> {
    let found = source.text(key, None)?;
    if found.value == UNLIMITED {
        return Some(None);
    }
    let parsed = found.value.parse::<Span>().ok().filter(|span| (LEAST..=MOST).contains(span));
    if let Some(span) = parsed {
        return Some(Some(span.0));
    }
    let text = format!(
        "`{}` is not a time from \"{LEAST}\" to \"{MOST}\", or \"{UNLIMITED}\"",
        found.value
    );
    source.reader.refuse(&found.place, text);
    None
}
