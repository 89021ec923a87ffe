//! The time requests are signed with, and how wrong our clock is.
//!
//! The cloud refuses a timestamp more than 15 minutes away from its own. Our signing time is moved only on evidence:
//! the cloud refused it (`InvalidTimeStamp.Expired`) and the `Date` of that refusal explains why. A `Date` alone never
//! moves it, so a lying header in an accepted answer cannot make us sign requests that stay valid for long.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::time::Timestamp;
use time::format_description::FormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

/// Where the time comes from. Any `Fn() -> Timestamp` is one.
pub trait Clock: Send + Sync {
    /// The time by this machine, uncorrected.
    fn now(&self) -> Timestamp;
}

impl<F: Fn() -> Timestamp + Send + Sync> Clock for F {
    fn now(&self) -> Timestamp {
        self()
    }
}

/// How far the cloud's clock is from ours. Positive: ours is behind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClockOffset {
    /// By the `Date` of the last answer, in milliseconds; whole seconds are all it can tell. `None`: no answer yet.
    pub measured_millis: Option<i64>,
    /// Added to our clock when a request is signed. Zero until the cloud refuses our time.
    pub applied_millis: i64,
}

/// A difference beyond this says that the `Date` is wrong, not our clock.
const LARGEST_CORRECTION: Duration = Duration::from_hours(24);
/// A `Date` nearer than this to the refused timestamp does not explain the refusal.
const SMALLEST_CORRECTION: Duration = Duration::from_mins(1);

/// What is known of the difference, shared by all calls of a client.
#[derive(Debug, Default)]
pub(crate) struct Correction(Mutex<ClockOffset>);

impl Correction {
    pub(crate) fn offset(&self) -> ClockOffset {
        *self.lock()
    }

    /// `now` of our clock, as the cloud would say it.
    pub(crate) fn apply(&self, now: Timestamp) -> Timestamp {
        Timestamp::from_millis(now.as_millis().saturating_add(self.lock().applied_millis))
    }

    /// Remembers what an answer that came `now` says about the difference.
    pub(crate) fn measure(&self, date: Option<Timestamp>, now: Timestamp) {
        if let Some(date) = date {
            self.lock().measured_millis = Some(difference(date, now));
        }
    }

    /// Whether the `date` of a refused `timestamp` explains the refusal; if so, requests are signed by it from now on.
    pub(crate) fn believe(
        &self,
        date: Option<Timestamp>,
        timestamp: Timestamp,
        now: Timestamp,
    ) -> bool {
        let Some(date) = date else { return false };
        let correction = difference(date, now);
        let explains = difference(date, timestamp).unsigned_abs() >= millis(SMALLEST_CORRECTION);
        let sane = correction.unsigned_abs() <= millis(LARGEST_CORRECTION);
        if explains && sane {
            self.lock().applied_millis = correction;
        }
        explains && sane
    }

    fn lock(&self) -> MutexGuard<'_, ClockOffset> {
        // Two plain numbers: whatever a panicking thread left there is as good as before.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The `Date` of an answer (RFC 9110 HTTP-date); `None` if it is not one.
pub(crate) fn parse_http_date(text: &str) -> Option<Timestamp> {
    let date = httpdate::parse_http_date(text).ok()?;
    let since_epoch = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Timestamp::from_secs(since_epoch.as_secs().try_into().ok()?))
}

