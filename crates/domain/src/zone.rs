//! Where somebody's clock stands: a time zone by its name in the IANA database.
//!
//! The database is part of the program. An hour that a clock shows twice is known as such, and a day begins when its
//! first minute does, which is not always midnight.

use std::fmt;
use std::str::FromStr;

use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::{AmbiguousOffset, TimeZone};
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// What a clock there shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Local {
    /// `2026-11-22`
    pub day: String,
    /// `10:18:17`
    pub clock: String,
    /// `UTC+8`, `UTC-3:30`, or `UTC`: how far it is from UTC at that moment.
    pub offset: String,
    /// The clock shows the same once more, an hour apart: only the offset tells which it is.
    pub is_ambiguous: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a time zone such as `Asia/Shanghai`")]
pub struct ParseZoneError;

impl Zone {
    pub const UTC: Self = Self(TimeZone::UTC);

    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// Every name, in order.
    pub fn names() -> Vec<String> {
        let mut names: Vec<String> =
            jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
        names.sort_unstable();
        names
    }

    /// `None` beyond the year 9999.
    pub fn local(&self, at: Timestamp) -> Option<Local> {
        let zoned = self.zoned(at)?;
        let (date, time) = (zoned.date(), zoned.time());
        let offset = self.0.to_ambiguous_timestamp(zoned.datetime()).offset();
        Some(Local {
            day: format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()),
            clock: format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second()),
            offset: offset_name(zoned.offset().seconds()),
            is_ambiguous: matches!(offset, AmbiguousOffset::Fold { .. }),
        })
    }

    /// When a day such as `2026-11-22` begins there, and when the next one does.
    pub fn day(&self, day: &str) -> Option<(Timestamp, Timestamp)> {
        let date: Date = day.parse().ok().filter(|date: &Date| date.to_string() == day)?;
        let start = |date: Date| {
            let zoned = date.to_zoned(self.0.clone()).ok()?;
            Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
        };
        Some((start(date)?, start(date.tomorrow().ok()?)?))
    }

    pub(crate) fn zoned(&self, at: Timestamp) -> Option<Zoned> {
        let at = jiff::Timestamp::from_millisecond(at.as_millis()).ok()?;
        Some(at.to_zoned(self.0.clone()))
    }
}

fn offset_name(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.unsigned_abs() / 60;
    match (minutes / 60, minutes % 60) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::UTC
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Zone {
    type Err = ParseZoneError;

    fn from_str(text: &str) -> Result<Self, ParseZoneError> {
        TimeZone::get(text).map(Self).map_err(|_| ParseZoneError)
    }
}

impl Serialize for Zone {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    fn shown(zone: &str, text: &str) -> String {
        let Local { day, clock, offset, is_ambiguous } =
            zone.parse::<Zone>().unwrap().local(at(text)).unwrap();
        format!("{day} {clock} {offset}{}", if is_ambiguous { " twice" } else { "" })
    }

    #[test]
    fn a_moment_is_what_a_clock_there_shows() {
        for (zone, text, expected) in [
            ("UTC", "2026-11-22T02:18:17Z", "2026-11-22 02:18:17 UTC"),
            ("Asia/Shanghai", "2026-11-22T18:18:17.9Z", "2026-11-23 02:18:17 UTC+8"),
            ("Asia/Kathmandu", "2026-11-22T00:00:00Z", "2026-11-22 05:45:00 UTC+5:45"),
            ("America/St_Johns", "2026-11-22T00:00:00Z", "2026-11-21 20:30:00 UTC-3:30"),
            ("Europe/London", "2026-11-22T00:00:00Z", "2026-11-22 00:00:00 UTC"),
            ("Europe/London", "2026-07-01T00:00:00Z", "2026-07-01 01:00:00 UTC+1"),
        ] {
            assert_eq!(shown(zone, text), expected);
        }
    }

    #[test]
    fn an_hour_that_comes_twice_or_never_is_told_apart() {
        let berlin = |text| shown("Europe/Berlin", text);
        assert_eq!(berlin("2026-03-29T00:59:59Z"), "2026-03-29 01:59:59 UTC+1");
        assert_eq!(berlin("2026-03-29T01:00:00Z"), "2026-03-29 03:00:00 UTC+2");
        assert_eq!(berlin("2026-10-25T00:30:00Z"), "2026-10-25 02:30:00 UTC+2 twice");
        assert_eq!(berlin("2026-10-25T01:30:00Z"), "2026-10-25 02:30:00 UTC+1 twice");
        assert_eq!(berlin("2026-10-25T02:00:00Z"), "2026-10-25 03:00:00 UTC+1");
    }

    #[test]
    fn a_day_begins_with_its_first_minute_and_is_not_always_24_hours() {
        let day = |zone: &str, day| zone.parse::<Zone>().unwrap().day(day);
        for (zone, text, from, until) in [
            ("Asia/Shanghai", "2026-11-22", "2026-11-21T16:00:00Z", "2026-11-22T16:00:00Z"),
            // 23 hours, and 25.
            ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
            ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
            // There the clocks go forward at midnight: the day begins at one.
            ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"),
        ] {
            assert_eq!(day(zone, text), Some((at(from), at(until))), "{zone} {text}");
        }
        for wrong in ["", "2026-02-30", "20261122", "2026-11-22T00:00:00", "22.11.2026"] {
            assert_eq!(day("UTC", wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_what_the_database_names_is_a_zone() {
        let names = Zone::names();
        assert!(names.iter().any(|name| name == "Asia/Shanghai"), "{names:?}");
        for name in &names {
            assert!(name.parse::<Zone>().is_ok(), "{name}");
        }
        for wrong in ["", "Shanghai", "Mars/Olympus", "../../etc/localtime", "+08:00", "browser"] {
            assert_eq!(wrong.parse::<Zone>(), Err(ParseZoneError), "{wrong}");
        }
    }
}
