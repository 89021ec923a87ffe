//! How often the fleet is read, by how many calls at once, and how much is kept of what became different.
//!
//! Whatever is said here, no more is asked than the cloud lets through: see `quota` of the service.
//!
//! To add a setting: a field, a row of [`KEYS`], a line in [`read`], a row in the test's table.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use domain::span::Span;
use service::Settings;

use super::file::Source;

pub const KEYS: &[&str] = &[
    "attributes_every",
    "calls_at_once",
    "details_every",
    "events_kept",
    "events_most",
    "list_every",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    pub list_every: Span,
    /// Modes.
    pub attributes_every: Span,
    /// Whitelists, endpoints, versions and parameters.
    pub details_every: Span,
    /// Of one account.
    pub calls_at_once: usize,
    pub events_kept: Span,
    /// The newest so many are kept, however young.
    pub events_most: u32,
}

impl Pace {
    /// The settings of the service, with these in them.
    pub fn apply(self, settings: Settings) -> Settings {
        Settings {
            list_every: self.list_every.0,
            attributes_every: self.attributes_every.0,
            details_every: self.details_every.0,
            calls_at_once: self.calls_at_once,
            events_kept: self.events_kept.0,
            events_most: self.events_most,
            ..settings
        }
    }
}

impl Default for Pace {
    /// What the service does when nobody says anything.
    fn default() -> Self {
        let settings = Settings::default();
        Self {
            list_every: Span(settings.list_every),
            attributes_every: Span(settings.attributes_every),
            details_every: Span(settings.details_every),
            calls_at_once: settings.calls_at_once,
            events_kept: Span(settings.events_kept),
            events_most: settings.events_most,
        }
    }
}

pub(super) fn read(source: &mut Source<'_, '_>) -> Pace {
    let (second, minute) = (Span(Duration::from_secs(1)), Span(Duration::from_mins(1)));
    let (day, week, years) = (Span::days(1), Span::days(7), Span::days(3650));
    let pace = Pace::default();
    Pace {
        list_every: bounded(source, "list_every", second, day).unwrap_or(pace.list_every),
        attributes_every: bounded(source, "attributes_every", second, day)
            .unwrap_or(pace.attributes_every),
        details_every: bounded(source, "details_every", second, week).unwrap_or(pace.details_every),
        calls_at_once: bounded(source, "calls_at_once", 1, 200).unwrap_or(pace.calls_at_once),
        events_kept: bounded(source, "events_kept", minute, years).unwrap_or(pace.events_kept),
        events_most: bounded(source, "events_most", 1_000, 100_000_000).unwrap_or(pace.events_most),
    }
}

/// What can be said with bounds.
trait Setting: Copy + FromStr + PartialOrd + fmt::Display {
    /// For messages.
    const WHAT: &str;
}

impl Setting for Span {
    const WHAT: &str = "a time";
}

impl Setting for usize {
    const WHAT: &str = "a number";
}

impl Setting for u32 {
    const WHAT: &str = "a number";
}

/// The value of a key. What is no such value or out of bounds is told with what is allowed.
fn bounded<T: Setting>(source: &mut Source<'_, '_>, key: &str, least: T, most: T) -> Option<T> {
    let found = source.text(key, None)?;
    let parsed: Option<T> = found.value.parse().ok();
    if let Some(value) = parsed.filter(|value| (&least..=&most).contains(&value)) {
        return Some(value);
    }
    let text = format!("`{}` is not {} from \"{least}\" to \"{most}\"", found.value, T::WHAT);
    source.reader.refuse(&found.place, text);
    None
}
