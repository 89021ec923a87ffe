//! A grant as forms write it: a role, lists of names, boxes, and tags.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use domain::environment::Environment;
use domain::person::{Area, Grant, Role};

use super::error::{ApiError, FieldProblem};

/// So many values of one kind, and so long each.
const MOST: usize = 50;
const TAG_CHARS: usize = 128;

/// What a form for a grant sends. Lists are separated by commas or spaces, tags by commas: `team=payments, tier=gold`.
/// Nothing in a field limits nothing; the environments are boxes.
#[derive(Debug, Default)]
pub struct Fields {
    pub accounts: Option<String>,
    pub regions: Option<String>,
    pub production: Option<String>,
    pub staging: Option<String>,
    pub development: Option<String>,
    pub unlabelled: Option<String>,
    pub tags: Option<String>,
}

impl Fields {
    pub fn grant(&self, role: Role) -> Result<Grant, ApiError> {
        Ok(Grant { role, area: self.area()? })
    }

    pub fn area(&self) -> Result<Area, ApiError> {
        let boxes = [
            (Environment::Production, &self.production),
            (Environment::Staging, &self.staging),
            (Environment::Development, &self.development),
            (Environment::Unlabelled, &self.unlabelled),
        ];
        let ticked = boxes.into_iter().filter(|(_, ticked)| ticked.is_some());
        Ok(Area {
            accounts: names("accounts", self.accounts.as_deref())?,
            regions: names("regions", self.regions.as_deref())?,
            environments: ticked.map(|(environment, _)| environment).collect(),
            tags: tags(self.tags.as_deref())?,
        })
    }
}

fn names<T: FromStr + Ord>(field: &str, text: Option<&str>) -> Result<BTreeSet<T>, ApiError> {
    let text = text.unwrap_or_default();
    let parts = text.split(|c: char| c == ',' || c == '，' || c.is_whitespace());
    let names = parts
        .filter(|part| !part.is_empty())
        .map(|part| part.parse::<T>().map_err(|_| ApiError::field(field, FieldProblem::Malformed)));
    let names = names.collect::<Result<BTreeSet<T>, ApiError>>()?;
    if names.len() > MOST {
        return Err(ApiError::field(field, FieldProblem::TooMany));
    }
    Ok(names)
}

fn tags(text: Option<&str>) -> Result<BTreeMap<String, BTreeSet<String>>, ApiError> {
    let mut tags: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let malformed = || ApiError::field("tags", FieldProblem::Malformed);
    for part in text.unwrap_or_default().split([',', '，']) {
        let part = part.trim();
        if part.is_empty() {
            continue;
        }
        let (key, value) = part.split_once('=').ok_or_else(malformed)?;
        let (key, value) = (key.trim(), value.trim());
        let fits =
            |text: &str| text.chars().count() <= TAG_CHARS && !text.chars().any(char::is_control);
        if key.is_empty() || !fits(key) || !fits(value) {
            return Err(malformed());
        }
        tags.entry(key.to_owned()).or_default().insert(value.to_owned());
    }
    if tags.values().map(BTreeSet::len).sum::<usize>() > MOST {
        return Err(ApiError::field("tags", FieldProblem::TooMany));
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(fields: &Fields) -> Result<String, Option<String>> {
        let grant = fields.grant(Role::Operator).map_err(|error| error.field)?;
        Ok(grant.to_string())
    }

    #[test]
    fn what_a_form_says_is_what_is_given() {
        assert_eq!(grant(&Fields::default()).unwrap(), "operator: everything");
        let fields = Fields {
            accounts: Some(" core,pay  core ".into()),
            regions: Some("cn-hangzhou，cn-shanghai".into()),
            staging: Some("yes".into()),
            unlabelled: Some("yes".into()),
            tags: Some("team = payments, team=web,tier=,, ".into()),
            ..Fields::default()
        };
        assert_eq!(
            grant(&fields).unwrap(),
            "operator: accounts=core,pay regions=cn-hangzhou,cn-shanghai \
             environments=staging,unlabelled tag:team=payments,web tag:tier="
        );
    }

    /// What cannot be read must not be taken for nothing, which would be everything.
    #[test]
    fn what_cannot_be_read_is_refused() {
        let many = |word: &str| (0..60).map(|n| format!("{word}{n}")).collect::<Vec<_>>().join(",");
        for (fields, field) in [
            (Fields { accounts: Some("Core".into()), ..Fields::default() }, "accounts"),
            (Fields { accounts: Some("a/b".into()), ..Fields::default() }, "accounts"),
            (Fields { accounts: Some(many("a")), ..Fields::default() }, "accounts"),
            (Fields { regions: Some("hangzhou".into()), ..Fields::default() }, "regions"),
            (Fields { regions: Some("cn-hangzhou;cn-x".into()), ..Fields::default() }, "regions"),
            (Fields { tags: Some("team".into()), ..Fields::default() }, "tags"),
            (Fields { tags: Some("=payments".into()), ..Fields::default() }, "tags"),
            (Fields { tags: Some("team=a\u{0}b".into()), ..Fields::default() }, "tags"),
            (Fields { tags: Some(format!("a={}", "x".repeat(200))), ..Fields::default() }, "tags"),
            (Fields { tags: Some(many("t=")), ..Fields::default() }, "tags"),
        ] {
            assert_eq!(grant(&fields), Err(Some(field.to_owned())), "{fields:?}");
        }
    }
}
