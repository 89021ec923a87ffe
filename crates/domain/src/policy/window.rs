//! Hours in which changes are allowed, or not, as people write them: `allow mon-fri 09:00-18:00`.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{DateTime, Weekday};
use jiff::{ToSpan as _, Zoned};
use serde::{Deserialize, Serialize};

use crate::code::closed_enum;
use crate::time::Timestamp;
use crate::zone::Zone;

closed_enum! {
    pub enum Effect {
        Allow = "allow",
        Refuse = "refuse",
    }
}

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];
const MINUTES_A_DAY: u16 = 24 * 60;

/// The same hours on some days of every week. Hours that end before they begin go on into the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub effect: Effect,
    /// By day, from Monday on.
    days: [bool; 7],
    /// Minutes since midnight.
    from: u16,
    until: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not hours such as `allow mon-fri 09:00-18:00` or `refuse sat,sun 00:00-24:00`")]
pub struct ParseWindowError;

/// All windows of an environment. Without one everything is allowed at any time; with one that allows, nothing is outside
/// of those; one that refuses always wins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Windows(pub Vec<Window>);

impl Windows {
    pub fn allow(&self, at: Timestamp, zone: &Zone) -> bool {
        let Some(local) = zone.zoned(at).map(|zoned| zoned.datetime()) else { return false };
        let inside = |effect: Effect| {
            let mut of_effect = self.0.iter().filter(move |window| window.effect == effect);
            of_effect.any(|window| window.contains(local))
        };
        let limited = self.0.iter().any(|window| window.effect == Effect::Allow);
        !inside(Effect::Refuse) && (!limited || inside(Effect::Allow))
    }

    /// The first moment from `at` on at which changes are allowed, within eight days.
    pub fn next_opening(&self, at: Timestamp, zone: &Zone) -> Option<Timestamp> {
        if self.allow(at, zone) {
            return Some(at);
        }
        let today = zone.zoned(at)?.start_of_day().ok()?;
        let edges = self.0.iter().flat_map(|window| [window.from, window.until % MINUTES_A_DAY]);
        let mut moments: Vec<Timestamp> = edges
            .chain([0])
            .flat_map(|minutes| (0..=8).map(move |day| (day, minutes)))
            .filter_map(|(day, minutes)| moment(&today, day, minutes))
            .filter(|moment| *moment > at && self.allow(*moment, zone))
            .collect();
        moments.sort_unstable();
        moments.first().copied()
    }
}

/// That many minutes into a day, as its clock shows them.
fn moment(today: &Zoned, day: i64, minutes: u16) -> Option<Timestamp> {
    let date = today.datetime().checked_add(day.days()).ok()?;
    let local = date.checked_add(i64::from(minutes).minutes()).ok()?;
    let zoned = today.time_zone().to_zoned(local).ok()?;
    Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
}

/// A field of a form holds no more.
const MOST: usize = 20;

/// One after the other, with semicolons between.
impl FromStr for Windows {
    type Err = ParseWindowError;

    fn from_str(text: &str) -> Result<Self, ParseWindowError> {
        let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
        let windows: Vec<Window> = parts.map(str::parse).collect::<Result<_, _>>()?;
        if windows.len() <= MOST { Ok(Self(windows)) } else { Err(ParseWindowError) }
    }
}

impl fmt::Display for Windows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, window) in self.0.iter().enumerate() {
            write!(f, "{}{window}", if index == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

impl Window {
    fn contains(&self, local: DateTime) -> bool {
        let day = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or(0);
        let minute = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute()));
        let minute = minute.unwrap_or(0);
        if self.from < self.until {
            return self.days[day] && (self.from..self.until).contains(&minute);
        }
        // Past midnight: the evening of its day, and the morning after.
        let yesterday = (day + 6) % 7;
        (self.days[day] && minute >= self.from) || (self.days[yesterday] && minute < self.until)
    }
}

impl FromStr for Window {
    type Err = ParseWindowError;

    fn from_str(text: &str) -> Result<Self, ParseWindowError> {
        let lower = text.to_ascii_lowercase();
        let mut words = lower.split_ascii_whitespace();
        let (Some(effect), Some(days), Some(hours), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(ParseWindowError);
        };
        let effect = effect.parse().map_err(|_| ParseWindowError)?;
        let (from, until) = hours.split_once('-').ok_or(ParseWindowError)?;
        let (from, until) = (minutes(from)?, minutes(until)?);
        if from == until || from == MINUTES_A_DAY || until == 0 {
            return Err(ParseWindowError);
        }
        Ok(Self { effect, days: days_of(days)?, from, until })
    }
}

fn days_of(text: &str) -> Result<[bool; 7], ParseWindowError> {
    let number =
        |name: &str| DAYS.iter().position(|(known, _)| *known == name).ok_or(ParseWindowError);
    let mut days = [false; 7];
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (mut day, last) = (number(first)?, number(last)?);
        days[day] = true;
        while day != last {
            day = (day + 1) % 7;
            days[day] = true;
        }
    }
    Ok(days)
}

