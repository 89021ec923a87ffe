//! A query where nothing may be left out: of a file that is taken away, and of what is done to everything it finds.
//!
//! On a page what nobody could mean counts as not said, since all of it can be seen. Where it cannot, a filter that is
//! dropped finds more than somebody believes.

use std::collections::BTreeSet;

use crate::api::strict_form;

/// The pairs of a query: `None` where it cannot be read as it stands, asks for something that is none of `names`, or
/// asks twice for what is none of `many`.
pub fn pairs(query: &str, names: &[&str], many: &[&str]) -> Option<Vec<(String, String)>> {
    if !strict_form::is_well_formed(query) {
        return None;
    }
    let pairs: Vec<(String, String)> =
        form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let mut seen = BTreeSet::new();
    let fits = |(name, _): &(String, String)| {
        let name = name.as_str();
        names.contains(&name) && (many.contains(&name) || seen.insert(name.to_owned()))
    };
    pairs.iter().all(fits).then_some(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_whole_or_not_at_all() {
        let read = |query: &str| pairs(query, &["a", "b"], &["b"]).map(|pairs| pairs.len());
        assert_eq!(read(""), Some(0));
        assert_eq!(read("a=1&b=2&b=3"), Some(3));
        assert_eq!(read("a=%E8%AE%A2+x&b="), Some(2));
        for query in ["c=1", "a=1&a=1", "a=%zz", "a=%ff", "A=1", "=1", "a[]=1"] {
            assert_eq!(read(query), None, "{query}");
        }
    }
}
