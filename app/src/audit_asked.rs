//! What the address of the audit asks for, and the address that asks for it: a link shows a colleague the same rows.
//!
//! What an address says and nobody could mean counts as not said.

use std::time::Duration;

use domain::audit::{AuditCode, Outcome, RecordedEvent};
use service::viewer::AuditFilter;

use crate::path;
use crate::text::parse_day;

const DAY: Duration = Duration::from_hours(24);
/// How far the zones of the earth are from UTC, in minutes.
pub const ZONES: [i32; 38] = [
    -720, -660, -600, -570, -540, -480, -420, -360, -300, -240, -210, -180, -120, -60, 0, 60, 120,
    180, 210, 240, 270, 300, 330, 345, 360, 390, 420, 480, 525, 540, 570, 600, 630, 660, 720, 765,
    780, 840,
];

/// Which rows of the audit, and from where on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditAsked {
    /// All but the days.
    filter: AuditFilter,
    /// `2026-11-22`, in the person's zone.
    pub from: String,
    /// The last day.
    pub to: String,
    /// Minutes before UTC, of [`ZONES`].
    pub zone: i32,
}

impl AuditAsked {
    /// What an address asks for. Only its query counts.
    pub fn of_address(address: &str) -> Self {
        let query = address.split_once('?').map_or("", |(_, query)| query);
        let pairs: Vec<(String, String)> =
            form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let get = |name: &str| {
            let found = pairs.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.trim()).unwrap_or_default()
        };
        let day = |name| Some(get(name)).filter(|day| parse_day(day).is_some());
        Self {
            filter: AuditFilter {
                code: get("code").parse().ok(),
                outcome: get("outcome").parse().ok(),
                person: get("person").parse().ok(),
                instance: get("instance").parse().ok(),
                change: get("change").parse().ok(),
                since: None,
                until: None,
                before: get("before").parse().ok(),
            },
            from: day("from").unwrap_or_default().to_owned(),
            to: day("to").unwrap_or_default().to_owned(),
            zone: ZONES.into_iter().find(|zone| zone_name(*zone) == get("zone")).unwrap_or(0),
        }
    }

    /// With the days as moments.
    pub fn filter(&self) -> AuditFilter {
        let east = Duration::from_mins(u64::from(self.zone.unsigned_abs()));
        let here = |day: &str| {
            let midnight = parse_day(day)?;
            Some(if self.zone < 0 { midnight.plus(east) } else { midnight.minus(east) })
        };
        AuditFilter {
            since: here(&self.from),
            until: here(&self.to).map(|last| last.plus(DAY)),
            ..self.filter.clone()
        }
    }

    pub fn is_filtered(&self) -> bool {
        self.pairs().iter().any(|(name, value)| *name != "zone" && !value.is_empty())
    }

    /// Names and values, with an empty value where nothing is asked. Not from where on.
    pub fn pairs(&self) -> [(&'static str, String); 8] {
        let filter = &self.filter;
        [
            ("code", filter.code.map_or("", AuditCode::code).to_owned()),
            ("outcome", filter.outcome.map_or("", Outcome::code).to_owned()),
            ("person", filter.person.as_ref().map(ToString::to_string).unwrap_or_default()),
            ("instance", filter.instance.as_ref().map(ToString::to_string).unwrap_or_default()),
            ("change", filter.change.map(|id| id.to_string()).unwrap_or_default()),
            ("from", self.from.clone()),
            ("to", self.to.clone()),
            ("zone", if self.zone == 0 { String::new() } else { zone_name(self.zone) }),
        ]
    }

    pub fn address(&self) -> String {
        self.address_under(path::AUDIT)
    }

    /// The same rows elsewhere, such as in a file; from the newest on.
    pub fn address_under(&self, path: &str) -> String {
        path::with_query(path, &self.pairs())
    }

    /// Without a question mark.
    pub fn query(&self) -> String {
        self.address_under("").strip_prefix('?').unwrap_or_default().to_owned()
    }

    /// The page before this row.
    pub fn older(&self, last: &RecordedEvent) -> String {
        path::and(&self.address(), "before", &last.sequence.to_string())
    }

    pub fn is_later_page(&self) -> bool {
        self.filter.before.is_some()
    }

    /// The same with another filter, from the newest on.
    #[must_use]
    pub fn with(&self, change: impl FnOnce(&mut AuditFilter)) -> Self {
        let mut other = self.clone();
        other.filter.before = None;
        change(&mut other.filter);
        other
    }
}

/// `+08:00`
pub fn zone_name(minutes: i32) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::parse_moment;

    #[test]
    fn an_address_asks_for_what_it_was_made_from() {
        for query in [
            "",
            "code=review.taken&outcome=refused&person=lin.wei&from=2026-11-01&to=2026-11-22&zone=%2B08%3A00",
            "instance=core/cn-hangzhou/r-1&change=00000000000000000000000000000001",
        ] {
            let asked = AuditAsked::of_address(&format!("/audit?{query}"));
            assert_eq!(asked.query(), query);
            assert_eq!(AuditAsked::of_address(&asked.address()), asked);
        }
        let later = AuditAsked::of_address("/audit?person=a&before=70");
        assert_eq!((later.is_later_page(), later.filter().before), (true, Some(70)));
        assert_eq!(later.query(), "person=a");
    }

    #[test]
    fn what_nobody_could_mean_counts_as_not_said() {
        for query in [
            "code=nonsense&outcome=great&person=A%20B&instance=r-1&change=x&before=y",
            "from=2026-02-30&to=22.11.2026&zone=Mars",
            "zone=%2B99%3A00",
            "%ff=%ff&&=&a",
        ] {
            let asked = AuditAsked::of_address(&format!("/audit?{query}"));
            assert_eq!(asked, AuditAsked::default(), "{query}");
            assert!(!asked.is_filtered());
        }
    }

    #[test]
    fn a_day_is_the_person_s_day() {
        let filter = |query: &str| AuditAsked::of_address(&format!("/audit?{query}")).filter();
        let at = |text| parse_moment(text);
        let east = filter("from=2026-11-22&to=2026-11-22&zone=%2B08%3A00");
        assert_eq!(east.since, at("2026-11-21T16:00:00Z"));
        assert_eq!(east.until, at("2026-11-22T16:00:00Z"));
        let west = filter("from=2026-11-22&zone=-03%3A30");
        assert_eq!((west.since, west.until), (at("2026-11-22T03:30:00Z"), None));
        assert_eq!(filter("to=2026-12-31").until, at("2027-01-01T00:00:00Z"));
    }

    #[test]
    fn every_zone_has_one_name() {
        let names: std::collections::BTreeSet<String> = ZONES.map(zone_name).into();
        assert_eq!(names.len(), ZONES.len());
        assert!(names.contains("+05:45") && names.contains("-09:30") && names.contains("+00:00"));
    }
}
