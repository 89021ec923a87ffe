//! The smallest RAM policies that do: pure data, for people to copy.
//!
//! The API reference writes `kvstore:`; two guides in a repository of Alibaba's own write `r-kvstore:` and
//! `acs:r-kvstore:`. Which of them the service evaluates could not be tried without an account, so [`Wanted`] can have
//! both written down. That `kvstore:VpcAuthMode` compares with the requested value is how the documents read, and not
//! proven either: a policy under that condition has to be tried before somebody relies on it.

use domain::id::RegionId;
use serde::Serialize;

use crate::action::Action;
use crate::credential::RoleArn;

/// What a credential is wanted for. By default all that the portal uses, the switch in both directions.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wanted {
    /// What is to be read. The list and the mode are always, since without them there is nothing to show.
    pub reads: Vec<Action>,
    /// What may be changed.
    pub switch: Switch,
    /// Where it may be changed. Empty: everywhere.
    pub regions: Vec<RegionId>,
    /// Each action and each resource also with the prefix `r-kvstore`.
    pub both_prefixes: bool,
}

/// What a credential may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// Nothing: to look only.
    Nothing,
    /// Password-free access, on and off.
    BothWays,
    /// Only to require the password again, by the condition key `kvstore:VpcAuthMode`.
    OnlyToPasswordRequired,
}

impl Default for Wanted {
    fn default() -> Self {
        let reads = [
            Action::DescribeSecurityIps,
            Action::DescribeDbInstanceNetInfo,
            Action::DescribeEngineVersion,
            Action::DescribeParameters,
            Action::DescribeInstanceConfig,
        ];
        Self {
            reads: reads.into(),
            switch: Switch::BothWays,
            regions: Vec::new(),
            both_prefixes: false,
        }
    }
}

/// The policy as JSON, two spaces a level, as the console shows it.
pub fn smallest(wanted: &Wanted) -> String {
    let always = [Action::DescribeInstances, Action::DescribeInstanceAttribute];
    let is_read = |action: &&Action| {
        always.contains(action)
            || (wanted.reads.contains(action) && **action != Action::ModifyInstanceVpcAuthMode)
    };
    let reads =
        Action::ALL.iter().filter(is_read).copied().filter(|read| read.permission().is_some());
    let mut statements =
        vec![Statement::allow(wanted.names(reads), Texts::One("*".to_owned()), None)];
    if wanted.switch != Switch::Nothing {
        let action = wanted.names([Action::ModifyInstanceVpcAuthMode]);
        let condition = (wanted.switch == Switch::OnlyToPasswordRequired).then_some(CLOSING);
        statements.push(Statement::allow(action, wanted.resources(), condition));
    }
    written(statements)
}

/// What a base identity needs to assume `role`; the role has to trust it besides.
pub fn to_assume(role: &RoleArn) -> String {
    let action = Texts::One("sts:AssumeRole".to_owned());
    written(vec![Statement::allow(action, Texts::One(role.to_string()), None)])
}

impl Wanted {
    fn prefixes(&self) -> &'static [&'static str] {
        if self.both_prefixes { &["kvstore", "r-kvstore"] } else { &["kvstore"] }
    }

    fn names(&self, actions: impl IntoIterator<Item = Action>) -> Texts {
        let of =
            |action: Action| self.prefixes().iter().map(move |prefix| format!("{prefix}:{action}"));
        Texts::from(actions.into_iter().flat_map(of).collect::<Vec<_>>())
    }

    fn resources(&self) -> Texts {
        let everywhere = [String::from("*")];
        let regions: Vec<String> = self.regions.iter().map(RegionId::to_string).collect();
        let regions = if regions.is_empty() { &everywhere[..] } else { &regions };
        let of = |prefix: &&str| -> Vec<String> {
            regions.iter().map(|region| format!("acs:{prefix}:{region}:*:instance/*")).collect()
        };
        Texts::from(self.prefixes().iter().flat_map(of).collect::<Vec<_>>())
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    version: &'static str,
    statement: Vec<Statement>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    effect: &'static str,
    action: Texts,
    resource: Texts,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Condition>,
}

