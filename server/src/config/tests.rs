mod accounts;
mod pace;
mod policy;
mod single_sign_on;
mod webhook;

use std::path::Path;

use secrecy::ExposeSecret;

use super::*;

fn parsed(text: &str, environment: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    let overrides = Overrides::default();
    parse(Path::new("latchkey.toml"), text, &Environment::of(environment), &overrides)
        .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect())
}

#[track_caller]
fn refuses(text: &str, expected: &[&str]) {
    let mistakes = parsed(text, &[]).expect_err("it should be refused");
    for part in expected {
        assert!(
            mistakes.iter().any(|mistake| mistake.contains(part)),
            "{part:?} is not in {mistakes:#?}"
        );
    }
    assert_eq!(mistakes.len(), expected.len(), "{mistakes:#?}");
}

#[test]
fn nothing_at_all_is_a_portal_on_loopback() {
    let config = parsed("", &[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(config.public_url.origin(), "http://127.0.0.1:3000");
    assert_eq!(config.environment_tag, "environment");
    assert!(config.accounts.is_empty());
    let implied = parsed("", &[("ALIBABA_CLOUD_ACCESS_KEY_ID", "x")]).unwrap();
    assert_eq!(implied.accounts[0].name.as_str(), "default");
}

#[test]
fn everything_can_be_said() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "s3cret\n").unwrap();
    let key = folder.path().join("audit-key");
    std::fs::write(&key, "ab".repeat(32)).unwrap();
    let text = format!(
        r#"
listen = "0.0.0.0:8080"
public_url = "https://redis.example.com"
database = "postgres://u:p@db/latchkey"
audit_key_file = "{}"
audit_anchor_file = "/var/lib/anchor"
environment_tag = "env"
trusted_proxies = ["10.0.0.0/8", "192.168.1.1"]

[[accounts]]
name = "core"
label = "Core systems"
regions = ["cn-hangzhou", "cn-shanghai"]
signature = "v3"
access_key_id = "LTAI"
access_key_secret_file = "{}"

[[accounts]]
name = "private"
endpoint = "https://gateway.internal.example"
credential = "profile"
profile = "ops"
profile_file = "/etc/aliyun.json"

[[accounts]]
name = "env"
"#,
        key.display(),
        secret.display()
    );
    let config = parsed(&text, &[]).unwrap();
    assert_eq!(config.audit.key.as_ref(), Some(&key));
    assert_eq!(config.audit.anchor.as_deref(), Some(Path::new("/var/lib/anchor")));
    assert_eq!(config.trusted_proxies.len(), 2);
    let [core, private, env] = &config.accounts[..] else { panic!("{:?}", config.accounts) };
    assert_eq!(core.signature, domain::call::SignatureScheme::V3);
    assert_eq!(core.regions.as_ref().unwrap().len(), 2);
    match &core.credential {
        CredentialSource::Keys { id, secret, token: None } => {
            assert_eq!((id.as_str(), secret.expose_secret()), ("LTAI", "s3cret"));
        }
        other => panic!("{other:?}"),
    }
    assert!(
        matches!(&private.credential, CredentialSource::Profile { profile: Some(p), .. } if p == "ops")
    );
    assert!(matches!(env.credential, CredentialSource::DefaultChain));
    assert!(!format!("{config:?}").contains("s3cret"));
}

#[test]
fn the_environment_stands_above_the_file_and_names_files_too() {
    let folder = tempfile::tempdir().unwrap();
    let url = folder.path().join("url");
    std::fs::write(&url, "postgres://u:p@db/x").unwrap();
    let url = url.display().to_string();
    let key = folder.path().join("audit-key");
    std::fs::write(&key, "ab".repeat(32)).unwrap();
    let key = key.display().to_string();
    let environment = [
        ("LATCHKEY_LISTEN", "127.0.0.1:9000"),
        ("LATCHKEY_DATABASE_FILE", url.as_str()),
        ("LATCHKEY_AUDIT_KEY_FILE", key.as_str()),
        ("LATCHKEY_ACCOUNT_CORE_2_ACCESS_KEY_ID", "LTAI"),
        ("LATCHKEY_ACCOUNT_CORE_2_ACCESS_KEY_SECRET", "from-env"),
    ];
    let config =
        parsed("listen = \"127.0.0.1:1\"\n[[accounts]]\nname = \"core-2\"", &environment).unwrap();
    assert_eq!(config.listen.port(), 9000);
    assert!(matches!(config.database, DatabaseUrl::Postgres(_)));
    assert!(
        matches!(&config.accounts[0].credential, CredentialSource::Keys { id, .. } if id == "LTAI")
    );
}