const WIRE_FORMAT: &[FormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");

/// `yyyy-MM-ddTHH:mm:ssZ`; `None` outside of the years 0 to 9999.
pub(crate) fn format_wire(at: Timestamp) -> Option<String> {
    let at = OffsetDateTime::from_unix_timestamp(at.as_secs()).ok()?;
    (0..=9999).contains(&at.year()).then(|| at.format(WIRE_FORMAT).ok()).flatten()
}

/// `yyyy-MM-ddTHH:mm:ssZ`, as [`format_wire`] writes it; `None` for anything else.
pub(crate) fn parse_wire(text: &str) -> Option<Timestamp> {
    let at = PrimitiveDateTime::parse(text.trim(), WIRE_FORMAT).ok()?;
    (0..=9999).contains(&at.year()).then_some(())?;
    Some(Timestamp::from_secs(at.assume_utc().unix_timestamp()))
}

fn difference(theirs: Timestamp, ours: Timestamp) -> i64 {
    theirs.as_millis().saturating_sub(ours.as_millis())
}

fn millis(duration: Duration) -> u64 {
    duration.as_millis().try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_secs(1_714_996_800);

    fn after(secs: i64) -> Timestamp {
        Timestamp::from_secs(NOON.as_secs() + secs)
    }

    #[test]
    fn the_wire_format_has_no_fractions_and_ends_in_z() {
        let at = Timestamp::from_millis(1_714_979_289_987);
        assert_eq!(format_wire(at).unwrap(), "2024-05-06T07:08:09Z");
        assert_eq!(
            format_wire(Timestamp::from_secs(2_147_483_648)).unwrap(),
            "2038-01-19T03:14:08Z"
        );
        assert_eq!(parse_wire("2024-05-06T07:08:09Z"), Some(Timestamp::from_secs(1_714_979_289)));
        assert_eq!(parse_wire("2024-05-06 07:08:09"), None);
        assert_eq!(parse_wire("-5620-03-23T13:00:00Z"), None);
        assert_eq!(format_wire(Timestamp::from_millis(i64::MAX)), None);
        assert_eq!(format_wire(Timestamp::from_millis(i64::MIN)), None);
    }

    #[test]
    fn only_a_date_that_explains_the_refusal_moves_the_signing_time() {
        for (what, date, believed) in [
            ("no date", None, false),
            ("two hours ahead", Some(after(7200)), true),
            ("two hours behind", Some(after(-7200)), true),
            ("a minute ahead", Some(after(60)), true),
            ("our own time", Some(after(1)), false),
            ("a day and a second", Some(after(86_401)), false),
            ("1970", Some(Timestamp::from_secs(0)), false),
        ] {
            let correction = Correction::default();
            assert_eq!(correction.believe(date, NOON, NOON), believed, "{what}");
            let applied = correction.offset().applied_millis;
            let expected = date.filter(|_| believed).map_or(0, |d| difference(d, NOON));
            assert_eq!(applied, expected, "{what}");
            assert_eq!(correction.apply(NOON).as_millis(), NOON.as_millis() + expected, "{what}");
        }
    }

    #[test]
    fn a_correction_that_is_no_longer_right_is_replaced() {
        let correction = Correction::default();
        assert!(correction.believe(Some(after(7200)), NOON, NOON));
        // Somebody set our clock right: what we sign is now two hours ahead, and the next refusal says so.
        let signed = correction.apply(after(7200));
        assert!(correction.believe(Some(after(7200)), signed, after(7200)));
        assert_eq!(correction.offset().applied_millis, 0);
    }

    #[test]
    fn a_date_is_measured_without_being_believed() {
        let correction = Correction::default();
        correction.measure(None, NOON);
        assert_eq!(correction.offset(), ClockOffset::default());
        correction.measure(Some(after(600)), NOON);
        assert_eq!(correction.offset().measured_millis, Some(600_000));
        assert_eq!(correction.apply(NOON), NOON);
    }

    #[test]
    fn only_http_dates_are_dates() {
        assert_eq!(
            parse_http_date("Mon, 06 May 2024 07:08:09 GMT"),
            Some(Timestamp::from_secs(1_714_979_289))
        );
        for text in
            ["", "now", "2024-05-06T07:08:09Z", "Thu, 01 Jan 1969 00:00:00 GMT", "Mon, 99 May"]
        {
            assert_eq!(parse_http_date(text), None, "{text:?}");
        }
    }
}
