//! What the address of the audit asks for, and the address that asks for it: a link shows a colleague the same rows.
//!
//! What an address says and nobody could mean counts as not said.

use domain::audit::{AuditCode, Outcome, RecordedEvent};
use domain::zone::Zone;
use service::viewer::AuditFilter;

use crate::{path, strict_query};

/// Everything that can be asked.
const NAMES: &[&str] =
    &["before", "change", "code", "from", "instance", "outcome", "person", "to", "zone"];
/// Which rows of the audit, and from where on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditAsked {
    /// All but the days.
    filter: AuditFilter,
    /// `2026-11-22`, in [`Self::zone`].
    pub from: String,
    /// The last day.
    pub to: String,
    /// Whose days they are. Said by the address, so that it means the same to whoever follows it; UTC where it is not.
    pub zone: Zone,
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
        let day = |name| Some(get(name)).filter(|day| Zone::UTC.day(day).is_some());
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
                own: None,
            },
            from: day("from").unwrap_or_default().to_owned(),
            to: day("to").unwrap_or_default().to_owned(),
            zone: get("zone").parse().unwrap_or_default(),
        }
    }

    /// The same where nothing may be left out: `None` if any of it cannot be meant.
    pub fn strictly_of_address(address: &str) -> Option<Self> {
        let query = address.split_once('?').map_or("", |(_, query)| query);
        let pairs = strict_query::pairs(query, NAMES, &[])?;
        let asked = Self::of_address(address);
        let kept = asked.pairs();
        let is_meant = |(name, value): &(String, String)| match (name.as_str(), value.trim()) {
            // A field of a form that nobody filled in.
            (_, "") => true,
            ("before", _) => asked.filter.before.is_some(),
            ("zone", zone) => asked.zone.name() == zone,
            (name, value) => kept.iter().any(|(known, kept)| *known == name && kept == value),
        };
        // Written like this, days are in order as their words are.
        let in_order = asked.from.is_empty() || asked.to.is_empty() || asked.from <= asked.to;
        (in_order && pairs.iter().all(is_meant)).then_some(asked)
    }

    /// With the days as moments.
    pub fn filter(&self) -> AuditFilter {
        AuditFilter {
            since: self.zone.day(&self.from).map(|(start, _)| start),
            until: self.zone.day(&self.to).map(|(_, end)| end),
            ..self.filter.clone()
        }
    }

    /// Whether days are asked for, which are those of a zone.
    pub fn has_days(&self) -> bool {
        !(self.from.is_empty() && self.to.is_empty())
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
            ("zone", if self.zone == Zone::UTC { "" } else { self.zone.name() }.to_owned()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::parse_moment;

    #[test]
    fn an_address_asks_for_what_it_was_made_from() {
        for query in [
            "",
            "code=review.taken&outcome=refused&person=lin.wei&from=2026-11-01&to=2026-11-22&zone=Asia/Shanghai",
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
            "zone=%2B08%3A00",
            "%ff=%ff&&=&a",
        ] {
            let asked = AuditAsked::of_address(&format!("/audit?{query}"));
            assert_eq!(asked, AuditAsked::default(), "{query}");
            assert!(!asked.is_filtered());
        }
    }

    #[test]
    fn where_nothing_may_be_left_out_what_nobody_could_mean_is_refused() {
        let read = |query: &str| AuditAsked::strictly_of_address(&format!("/audit?{query}"));
        for query in [
            "",
            "code=review.taken&outcome=&person=oleg&from=2026-11-22&to=2026-11-22&zone=Asia/Shanghai",
            "zone=UTC&before=7",
        ] {
            let asked = AuditAsked::of_address(&format!("/audit?{query}"));
            assert_eq!(read(query), Some(asked), "{query}");
        }
        for query in [
            "code=nonsense",
            "person=A%20B",
            "instance=r-1",
            "from=2026-02-30",
            "from=2026-11-22&to=2026-11-21",
            "zone=Mars",
            "before=last",
            "user=oleg",
            "person=oleg&person=anna",
            "person=%ff",
        ] {
            assert_eq!(read(query), None, "{query}");
        }
    }

    #[test]
    fn a_day_is_the_person_s_day() {
        let filter = |query: &str| AuditAsked::of_address(&format!("/audit?{query}")).filter();
        let at = |text| parse_moment(text);
        let east = filter("from=2026-11-22&to=2026-11-22&zone=Asia/Shanghai");
        assert_eq!(east.since, at("2026-11-21T16:00:00Z"));
        assert_eq!(east.until, at("2026-11-22T16:00:00Z"));
        let west = filter("from=2026-11-22&zone=America/St_Johns");
        assert_eq!((west.since, west.until), (at("2026-11-22T03:30:00Z"), None));
        assert_eq!(filter("to=2026-12-31").until, at("2027-01-01T00:00:00Z"));
        // A day of 23 hours.
        let spring = filter("from=2026-03-29&to=2026-03-29&zone=Europe/Berlin");
        assert_eq!(spring.since, at("2026-03-28T23:00:00Z"));
        assert_eq!(spring.until, at("2026-03-29T22:00:00Z"));
    }
}
