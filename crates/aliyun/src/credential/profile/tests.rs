use super::*;

const FILE: &str = r#"{
  "current": "work",
  "profiles": [
    { "name": "default", "mode": "AK", "access_key_id": "id0", "access_key_secret": "s0", "sts_token": "" },
    { "name": "work", "mode": "StsToken", "access_key_id": "id1", "access_key_secret": "s1", "sts_token": "t1",
      "region_id": "cn-shenzhen", "expired_seconds": 3600, "extra": { "a": [1] } },
    { "name": "blank", "mode": "AK", "access_key_id": "", "access_key_secret": "" },
    { "name": "no-token", "mode": "StsToken", "access_key_id": "id", "access_key_secret": "s" },
    { "name": "role", "mode": "RamRoleArn", "access_key_id": "id2", "access_key_secret": "s2",
      "ram_role_arn": "acs:ram::1234567890123456:role/latchkey", "ram_session_name": "portal", "expired_seconds": 900,
      "policy": "{}", "external_id": "x1", "sts_region": "cn-hangzhou", "enable_vpc": true },
    { "name": "chain", "mode": "ChainableRamRoleArn", "source_profile": "role",
      "ram_role_arn": "acs:ram::2:role/inner", "expired_seconds": 0 },
    { "name": "ecs", "mode": "EcsRamRole", "ram_role_name": "" },
    { "name": "oidc", "mode": "OIDC", "ram_role_arn": "acs:ram::3:role/pod", "oidc_provider_arn": "acs:ram::3:oidc-provider/k8s",
      "oidc_token_file": "/var/run/token", "role_session_name": "pod-1" },
    { "name": "uri", "mode": "CredentialsURI", "credentials_uri": "http://127.0.0.1:9/planted" },
    { "name": "loop-a", "mode": "ChainableRamRoleArn", "source_profile": "loop-b", "ram_role_arn": "acs:ram::1:role/a" },
    { "name": "loop-b", "mode": "ChainableRamRoleArn", "source_profile": "loop-a", "ram_role_arn": "acs:ram::1:role/b" },
    { "name": "self", "mode": "ChainableRamRoleArn", "source_profile": "self", "ram_role_arn": "acs:ram::1:role/a" },
    { "name": "dangling", "mode": "ChainableRamRoleArn", "source_profile": "nobody", "ram_role_arn": "acs:ram::1:role/a" },
    { "name": "sourceless", "mode": "ChainableRamRoleArn", "ram_role_arn": "acs:ram::1:role/a" },
    { "name": "roleless", "mode": "RamRoleArn", "access_key_id": "id", "access_key_secret": "s" },
    { "name": "short", "mode": "RamRoleArn", "access_key_id": "id", "access_key_secret": "s",
      "ram_role_arn": "acs:ram::1:role/a", "expired_seconds": 60 },
    { "name": "badly-named", "mode": "RamRoleArn", "access_key_id": "id", "access_key_secret": "s",
      "ram_role_arn": "acs:ram::1:role/a", "ram_session_name": "a b" },
    { "name": "nowhere", "mode": "RamRoleArn", "access_key_id": "id", "access_key_secret": "s",
      "ram_role_arn": "acs:ram::1:role/a", "sts_region": "evil.example/" },
    { "name": "tokenless", "mode": "OIDC", "ram_role_arn": "acs:ram::3:role/pod", "oidc_provider_arn": "p" },
    { "name": "far", "mode": "CredentialsURI", "credentials_uri": "http://keys.example.com/planted" }
  ],
  "meta_path": ""
}"#;

fn of(text: &str, profile: Option<&str>) -> Result<Plan, CredentialError> {
    plan(Path::new("/home/x/.aliyun/config.json"), text.as_bytes(), profile)
}

