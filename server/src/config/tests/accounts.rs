//! Where an account's key comes from, in every way to say it and to say it wrongly.

use std::time::Duration;

use super::*;

const ROLE: &str = "acs:ram::1234567890123456:role/latchkey";

fn credential(lines: &str, environment: &[(&str, &str)]) -> CredentialSource {
    let text = format!("[[accounts]]\nname = \"core\"\n{lines}");
    let mut config = parsed(&text, environment).unwrap_or_else(|why| panic!("{lines}: {why:#?}"));
    config.accounts.remove(0).credential
}

#[track_caller]
fn refuses_account(lines: &str, expected: &[&str]) {
    refuses(&format!("[[accounts]]\nname = \"core\"\n{lines}"), expected);
}

#[test]
fn every_source_can_be_chosen_by_its_word_or_by_its_keys() {
    use CredentialSource as Source;
    let home = [("HOME", "/home/x")];
    let oidc = format!(
        "role_arn = \"{ROLE}\"\noidc_provider_arn = \"acs:p\"\noidc_token_file = \"/token\""
    );
    let uri = "credentials_uri = \"http://127.0.0.1:9/keys\"";
    for (lines, is_right) in [
        ("", (|it| matches!(it, Source::DefaultChain)) as fn(&Source) -> bool),
        ("credential = \"default-chain\"", |it| matches!(it, Source::DefaultChain)),
        ("credential = \"environment\"", |it| matches!(it, Source::Environment)),
        (
            "credential = \"profile\"",
            |it| matches!(it, Source::Profile { file, profile: None } if file == Path::new("/home/x/.aliyun/config.json")),
        ),
        (
            "profile = \"ops\"",
            |it| matches!(it, Source::Profile { profile: Some(name), .. } if name == "ops"),
        ),
        (
            "access_key_id = \"a\"\naccess_key_secret = \"s\"",
            |it| matches!(it, Source::Keys { id, token: None, .. } if id == "a"),
        ),
        ("credential = \"ecs-role\"", |it| matches!(it, Source::EcsRole { role_name: None })),
        (
            "role_name = \"ops\"",
            |it| matches!(it, Source::EcsRole { role_name: Some(name) } if name == "ops"),
        ),
        (oidc.as_str(), |it| {
            matches!(it, Source::Oidc { role, provider_arn, token_file }
                if role.arn.as_str() == ROLE && provider_arn == "acs:p" && token_file == Path::new("/token"))
        }),
        (uri, |it| matches!(it, Source::Uri(_))),
    ] {
        let credential = credential(lines, &home);
        assert!(is_right(&credential), "{lines}: {credential:?}");
    }
}

