//! What the address of the list of instances asks for, and the address that asks for it.
//!
//! Everything that makes a list stands in its address, so that a link shows a colleague the same one. What an address
//! says and nobody could mean (an unknown word, a broken number) counts as not said.

use std::collections::BTreeSet;

use domain::access::AccessState;
use domain::environment::Environment;
use domain::id::InstanceKey;
use domain::inventory::{
    ExposureFilter, InstanceFilter, InstanceListing, InstanceSort, ListCursor, WhitelistFinding,
};

use crate::{path, strict_query};

/// What nobody would type searches nothing.
const TEXT_CHARS: usize = 200;
/// As many as fit into an address; for more there are filters.
pub const MOST_KEYS: usize = 200;

/// Everything that can be asked, and of it what can be asked more than once.
const NAMES: &[&str] = &[
    "access",
    "account",
    "after",
    "after_value",
    "column",
    "density",
    "environment",
    "exposure",
    "key",
    "q",
    "region",
    "sort",
    "version",
    "whitelist",
];
const MANY: &[&str] = &["column", "key"];

/// A column that may be left out. The instance and its switch always stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    Place,
    Engine,
    Environment,
    Status,
    Access,
    Exposure,
    Whitelist,
    Read,
}

impl Column {
    pub const ALL: [Self; 8] = [
        Self::Place,
        Self::Engine,
        Self::Environment,
        Self::Status,
        Self::Access,
        Self::Exposure,
        Self::Whitelist,
        Self::Read,
    ];
    /// Without a word about columns.
    pub const USUAL: [Self; 6] =
        [Self::Place, Self::Engine, Self::Environment, Self::Access, Self::Exposure, Self::Read];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Engine => "engine",
            Self::Environment => "environment",
            Self::Status => "status",
            Self::Access => "access",
            Self::Exposure => "exposure",
            Self::Whitelist => "whitelist",
            Self::Read => "read",
        }
    }
}

/// A list of instances: which, in which order, and how it looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub filter: InstanceFilter,
    pub sort: InstanceSort,
    pub columns: BTreeSet<Column>,
    pub compact: bool,
    pub after: Option<ListCursor>,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            filter: InstanceFilter::default(),
            sort: InstanceSort::Name,
            columns: BTreeSet::from(Column::USUAL),
            compact: false,
            after: None,
        }
    }
}

impl Asked {
    /// What an address asks for. Only its query counts.
    pub fn of_address(address: &str) -> Self {
        Self::of_query(address.split_once('?').map_or("", |(_, query)| query))
    }

