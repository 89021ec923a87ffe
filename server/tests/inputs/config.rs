//! The configuration file: each mistake is named with its line and key, nothing is started, and no secret is repeated.

use crate::Key;
use crate::command::{Row, SECRET, judge};

pub fn keys() -> Vec<Key> {
    rows().iter().map(|row| row.key).collect()
}

fn rows() -> Vec<Row> {
    let mut rows = files();
    rows.extend(
        settings()
            .into_iter()
            .map(|(key, line, says)| of(key, &format!("{line}\n{}", account("")), says)),
    );
    rows.extend(accounts().into_iter().map(|(key, lines, says)| of(key, &account(lines), says)));
    rows.extend(lists().into_iter().map(|(key, text, says)| of(key, text, says)));
    rows
}

fn of(key: Key, text: &str, says: &'static str) -> Row {
    Row {
        config: Some(text.replace("SECRET", SECRET).into_bytes()),
        arguments: vec!["config", "check"],
        ..Row::of(key, 2, says)
    }
}

/// An account that would do, with a secret in it, and more lines.
fn account(more: &str) -> String {
    format!(
        "[[accounts]]\nname = \"core\"\naccess_key_id = \"LTAI\"\naccess_key_secret = \"SECRET\"\n{more}\n"
    )
}

type Table = Vec<(Key, &'static str, &'static str)>;

/// What is no file of ours at all.
fn files() -> Vec<Row> {
    let bytes = |key, bytes: &[u8], says| Row {
        config: Some(bytes.to_vec()),
        arguments: vec!["config", "check"],
        ..Row::of(key, 2, says)
    };
    let with_file = |key, text: &str, name, content: &[u8], says| Row {
        files: vec![(name, content.to_vec())],
        ..of(key, text, says)
    };
    vec![
        bytes(("file", "no TOML"), b"listen = [", "latchkey.toml:1: this is not TOML"),
        bytes(
            ("file", "JSON"),
            b"{\"listen\": \"127.0.0.1:3000\"}",
            "latchkey.toml:1: this is not TOML",
        ),
        bytes(("file", "no UTF-8"), b"listen = \"\xff\"", "latchkey.toml: cannot be read"),
        bytes(("file", "a NUL"), b"listen = \"127.0.0.1:1\"\0", "this is not TOML"),
        bytes(
            ("file", "a key twice"),
            b"listen = \"127.0.0.1:1\"\nlisten = \"127.0.0.1:2\"",
            "latchkey.toml:2: this is not TOML",
        ),
        bytes(
            ("file", "a key that there is not"),
            b"\nlisen = \"127.0.0.1:1\"",
            "latchkey.toml:2: lisen: is not a setting",
        ),
        bytes(
            ("file", "a key of another letter case"),
            b"Listen = \"127.0.0.1:1\"",
            "latchkey.toml:1: Listen: is not a setting",
        ),
        bytes(
            ("file", "a table that there is not"),
            b"[server]\nlisten = \"127.0.0.1:1\"",
            "server: is not a setting",
        ),
        with_file(
            ("audit_key_file", "a key that is short"),
            "audit_key_file = \"k\"",
            "k",
            SECRET.as_bytes(),
            "audit_key_file: the file k",
        ),
        with_file(
            ("audit_key_file", "empty"),
            "audit_key_file = \"k\"",
            "k",
            b"",
            "audit_key_file: the file k",
        ),
        with_file(
            ("receipt_key_file", "no key"),
            "receipt_key_file = \"k\"",
            "k",
            SECRET.as_bytes(),
            "receipt_key_file: the file k",
        ),
        with_file(
            ("receipt_key_file", "no UTF-8"),
            "receipt_key_file = \"k\"",
            "k",
            b"\xff\xfe",
            "receipt_key_file: the file k",
        ),
        with_file(
            ("tls_certificate_file", "alone"),
            "tls_certificate_file = \"k\"",
            "k",
            b"",
            "tls_key_file: is needed",
        ),
        with_file(
            ("tls_certificate_file", "no certificate"),
            "public_url = \"https://x.example\"\ntls_certificate_file = \"k\"\ntls_key_file = \"k\"",
            "k",
            SECRET.as_bytes(),
            "tls_certificate_file: the file k",
        ),
    ]
}