impl Statement {
    fn allow(action: Texts, resource: Texts, condition: Option<Condition>) -> Self {
        Self { effect: "Allow", action, resource, condition }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Condition {
    string_equals: Mode,
}

#[derive(Serialize)]
struct Mode {
    #[serde(rename = "kvstore:VpcAuthMode")]
    vpc_auth_mode: &'static str,
}

/// `Open`: the password is required.
const CLOSING: Condition = Condition { string_equals: Mode { vpc_auth_mode: "Open" } };

#[derive(Serialize)]
#[serde(untagged)]
enum Texts {
    One(String),
    Many(Vec<String>),
}

impl From<Vec<String>> for Texts {
    fn from(mut texts: Vec<String>) -> Self {
        match texts.pop() {
            Some(one) if texts.is_empty() => Self::One(one),
            Some(last) => {
                texts.push(last);
                Self::Many(texts)
            }
            None => Self::Many(texts),
        }
    }
}

fn written(statement: Vec<Statement>) -> String {
    // Plain texts in plain structs: there is nothing in them that could not be written.
    serde_json::to_string_pretty(&Policy { version: "1", statement }).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn of(wanted: &Wanted) -> Value {
        serde_json::from_str(&smallest(wanted)).unwrap()
    }

    #[test]
    fn the_readme_gives_the_smallest_policy_that_does() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
        let readme = std::fs::read_to_string(path).unwrap();
        let blocks = readme.split("```").filter_map(|block| block.strip_prefix("json"));
        let policies: Vec<Value> = blocks
            .filter_map(|block| serde_json::from_str(block).ok())
            .filter(|value: &Value| value["Statement"].is_array())
            .collect();
        assert_eq!(policies, [of(&Wanted::default())]);
        // And how to narrow it, in the words of the second policy.
        let closing = Wanted { switch: Switch::OnlyToPasswordRequired, ..Wanted::default() };
        let condition = of(&closing)["Statement"][1]["Condition"].to_string();
        let said = readme.replace(' ', "");
        assert!(said.contains(&format!("\"Condition\":{condition}")), "{condition}");
    }

    #[test]
    fn what_is_not_wanted_is_not_granted() {
        let nothing = Wanted { reads: Vec::new(), switch: Switch::Nothing, ..Wanted::default() };
        let expected = json!({"Version": "1", "Statement": [{
            "Effect": "Allow",
            "Action": ["kvstore:DescribeInstances", "kvstore:DescribeInstanceAttribute"],
            "Resource": "*",
        }]});
        assert_eq!(of(&nothing), expected);
        // The write is no read, and what needs no permission is not written down.
        let odd =
            [Action::ModifyInstanceVpcAuthMode, Action::GetCallerIdentity, Action::DescribeRegions];
        assert_eq!(of(&Wanted { reads: odd.into(), ..nothing }), expected);
    }

    #[test]
    fn the_switch_can_be_narrowed_to_one_direction_and_to_regions() {
        let wanted = Wanted {
            switch: Switch::OnlyToPasswordRequired,
            regions: vec!["cn-shenzhen".parse().unwrap(), "cn-beijing".parse().unwrap()],
            ..Wanted::default()
        };
        let expected = json!({
            "Effect": "Allow",
            "Action": "kvstore:ModifyInstanceVpcAuthMode",
            "Resource": ["acs:kvstore:cn-shenzhen:*:instance/*", "acs:kvstore:cn-beijing:*:instance/*"],
            "Condition": {"StringEquals": {"kvstore:VpcAuthMode": "Open"}},
        });
        assert_eq!(of(&wanted)["Statement"][1], expected);
    }

    #[test]
    fn both_prefixes_can_be_written_down() {
        let wanted = Wanted { both_prefixes: true, ..Wanted::default() };
        let policy = of(&wanted);
        assert_eq!(policy["Statement"][0]["Action"].as_array().unwrap().len(), 14);
        assert_eq!(
            policy["Statement"][1]["Action"],
            json!(["kvstore:ModifyInstanceVpcAuthMode", "r-kvstore:ModifyInstanceVpcAuthMode"])
        );
        assert_eq!(
            policy["Statement"][1]["Resource"],
            json!(["acs:kvstore:*:*:instance/*", "acs:r-kvstore:*:*:instance/*"])
        );
    }

    #[test]
    fn it_is_written_in_the_order_people_read() {
        let text = to_assume(&"acs:ram::1234567890123456:role/latchkey".parse().unwrap());
        let expected = "{\n  \"Version\": \"1\",\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\",\n      \
            \"Action\": \"sts:AssumeRole\",\n      \"Resource\": \"acs:ram::1234567890123456:role/latchkey\"\n    }\n  ]\n}";
        assert_eq!(text, expected);
    }
}
