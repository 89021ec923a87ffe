//! People whom somebody else vouches for: a provider of single sign-on, or a proxy in front of the portal.
//!
//! Who it is, is who vouches and what it calls the person; a name or an address is never looked at for that. What a person
//! may do follows from their groups, anew at every sign-in: whoever is in no group that is mapped to a role does not come
//! in, and what they have open ends.

use std::collections::BTreeMap;
use std::net::IpAddr;

use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::id::{UserId, UserName};
use domain::person::{Person, Role, Source};
use sha2::{Digest, Sha256};
use store::identity::Identity;

use crate::{Portal, ServiceError};

/// So many names are tried for somebody new, before it is called a fault.
const NAMES: usize = 5;

/// Which group of the organisation is which role over everything here. `None`: whoever is in it may come in, and what they
/// may do is given in the portal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupRoles(pub BTreeMap<String, Option<Role>>);

impl GroupRoles {
    /// The highest role that one of the groups is mapped to. The outer `None`: no group is named, and nobody comes in.
    pub fn role_of(&self, groups: &[String]) -> Option<Option<Role>> {
        groups.iter().filter_map(|group| self.0.get(group).copied()).max()
    }
}

/// How somebody was vouched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Password,
    /// A provider of single sign-on.
    Provider,
    /// A proxy in front of the portal.
    Proxy,
}

impl Method {
    /// Stable.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Provider => "oidc",
            Self::Proxy => "proxy",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        [Self::Password, Self::Provider, Self::Proxy].into_iter().find(|one| one.code() == code)
    }
}

/// What is said of somebody.
#[derive(Debug, Clone)]
pub struct Vouched {
    pub method: Method,
    pub issuer: String,
    pub subject: String,
    /// What they would like to be called; only looked at where somebody is new.
    pub name: Option<String>,
    /// `None`: nothing is said of groups. Then somebody new may look, and an admin gives them more here.
    pub groups: Option<Vec<String>>,
}

impl Portal {
    /// The person as they are from now on. Somebody new is added.
    pub async fn sign_in_vouched(
        &self,
        vouched: &Vouched,
        address: Option<IpAddr>,
    ) -> Result<Person, ServiceError> {
        let identity = Identity { issuer: &vouched.issuer, subject: &vouched.subject };
        let known = self.store().find_identity(identity).await?;
        let roles = &self.settings().group_roles;
        let mapped = vouched.groups.as_ref().map(|groups| roles.role_of(groups));
        if mapped == Some(None) {
            if let Some(user) = known {
                self.store().end_vouched_sessions(user, self.session_now()).await?;
            }
            self.refuse_vouched(vouched.method, "no-role", address).await?;
            return Err(ServiceError::NoRole);
        }
        let Some(user) = known else {
            let role = mapped.map_or(Some(Role::Viewer), Option::flatten);
            return self.add_vouched(vouched, identity, role).await;
        };
        let Some(person) = self.store().find_active_person(user).await? else {
            self.refuse_vouched(vouched.method, "disabled", address).await?;
            return Err(ServiceError::AccountDisabled);
        };
        let before = vouched_role(&person);
        let Some(role) = mapped.flatten().filter(|role| *role != before) else {
            return Ok(person);
        };
        let event = AuditEvent {
            before: before.map(|role| role.code().to_owned()),
            after: role.map(|role| role.code().to_owned()),
            detail: details(vouched.method, &person.name),
            ..AuditEvent::new(self.now(), AuditCode::RoleMapped, Outcome::Succeeded, Actor::Portal)
        };
        self.store().set_vouched_role(user, role, &event).await?;
        let now = self.store().find_active_person(user).await?;
        now.ok_or(ServiceError::AccountDisabled)
    }

