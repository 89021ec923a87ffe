//! What a provider says of somebody besides who it is.

use openidconnect::AdditionalClaims;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// More groups than anybody is in; the rest is not looked at.
const MOST_GROUPS: usize = 1000;

/// Everything in a token that the library has no field for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Said {
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl AdditionalClaims for Said {}

impl Said {
    /// The groups, from a list of texts or one text. `None`: nothing is said of groups.
    pub fn groups(&self, claim: &str) -> Option<Vec<String>> {
        let value = self.rest.get(claim).or_else(|| self.walk(claim))?;
        match value {
            Value::String(one) => Some(vec![one.clone()]),
            Value::Array(many) => {
                let texts = many.iter().take(MOST_GROUPS).filter_map(Value::as_str);
                Some(texts.map(ToOwned::to_owned).collect())
            }
            _ => Some(Vec::new()),
        }
    }

    /// `realm_access.roles`
    fn walk(&self, claim: &str) -> Option<&Value> {
        let mut parts = claim.split('.');
        let first = self.rest.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.get(part))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn groups_are_found_where_the_configuration_says() {
        let Value::Object(rest) = json!({
            "groups": ["a", "b", 7, null],
            "one": "a",
            "https://example.com/groups": ["c"],
            "realm_access": {"roles": ["d"]},
            "odd": {"a": true},
            "none": [],
        }) else {
            panic!("an object")
        };
        let said = Said { rest };
        for (claim, groups) in [
            ("groups", Some(&["a", "b"][..])),
            ("one", Some(&["a"])),
            ("https://example.com/groups", Some(&["c"])),
            ("realm_access.roles", Some(&["d"])),
            ("odd", Some(&[])),
            ("none", Some(&[])),
            ("nothing", None),
            ("realm_access.nothing", None),
            ("groups.0", None),
        ] {
            let expected: Option<Vec<String>> =
                groups.map(|groups| groups.iter().map(|group| (*group).to_owned()).collect());
            assert_eq!(said.groups(claim), expected, "{claim}");
        }
    }
}
