//! Environment and command line: variables and arguments that do not do end in their exit code, with what is meant.

use crate::Key;
use crate::command::{Row, SECRET, judge};

pub fn keys() -> Vec<Key> {
    rows().iter().map(|row| row.key).collect()
}

fn rows() -> Vec<Row> {
    [variables(), serving(), people(), records(), tools()].into_iter().flatten().collect()
}

/// `latchkey config check` with one variable.
#[expect(clippy::too_many_lines, reason = "a table")]
fn variables() -> Vec<Row> {
    let account = format!(
        "[[accounts]]\nname = \"core\"\naccess_key_id = \"LTAI\"\naccess_key_secret = \"{SECRET}\"\n"
    );
    let url = format!("oracle://u:{SECRET}@h/x");
    let hook = format!("https://hooks.example/{SECRET}");
    let table: Vec<(&'static str, &'static str, &[u8], &'static str)> = vec![
        ("LATCHKEY_LISTEN", "a word", b"here", "LATCHKEY_LISTEN: `here` is not"),
        ("LATCHKEY_LISTEN", "no UTF-8", b"127.0.0.1:1\xff", "LATCHKEY_LISTEN"),
        (
            "LATCHKEY_LISTEN_FILE",
            "a file that is not there",
            b"gone",
            "LATCHKEY_LISTEN_FILE: the file gone cannot be read",
        ),
        (
            "LATCHKEY_PUBLIC_URL",
            "plain http",
            b"http://redis.example.com",
            "LATCHKEY_PUBLIC_URL: `http://redis.example.com` cannot be used",
        ),
        (
            "LATCHKEY_DATABASE",
            "another scheme",
            url.as_bytes(),
            "LATCHKEY_DATABASE: `oracle` is not a database address",
        ),
        (
            "LATCHKEY_DATABASE_FILE",
            "a folder",
            b".",
            "LATCHKEY_DATABASE_FILE: the file . cannot be read",
        ),
        (
            "LATCHKEY_AUDIT_KEY_FILE",
            "a file that is not there",
            b"gone",
            "LATCHKEY_AUDIT_KEY_FILE: the file gone",
        ),
        ("LATCHKEY_CONFIG", "a file that is not there", b"gone.toml", "gone.toml: cannot be read"),
        ("LATCHKEY_CONFIG", "a folder", b".", ".: cannot be read"),
        ("LATCHKEY_CONFIG", "no UTF-8", b"gone\xff.toml", "LATCHKEY_CONFIG"),
        (
            "LATCHKEY_TRUSTED_PROXIES",
            "nothing between commas",
            b"10.0.0.1,,10.0.0.2",
            "LATCHKEY_TRUSTED_PROXIES: `` is not an address",
        ),
        (
            "LATCHKEY_TRUSTED_PROXIES",
            "everybody",
            b"0.0.0.0/0",
            "LATCHKEY_TRUSTED_PROXIES: `0.0.0.0/0`",
        ),
        (
            "LATCHKEY_TIMING_SCALE",
            "for a real account",
            b"0.02",
            "LATCHKEY_TIMING_SCALE: is for drills",
        ),
        ("LATCHKEY_LIST_EVERY", "negative", b"-1s", "LATCHKEY_LIST_EVERY: `-1s` is not a time"),
        (
            "LATCHKEY_TIME_ZONE",
            "one that there is not",
            b"Mars/Olympus",
            "LATCHKEY_TIME_ZONE: `Mars/Olympus` is not",
        ),
        (
            "LATCHKEY_WHO_MAY_OPEN_PRODUCTION",
            "a role that may not",
            b"viewer",
            "LATCHKEY_WHO_MAY_OPEN_PRODUCTION: `viewer` is not",
        ),
        (
            "LATCHKEY_WEBHOOK_URL",
            "without a secret",
            hook.as_bytes(),
            "webhook_secret_file: is needed",
        ),
        (
            "LATCHKEY_WEBHOOK_ALLOW",
            "a name",
            b"intranet",
            "LATCHKEY_WEBHOOK_ALLOW: `intranet` is not",
        ),
        (
            "LATCHKEY_ACCOUNT_CORE_ACCESS_KEY_SECRET_FILE",
            "a file that is not there",
            b"gone",
            "LATCHKEY_ACCOUNT_CORE_ACCESS_KEY_SECRET_FILE: the file gone cannot be read",
        ),
        ("LATCHKEY_LOG", "no filter", b"much=too=much", "LATCHKEY_LOG"),
    ];
    let rows = table.into_iter().map(|(name, fault, value, says)| Row {
        config: Some(account.clone().into_bytes()),
        arguments: vec!["config", "check"],
        variables: vec![(name, value.to_vec())],
        ..Row::of((name, fault), 2, says)
    });
    let others = Row {
        arguments: vec!["config", "check"],
        variables: vec![("SOMEBODY_ELSES", b"\xff\xfe".to_vec())],
        // It is none of the portal's business.
        ..Row::of(("a variable of others", "no UTF-8"), 0, "The configuration is fine.")
    };
    rows.chain([others]).collect()
}

