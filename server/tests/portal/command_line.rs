//! The commands: what each answers, to people and to programs, when it does and when it does not.

use std::path::Path;

use store::DatabaseUrl;

use crate::ground::{Config, Ground, Memory, audit_key, postgres};
use crate::process::{Ended, latchkey, run};

/// Runs in a folder that holds this `latchkey.toml`.
pub async fn with_config(toml: &str, arguments: &[&str]) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("latchkey.toml"), toml).unwrap();
    run(latchkey(folder.path(), arguments)).await
}

#[track_caller]
pub fn expect(ended: &Ended, code: i32, texts: &[&str]) {
    assert_eq!(ended.code, Some(code), "{ended:?}");
    let said = format!("{}{}", ended.out, ended.err);
    for text in texts {
        assert!(said.contains(text), "{text:?} is not in {ended:?}");
    }
    assert!(!said.contains("panicked") && !said.contains("RUST_BACKTRACE"), "{ended:?}");
}

#[tokio::test]
async fn a_configuration_is_checked_without_a_portal() {
    let check = ["config", "check"];
    let good = "listen = \"127.0.0.1:3100\"\n[[accounts]]\nname = \"core\"\naccess_key_id = \"LTAI\"\naccess_key_secret = \"s3cret\"\n";
    let ended = with_config(good, &check).await;
    expect(
        &ended,
        0,
        &[
            "127.0.0.1:3100",
            "http://127.0.0.1:3100",
            "latchkey.db",
            "core",
            "The configuration is fine.",
        ],
    );
    assert!(!format!("{ended:?}").contains("s3cret") && ended.err.is_empty());
    let defaults = [
        "accounts    none",
        "reading     lists every 1m, modes every 5m, details every 30m; 16 calls at once",
        "events      kept for 90d, the newest 1000000",
    ];
    expect(&with_config("", &check).await, 0, &defaults);
    let paced = "list_every = \"10s\"\nevents_kept = \"7d\"";
    expect(&with_config(paced, &check).await, 0, &["lists every 10s,", "kept for 7d,"]);
    let mistaken = "list_every = \"0s\"\ncalls_at_once = 3";
    expect(
        &with_config(mistaken, &check).await,
        2,
        &["latchkey.toml:1: list_every: `0s` is not a time", "latchkey.toml:2: calls_at_once: has"],
    );
    let bad = "lisen = \"x\"\nlisten = 3000\npublic_url = \"http://redis.example.com\"\n\n[[accounts]]\nname = \"Core\"\n";
    let ended = with_config(bad, &check).await;
    expect(
        &ended,
        2,
        &[
            "latchkey.toml:1: lisen: is not a setting; allowed here:",
            "latchkey.toml:2: listen: has to be a text in quotes",
            "latchkey.toml:3: public_url: `http://redis.example.com` cannot be used",
            "latchkey.toml:6: accounts.name: `Core` is not a name",
        ],
    );
    assert!(ended.out.is_empty(), "{ended:?}");
    expect(&with_config("a = [", &check).await, 2, &["latchkey.toml:1: this is not TOML"]);
    expect(
        &with_config("", &["config", "check", "--config", "gone.toml"]).await,
        2,
        &["gone.toml: cannot be read"],
    );
    expect(
        &with_config("", &["config", "check", "--database", "mysql://u:hunter2@h/x"]).await,
        2,
        &["--database: `mysql` is not a database address"],
    );
    // The environment counts too, and secrets of it are not repeated.
    let folder = tempfile::tempdir().unwrap();
    let mut command = latchkey(folder.path(), &check);
    command.env("LATCHKEY_DATABASE", "oracle://u:hunter2@h/x").env("LATCHKEY_LISTEN", "here");
    let ended = run(command).await;
    expect(&ended, 2, &["LATCHKEY_DATABASE: `oracle`", "LATCHKEY_LISTEN: `here`"]);
    assert!(!format!("{ended:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_command_line_that_does_not_do_is_refused_with_2() {
    for arguments in [
        &["serv"][..],
        &["serve", "--listen", "here"],
        &["user", "add", "A b", "--role", "viewer"],
        &["user", "add", "a", "--role", "king"],
        &[],
    ] {
        let ended = with_config("", arguments).await;
        assert_eq!(ended.code, Some(2), "{arguments:?}: {ended:?}");
        assert!(!ended.err.is_empty() && ended.out.is_empty(), "{ended:?}");
    }
    expect(&with_config("", &["--version"]).await, 0, &["latchkey 0."]);
    expect(&with_config("", &["--help"]).await, 0, &["serve", "config", "user", "simulator"]);
}

#[tokio::test]
async fn a_portal_that_cannot_be_right_does_not_start() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let unknown = format!("{}_of_nobody", postgres());
    let unreachable = {
        let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("postgres://u:hunter2@{}/x", free.local_addr().unwrap())
    };
    let folder = tempfile::tempdir().unwrap();
    let keyed = format!("audit_key_file = \"{}\"\n", audit_key(folder.path()).display());
    let cases: &[(&str, &[&str], i32, &str)] = &[
        (
            "listen = \"0.0.0.0:3000\"",
            &[],
            2,
            "public_url: is needed, since the portal listens on 0.0.0.0:3000",
        ),
        ("public_url = \"http://10.0.0.1\"", &[], 2, "plain http is allowed on 127.0.0.1"),
        ("public_url = \"https://example.com/redis\"", &[], 2, "it must be a host name of its own"),
        ("", &["--public-url", "ftp://x"], 2, "--public-url: `ftp://x` cannot be used"),
        (
            "timing_scale = \"0.02\"\n[[accounts]]\nname = \"core\"\naccess_key_id = \"LTAI\"\naccess_key_secret = \"s\"",
            &[],
            2,
            "every account needs an http endpoint on this machine",
        ),
        (
            "[[accounts]]\nname = \"core\"\nendpoint = \"http://example.com\"\naccess_key_id = \"LTAI\"\naccess_key_secret = \"s\"",
            &[],
            2,
            "accounts.endpoint: `http://example.com` cannot be used",
        ),
        (
            "",
            &["--sandbox", "--listen", "0.0.0.0:0"],
            1,
            "listens on this machine only, not on 0.0.0.0:0",
        ),
        ("", &["--sandbox", "--config", "latchkey.toml"], 1, "--sandbox takes no --config"),
        (
            "",
            &["--sandbox", "--database", "sqlite:x.db"],
            1,
            "--sandbox takes no --config, --database",
        ),
        ("", &["--sandbox", "--public-url", "https://x.example"], 1, "--sandbox takes no"),
        (
            &keyed,
            &["--listen", "127.0.0.1:0", "--database", &unreachable],
            1,
            "cannot open the database PostgreSQL",
        ),
        (
            "",
            &["--listen", "127.0.0.1:0", "--database", "sqlite:no/such/folder/x.db"],
            1,
            "no/such/folder/x.db",
        ),
        ("", &["--database", &unknown], 2, "audit_key_file: is needed with PostgreSQL"),
        ("", &["--database", "mysql://u:hunter2@h/x"], 2, "--database: `mysql` is not a database"),
        (
            &keyed,
            &["--listen", "127.0.0.1:0", "--database", &unknown],
            1,
            "cannot open the database PostgreSQL",
        ),
        ("", &["--listen", &listen], 1, "cannot listen on"),
        ("", &["--sandbox", "--listen", &listen], 1, "cannot listen"),
    ];
    for (toml, more, code, text) in cases {
        let ended = with_config(toml, &[&["serve"], *more].concat()).await;
        expect(&ended, *code, &[text]);
        assert!(!format!("{ended:?}").contains("hunter2"), "{ended:?}");
        assert!(!ended.out.contains("Latchkey is at"), "{ended:?}");
    }
}

/// A port that is chosen for it does not make the portal forget its name.
#[tokio::test]
async fn a_public_address_holds_wherever_it_is_said() {
    let ground = Ground::new(Memory::Sqlite).await;
    let config = ground.config();
    let named =
        Config { more: "public_url = \"https://redis.example.com\"".into(), ..config.clone() };
    let first = ground.start(&named, &[]).await;
    assert_eq!(first.origin, "https://redis.example.com");
    first.process.kill().await;
    let second =
        ground.start(&config, &[("LATCHKEY_PUBLIC_URL", "https://other.example.com")]).await;
    assert_eq!(second.origin, "https://other.example.com");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_not_touched() {
    let ground = Ground::new(Memory::Sqlite).await;
    let DatabaseUrl::Sqlite(path) = &ground.database else { panic!() };
    let broken = "this is not a database, but it is long enough to be taken for one: ".repeat(100);
    std::fs::write(path, &broken).unwrap();
    let toml = ground.config().text(ground.folder.path());
    std::fs::write(ground.folder.path().join("latchkey.toml"), toml).unwrap();
    let ended = run(latchkey(ground.folder.path(), &["serve"])).await;
    expect(&ended, 1, &["portal.db is damaged", "restore it from a backup"]);
    assert_eq!(std::fs::read_to_string(path).unwrap(), broken);
}

#[tokio::test]
async fn the_database_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let ground = Ground::new(Memory::Sqlite).await;
    let _portal = ground.start(&ground.config(), &[]).await;
    let DatabaseUrl::Sqlite(path) = &ground.database else { panic!() };
    for end in ["", "-wal", "-shm"] {
        let file = format!("{}{end}", path.display());
        let mode = std::fs::metadata(Path::new(&file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{file}: {mode:o}");
    }
}
