//! Moments and ages. Rendered on the server only, so that both sides of a page agree.

use std::time::Duration;

use domain::time::Timestamp;
use time::format_description::StaticFormatDescription;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

use super::Language;

const MACHINE: StaticFormatDescription =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
const DAY: StaticFormatDescription = format_description!("[year]-[month]-[day]");
const PERSON: StaticFormatDescription =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
const CLOCK: StaticFormatDescription = format_description!("[hour]:[minute]:[second]");

/// `2026-11-22T02:18:17Z`
pub fn machine(at: Timestamp) -> String {
    formatted(at, MACHINE)
}

/// `2026-11-22T02:18:17.123Z`
pub fn machine_millis(at: Timestamp) -> String {
    let millis = at.as_millis().rem_euclid(1000);
    format!("{}.{millis:03}Z", machine(at).trim_end_matches('Z'))
}

/// A day, as of its midnight in UTC, or what [`machine`] and [`machine_millis`] write.
pub fn parse(text: &str) -> Option<Timestamp> {
    if let Some(midnight) = parse_day(text) {
        return Some(midnight);
    }
    let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok().map(Timestamp::from_millis)
}

/// `2026-11-22`: its midnight in UTC.
pub fn parse_day(text: &str) -> Option<Timestamp> {
    let day = Date::parse(text, DAY).ok()?;
    Some(Timestamp::from_secs(day.midnight().assume_utc().unix_timestamp()))
}

fn formatted(at: Timestamp, format: StaticFormatDescription) -> String {
    OffsetDateTime::from_unix_timestamp(at.as_secs())
        .ok()
        .and_then(|at| at.format(format).ok())
        .unwrap_or_default()
}

impl Language {
    /// `2026-11-22 02:18:17 UTC`
    pub(crate) fn moment(self, at: Timestamp) -> String {
        format!("{} UTC", formatted(at, PERSON))
    }

    /// The time of day, for steps that follow each other closely.
    pub(crate) fn clock(self, at: Timestamp) -> String {
        formatted(at, CLOCK)
    }

    /// `40 s`, `3 min`, `2 h`, `5 d`: how long a span is, in its largest unit.
    pub(crate) fn span(self, span: Duration) -> String {
        let secs = span.as_secs();
        let (count, en, zh) = match secs {
            ..60 => (secs, "s", "秒"),
            60..3600 => (secs / 60, "min", "分钟"),
            3600..86_400 => (secs / 3600, "h", "小时"),
            _ => (secs / 86_400, "d", "天"),
        };
        format!("{count} {}", self.pick(en, zh))
    }

    /// `read 40 s ago`
    pub(crate) fn read_ago(self, at: Timestamp, now: Timestamp) -> String {
        let span = self.span(now.since(at));
        match self {
            Self::En => format!("read {span} ago"),
            Self::ZhCn => format!("{span}前读取"),
        }
    }

    /// `40 s ago`
    pub(crate) fn ago(self, at: Timestamp, now: Timestamp) -> String {
        let span = self.span(now.since(at));
        match self {
            Self::En => format!("{span} ago"),
            Self::ZhCn => format!("{span}前"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_for_people_and_for_machines() {
        let at = Timestamp::from_secs(1_795_313_897);
        assert_eq!(machine(at), "2026-11-22T02:18:17Z");
        assert_eq!(Language::En.moment(at), "2026-11-22 02:18:17 UTC");
        assert_eq!(machine_millis(at.plus(Duration::from_millis(7))), "2026-11-22T02:18:17.007Z");
        assert_eq!(parse("2026-11-22T02:18:17Z"), Some(at));
        assert_eq!(parse("2026-11-22T10:18:17+08:00"), Some(at));
        assert_eq!(parse(&machine_millis(at)), Some(at));
        assert_eq!(parse("2026-11-22").map(machine).as_deref(), Some("2026-11-22T00:00:00Z"));
        for wrong in ["", "yesterday", "2026-13-01", "2026-11-22 10:00", "2026-11-22T10:00:00"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        assert_eq!(machine(Timestamp::from_secs(4_102_444_799)), "2099-12-31T23:59:59Z");
    }

    #[test]
    fn an_age_has_its_largest_unit() {
        let age = |secs| Language::En.span(Duration::from_secs(secs));
        assert_eq!(
            [0, 59, 60, 3599, 3600, 86_399, 86_400].map(age),
            ["0 s", "59 s", "1 min", "59 min", "1 h", "23 h", "1 d"]
        );
        assert_eq!(
            Language::ZhCn.read_ago(Timestamp::from_secs(0), Timestamp::from_secs(120)),
            "2 分钟前读取"
        );
    }
}
