//! Whether a portal could start on a database: told without changing it, and the same as the start itself says.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use scratch_postgres::ScratchPostgres;
use sqlx::{Connection as _, Executor as _};
use store::audit::AuditFiles;
use store::{DatabaseUrl, OpenError, Store, Tables};

/// On PostgreSQL the key of the audit has to be given.
async fn open(url: &DatabaseUrl) -> Result<Store, OpenError> {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("audit-key");
    std::fs::write(&key, "0123456789abcdef".repeat(4)).unwrap();
    let files = AuditFiles { key: Some(key), ..AuditFiles::default() };
    Store::open_with(url, "a test", &files).await
}

async fn inspect(url: &DatabaseUrl) -> Tables {
    Store::inspect(url).await.unwrap()
}

/// Past the portal, as the owner of the tables.
async fn run(url: &DatabaseUrl, sql: &'static str) {
    match url {
        DatabaseUrl::Sqlite(path) => {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
            let mut raw = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
            raw.execute(sql).await.unwrap();
            raw.close().await.unwrap();
        }
        DatabaseUrl::Postgres(url) => {
            let mut raw = sqlx::PgConnection::connect(url).await.unwrap();
            raw.execute(sql).await.unwrap();
            raw.close().await.unwrap();
        }
    }
}

#[tokio::test]
async fn it_is_told_how_far_the_tables_are() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("portal.db");
    let postgres = ScratchPostgres::shared().unwrap().database().unwrap();
    for url in [DatabaseUrl::Sqlite(file.clone()), postgres.parse().unwrap()] {
        assert_eq!(inspect(&url).await, Tables::None);
        assert_eq!(inspect(&url).await, Tables::None, "and it stays so");
        assert!(!file.exists() || matches!(url, DatabaseUrl::Postgres(_)));
        let portal = open(&url).await.unwrap();
        assert_eq!(inspect(&url).await, Tables::UpToDate, "beside a portal");
        portal.close().await;
        run(&url, "DELETE FROM _sqlx_migrations WHERE version > 1").await;
        assert!(matches!(inspect(&url).await, Tables::Behind { steps } if steps > 0));
        run(&url, "UPDATE _sqlx_migrations SET version = 999").await;
        for refused in [Store::inspect(&url).await.unwrap_err(), open(&url).await.unwrap_err()] {
            assert!(matches!(refused, OpenError::Migrate { .. }), "{refused:?}");
        }
    }
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(folder.path().join("no/such/portal.db"));
    let refused = Store::inspect(&url).await.unwrap_err().to_string();
    assert!(refused.contains("no/such/portal.db"), "{refused}");
}

#[tokio::test]
async fn a_database_that_cannot_search_text_is_refused_by_name_with_the_way_out() {
    let cluster = ScratchPostgres::shared().unwrap();
    // `POSIX` is stored as `C`.
    for (encoding, locale) in
        [("UTF8", "C"), ("UTF8", "POSIX"), ("SQL_ASCII", "C"), ("LATIN1", "C")]
    {
        let url = cluster.database_in(encoding, locale).unwrap();
        let name = url.rsplit('/').next().unwrap();
        let url: DatabaseUrl = url.parse().unwrap();
        let (opened, inspected) = (open(&url).await, Store::inspect(&url).await);
        for refused in [opened.unwrap_err(), inspected.unwrap_err()] {
            let told = refused.to_string();
            for part in [name, encoding, "locale C,", "LOCALE 'C.UTF-8'", "TEMPLATE template0"] {
                assert!(told.contains(part), "{part:?} is not in {told}");
            }
        }
    }
    let good = cluster.database_in("UTF8", "C.UTF-8").unwrap().parse().unwrap();
    assert_eq!(inspect(&good).await, Tables::None, "nothing was done to a database yet");
    open(&good).await.unwrap();
}

/// The name of a locale of another library does not say what it does.
#[tokio::test]
async fn a_locale_of_icu_counts_by_what_it_does() {
    let cluster = ScratchPostgres::shared().unwrap();
    let maintenance: DatabaseUrl = cluster.database().unwrap().parse().unwrap();
    run(
        &maintenance,
        "CREATE DATABASE icu ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'und' LOCALE 'C' TEMPLATE template0",
    )
    .await;
    let DatabaseUrl::Postgres(url) = maintenance else { panic!() };
    let (address, _) = url.rsplit_once('/').unwrap();
    let url: DatabaseUrl = format!("{address}/icu").parse().unwrap();
    assert_eq!(inspect(&url).await, Tables::None);
}