/// Lines above the accounts.
#[expect(clippy::too_many_lines, reason = "a table")]
fn settings() -> Table {
    vec![
        (("listen", "a number"), "listen = 3000", "latchkey.toml:1: listen: has to be a text"),
        (("listen", "a name"), "listen = \"localhost:3000\"", "listen: `localhost:3000` is not"),
        (("listen", "without a port"), "listen = \"127.0.0.1\"", "listen: `127.0.0.1` is not"),
        (
            ("listen", "a port beyond 65535"),
            "listen = \"127.0.0.1:65536\"",
            "listen: `127.0.0.1:65536` is not",
        ),
        (
            ("public_url", "missing, where all may come"),
            "listen = \"0.0.0.0:3000\"",
            "public_url: is needed",
        ),
        (
            ("public_url", "plain http"),
            "public_url = \"http://redis.example.com\"",
            "public_url: `http://redis.example.com` cannot be used",
        ),
        (
            ("public_url", "a path"),
            "public_url = \"https://example.com/redis\"",
            "public_url: `https://example.com/redis` cannot be used",
        ),
        (
            ("public_url", "a password"),
            "public_url = \"https://u:SECRET@example.com\"",
            "public_url:",
        ),
        (
            ("public_url", "another scheme"),
            "public_url = \"ftp://example.com\"",
            "public_url: `ftp://example.com` cannot be used",
        ),
        (
            ("public_url", "no name"),
            "public_url = \"https://\"",
            "public_url: `https://` cannot be used",
        ),
        (
            ("database", "another scheme"),
            "database = \"mysql://u:SECRET@h/x\"",
            "database: `mysql` is not a database address",
        ),
        (
            ("database", "a letter too many"),
            "database = \"postgress://u:SECRET@h/x\"",
            "database: `postgress` is not",
        ),
        (
            ("database", "no path"),
            "database = \"sqlite:\"",
            "database: `sqlite` is not a database address",
        ),
        (
            ("database", "in memory"),
            "database = \"sqlite::memory:\"",
            "database: `sqlite` is not a database address",
        ),
        (
            ("database", "PostgreSQL without a key of the audit"),
            "database = \"postgres://u:SECRET@h/x\"",
            "audit_key_file: is needed",
        ),
        (("environment_tag", "empty"), "environment_tag = \"\"", "environment_tag:"),
        (
            ("environment_tag", "true"),
            "environment_tag = true",
            "environment_tag: has to be a text",
        ),
        (
            ("trusted_proxies", "a text"),
            "trusted_proxies = \"10.0.0.0/8\"",
            "trusted_proxies: has to be a list",
        ),
        (
            ("trusted_proxies", "a name"),
            "trusted_proxies = [\"proxy.example\"]",
            "trusted_proxies: `proxy.example` is not",
        ),
        (
            ("trusted_proxies", "a block too small"),
            "trusted_proxies = [\"10.0.0.0/33\"]",
            "trusted_proxies: `10.0.0.0/33` is not",
        ),
        (
            ("trusted_proxies", "everybody"),
            "trusted_proxies = [\"0.0.0.0/0\"]",
            "trusted_proxies: `0.0.0.0/0`",
        ),
        (
            ("trusted_proxies", "everybody of IPv6"),
            "trusted_proxies = [\"::/0\"]",
            "trusted_proxies: `::/0`",
        ),
        (
            ("trusted_proxies", "a number in it"),
            "trusted_proxies = [10]",
            "trusted_proxies: has to hold texts",
        ),
        (
            ("timing_scale", "for a real account"),
            "timing_scale = \"0.5\"",
            "timing_scale: is for drills",
        ),
        (("timing_scale", "nothing"), "timing_scale = \"0\"", "timing_scale: has to be between"),
        (
            ("timing_scale", "not a number"),
            "timing_scale = \"NaN\"",
            "timing_scale: has to be between",
        ),
        (
            ("timing_scale", "without end"),
            "timing_scale = \"inf\"",
            "timing_scale: has to be between",
        ),
        (("list_every", "nothing"), "list_every = \"0s\"", "list_every: `0s` is not a time"),
        (
            ("attributes_every", "without a unit"),
            "attributes_every = \"5\"",
            "attributes_every: `5` is not a time",
        ),
        (
            ("details_every", "beyond a week"),
            "details_every = \"8d\"",
            "details_every: `8d` is not a time",
        ),
        (
            ("details_every", "two units"),
            "details_every = \"1h30m\"",
            "details_every: `1h30m` is not a time",
        ),
        (("calls_at_once", "none"), "calls_at_once = \"0\"", "calls_at_once: `0` is not a number"),
        (
            ("calls_at_once", "201"),
            "calls_at_once = \"201\"",
            "calls_at_once: `201` is not a number",
        ),
        (("calls_at_once", "no text"), "calls_at_once = 16", "calls_at_once: has to be a text"),
        (
            ("events_kept", "beyond ten years"),
            "events_kept = \"3651d\"",
            "events_kept: `3651d` is not a time",
        ),
        (("events_most", "too few"), "events_most = \"999\"", "events_most: `999` is not a number"),
        (
            ("who_may_open_production", "a role that may not"),
            "who_may_open_production = \"viewer\"",
            "who_may_open_production: `viewer` is not",
        ),
        (
            ("approval_to_open_staging", "a word of its own"),
            "approval_to_open_staging = \"maybe\"",
            "approval_to_open_staging: `maybe` is not",
        ),
        (
            ("reason_production", "yes"),
            "reason_production = \"yes\"",
            "reason_production: `yes` is not",
        ),
        (
            ("windows_staging", "words"),
            "windows_staging = \"9 to 5\"",
            "windows_staging: `9 to 5` is not hours",
        ),
        (
            ("time_zone", "half of its name"),
            "time_zone = \"Shanghai\"",
            "time_zone: `Shanghai` is not the name",
        ),
        (
            ("approval_lasts", "a second"),
            "approval_lasts = \"1s\"",
            "approval_lasts: `1s` is not a time",
        ),
        (
            ("open_at_most_production", "without end"),
            "open_at_most_production = \"forever\"",
            "open_at_most_production: `forever` is not",
        ),
        (
            ("open_at_most_production", "31 days"),
            "open_at_most_production = \"31d\"",
            "open_at_most_production: `31d` is not",
        ),
        (
            ("break_glass", "a word of another system"),
            "break_glass = \"root\"",
            "break_glass: `root` is not",
        ),
    ]
}

