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
        production: cap(source, "open_at_most_production", caps.production),
        staging: cap(source, "open_at_most_staging", caps.staging),
        development: cap(source, "open_at_most_development", caps.development),
        ..caps
    }
}

/// `None`: unlimited.
fn cap(source: &mut Source<'_, '_>, key: &str, usual: Option<Duration>) -> Option<Duration> {
    let Some(found) = source.text(key, None) else { return usual };
    if found.value == UNLIMITED {
        return None;
    }
    let parsed = found.value.parse::<Span>().ok().filter(|span| (LEAST..=MOST).contains(span));
    if let Some(span) = parsed {
        return Some(span.0);
    }
    let text = format!(
        "`{}` is not a time from \"{LEAST}\" to \"{MOST}\", or \"{UNLIMITED}\"",
        found.value
    );
    source.reader.refuse(&found.place, text);
    usual
}
