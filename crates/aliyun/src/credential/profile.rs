//! A profile of the `aliyun` command line, usually in `~/.aliyun/config.json`.
//!
//! The file is read again for every request, so a token that the command line has renewed is used at once.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{Credential, CredentialError, CredentialProvider};

/// Modes AK and `StsToken`. The others (`RamRoleArn`, `EcsRamRole`, `OIDC`, `CloudSSO`, …) are refused by name.
#[derive(Debug, Clone)]
pub struct CliProfile {
    path: PathBuf,
    profile: Option<String>,
}

impl CliProfile {
    /// `profile`: its name; `None` for the one the file calls `current`.
    pub fn new(path: impl Into<PathBuf>, profile: Option<String>) -> Self {
        Self { path: path.into(), profile }
    }
}

#[async_trait::async_trait]
impl CredentialProvider for CliProfile {
    async fn credential(&self) -> Result<Credential, CredentialError> {
        let text = tokio::fs::read(&self.path).await.map_err(|error| {
            CredentialError::Unreadable { path: self.path.clone(), kind: error.kind() }
        })?;
        read(&self.path, &text, self.profile.as_deref())
    }
}

#[derive(Deserialize)]
struct Configuration {
    #[serde(default)]
    current: String,
    #[serde(default)]
    profiles: Vec<Profile>,
}

#[derive(Deserialize)]
struct Profile {
    #[serde(default)]
    name: String,
    #[serde(default)]
    mode: String,
    #[serde(default)]
    access_key_id: String,
    #[serde(default)]
    access_key_secret: SecretString,
    #[serde(default)]
    sts_token: SecretString,
}

fn read(path: &Path, text: &[u8], profile: Option<&str>) -> Result<Credential, CredentialError> {
    // Of the reader's own message only the place is kept: it can quote the value that did not fit.
    let configuration: Configuration =
        serde_json::from_slice(text).map_err(|error| CredentialError::NotAConfiguration {
            path: path.to_owned(),
            line: error.line(),
            column: error.column(),
        })?;
    let wanted = profile.unwrap_or(match configuration.current.as_str() {
        "" => "default",
        current => current,
    });
    let found = configuration.profiles.iter().find(|profile| profile.name == wanted);
    let profile = found.ok_or_else(|| CredentialError::NoSuchProfile {
        path: path.to_owned(),
        profile: wanted.to_owned(),
    })?;
    let key = || Credential::new(&profile.access_key_id, profile.access_key_secret.expose_secret());
    match profile.mode.as_str() {
        "AK" => key(),
        "StsToken" => match profile.sts_token.expose_secret().trim() {
            "" => Err(CredentialError::Malformed("security token")),
            token => key()?.with_token(token),
        },
        mode => Err(CredentialError::ModeNotSupported {
            path: path.to_owned(),
            profile: wanted.to_owned(),
            mode: mode.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{
      "current": "work",
      "profiles": [
        { "name": "default", "mode": "AK", "access_key_id": "id0", "access_key_secret": "s0", "sts_token": "" },
        { "name": "work", "mode": "StsToken", "access_key_id": "id1", "access_key_secret": "s1", "sts_token": "t1",
          "region_id": "cn-shenzhen", "expired_seconds": 3600, "extra": { "a": [1] } },
        { "name": "role", "mode": "RamRoleArn", "access_key_id": "id2", "access_key_secret": "s2" },
        { "name": "blank", "mode": "AK", "access_key_id": "", "access_key_secret": "" },
        { "name": "no-token", "mode": "StsToken", "access_key_id": "id", "access_key_secret": "s" }
      ],
      "meta_path": ""
    }"#;

    fn of(text: &str, profile: Option<&str>) -> Result<Credential, CredentialError> {
        read(Path::new("/home/x/.aliyun/config.json"), text.as_bytes(), profile)
    }

    #[test]
    fn the_profile_is_the_named_one_or_the_current_one_or_the_default() {
        let id = |text: &str, profile| of(text, profile).unwrap().access_key_id().to_owned();
        assert_eq!(id(FILE, None), "id1");
        assert_eq!(id(FILE, Some("default")), "id0");
        assert_eq!(id(&FILE.replace("\"work\",", "\"\","), None), "id0");
        assert_eq!(of(FILE, None).unwrap().expose_token(), Some("t1"));
        assert!(!of(FILE, Some("default")).unwrap().is_temporary());
    }

    #[test]
    fn every_mistake_is_named_without_what_is_in_the_file() {
        for (text, profile, says) in [
            (FILE, Some("role"), "has mode \"RamRoleArn\"; supported are AK and StsToken"),
            (FILE, Some("nobody"), "has no profile \"nobody\""),
            (FILE, Some("blank"), "the access key id is empty"),
            (FILE, Some("no-token"), "the security token is empty"),
            ("{}", None, "has no profile \"default\""),
            ("", None, "line 1, column 0"),
            (r#"{"profiles":"LTAIplanted"}"#, None, "line 1, column 25"),
            (
                r#"{"profiles":[{"access_key_id":true,"access_key_secret":"planted"}]}"#,
                None,
                "line 1",
            ),
        ] {
            let error = of(text, profile).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(shown.contains(says), "{shown}");
            assert!(!shown.contains("planted"), "{shown}");
        }
    }

    #[tokio::test]
    async fn the_file_is_read_anew_every_time() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let source = CliProfile::new(file.path(), Some("default".to_owned()));
        assert!(matches!(
            source.credential().await,
            Err(CredentialError::NotAConfiguration { .. })
        ));
        std::fs::write(file.path(), FILE).unwrap();
        assert_eq!(source.credential().await.unwrap().access_key_id(), "id0");
        file.close().unwrap();
        let error = source.credential().await.unwrap_err();
        assert!(error.to_string().contains("could not be read (entity not found)"), "{error}");
    }
}