#[test]
fn what_the_platform_puts_into_the_environment_need_not_be_repeated() {
    let environment = [
        ("ALIBABA_CLOUD_ROLE_ARN", ROLE),
        ("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:p"),
        ("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "/token"),
        ("ALIBABA_CLOUD_CREDENTIALS_URI", "http://localhost/keys"),
        ("ALIBABA_CLOUD_ECS_METADATA", "ops"),
    ];
    let oidc = credential("credential = \"oidc\"", &environment);
    assert!(matches!(oidc, CredentialSource::Oidc { role, .. } if role.arn.as_str() == ROLE));
    let uri = credential("credential = \"uri\"", &environment);
    assert!(matches!(uri, CredentialSource::Uri(_)));
    let ecs = credential("credential = \"ecs-role\"", &environment);
    assert!(matches!(ecs, CredentialSource::EcsRole { role_name: Some(name) } if name == "ops"));
    let variables = [
        ("LATCHKEY_ACCOUNT_CORE_ACCESS_KEY_ID", "a"),
        ("LATCHKEY_ACCOUNT_CORE_ACCESS_KEY_SECRET", "s"),
    ];
    assert!(matches!(credential("", &variables), CredentialSource::Keys { .. }));
    let uri = [("LATCHKEY_ACCOUNT_CORE_CREDENTIALS_URI", "https://keys.example.com/x")];
    assert!(matches!(credential("credential = \"uri\"", &uri), CredentialSource::Uri(_)));
}

#[test]
fn any_source_can_be_somebody_who_becomes_a_role() {
    let lines = format!(
        "credential = \"environment\"\nassume_role_arn = \"{ROLE}\"\nassume_role_session_name = \"portal\"\n\
         assume_role_external_id = \"acme/1\"\nassume_role_seconds = \"900\""
    );
    let CredentialSource::Assumed { base, role } = credential(&lines, &[]) else { panic!() };
    assert!(matches!(*base, CredentialSource::Environment));
    assert_eq!(role.arn.as_str(), ROLE);
    assert_eq!(role.session_name.unwrap().as_str(), "portal");
    assert_eq!(role.external_id.as_deref(), Some("acme/1"));
    assert_eq!(role.duration, Duration::from_mins(15));

    let least = credential(&format!("assume_role_arn = \"{ROLE}\""), &[]);
    let CredentialSource::Assumed { base, role } = least else { panic!() };
    assert!(matches!(*base, CredentialSource::DefaultChain));
    assert_eq!((role.session_name, role.duration), (None, Duration::from_hours(1)));
}

#[test]
fn an_account_is_implied_by_any_variable_that_points_to_a_key() {
    let oidc = [
        ("ALIBABA_CLOUD_ROLE_ARN", "x"),
        ("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "x"),
        ("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "x"),
    ];
    for environment in [
        &[("ALIBABA_CLOUD_ACCESS_KEY_ID", "x")][..],
        &[("ALIBABA_CLOUD_CREDENTIALS_URI", "x")],
        &[("ALIBABA_CLOUD_PROFILE", "x")],
        &[("ALIBABA_CLOUD_CREDENTIALS_FILE", "x")],
        &[("ALIBABA_CLOUD_ECS_METADATA", "x")],
        &oidc,
    ] {
        let config = parsed("", environment).unwrap();
        let [account] = &config.accounts[..] else { panic!("{environment:?}") };
        assert_eq!(account.name.as_str(), "default");
        assert!(matches!(account.credential, CredentialSource::DefaultChain), "{environment:?}");
    }
    assert!(parsed("", &[("HOME", "/root")]).unwrap().accounts.is_empty());
    assert!(parsed("", &oidc[..2]).unwrap().accounts.is_empty());
}

#[test]
fn every_mistake_about_a_key_is_told_with_its_line() {
    refuses_account(
        "credential = \"keys\"\naccess_key_id = \"a\"\naccess_key_secret = \"s\"\nrole_name = \"ops\"",
        &[
            "latchkey.toml:6: accounts.role_name: belongs to credential = \"ecs-role\", not to \"keys\"",
        ],
    );
    refuses_account(
        "profile = \"ops\"\nrole_name = \"ops\"",
        &["accounts: has keys of profile, ecs-role: say which with credential = \"profile\""],
    );
    refuses_account(
        "credential = \"oidc\"",
        &[
            "accounts: needs role_arn, or ALIBABA_CLOUD_ROLE_ARN in the environment",
            "accounts: needs oidc_provider_arn, or ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
            "accounts: needs oidc_token_file, or ALIBABA_CLOUD_OIDC_TOKEN_FILE",
        ],
    );
    refuses_account(
        "role_arn = \"latchkey\"\noidc_provider_arn = \"p\"\noidc_token_file = \"/t\"",
        &[
            "latchkey.toml:3: accounts.role_arn: `latchkey` cannot be used: a role is written as acs:ram::",
        ],
    );
    refuses_account("credential = \"uri\"", &["accounts: needs credentials_uri, or ALIBABA_CLOUD"]);
    refuses_account(
        "credentials_uri = \"http://keys.example.com/hunter2\"",
        &[
            "latchkey.toml:3: accounts.credentials_uri: cannot be used: a credentials URI is https://",
        ],
    );
    refuses_account(
        "assume_role_seconds = \"900\"",
        &[
            "latchkey.toml:3: accounts.assume_role_seconds: is about a role: assume_role_arn is needed",
        ],
    );
    refuses_account(
        "assume_role_arn = \"role/x\"\nassume_role_session_name = \"a b\"\nassume_role_external_id = \"x\"\n\
         assume_role_seconds = \"60\"",
        &[
            "latchkey.toml:3: accounts.assume_role_arn: `role/x` cannot be used",
            "latchkey.toml:4: accounts.assume_role_session_name: `a b` cannot be used: a session name has 2 to 64",
            "latchkey.toml:5: accounts.assume_role_external_id: has to have 2 to 1224 characters",
            "latchkey.toml:6: accounts.assume_role_seconds: `60` is not a number in quotes between 900 and 43200",
        ],
    );
    refuses_account(
        "assume_role_arn = 3",
        &["latchkey.toml:3: accounts.assume_role_arn: has to be a text in quotes, not a number"],
    );
}

#[test]
fn a_mistake_never_repeats_what_can_be_a_secret() {
    for lines in [
        "credentials_uri = \"http://keys.example.com/hunter2\"",
        "credential = \"environment\"\ncredentials_uri = \"https://keys.example.com/hunter2\"",
        "credential = \"environment\"\naccess_key_secret = \"hunter2\"",
        "credential = \"uri\"\nsecurity_token = \"hunter2\"",
    ] {
        let text = format!("[[accounts]]\nname = \"a\"\n{lines}");
        let mistakes = parsed(&text, &[]).unwrap_err().join("\n");
        assert!(!mistakes.contains("hunter2"), "{mistakes}");
    }
    let uri = credential("credentials_uri = \"https://keys.example.com/hunter2\"", &[]);
    assert!(!format!("{uri:?}").contains("hunter2"), "{uri:?}");
}