fn said(key: Key, arguments: &[&'static str], code: i32, says: &'static str) -> Row {
    Row { arguments: arguments.to_vec(), ..Row::of(key, code, says) }
}

fn serving() -> Vec<Row> {
    vec![
        said(("command", "none"), &[], 2, "Usage"),
        said(("command", "one that there is not"), &["serv"], 2, "unrecognized subcommand"),
        said(("command", "two"), &["serve", "doctor"], 2, "unexpected argument"),
        said(("argument", "one that there is not"), &["serve", "--port", "80"], 2, "--port"),
        said(("--listen", "a word"), &["serve", "--listen", "here"], 2, "--listen"),
        said(("--listen", "empty"), &["serve", "--listen", ""], 2, "--listen"),
        said(
            ("--listen", "twice"),
            &["serve", "--listen", "127.0.0.1:1", "--listen", "127.0.0.1:2"],
            2,
            "--listen",
        ),
        said(
            ("--listen", "an address of nobody here"),
            &["serve", "--listen", "192.0.2.1:0", "--public-url", "https://x.example"],
            1,
            "cannot listen on 192.0.2.1:0",
        ),
        said(
            ("--public-url", "another scheme"),
            &["serve", "--public-url", "javascript:alert(1)"],
            2,
            "--public-url: `javascript:alert(1)` cannot be used",
        ),
        said(
            ("--config", "a file that is not there"),
            &["serve", "--config", "gone.toml"],
            2,
            "gone.toml: cannot be read",
        ),
        said(
            ("--config", "a device without end"),
            &["serve", "--config", "/dev/zero"],
            2,
            "/dev/zero: ",
        ),
        said(
            ("--database", "another scheme"),
            &["serve", "--database", "mysql://u:hunter2-do-not-repeat@h/x"],
            2,
            "--database: `mysql` is not a database address",
        ),
        said(
            ("--database", "empty"),
            &["serve", "--database", ""],
            2,
            "--database: `` is not a database address",
        ),
        said(
            ("--database", "a folder that is not there"),
            &["serve", "--listen", "127.0.0.1:0", "--database", "sqlite:no/such/x.db"],
            1,
            "no/such/x.db",
        ),
        said(
            ("--sandbox", "for all to see"),
            &["serve", "--sandbox", "--listen", "0.0.0.0:0"],
            1,
            "listens on this machine only",
        ),
        said(
            ("--sandbox", "with a database"),
            &["serve", "--sandbox", "--database", "sqlite:x.db"],
            1,
            "--sandbox takes no",
        ),
        said(("--instances", "negative"), &["serve", "--sandbox", "--instances", "-1"], 2, "'-1'"),
        said(
            ("--instances", "more than any machine holds"),
            &["serve", "--sandbox", "--instances", "18446744073709551615"],
            2,
            "--instances",
        ),
        said(("--regions", "none"), &["serve", "--sandbox", "--regions", "0"], 2, "--regions"),
        said(("--accounts", "none"), &["serve", "--sandbox", "--accounts", "0"], 2, "--accounts"),
        said(("--accounts", "70,000"), &["simulator", "--accounts", "70000"], 2, "--accounts"),
    ]
}

fn people() -> Vec<Row> {
    let add = ["user", "add", "nina", "--role", "viewer", "--password-stdin"];
    let typed =
        |key, input: &[u8], says| Row { input: Some(input.to_vec()), ..said(key, &add, 1, says) };
    let long = [SECRET; 60].concat();
    vec![
        said(
            ("user", "a name that cannot be"),
            &["user", "add", "A b", "--role", "viewer"],
            2,
            "A b",
        ),
        said(("user", "no name"), &["user", "add", "--role", "viewer"], 2, "NAME"),
        said(
            ("--role", "one that there is not"),
            &["user", "add", "nina", "--role", "king"],
            2,
            "--role",
        ),
        said(("--role", "missing"), &["user", "add", "nina"], 2, "--role"),
        said(
            ("user", "a password as an argument"),
            &["user", "add", "nina", "--role", "viewer", "--password", "x"],
            2,
            "--password",
        ),
        typed(
            ("password on standard input", "none"),
            b"",
            "a password needs at least 12 characters",
        ),
        typed(
            ("password on standard input", "11 characters"),
            b"elevenchars\n",
            "a password needs at least 12 characters",
        ),
        typed(
            ("password on standard input", "no UTF-8"),
            b"hunter2-do-not-repeat\xff\n",
            "standard input: ",
        ),
        typed(
            ("password on standard input", "1,260 bytes"),
            long.as_bytes(),
            "a password has at most 1024 bytes",
        ),
        said(
            ("password on standard input", "nobody to type it"),
            &add[..5],
            1,
            "no terminal to ask at",
        ),
    ]
}

fn records() -> Vec<Row> {
    let receipt = |key, content: &[u8], code, says| Row {
        files: vec![("r.json", content.to_vec())],
        arguments: vec!["receipt", "verify", "r.json", "--key", KEY],
        ..Row::of(key, code, says)
    };
    vec![
        said(
            ("--format", "one that there is not"),
            &["audit", "export", "--format", "xml"],
            2,
            "--format",
        ),
        said(("--format", "missing"), &["audit", "export"], 2, "--format"),
        said(
            ("--from", "a word"),
            &["audit", "export", "--format", "csv", "--from", "yesterday"],
            2,
            "--from",
        ),
        said(
            ("--to", "a day that there is not"),
            &["audit", "export", "--format", "csv", "--to", "2026-02-30"],
            2,
            "--to",
        ),
        said(
            ("--previous-key", "a file that is not there"),
            &["audit", "verify", "--previous-key", "gone"],
            2,
            "--previous-key: the file gone",
        ),
        Row {
            files: vec![("k", SECRET.as_bytes().to_vec())],
            ..said(
                ("--previous-key", "no key"),
                &["audit", "verify", "--previous-key", "k"],
                2,
                "--previous-key: the file k",
            )
        },
        said(
            ("receipt", "a file that is not there"),
            &["receipt", "verify", "gone", "--key", KEY],
            1,
            "gone: ",
        ),
        receipt(("receipt", "no JSON"), b"hunter2-do-not-repeat", 3, "latchkey: "),
        receipt(("receipt", "no UTF-8"), b"\xff\xfe", 1, "r.json: "),
        receipt(
            ("receipt", "another document"),
            b"{\"a\": \"hunter2-do-not-repeat\"}",
            3,
            "latchkey: ",
        ),
        said(
            ("--key", "no key"),
            &["receipt", "verify", "r.json", "--key", "hunter2-do-not-repeat"],
            2,
            "--key: ",
        ),
        said(
            ("receipt key", "where there is none"),
            &["receipt", "key", "--config", "gone.toml"],
            2,
            "gone.toml: cannot be read",
        ),
    ]
}

/// A public key that is one.
const KEY: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

fn tools() -> Vec<Row> {
    vec![
        said(("--timeout", "none"), &["doctor", "--timeout", "0"], 2, "--timeout"),
        said(("--timeout", "61 seconds"), &["doctor", "--timeout", "61"], 2, "--timeout"),
        said(("--output", "one that there is not"), &["doctor", "-o", "yaml"], 2, "--output"),
        said(("--account", "one that cannot be"), &["doctor", "--account", "Core"], 2, "--account"),
        said(
            ("--account", "one that there is not"),
            &["doctor", "--account", "core"],
            2,
            "no account is named core",
        ),
        said(("--settle", "one number"), &["simulator", "--settle", "1"], 2, "--settle"),
        said(("--settle", "words"), &["simulator", "--settle", "a", "b"], 2, "--settle"),
        said(
            ("--control", "for all to see"),
            &["simulator", "--control", "0.0.0.0:0"],
            1,
            "listen on loopback only",
        ),
        said(("--latency", "negative"), &["simulator", "--latency", "-5"], 2, "'-5'"),
    ]
}

#[tokio::test]
async fn variables_and_arguments_that_do_not_do_end_in_their_exit_code() {
    judge(rows()).await;
}