    pub fn of_query(query: &str) -> Self {
        // No database and no page has a NUL.
        let clean = |(name, value): (String, String)| (name, value.replace('\0', "\u{FFFD}"));
        let pairs: Vec<(String, String)> =
            form_urlencoded::parse(query.as_bytes()).into_owned().map(clean).collect();
        let all = |name: &'static str| {
            let named = pairs.iter().filter(move |(known, _)| known == name);
            named.map(|(_, value)| value.as_str())
        };
        let get = |name| all(name).next().unwrap_or_default();
        let columns: BTreeSet<Column> = all("column")
            .filter_map(|code| Column::ALL.into_iter().find(|column| column.code() == code))
            .collect();
        let after = || {
            Some(ListCursor {
                value: all("after_value").next()?.chars().take(TEXT_CHARS).collect(),
                key: get("after").parse().ok()?,
            })
        };
        Self {
            filter: InstanceFilter {
                text: get("q").chars().take(TEXT_CHARS).collect(),
                access: get("access").parse().ok(),
                exposure: get("exposure").parse().ok(),
                version: all("version")
                    .next()
                    .filter(|version| !version.is_empty())
                    .map(ToOwned::to_owned),
                environment: get("environment").parse().ok(),
                account: get("account").parse().ok(),
                region: get("region").parse().ok(),
                whitelist: get("whitelist").parse().ok(),
                keys: keys(all("key")),
            },
            sort: get("sort").parse().unwrap_or(InstanceSort::Name),
            columns: if columns.is_empty() { BTreeSet::from(Column::USUAL) } else { columns },
            compact: get("density") == "compact",
            after: after(),
        }
    }

    /// The same where nothing may be left out: `None` if any of it cannot be meant.
    pub fn strictly_of_address(address: &str) -> Option<Self> {
        Self::strictly(address.split_once('?').map_or("", |(_, query)| query))
    }

    pub fn strictly(query: &str) -> Option<Self> {
        let pairs = strict_query::pairs(query, NAMES, MANY)?;
        let asked = Self::of_query(query);
        let kept = asked.pairs();
        let cursor = asked.after.as_ref();
        let is_meant = |(name, value): &(String, String)| match name.as_str() {
            "q" => value.trim() == asked.filter.text.trim(),
            "after" => cursor.is_some_and(|cursor| cursor.key.to_string() == *value),
            "after_value" => cursor.is_some_and(|cursor| cursor.value == *value),
            "sort" => value.parse::<InstanceSort>().is_ok(),
            "column" => asked.columns.iter().any(|column| column.code() == value),
            name => kept.iter().any(|(known, kept)| *known == name && kept == value),
        };
        // An empty one is a field of a form that nobody filled in.
        let mut said = pairs.iter().filter(|(_, value)| !value.is_empty());
        said.all(is_meant).then_some(asked)
    }

    /// Names and values, with an empty value where nothing is asked. Not the cursor.
    fn pairs(&self) -> Vec<(&'static str, String)> {
        let filter = &self.filter;
        let mut pairs = vec![
            ("q", filter.text.trim().to_owned()),
            ("access", filter.access.map_or("", AccessState::code).to_owned()),
            ("exposure", filter.exposure.map_or("", ExposureFilter::code).to_owned()),
            ("environment", filter.environment.map_or("", Environment::code).to_owned()),
            ("account", filter.account.as_ref().map(ToString::to_string).unwrap_or_default()),
            ("region", filter.region.as_ref().map(ToString::to_string).unwrap_or_default()),
            ("version", filter.version.clone().unwrap_or_default()),
            ("whitelist", filter.whitelist.map_or("", WhitelistFinding::code).to_owned()),
        ];
        pairs.extend(filter.keys.iter().map(|key| ("key", key.to_string())));
        if self.sort != InstanceSort::Name {
            pairs.push(("sort", self.sort.code().to_owned()));
        }
        if self.columns != BTreeSet::from(Column::USUAL) {
            pairs.extend(self.columns.iter().map(|column| ("column", column.code().to_owned())));
        }
        if self.compact {
            pairs.push(("density", "compact".to_owned()));
        }
        pairs
    }

    /// For a form that asks for the same with other values of some fields: all but those, as hidden fields.
    pub fn others(&self, but: &[&str]) -> Vec<(&'static str, String)> {
        let pairs = self.pairs().into_iter();
        pairs.filter(|(name, value)| !value.is_empty() && !but.contains(name)).collect()
    }

    /// Without a question mark, in one spelling. Not the cursor: whoever saves or shares a list means its beginning.
    pub fn query(&self) -> String {
        let address = self.address_under("");
        address.strip_prefix('?').unwrap_or_default().to_owned()
    }

    pub fn address(&self) -> String {
        self.address_under(path::INSTANCES)
    }

    pub fn address_under(&self, path: &str) -> String {
        path::with_query(path, &self.pairs())
    }

    /// The page after this row.
    pub fn address_after(&self, row: &InstanceListing) -> String {
        let cursor = service::viewer::cursor_after(self.sort, row);
        let mut pairs = self.pairs();
        pairs.push(("after", cursor.key.to_string()));
        let unread = cursor.value.is_empty();
        pairs.push(("after_value", cursor.value));
        let address = path::with_query(path::INSTANCES, &pairs);
        // Nothing was read of the row yet: that is where it stands too.
        if unread { path::and(&address, "after_value", "") } else { address }
    }

    /// The same list with another filter, from its beginning.
    #[must_use]
    pub fn with(&self, change: impl FnOnce(&mut InstanceFilter)) -> Self {
        let mut other = Self { after: None, ..self.clone() };
        change(&mut other.filter);
        other
    }

    #[must_use]
    pub fn sorted(&self, sort: InstanceSort) -> Self {
        Self { sort, after: None, ..self.clone() }
    }

    /// The same look without any filter.
    #[must_use]
    pub fn unfiltered(&self) -> Self {
        self.with(|filter| *filter = InstanceFilter::default())
    }

    pub fn is_filtered(&self) -> bool {
        self.filter != InstanceFilter::default()
    }
}

