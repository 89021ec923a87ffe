//! Moments and ages. Rendered on the server only, so that both sides of a page agree.
//!
//! What people read is by their clock ([`Zone`], a context of each page), and what programs read is UTC. A moment in a
//! sentence names its zone. In a table it does not, since the page says it once; but in the hour that a clock shows twice
//! it does.

use std::time::Duration;

use domain::time::Timestamp;
use domain::zone::Zone;
use leptos::prelude::use_context;
use time::format_description::StaticFormatDescription;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

use super::Language;

const MACHINE: StaticFormatDescription =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
const DAY: StaticFormatDescription = format_description!("[year]-[month]-[day]");

/// `2026-11-22T02:18:17Z`
pub fn machine(at: Timestamp) -> String {
    OffsetDateTime::from_unix_timestamp(at.as_secs())
        .ok()
        .and_then(|at| at.format(MACHINE).ok())
        .unwrap_or_default()
}

/// `2026-11-22T02:18:17.123Z`
pub fn machine_millis(at: Timestamp) -> String {
    let millis = at.as_millis().rem_euclid(1000);
    format!("{}.{millis:03}Z", machine(at).trim_end_matches('Z'))
}

/// A day, as of its midnight in UTC, or what [`machine`] and [`machine_millis`] write.
pub fn parse(text: &str) -> Option<Timestamp> {
    if let Ok(day) = Date::parse(text, DAY) {
        return Some(Timestamp::from_secs(day.midnight().assume_utc().unix_timestamp()));
    }
    let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok().map(Timestamp::from_millis)
}

/// Of whoever reads the page that is being made; UTC where no page is.
fn reader() -> Zone {
    use_context().unwrap_or(Zone::UTC)
}

impl Language {
    /// `2026-11-22 10:18:17 UTC+8`
    pub(crate) fn moment(self, at: Timestamp) -> String {
        self.moment_in(&reader(), at)
    }

    fn moment_in(self, zone: &Zone, at: Timestamp) -> String {
        let local = zone.local(at).map(|it| format!("{} {} {}", it.day, it.clock, it.offset));
        local.unwrap_or_default()
    }

    /// `2026-11-22 10:18:17 UTC+8 · 2026-11-22 02:18:17 UTC`, the same moment once where both are the same.
    pub(crate) fn in_full(self, at: Timestamp) -> String {
        let (here, utc) = (self.moment(at), self.moment_in(&Zone::UTC, at));
        if here == utc { utc } else { format!("{here} · {utc}") }
    }

    /// `2026-11-22 10:18:17`
    pub(crate) fn stamp(self, at: Timestamp) -> String {
        let Some(local) = reader().local(at) else { return String::new() };
        format!("{} {}{}", local.day, local.clock, told_apart(local.is_ambiguous, &local.offset))
    }

    /// The time of day, for steps that follow each other closely.
    pub(crate) fn clock(self, at: Timestamp) -> String {
        let Some(local) = reader().local(at) else { return String::new() };
        format!("{}{}", local.clock, told_apart(local.is_ambiguous, &local.offset))
    }

    /// `UTC+8`: how far a zone is from UTC at a moment.
    pub(crate) fn offset(self, zone: &Zone, at: Timestamp) -> String {
        zone.local(at).map(|local| local.offset).unwrap_or_default()
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

fn told_apart(is_ambiguous: bool, offset: &str) -> String {
    if is_ambiguous { format!(" {offset}") } else { String::new() }
}

#[cfg(test)]
mod tests {
    use leptos::prelude::{Owner, provide_context};

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
    fn a_page_is_written_by_the_clock_of_whoever_reads_it() {
        let read_in = |zone: &str, text: &str| {
            let (zone, at) = (zone.parse::<Zone>().unwrap(), parse(text).unwrap());
            Owner::new().with(|| {
                provide_context(zone);
                let en = Language::En;
                [en.moment(at), en.stamp(at), en.clock(at), en.in_full(at)]
            })
        };
        assert_eq!(
            read_in("Asia/Shanghai", "2026-11-22T18:18:17Z"),
            [
                "2026-11-23 02:18:17 UTC+8",
                "2026-11-23 02:18:17",
                "02:18:17",
                "2026-11-23 02:18:17 UTC+8 · 2026-11-22 18:18:17 UTC"
            ]
        );
        // The clocks go back: half past two comes twice, and is told apart.
        assert_eq!(
            read_in("Europe/Berlin", "2026-10-25T00:30:00Z")[..3],
            ["2026-10-25 02:30:00 UTC+2", "2026-10-25 02:30:00 UTC+2", "02:30:00 UTC+2"]
        );
        assert_eq!(
            read_in("Europe/Berlin", "2026-10-25T01:30:00Z")[1],
            "2026-10-25 02:30:00 UTC+1"
        );
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
