//! The official libraries' own file, usually `~/.alibabacloud/credentials.ini`: sections, each with a `type`.
//!
//! Read again for every request. To add a type: one arm in [`plan`], its name in [`SUPPORTED`].

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use configparser::ini::Ini;

use super::plan::{Plan, Reach};
use super::reread::Reread;
use super::{Credential, CredentialError, CredentialProvider, Role, SessionName};
use crate::network::Network;

const SUPPORTED: &str = "access_key, ram_role_arn, oidc_role_arn and ecs_ram_role";
const DEFAULT_SECTION: &str = "default";

/// Types `access_key`, `ram_role_arn`, `oidc_role_arn`, `ecs_ram_role`. Others (`rsa_key_pair`, …) are refused by name.
#[derive(Clone)]
pub struct CredentialsFile {
    path: PathBuf,
    section: String,
    reach: Reach,
    known: Reread,
}

impl CredentialsFile {
    /// `section`: its name; `None` for `default`.
    pub fn new(path: impl Into<PathBuf>, section: Option<String>, network: &Network) -> Self {
        Self::reaching(path, section, Reach { network: network.clone(), v1_allowed: true })
    }

    pub(super) fn reaching(
        path: impl Into<PathBuf>,
        section: Option<String>,
        reach: Reach,
    ) -> Self {
        let section = section.unwrap_or_else(|| DEFAULT_SECTION.to_owned());
        Self { path: path.into(), section, reach, known: Reread::default() }
    }

    async fn provider(&self) -> Result<Arc<dyn CredentialProvider>, CredentialError> {
        let parse = |text: &[u8]| plan(&self.path, text, &self.section);
        self.known.provider(&self.path, Some(&self.reach), parse).await
    }
}

#[async_trait::async_trait]
impl CredentialProvider for CredentialsFile {
    async fn credential(&self) -> Result<Credential, CredentialError> {
        Ok(self.provider().await?.credential().await?.within("credentials-file"))
    }

    async fn credential_as(&self, name: &SessionName) -> Result<Credential, CredentialError> {
        Ok(self.provider().await?.credential_as(name).await?.within("credentials-file"))
    }

    fn discard(&self, credential: &Credential) {
        self.known.discard(credential);
    }
}

impl fmt::Debug for CredentialsFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialsFile")
            .field("path", &self.path)
            .field("section", &self.section)
            .finish_non_exhaustive()
    }
}

type Section = HashMap<String, Option<String>>;

fn plan(path: &Path, text: &[u8], wanted: &str) -> Result<Plan, CredentialError> {
    let section = section(path, text, wanted)?;
    let bad = |why| CredentialError::BadProfile {
        path: path.to_owned(),
        profile: wanted.to_owned(),
        why,
    };
    let value = |key: &str| section.get(key).and_then(Option::as_deref).unwrap_or_default();
    if value("enable").eq_ignore_ascii_case("false") {
        return Err(bad("is not enabled"));
    }
    let keys = || Credential::new(value("access_key_id"), value("access_key_secret"));
    let role = || {
        let optional = |key: &str| Some(value(key).to_owned()).filter(|value| !value.is_empty());
        let mut role = Role::new(value("role_arn").parse().map_err(|_| bad("needs a role_arn"))?);
        let name = optional("role_session_name").map(|name| name.parse::<SessionName>());
        role.session_name =
            name.transpose().map_err(|_| bad("has a role_session_name that is none"))?;
        role.policy = optional("policy");
        Ok(role)
    };
    match value("type") {
        "access_key" => keys().map(Plan::Keys),
        "ram_role_arn" => {
            Ok(Plan::AssumeRole { base: Box::new(Plan::Keys(keys()?)), role: role()? })
        }
        "oidc_role_arn" => {
            let (provider_arn, file) = (value("oidc_provider_arn"), value("oidc_token_file_path"));
            if provider_arn.is_empty() {
                return Err(bad("needs oidc_provider_arn"));
            }
            if file.is_empty() {
                return Err(bad("needs oidc_token_file_path"));
            }
            let (provider_arn, token_file) = (provider_arn.to_owned(), PathBuf::from(file));
            Ok(Plan::OidcRole { role: role()?, provider_arn, token_file })
        }
        "ecs_ram_role" => {
            let role_name = Some(value("role_name").to_owned()).filter(|name| !name.is_empty());
            Ok(Plan::EcsRole { role_name })
        }
        other => Err(CredentialError::ModeNotSupported {
            path: path.to_owned(),
            profile: wanted.to_owned(),
            key: "type",
            mode: other.to_owned(),
            supported: SUPPORTED,
        }),
    }
}