#[test]
fn every_mistake_is_told_with_file_line_key_and_what_is_allowed() {
    refuses(
        "listen = 3000",
        &["latchkey.toml:1: listen: has to be a text in quotes, not a number"],
    );
    refuses("\n\nlisten = \"here\"", &["latchkey.toml:3: listen: `here` is not ADDRESS:PORT"]);
    refuses(
        "lisen = \"127.0.0.1:1\"",
        &["latchkey.toml:1: lisen: is not a setting; allowed here: accounts, approval_lasts,"],
    );
    refuses("public_url = \"http://redis.example.com\"", &["plain http is allowed on"]);
    refuses(
        "listen = \"0.0.0.0:80\"",
        &["public_url: is needed, since the portal listens on 0.0.0.0:80"],
    );
    refuses("database = \"mysql://root:hunter2@h/x\"", &["`mysql` is not a database address"]);
    refuses(
        "database = \"postgres://u:p@h/x\"",
        &["audit_key_file: is needed with PostgreSQL, the same for every replica"],
    );
    refuses("audit_key_file = \"/does/not/exist\"", &["the file /does/not/exist cannot be read"]);
    refuses(
        "receipt_key_file = \"/does/not/exist\"",
        &["receipt_key_file: the file /does/not/exist cannot be read"],
    );
    refuses("trusted_proxies = [\"all\"]", &["`all` is not an address or a block"]);
    refuses("timing_scale = \"0.1\"\n[[accounts]]\nname = \"a\"", &["timing_scale: is for drills"]);
    refuses("timing_scale = \"7\"", &["timing_scale: has to be between 0.001 and 1"]);
    refuses("= 3", &["latchkey.toml:1: this is not TOML"]);
    refuses("accounts = 3", &["accounts: has to be written as [[accounts]]"]);
    refuses(
        "[[accounts]]\nname = \"Core\"\n[[accounts]]\nregions = [\"cn-x\"]",
        &[
            "latchkey.toml:2: accounts.name: `Core` is not a name",
            "latchkey.toml:3: accounts: needs a name",
        ],
    );
    refuses(
        "[[accounts]]\nname = \"a\"\n[[accounts]]\nname = \"a\"",
        &["the name `a` is used twice"],
    );
    refuses(
        "[[accounts]]\nname = \"a\"\nregions = [\"Mars\", \"cn-hangzhou\", \"cn-hangzhou\", 3]",
        &[
            "`Mars` is not a region id",
            "`cn-hangzhou` is listed twice",
            "has to hold texts only, not a number",
        ],
    );
    refuses(
        "[[accounts]]\nname = \"a\"\nsignature = \"v2\"",
        &["`v2` is not a signature; allowed: v1, v3"],
    );
    refuses(
        "[[accounts]]\nname = \"a\"\nendpoint = \"http://evil.example\"",
        &["accounts.endpoint: `http://evil.example` cannot be used"],
    );
    refuses(
        "[[accounts]]\nname = \"a\"\naccess_key_id = \"x\"",
        &["needs access_key_id and access_key_secret_file"],
    );
    refuses(
        "[[accounts]]\nname = \"a\"\ncredential = \"magic\"",
        &["allowed: default-chain, environment, profile, keys, ecs-role, oidc, uri"],
    );
    refuses(
        "[[accounts]]\nname = \"a\"\naccess_key_id = \"x\"\naccess_key_secret_file = \"/does/not/exist\"",
        &[
            "the file /does/not/exist cannot be read",
            "needs access_key_id and access_key_secret_file",
        ],
    );
}

#[test]
fn a_mistake_never_repeats_a_secret() {
    let texts = [
        "database = \"postgress://u:hunter2@h/x\"",
        "[[accounts]]\nname = \"a\"\naccess_key_id = \"x\"\naccess_key_secret = [\"hunter2\"]",
        "[[accounts]]\nname = \"a\"\naccess_key_secret = \"hunter2\"",
    ];
    for text in texts {
        let mistakes = parsed(text, &[]).unwrap_err();
        assert!(!mistakes.join("\n").contains("hunter2"), "{mistakes:?}");
    }
}