/// Lines of an account that has a key.
fn accounts() -> Table {
    vec![
        (
            ("accounts.label", "a number"),
            "label = 7",
            "latchkey.toml:5: accounts.label: has to be a text",
        ),
        (
            ("accounts.regions", "a text"),
            "regions = \"cn-hangzhou\"",
            "accounts.regions: has to be a list",
        ),
        (
            ("accounts.regions", "one that cannot be"),
            "regions = [\"Mars\"]",
            "accounts.regions: `Mars` is not a region id",
        ),
        (
            ("accounts.regions", "one twice"),
            "regions = [\"cn-hangzhou\", \"cn-hangzhou\"]",
            "accounts.regions: `cn-hangzhou` is listed twice",
        ),
        (("accounts.regions", "none"), "regions = []", "accounts.regions:"),
        (
            ("accounts.endpoint", "plain http"),
            "endpoint = \"http://gateway.example\"",
            "accounts.endpoint: `http://gateway.example` cannot be used",
        ),
        (
            ("accounts.endpoint", "the metadata service"),
            "endpoint = \"http://100.100.100.200\"",
            "accounts.endpoint: `http://100.100.100.200` cannot be used",
        ),
        (
            ("accounts.endpoint", "a path"),
            "endpoint = \"https://gateway.example/api\"",
            "accounts.endpoint: `https://gateway.example/api` cannot be used",
        ),
        (
            ("accounts.endpoint", "a password"),
            "endpoint = \"https://u:SECRET@gateway.example\"",
            "accounts.endpoint:",
        ),
        (
            ("accounts.signature", "one that there is not"),
            "signature = \"v2\"",
            "accounts.signature: `v2` is not a signature",
        ),
        (
            ("accounts.credential", "one that there is not"),
            "credential = \"magic\"",
            "accounts.credential: `magic` is not a credential source",
        ),
        (
            ("accounts.credential", "another than its keys"),
            "credential = \"ecs-role\"",
            "belongs to credential = \"keys\"",
        ),
        (("accounts.profile", "beside keys"), "profile = \"ops\"", "accounts: has keys of"),
        (
            ("accounts.access_key", "a key that there is not"),
            "access_key = \"SECRET\"",
            "accounts.access_key: is not a setting",
        ),
        (
            ("accounts.access_key_secret", "beside a file that is not there"),
            "access_key_secret_file = \"gone\"",
            "accounts.access_key_secret_file: the file gone cannot be read",
        ),
        (
            ("accounts.security_token", "a list"),
            "security_token = [\"SECRET\"]",
            "accounts.security_token: has to be a text",
        ),
        (
            ("accounts.assume_role_arn", "a name alone"),
            "assume_role_arn = \"latchkey\"",
            "accounts.assume_role_arn: `latchkey` cannot be used",
        ),
        (
            ("accounts.assume_role_seconds", "too few"),
            "assume_role_arn = \"acs:ram::1234567890123456:role/x\"\nassume_role_seconds = \"899\"",
            "accounts.assume_role_seconds:",
        ),
        (
            ("accounts.assume_role_external_id", "without a role"),
            "assume_role_external_id = \"acme\"",
            "accounts.assume_role_external_id: is about a role",
        ),
    ]
}

