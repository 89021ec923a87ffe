//! People whom the organisation vouches for: a provider of single sign-on or a proxy, and which groups have which role.
//!
//! To add a setting: a row of [`KEYS`], a line in [`read`], a row in docs/operations/configuration.md.

use std::collections::BTreeMap;

use domain::person::Role;
use http::HeaderName;
use ipnet::IpNet;
use secrecy::SecretString;
use service::{GroupRoles, Oidc};

use super::file::Source;
use super::reader::{Found, Place};
use crate::web::ProxyUser;

pub const KEYS: &[&str] = &[
    "group_roles",
    "local_users",
    "oidc_allow",
    "oidc_client_id",
    "oidc_client_secret",
    "oidc_client_secret_file",
    "oidc_groups_claim",
    "oidc_issuer",
    "oidc_name",
    "oidc_scopes",
    "proxy_groups_header",
    "proxy_user_header",
];

const DEFAULT_CLAIM: &str = "groups";
const DEFAULT_SCOPES: &[&str] = &["profile"];
/// Headers that say something else.
const TAKEN: &[&str] =
    &["authorization", "cookie", "forwarded", "host", "origin", "x-forwarded-for"];
/// On a button.
const MOST_LABEL: usize = 40;

/// Checked.
#[derive(Debug)]
pub struct SingleSignOn {
    pub oidc: Option<OidcConfig>,
    pub group_roles: GroupRoles,
    /// Whether people of the portal's own may sign in.
    pub local_users: bool,
    /// By which headers trusted proxies vouch for people.
    pub proxy_user: Option<ProxyUser>,
}

/// Where people sign in.
#[derive(Debug)]
pub struct OidcConfig {
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Option<SecretString>,
    pub scopes: Vec<String>,
    pub groups_claim: String,
    pub label: Option<String>,
    pub allow: Vec<IpNet>,
}

/// `proxies`: whether any is trusted.
pub(super) fn read(source: &mut Source<'_, '_>, proxies: bool) -> SingleSignOn {
    let group_roles = group_roles(source);
    let oidc = oidc(source);
    let proxy_user = proxy_user(source, proxies);
    let local_users = local_users(source, oidc.is_some() || proxy_user.is_some());
    let by_groups = proxy_user.as_ref().is_some_and(|proxy| proxy.groups.is_some());
    if (oidc.is_some() || by_groups) && group_roles.0.is_empty() {
        let place = Place::Named("group_roles".to_owned());
        source.reader.refuse(&place, "is needed with oidc_issuer and proxy_groups_header, or nobody of it could do anything: a list such as [\"redis-admins=admin\", \"staff=viewer\"]");
    }
    SingleSignOn { oidc, group_roles, local_users, proxy_user }
}

fn proxy_user(source: &mut Source<'_, '_>, proxies: bool) -> Option<ProxyUser> {
    let user = header(source, "proxy_user_header");
    let groups = header(source, "proxy_groups_header");
    let Some(user) = user else {
        if let Some(groups) = groups {
            source.reader.refuse(&groups.place, "is for proxy_user_header, which is not set");
        }
        return None;
    };
    if !proxies {
        source.reader.refuse(&user.place, "needs trusted_proxies: it is believed from those alone");
    }
    Some(ProxyUser { user: user.value, groups: groups.map(|found| found.value) })
}

fn header(source: &mut Source<'_, '_>, key: &str) -> Option<Found<HeaderName>> {
    let Found { value, place } = source.text(key, None)?;
    match value.parse::<HeaderName>() {
        Ok(name) if !TAKEN.contains(&name.as_str()) => Some(Found { value: name, place }),
        _ => {
            source.reader.refuse(&place, format!("`{value}` is not a header such as Remote-User"));
            None
        }
    }
}

fn oidc(source: &mut Source<'_, '_>) -> Option<OidcConfig> {
    let allow = source.nets("oidc_allow");
    let client_id = source.text("oidc_client_id", None);
    let client_secret = source.secret("oidc_client_secret");
    let groups_claim = source.text("oidc_groups_claim", None);
    let label = label(source);
    let scopes = scopes(source);
    let Some(issuer) = source.text("oidc_issuer", None) else {
        if let Some(id) = client_id {
            source.reader.refuse(&id.place, "is for oidc_issuer, which is not set");
        }
        return None;
    };
    if let Err(error) = Oidc::check(&issuer.value, &allow) {
        source.reader.refuse(&issuer.place, format!("the address {error}"));
    }
    let Some(client_id) = client_id else {
        let place = Place::Named("oidc_client_id".to_owned());
        source
            .reader
            .refuse(&place, "is needed with oidc_issuer: as the provider calls the portal");
        return None;
    };
    Some(OidcConfig {
        issuer: issuer.value,
        client_id: client_id.value,
        client_secret: client_secret.map(|found| found.value.into()),
        scopes,
        groups_claim: groups_claim.map_or_else(|| DEFAULT_CLAIM.to_owned(), |found| found.value),
        label,
        allow,
    })
}

fn label(source: &mut Source<'_, '_>) -> Option<String> {
    let found = source.text("oidc_name", None)?;
    if found.value.chars().count() > MOST_LABEL || found.value.chars().any(char::is_control) {
        source.reader.refuse(&found.place, format!("has to be at most {MOST_LABEL} characters"));
        return None;
    }
    Some(found.value)
}

fn scopes(source: &mut Source<'_, '_>) -> Vec<String> {
    let Some(found) = source.texts("oidc_scopes") else {
        return DEFAULT_SCOPES.iter().map(|scope| (*scope).to_owned()).collect();
    };
    let mut scopes = Vec::new();
    for Found { value, place } in found {
        let well_formed = !value.is_empty()
            && value.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\');
        if well_formed {
            scopes.push(value);
        } else {
            source.reader.refuse(&place, format!("`{value}` is not a scope such as profile"));
        }
    }
    scopes
}

/// `GROUP=ROLE`, or `GROUP=none`; what a group is called may hold an equals sign, a role does not.
fn group_roles(source: &mut Source<'_, '_>) -> GroupRoles {
    let mut roles = BTreeMap::new();
    for Found { value, place } in source.texts("group_roles").unwrap_or_default() {
        let pair = value.rsplit_once('=').map(|(group, role)| (group.trim(), role.trim()));
        let role_of = |role: &str| match role {
            "none" => Ok(None),
            role => role.parse::<Role>().map(Some),
        };
        match pair.map(|(group, role)| (group, role_of(role))) {
            Some((group, Ok(role))) if !group.is_empty() => {
                if roles.insert(group.to_owned(), role).is_some() {
                    source.reader.refuse(&place, format!("`{group}` has a role already"));
                }
            }
            _ => source.reader.refuse(
                &place,
                format!(
                    "`{value}` is not GROUP=ROLE with none, viewer, operator, approver or admin"
                ),
            ),
        }
    }
    GroupRoles(roles)
}

fn local_users(source: &mut Source<'_, '_>, others: bool) -> bool {
    let Some(found) = source.text("local_users", None) else { return true };
    match found.value.as_str() {
        "on" => true,
        "off" if others => false,
        "off" => {
            source.reader.refuse(
                &found.place,
                "can only be off where oidc_issuer or proxy_user_header lets people in",
            );
            true
        }
        other => {
            source.reader.refuse(&found.place, format!("`{other}` is not on or off"));
            true
        }
    }
}
