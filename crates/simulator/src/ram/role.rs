//! RAM roles: who may assume them, for how long, and what their sessions may not do.

use crate::gate::keyring::Account;
use crate::seed::Dice;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The role that every account has.
const FIRST: &str = "latchkey";

/// A role of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Name of the account that has it.
    pub account: String,
    pub name: String,
    /// The longest session, in seconds; 3600 where nothing is said, 43200 at most in the real cloud.
    #[serde(default = "an_hour")]
    pub max_session_seconds: u32,
    /// What whoever assumes it has to give.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Names of the accounts whose identities may assume it; absent: every one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trusts: Option<Vec<String>>,
    /// Actions that its sessions may not call, such as `ModifyInstanceVpcAuthMode`; with `*` at its
    /// end, all that start so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub denies: Vec<String>,
}

impl Role {
    /// A role that everybody may assume for an hour, and that may do everything.
    pub fn new(account: &str, name: &str) -> Self {
        Self {
            account: account.to_owned(),
            name: name.to_owned(),
            max_session_seconds: an_hour(),
            external_id: None,
            trusts: None,
            denies: Vec::new(),
        }
    }

    pub(crate) fn denies(&self, action: &str) -> bool {
        self.denies.iter().any(|denied| match denied.strip_suffix('*') {
            Some(start) => action.starts_with(start),
            None => denied == action,
        })
    }

    /// Whether an identity of that account, with that external ID, may assume it.
    pub(crate) fn trusts(&self, account: &str, external_id: Option<&str>) -> bool {
        let account_is_trusted =
            self.trusts.as_ref().is_none_or(|trusted| trusted.iter().any(|name| name == account));
        let right_id = self.external_id.is_none() || self.external_id.as_deref() == external_id;
        account_is_trusted && right_id
    }
}

/// All of them, by account and name.
#[derive(Debug, Default)]
pub(crate) struct Roles(BTreeMap<(u16, String), Role>);

impl Roles {
    pub fn of(accounts: &[Account]) -> Self {
        let roles = (0u16..)
            .zip(accounts)
            .map(|(index, account)| ((index, FIRST.to_owned()), Role::new(&account.name, FIRST)));
        Self(roles.collect())
    }

    pub fn get(&self, account: u16, name: &str) -> Option<&Role> {
        self.0.get(&(account, name.to_owned()))
    }

    /// Replaces the one of that name.
    pub fn put(&mut self, account: u16, role: Role) {
        self.0.insert((account, role.name.clone()), role);
    }

    /// False when there is none.
    pub fn remove(&mut self, account: u16, name: &str) -> bool {
        self.0.remove(&(account, name.to_owned())).is_some()
    }

    pub fn all(&self) -> impl Iterator<Item = &Role> {
        self.0.values()
    }
}

/// `acs:ram::ACCOUNT:role/NAME`, taken apart.
pub(crate) struct RoleArn<'a> {
    pub uid: &'a str,
    pub name: &'a str,
}

impl<'a> RoleArn<'a> {
    pub fn parse(text: &'a str) -> Option<Self> {
        let (uid, name) = text.strip_prefix("acs:ram::")?.split_once(":role/")?;
        let digits = !uid.is_empty() && uid.bytes().all(|byte| byte.is_ascii_digit());
        let in_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        (digits && (1..=64).contains(&name.len()) && name.bytes().all(in_name))
            .then_some(Self { uid, name })
    }
}

pub(crate) fn role_arn(account: &Account, name: &str) -> String {
    format!("acs:ram::{}:role/{name}", account.uid)
}

/// Eighteen digits. That of `latchkey` is made of its account's; others are drawn.
pub(crate) fn role_id(account: &Account, name: &str) -> String {
    if name == FIRST {
        return format!("30{}", account.uid);
    }
    format!("30{}", Dice::stream(9, &format!("{} {name}", account.uid)).text(b"0123456789", 16))
}

fn an_hour() -> u32 {
    3600
}