/// `#` begins a comment, also behind a value.
fn section(path: &Path, text: &[u8], wanted: &str) -> Result<Section, CredentialError> {
    let not_one = || CredentialError::NotACredentialsFile { path: path.to_owned() };
    let text = std::str::from_utf8(text).map_err(|_| not_one())?;
    let mut ini = Ini::new_cs();
    ini.set_default_section("\0 outside of any section");
    ini.set_comment_symbols(&['#', ';']);
    ini.set_inline_comment_symbols(Some(&['#']));
    ini.set_multiline(false);
    // What the reader says of a mistake can hold the line.
    let mut sections = ini.read(text.to_owned()).map_err(|_| not_one())?;
    sections.remove(wanted).ok_or_else(|| CredentialError::NoSuchProfile {
        path: path.to_owned(),
        profile: wanted.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "
# written by hand
[default]
enable = true
type = access_key
access_key_id = id0   # whose
access_key_secret = s0=+/%x

[role]
type = ram_role_arn
access_key_id = id1
access_key_secret = s1
role_arn = acs:ram::1234567890123456:role/latchkey
role_session_name = portal
policy = {\"Version\": \"1\", \"Statement\": []}

[oidc]
type = oidc_role_arn
role_arn = acs:ram::3:role/pod
oidc_provider_arn = acs:ram::3:oidc-provider/k8s
oidc_token_file_path = /var/run/token

[ecs]
type=ecs_ram_role
role_name = ops

[rsa]
type = rsa_key_pair
public_key_id = planted
private_key_file = /x

[off]
enable = false
type = access_key

[empty]

[roleless]
type = ram_role_arn
access_key_id = id
access_key_secret = planted
";

    fn of(text: &str, section: &str) -> Result<Plan, CredentialError> {
        plan(Path::new("/home/x/.alibabacloud/credentials.ini"), text.as_bytes(), section)
    }

    #[test]
    fn every_type_leads_to_its_plan() {
        let Plan::Keys(key) = of(FILE, "default").unwrap() else { panic!() };
        assert_eq!((key.access_key_id(), key.expose_secret()), ("id0", "s0=+/%x"));
        let Plan::AssumeRole { base, role } = of(FILE, "role").unwrap() else { panic!() };
        assert!(matches!(*base, Plan::Keys(key) if key.access_key_id() == "id1"));
        assert_eq!(role.session_name.unwrap().as_str(), "portal");
        assert_eq!(role.policy.as_deref(), Some(r#"{"Version": "1", "Statement": []}"#));
        let Plan::OidcRole { token_file, .. } = of(FILE, "oidc").unwrap() else { panic!() };
        assert_eq!(token_file, Path::new("/var/run/token"));
        let Plan::EcsRole { role_name } = of(FILE, "ecs").unwrap() else { panic!() };
        assert_eq!(role_name.as_deref(), Some("ops"));
    }

    #[test]
    fn every_mistake_is_named_without_what_is_in_the_file() {
        for (text, section, says) in [
            (FILE, "nobody", "has no profile \"nobody\""),
            (FILE, "rsa", "has type \"rsa_key_pair\"; supported are access_key, ram_role_arn"),
            (FILE, "off", "is not enabled"),
            (FILE, "empty", "has type \"\""),
            (FILE, "roleless", "needs a role_arn"),
            ("", "default", "has no profile \"default\""),
            ("type = access_key\naccess_key_secret = planted", "default", "has no profile"),
            (
                "[default]\ntype = access_key\naccess_key_secret = planted",
                "default",
                "key id is empty",
            ),
            ("[default\nplanted", "default", "is not a credentials file"),
            (
                "[default]\ntype = oidc_role_arn\noidc_provider_arn = p",
                "default",
                "needs oidc_token_file_path",
            ),
        ] {
            let error = of(text, section).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(shown.contains(says), "{shown}");
            assert!(!shown.contains("planted"), "{shown}");
        }
        assert!(of("[default]\n\u{0}type", "default").is_err());
        assert!(plan(Path::new("x"), b"\xff\xfe", "default").is_err());
    }
}