    async fn add_vouched(
        &self,
        vouched: &Vouched,
        identity: Identity<'_>,
        role: Option<Role>,
    ) -> Result<Person, ServiceError> {
        let id = self.outside().user_id();
        for number in 0..NAMES {
            let Some(name) = name_for(vouched, number) else { break };
            let event = AuditEvent {
                after: role.map(|role| role.code().to_owned()),
                detail: details(vouched.method, &name),
                ..AuditEvent::new(
                    self.now(),
                    AuditCode::UserAdded,
                    Outcome::Succeeded,
                    Actor::Portal,
                )
            };
            match self.store().add_vouched_user(id, &name, role, identity, &event).await {
                Ok(()) => {}
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error.into()),
            }
            // Themselves, or two browsers of one new person at once.
            if let Some(person) = self.find_vouched(identity).await? {
                return Ok(person);
            }
        }
        Err(ServiceError::NameTaken)
    }

    /// Who this is, if they were here before and may still come in.
    pub async fn find_vouched(
        &self,
        identity: Identity<'_>,
    ) -> Result<Option<Person>, ServiceError> {
        let user: Option<UserId> = self.store().find_identity(identity).await?;
        match user {
            Some(user) => Ok(self.store().find_active_person(user).await?),
            None => Ok(None),
        }
    }

    /// `problem` is a stable word.
    pub(crate) async fn refuse_vouched(
        &self,
        method: Method,
        problem: &'static str,
        address: Option<IpAddr>,
    ) -> Result<(), ServiceError> {
        let event = AuditEvent {
            address: address.map(|address| address.to_string()),
            detail: vec![
                ("method".to_owned(), method.code().to_owned()),
                ("problem".to_owned(), problem.to_owned()),
            ],
            ..AuditEvent::new(
                self.now(),
                AuditCode::SignInRefused,
                Outcome::Refused,
                Actor::Anonymous,
            )
        };
        Ok(self.store().record(&event).await?)
    }
}

/// What whoever vouches for them gave them last.
fn vouched_role(person: &Person) -> Option<Role> {
    let vouched = person.grants.iter().find(|granted| granted.source == Source::Vouched);
    vouched.map(|granted| granted.grant.role)
}

fn details(method: Method, name: &UserName) -> Vec<(String, String)> {
    vec![("name".to_owned(), name.to_string()), ("method".to_owned(), method.code().to_owned())]
}

/// As close to what they would like to be called as our names allow; marked by who they are, where that is taken.
fn name_for(vouched: &Vouched, number: usize) -> Option<UserName> {
    let wanted = vouched.name.as_deref().unwrap_or_default().to_lowercase();
    let wanted = wanted.split('@').next().unwrap_or_default();
    let kept: String = wanted
        .chars()
        .filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-'))
        .take(48)
        .collect();
    let kept = kept.trim_matches(['.', '_', '-']);
    if number == 0 && !kept.is_empty() {
        return kept.parse().ok();
    }
    let base = if kept.is_empty() { "person" } else { kept };
    let digest = hex::encode(Sha256::digest(format!("{}\n{}", vouched.issuer, vouched.subject)));
    let mark = digest.get(number * 4..number * 4 + 4)?;
    format!("{base}-{mark}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn somebody(name: Option<&str>) -> Vouched {
        Vouched {
            method: Method::Provider,
            issuer: "https://id.example.com".into(),
            subject: "7".into(),
            name: name.map(ToOwned::to_owned),
            groups: None,
        }
    }

    #[test]
    fn the_highest_role_of_all_groups_counts_and_groups_nobody_named_count_nothing() {
        let roles = [
            ("all", None),
            ("staff", Some(Role::Viewer)),
            ("redis", Some(Role::Operator)),
            ("sec", Some(Role::Admin)),
        ];
        let roles = GroupRoles(roles.map(|(group, role)| (group.to_owned(), role)).into());
        let role_of = |groups: &[&str]| {
            roles.role_of(&groups.iter().map(|group| (*group).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(role_of(&["staff", "redis"]), Some(Some(Role::Operator)));
        assert_eq!(role_of(&["sec", "staff"]), Some(Some(Role::Admin)));
        assert_eq!(role_of(&["all", "staff"]), Some(Some(Role::Viewer)));
        assert_eq!(role_of(&["all"]), Some(None), "in, with nothing yet");
        assert_eq!(role_of(&["Sec", "redis ", "", "admin"]), None);
        assert_eq!(role_of(&[]), None);
    }

    #[test]
    fn a_name_is_made_of_what_names_may_hold() {
        for (wanted, name) in [
            ("Kay.Wu", "kay.wu"),
            ("kay@example.com", "kay"),
            ("..kay--", "kay"),
            ("K\u{e4}y \u{202e}<b>", "kyb"),
        ] {
            assert_eq!(name_for(&somebody(Some(wanted)), 0).unwrap().as_str(), name, "{wanted}");
        }
        for nothing in [None, Some(""), Some("\u{5f20}\u{4e09}"), Some("@example.com")] {
            let name = name_for(&somebody(nothing), 0).unwrap();
            assert!(name.as_str().starts_with("person-"), "{name}");
        }
        let long = "a".repeat(500);
        let (first, second) =
            (name_for(&somebody(Some(&long)), 0), name_for(&somebody(Some(&long)), 1));
        assert!(first.is_some() && second.is_some() && first != second);
    }
}