fn keys<'a>(words: impl Iterator<Item = &'a str>) -> Vec<InstanceKey> {
    let keys: BTreeSet<InstanceKey> = words.filter_map(|word| word.parse().ok()).collect();
    keys.into_iter().take(MOST_KEYS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_asks_for_what_it_was_made_from() {
        for query in [
            "",
            "q=%E8%AE%A2%E5%8D%95%20%26%25",
            "access=password-free&exposure=critical&environment=production&account=core&region=cn-hangzhou",
            "exposure=unknown&version=7.0&whitelist=everyone",
            "key=core/cn-hangzhou/r-1&key=core/cn-hangzhou/r-2&sort=exposure",
            "column=place&column=read&density=compact",
        ] {
            let asked = Asked::of_query(query);
            assert_eq!(asked.query(), query);
            assert_eq!(Asked::of_address(&asked.address()), asked);
        }
    }

    #[test]
    fn what_nobody_could_mean_counts_as_not_said() {
        for query in [
            "access=Close",
            "exposure=5&sort=random&density=huge&column=secret",
            "key=r-1&key=a/b&after=x",
            "account=%00&region=..%2F",
            "%ff=%ff&&=&a",
        ] {
            assert_eq!(Asked::of_query(query), Asked::default(), "{query}");
        }
        let long = "订".repeat(1000);
        assert_eq!(Asked::of_query(&format!("q={long}")).filter.text.chars().count(), TEXT_CHARS);
        let keys: Vec<String> = (0..1000).map(|n| format!("key=core/cn-hangzhou/r-{n}")).collect();
        assert_eq!(Asked::of_query(&keys.join("&")).filter.keys.len(), MOST_KEYS);
    }

    #[test]
    fn where_nothing_may_be_left_out_what_nobody_could_mean_is_refused() {
        for query in [
            "",
            "q=%E8%AE%A2+%26&access=password-free&region=&sort=exposure&density=compact",
            "key=core/cn-hangzhou/r-1&key=core/cn-hangzhou/r-2&column=place&column=read&version=7.0",
            "after=core/cn-hangzhou/r-1&after_value=a&exposure=unknown&whitelist=everyone",
        ] {
            assert_eq!(Asked::strictly(query), Some(Asked::of_query(query)), "{query}");
        }
        let many: Vec<String> = (0..201).map(|n| format!("key=core/cn-hangzhou/r-{n}")).collect();
        for query in [
            "access=Close",
            "environment=prodcution",
            "region=cn-hangzhou&region=cn-shanghai",
            "regoin=cn-hangzhou",
            "key=r-1",
            "q=a%00b",
            "sort=random",
            "column=secret",
            "density=huge",
            "after=x",
            "%zz",
            &format!("q={}", "a".repeat(201)),
            &many.join("&"),
        ] {
            assert_eq!(Asked::strictly(query), None, "{query}");
        }
    }

    #[test]
    fn a_form_keeps_what_it_does_not_ask() {
        let asked = Asked::of_query("q=a&access=unknown&sort=age&column=read");
        assert_eq!(
            asked.others(&["q", "column"]),
            [("access", "unknown".to_owned()), ("sort", "age".to_owned())]
        );
    }
}
