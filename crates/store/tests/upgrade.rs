//! An older database, and a change of its tables that does not come to its end. On SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use scratch_postgres::ScratchPostgres;
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};
use store::audit::AuditFiles;
use store::{DatabaseUrl, OpenError, Store, Tables};

/// What the tables were before changes had guards.
const OLD: [&str; 3] = ["0001_portal.sql", "0002_fleet.sql", "0003_returns.sql"];

async fn old_migrations(kind: &str, folder: &Path) -> Migrator {
    let old = folder.join("old");
    std::fs::create_dir(&old).unwrap();
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(kind);
    for name in OLD {
        std::fs::copy(ours.join(name), old.join(name)).unwrap();
    }
    Migrator::new(old).await.unwrap()
}

const OPEN_CHANGE: [&str; 2] = [
    "INSERT INTO users (id, name, role, password_hash, created_at) VALUES ('u', 'lin.wei', 'operator', 'x', 1)",
    "INSERT INTO changes (id, account, region, instance, name, environment, target, expected_prior, state, open, version,
         requested_by, requested_by_name, review, idempotency_key, arguments, requested_at, updated_at)
     VALUES ('00000000000000000000000000000001', 'core', 'cn-hangzhou', 'r-a', 'orders', 'development', 'password-free',
         'password-required', 'requested', TRUE, 0, 'u', 'lin.wei', '1', 'key', 'x', 1, 1)",
];

/// The old tables with an open change, and something in the way of the new ones.
async fn old(url: &DatabaseUrl, folder: &Path) {
    match url {
        DatabaseUrl::Sqlite(path) => {
            let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
            let mut raw = SqliteConnection::connect_with(&options).await.unwrap();
            old_migrations("sqlite", folder).await.run(&mut raw).await.unwrap();
            for sql in OPEN_CHANGE {
                raw.execute(sql).await.unwrap();
            }
            raw.execute("CREATE TABLE change_guards (in_the_way TEXT)").await.unwrap();
            raw.close().await.unwrap();
        }
        DatabaseUrl::Postgres(url) => {
            let mut raw = PgConnection::connect(url).await.unwrap();
            old_migrations("postgres", folder).await.run(&mut raw).await.unwrap();
            for sql in OPEN_CHANGE {
                raw.execute(sql).await.unwrap();
            }
            raw.execute("CREATE TABLE change_guards (in_the_way TEXT)").await.unwrap();
            raw.close().await.unwrap();
        }
    }
}

async fn run(url: &DatabaseUrl, sql: &'static str) -> bool {
    match url {
        DatabaseUrl::Sqlite(path) => {
            let options = SqliteConnectOptions::new().filename(path);
            let mut raw = SqliteConnection::connect_with(&options).await.unwrap();
            let done = raw.execute(sql).await.is_ok();
            raw.close().await.unwrap();
            done
        }
        DatabaseUrl::Postgres(url) => {
            let mut raw = PgConnection::connect(url).await.unwrap();
            let done = raw.execute(sql).await.is_ok();
            raw.close().await.unwrap();
            done
        }
    }
}

#[tokio::test]
async fn f23_an_interrupted_upgrade_leaves_what_was_and_is_completed_by_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("portal.db");
    let key = folder.path().join("audit-key");
    std::fs::write(&key, "0123456789abcdef".repeat(4)).unwrap();
    let files = AuditFiles { key: Some(key), ..AuditFiles::default() };
    let postgres = ScratchPostgres::shared().unwrap().database().unwrap();
    for url in [DatabaseUrl::Sqlite(file.clone()), postgres.parse().unwrap()] {
        old(&url, folder.path()).await;
        std::fs::remove_dir_all(folder.path().join("old")).unwrap();
        // In the middle of the change: what came before it in the same file is gone again.
        let refused = Store::open_with(&url, "a test", &files).await.unwrap_err();
        assert!(matches!(refused, OpenError::Migrate { .. }), "{refused:?}");
        assert!(!run(&url, "SELECT 1 FROM change_moves").await, "half of it is there");
        assert!(matches!(Store::inspect(&url).await.unwrap(), Tables::Behind { .. }));

        assert!(run(&url, "DROP TABLE change_guards").await);
        let store = Store::open_with(&url, "a test", &files).await.unwrap();
        let key = "core/cn-hangzhou/r-a".parse().unwrap();
        let guard = store.find_guard(&key).await.unwrap().unwrap();
        let open = "00000000000000000000000000000001".parse().unwrap();
        assert_eq!(guard.open_change, Some(open), "what was open has a guard");
        assert_eq!(Store::inspect(&url).await.unwrap(), Tables::UpToDate);
        store.close().await;
    }
}

#[tokio::test]
async fn f23_what_was_is_kept_before_the_tables_are_changed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("portal.db");
    let url = DatabaseUrl::Sqlite(file.clone());
    old(&url, folder.path()).await;
    assert!(run(&url, "DROP TABLE change_guards").await);
    Store::open(&url, "a test").await.unwrap().close().await;
    let kept: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().contains("portal.db.before-"))
        .collect();
    let [kept] = &kept[..] else { panic!("{kept:?}") };
    assert_eq!(std::fs::metadata(kept).unwrap().permissions().mode() & 0o777, 0o600);
    let copy = DatabaseUrl::Sqlite(kept.clone());
    assert!(run(&copy, "SELECT 1 FROM changes WHERE requested_by_name = 'lin.wei'").await);
    assert!(!run(&copy, "SELECT 1 FROM change_guards").await, "it is as it was");
    // A start that changes nothing keeps nothing.
    Store::open(&url, "a test").await.unwrap().close().await;
    let fresh = folder.path().join("fresh.db");
    Store::open(&DatabaseUrl::Sqlite(fresh), "a test").await.unwrap().close().await;
    let now = std::fs::read_dir(folder.path()).unwrap();
    let names = now.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    assert_eq!(names.filter(|name| name.contains(".before-")).count(), 1);
}