fn keys(text: &str, profile: Option<&str>) -> Credential {
    match of(text, profile).unwrap() {
        Plan::Keys(credential) => credential,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_profile_is_the_named_one_or_the_current_one_or_the_default() {
    let id = |text: &str, profile| keys(text, profile).access_key_id().to_owned();
    assert_eq!(id(FILE, None), "id1");
    assert_eq!(id(FILE, Some("default")), "id0");
    assert_eq!(id(&FILE.replace("\"work\",", "\"\","), None), "id0");
    assert_eq!(keys(FILE, None).expose_token(), Some("t1"));
    assert!(!keys(FILE, Some("default")).is_temporary());
}

#[test]
fn a_role_is_read_with_all_that_is_said_of_it() {
    let Plan::AssumeRole { base, role } = of(FILE, Some("role")).unwrap() else { panic!() };
    assert!(matches!(*base, Plan::Keys(key) if key.access_key_id() == "id2"));
    assert_eq!(role.arn.as_str(), "acs:ram::1234567890123456:role/latchkey");
    assert_eq!(role.session_name.unwrap().as_str(), "portal");
    assert_eq!(role.duration, Duration::from_mins(15));
    assert_eq!((role.policy.as_deref(), role.external_id.as_deref()), (Some("{}"), Some("x1")));
    assert_eq!((role.sts_region.unwrap().as_str(), role.sts_vpc), ("cn-hangzhou", Some(true)));
}

#[test]
fn a_profile_can_lean_on_another() {
    let Plan::AssumeRole { base, role } = of(FILE, Some("chain")).unwrap() else { panic!() };
    assert_eq!(role.arn.as_str(), "acs:ram::2:role/inner");
    assert_eq!((role.duration, role.sts_vpc), (Duration::from_hours(1), None));
    assert!(matches!(*base, Plan::AssumeRole { .. }), "{base:?}");
}

#[test]
fn a_key_can_come_from_elsewhere() {
    assert!(matches!(of(FILE, Some("ecs")).unwrap(), Plan::EcsRole { role_name: None }));
    let Plan::OidcRole { role, provider_arn, token_file } = of(FILE, Some("oidc")).unwrap() else {
        panic!()
    };
    assert_eq!(provider_arn, "acs:ram::3:oidc-provider/k8s");
    assert_eq!(token_file, Path::new("/var/run/token"));
    assert_eq!(role.session_name.unwrap().as_str(), "pod-1");
    assert!(matches!(of(FILE, Some("uri")).unwrap(), Plan::Uri(_)));
}

#[test]
fn a_mode_that_is_not_supported_is_named() {
    for mode in [
        "External",
        "CloudSSO",
        "OAuth",
        "RsaKeyPair",
        "RamRoleArnWithRoleName",
        "BearerToken",
        "Anonymous",
        "",
    ] {
        let file = format!(
            r#"{{"current":"x","profiles":[{{"name":"x","mode":"{mode}","process_command":"planted"}}]}}"#
        );
        let error = of(&file, None).unwrap_err().to_string();
        assert!(
            error.contains(&format!("has mode {mode:?}; supported are AK, StsToken,")),
            "{error}"
        );
        assert!(!error.contains("planted"), "{error}");
    }
}

#[test]
fn every_mistake_is_named_without_what_is_in_the_file() {
    for (text, profile, says) in [
        (FILE, Some("nobody"), "has no profile \"nobody\""),
        (FILE, Some("blank"), "the access key id is empty"),
        (FILE, Some("no-token"), "the security token is empty"),
        (FILE, Some("loop-a"), "\"loop-a\" of /home/x/.aliyun/config.json leads to itself"),
        (FILE, Some("self"), "leads to itself by its source_profile"),
        (FILE, Some("dangling"), "has no profile \"nobody\""),
        (
            FILE,
            Some("sourceless"),
            "\"sourceless\" of /home/x/.aliyun/config.json needs source_profile",
        ),
        (FILE, Some("roleless"), "needs a ram_role_arn"),
        (FILE, Some("short"), "has expired_seconds outside of 900 to 43200"),
        (FILE, Some("badly-named"), "has a ram_session_name that is none"),
        (FILE, Some("nowhere"), "has an sts_region that is none"),
        (FILE, Some("tokenless"), "needs oidc_token_file"),
        (FILE, Some("far"), "needs a credentials_uri"),
        ("{}", None, "has no profile \"default\""),
        ("", None, "line 1, column 0"),
        (r#"{"profiles":"LTAIplanted"}"#, None, "line 1, column 25"),
        (r#"{"profiles":[{"access_key_id":true,"access_key_secret":"planted"}]}"#, None, "line 1"),
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
    assert!(matches!(source.credential().await, Err(CredentialError::NotAConfiguration { .. })));
    std::fs::write(file.path(), FILE).unwrap();
    assert_eq!(source.credential().await.unwrap().access_key_id(), "id0");
    std::fs::write(file.path(), FILE.replace("id0", "id9")).unwrap();
    assert_eq!(source.credential().await.unwrap().access_key_id(), "id9");
    file.close().unwrap();
    let error = source.credential().await.unwrap_err();
    assert!(error.to_string().contains("could not be read (entity not found)"), "{error}");
}

#[tokio::test]
async fn a_mode_that_needs_a_network_says_so_where_there_is_none() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), FILE).unwrap();
    for profile in ["role", "chain", "ecs", "oidc", "uri"] {
        let source = CliProfile::new(file.path(), Some(profile.to_owned()));
        assert_eq!(source.credential().await.unwrap_err(), CredentialError::NeedsNetwork);
    }
}