/// Accounts that are none.
fn lists() -> Table {
    vec![
        (
            ("accounts", "a text"),
            "accounts = \"core\"",
            "accounts: has to be written as [[accounts]]",
        ),
        (
            ("accounts", "one table"),
            "[accounts]\nname = \"core\"",
            "accounts: has to be written as [[accounts]]",
        ),
        (
            ("accounts", "the same name twice"),
            "[[accounts]]\nname = \"a\"\n[[accounts]]\nname = \"a\"",
            "the name `a` is used twice",
        ),
        (
            ("accounts.name", "missing"),
            "[[accounts]]\nregions = [\"cn-hangzhou\"]",
            "accounts: needs a name",
        ),
        (
            ("accounts.name", "in upper case"),
            "[[accounts]]\nname = \"Core\"",
            "accounts.name: `Core` is not a name",
        ),
        (
            ("accounts.name", "a slash in it"),
            "[[accounts]]\nname = \"a/b\"",
            "accounts.name: `a/b` is not a name",
        ),
        (
            ("accounts.access_key_id", "without its secret"),
            "[[accounts]]\nname = \"a\"\naccess_key_id = \"LTAI\"",
            "needs access_key_id and access_key_secret_file",
        ),
        (
            ("accounts.access_key_id", "two lines"),
            "[[accounts]]\nname = \"a\"\naccess_key_id = \"LT\\nAI\"\naccess_key_secret = \"SECRET\"",
            "accounts: ",
        ),
        (
            ("accounts.access_key_secret", "empty"),
            "[[accounts]]\nname = \"a\"\naccess_key_id = \"LTAI\"\naccess_key_secret = \"\"",
            "accounts: ",
        ),
        (
            ("accounts.credentials_uri", "plain http"),
            "[[accounts]]\nname = \"a\"\ncredentials_uri = \"http://keys.example/SECRET\"",
            "accounts.credentials_uri: cannot be used",
        ),
        (
            ("accounts.oidc_token_file", "missing"),
            "[[accounts]]\nname = \"a\"\ncredential = \"oidc\"",
            "needs oidc_token_file",
        ),
    ]
}

#[tokio::test]
async fn a_configuration_with_a_mistake_is_refused_by_name_and_starts_nothing() {
    judge(rows()).await;
}