fn minutes(text: &str) -> Result<u16, ParseWindowError> {
    let (hour, minute) = text.split_once(':').ok_or(ParseWindowError)?;
    let two = |part: &str| {
        (part.len() == 2).then(|| part.parse::<u16>().ok()).flatten().ok_or(ParseWindowError)
    };
    let (hour, minute) = (two(hour)?, two(minute)?);
    let total = hour * 60 + minute;
    if minute < 60 && total <= MINUTES_A_DAY { Ok(total) } else { Err(ParseWindowError) }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = DAYS.iter().zip(self.days).filter(|(_, on)| *on).map(|((name, _), _)| *name);
        let days: Vec<&str> = named.collect();
        let days = match self.days {
            [true, true, true, true, true, true, true] => "mon-sun".to_owned(),
            [true, true, true, true, true, false, false] => "mon-fri".to_owned(),
            _ => days.join(","),
        };
        let (from, until) = (self.from, self.until);
        write!(
            f,
            "{} {days} {:02}:{:02}-{:02}:{:02}",
            self.effect,
            from / 60,
            from % 60,
            until / 60,
            until % 60
        )
    }
}

impl Serialize for Window {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Window {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows(texts: &[&str]) -> Windows {
        Windows(texts.iter().map(|text| text.parse().unwrap()).collect())
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    fn shanghai() -> Zone {
        "Asia/Shanghai".parse().unwrap()
    }

    #[test]
    fn hours_are_those_of_the_zone() {
        let office = windows(&["allow mon-fri 09:00-18:00"]);
        // 2026-11-23 is a Monday; Shanghai is eight hours ahead.
        assert!(office.allow(at("2026-11-23T01:00:00Z"), &shanghai()));
        assert!(!office.allow(at("2026-11-23T00:59:59Z"), &shanghai()));
        assert!(!office.allow(at("2026-11-23T10:00:00Z"), &shanghai()));
        assert!(office.allow(at("2026-11-23T10:00:00Z"), &Zone::UTC));
        assert!(!office.allow(at("2026-11-22T03:00:00Z"), &shanghai()), "a Sunday");
    }

    #[test]
    fn without_a_window_it_is_always_allowed_and_a_refusal_wins() {
        assert!(Windows::default().allow(at("2026-11-22T03:00:00Z"), &shanghai()));
        let sale = windows(&["refuse mon-sun 20:00-02:00", "allow mon-sun 00:00-24:00"]);
        assert!(!sale.allow(at("2026-11-22T21:00:00Z"), &Zone::UTC));
        assert!(!sale.allow(at("2026-11-23T01:59:00Z"), &Zone::UTC), "past midnight");
        assert!(sale.allow(at("2026-11-23T02:00:00Z"), &Zone::UTC));
    }

    #[test]
    fn the_next_opening_is_told() {
        let office = windows(&["allow mon-fri 09:00-18:00"]);
        let sunday = at("2026-11-22T03:00:00Z");
        assert_eq!(office.next_opening(sunday, &shanghai()), Some(at("2026-11-23T01:00:00Z")));
        let never = windows(&["refuse mon-sun 00:00-24:00"]);
        assert_eq!(never.next_opening(sunday, &shanghai()), None);
        let night = windows(&["refuse mon-sun 20:00-02:00"]);
        assert_eq!(
            night.next_opening(at("2026-11-22T21:00:00Z"), &Zone::UTC),
            Some(at("2026-11-23T02:00:00Z"))
        );
    }

    #[test]
    fn summer_time_moves_the_hours_with_the_clock() {
        let office = windows(&["allow mon-sun 09:00-10:00"]);
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        assert!(office.allow(at("2026-01-05T08:30:00Z"), &berlin));
        assert!(office.allow(at("2026-07-06T07:30:00Z"), &berlin));
        assert!(!office.allow(at("2026-07-06T08:30:00Z"), &berlin));
    }

    #[test]
    fn what_people_write_comes_back_as_it_was_meant() {
        for (text, shown) in [
            ("allow mon-fri 09:00-18:00", "allow mon-fri 09:00-18:00"),
            ("REFUSE  sat,sun 00:00-24:00", "refuse sat,sun 00:00-24:00"),
            ("allow fri-mon 22:00-04:00", "allow mon,fri,sat,sun 22:00-04:00"),
            ("allow mon-sun 00:00-24:00", "allow mon-sun 00:00-24:00"),
        ] {
            let window: Window = text.parse().unwrap();
            assert_eq!(window.to_string(), shown);
            assert_eq!(window.to_string().parse::<Window>().unwrap(), window);
        }
        for text in [
            "",
            "mon-fri 09:00-18:00",
            "allow mon-fri",
            "allow monday 09:00-18:00",
            "allow mon 9:00-18:00",
            "allow mon 09:00-09:00",
            "allow mon 09:60-18:00",
            "allow mon 09:00-25:00",
            "allow mon 24:00-08:00",
            "allow mon 09:00-18:00 tue",
        ] {
            assert_eq!(text.parse::<Window>(), Err(ParseWindowError), "{text}");
        }
        let both = "allow mon-fri 09:00-18:00; refuse fri 12:00-18:00";
        assert_eq!(both.parse::<Windows>().unwrap().to_string(), both);
        assert_eq!(" ; ".parse::<Windows>().unwrap(), Windows::default());
        assert!("allow mon 09:00-10:00;".repeat(21).parse::<Windows>().is_err());
        assert!("Nowhere/At-All".parse::<Zone>().is_err());
        assert_eq!("Asia/Shanghai".parse::<Zone>().unwrap().to_string(), "Asia/Shanghai");
    }
}
