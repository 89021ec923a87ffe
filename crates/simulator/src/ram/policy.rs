//! The policy of a session: by action and by the condition `kvstore:VpcAuthMode`. Resources are not
//! looked at.

use serde::Deserialize;
use serde_json::{Map, Value};

/// What a session may do of all that its role may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Policy(Vec<Statement>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Statement {
    allows: bool,
    /// Patterns such as `kvstore:Describe*`.
    actions: Vec<String>,
    /// `StringEquals` of `kvstore:VpcAuthMode`.
    modes: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Wire {
    version: String,
    statement: Vec<WireStatement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct WireStatement {
    effect: Effect,
    action: Texts,
    resource: Texts,
    #[serde(default)]
    condition: Map<String, Value>,
}

#[derive(Deserialize, PartialEq)]
enum Effect {
    Allow,
    Deny,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Texts {
    One(String),
    Many(Vec<String>),
}

impl Policy {
    /// `None`: not one, by its grammar.
    pub fn parse(text: &str) -> Option<Self> {
        let wire: Wire = serde_json::from_str(text).ok()?;
        if wire.version != "1" || wire.statement.is_empty() {
            return None;
        }
        wire.statement.into_iter().map(Statement::read).collect::<Option<_>>().map(Self)
    }

    /// `action` as RAM names it, such as `kvstore:DescribeInstances`; `mode` as it is asked for.
    pub fn allows(&self, action: &str, mode: Option<&str>) -> bool {
        let said = |allows| self.0.iter().any(|one| one.allows == allows && one.says(action, mode));
        said(true) && !said(false)
    }
}

impl Statement {
    fn read(wire: WireStatement) -> Option<Self> {
        let resources = wire.resource.all();
        if resources.is_empty() {
            return None;
        }
        let modes = match wire.condition.get("StringEquals") {
            None if wire.condition.is_empty() => None,
            None => return None,
            Some(equals) => {
                let texts = equals.get("kvstore:VpcAuthMode")?.clone();
                Some(serde_json::from_value::<Texts>(texts).ok()?.all())
            }
        };
        let (allows, actions) = (wire.effect == Effect::Allow, wire.action.all());
        (!actions.is_empty()).then_some(Self { allows, actions, modes })
    }

    fn says(&self, action: &str, mode: Option<&str>) -> bool {
        self.actions.iter().any(|pattern| matches(pattern, action))
            && self.modes.as_ref().is_none_or(|modes| {
                mode.is_some_and(|mode| modes.iter().any(|allowed| allowed == mode))
            })
    }
}

impl Texts {
    fn all(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::Many(texts) => texts,
        }
    }
}

/// `*` stands for any text. Letter case does not count.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_ascii_lowercase(), text.to_ascii_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, text, fits) in [
            ("*", "kvstore:DescribeInstances", true),
            ("kvstore:*", "kvstore:DescribeInstances", true),
            ("kvstore:Describe*", "kvstore:ModifySecurityIps", false),
            ("kvstore:*Instances", "kvstore:DescribeInstances", true),
            ("kvstore:*Instances", "kvstore:DescribeInstanceAttribute", false),
            ("kvstore:D*s*s", "kvstore:DescribeInstances", true),
            ("KVSTORE:describeinstances", "kvstore:DescribeInstances", true),
            ("kvstore:DescribeInstances", "kvstore:DescribeInstancesOverview", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn a_denial_wins_and_what_nobody_allows_is_denied() {
        let policy = Policy::parse(
            r#"{"Version":"1","Statement":[
                {"Effect":"Allow","Action":"kvstore:*","Resource":"*"},
                {"Effect":"Deny","Action":["kvstore:ModifySecurityIps"],"Resource":["*"]}]}"#,
        );
        let policy = policy.unwrap();
        assert!(policy.allows("kvstore:DescribeInstances", None));
        assert!(!policy.allows("kvstore:ModifySecurityIps", None));
        assert!(!policy.allows("sts:AssumeRole", None));
    }

    #[test]
    fn what_is_no_policy_is_none() {
        for text in [
            "",
            "{}",
            "[]",
            r#"{"Version":"2","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
            r#"{"Version":"1","Statement":[]}"#,
            r#"{"Version":"1","Statement":[{"Effect":"Permit","Action":"*","Resource":"*"}]}"#,
            r#"{"Version":"1","Statement":[{"Effect":"Allow","Resource":"*"}]}"#,
            r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":[],"Resource":"*"}]}"#,
            r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{}}}]}"#,
        ] {
            assert_eq!(Policy::parse(text), None, "{text}");
        }
    }
}
