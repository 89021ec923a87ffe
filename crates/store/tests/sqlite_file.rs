//! What is special about one file on a disk: its owner, its lock, its damage.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use store::{DatabaseUrl, OpenError, Store};

async fn open(path: &Path, owner: &str) -> Result<Store, OpenError> {
    Store::open(&DatabaseUrl::Sqlite(path.to_owned()), owner).await
}

#[tokio::test]
async fn a_second_portal_is_refused_and_told_who_holds_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portal.db");
    let first = open(&path, "process 41 on redis-admin").await.unwrap();
    match open(&path, "process 42").await {
        Err(OpenError::InUse { holder, .. }) => assert_eq!(holder, "process 41 on redis-admin"),
        other => panic!("{other:?}"),
    }
    first.close().await;
    open(&path, "process 43").await.unwrap();
}

#[tokio::test]
async fn only_the_owner_reads_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portal.db");
    let _store = open(&path, "a test").await.unwrap();
    for name in ["portal.db", "portal.db-wal"] {
        let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn a_damaged_file_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portal.db");
    open(&path, "a test").await.unwrap().close().await;
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[100..200].fill(0xEE);
    bytes[middle..middle + 4096].fill(0xEE);
    std::fs::write(&path, bytes).unwrap();
    let refused = open(&path, "a test").await.unwrap_err();
    assert!(matches!(refused, OpenError::Damaged { .. }), "{refused:?}");
    assert!(refused.to_string().contains("portal.db"), "{refused}");
    std::fs::write(&path, "not a database, but long enough to be taken for one ".repeat(100))
        .unwrap();
    let refused = open(&path, "a test").await.unwrap_err();
    assert!(matches!(refused, OpenError::Damaged { .. }), "{refused:?}");
}

#[test]
fn an_address_is_understood_or_refused_without_its_password() {
    assert_eq!("sqlite:a.db".parse::<DatabaseUrl>().unwrap(), DatabaseUrl::Sqlite("a.db".into()));
    assert_eq!(
        "sqlite:///var/a.db".parse::<DatabaseUrl>().unwrap(),
        DatabaseUrl::Sqlite("/var/a.db".into())
    );
    assert!(matches!("postgres://u:secret@h/db".parse().unwrap(), DatabaseUrl::Postgres(_)));
    for bad in ["mysql://u:secret@h/db", "sqlite:", "sqlite::memory:", "portal.db", ""] {
        let refused = bad.parse::<DatabaseUrl>().unwrap_err().to_string();
        assert!(!refused.contains("secret"), "{refused}");
    }
    assert_eq!(DatabaseUrl::Postgres("postgres://u:secret@h/db".into()).label(), "PostgreSQL");
}

#[tokio::test]
async fn f14_a_file_that_another_process_writes_to_is_waited_for_and_then_refused_whole() {
    use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
    use domain::time::Timestamp;
    use sqlx::{Connection as _, Executor as _};
    use store::audit::AuditFilter;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portal.db");
    let store = open(&path, "a test").await.unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let mut other = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    let event = AuditEvent::new(
        Timestamp::from_secs(1),
        AuditCode::ReviewTaken,
        Outcome::Succeeded,
        Actor::Portal,
    );
    let everything = &domain::person::Scope::Everything;
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let began = std::time::Instant::now();
    let refused = store.record(&event).await;
    assert!(matches!(refused, Err(store::Error::Unavailable(_))), "{refused:?}");
    assert!(began.elapsed() >= std::time::Duration::from_secs(4), "it was not waited for");
    // Whoever reads is served meanwhile.
    let seen = store.list_audit(everything, &AuditFilter::default(), 9).await.unwrap();
    assert_eq!(seen.len(), 0);
    // Somebody who comes while it is waited for is served as soon as the other is done.
    let (waited, ()) = tokio::join!(store.record(&event), async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        other.execute("ROLLBACK").await.unwrap();
    });
    waited.unwrap();
    let these = AuditFilter { code: Some(AuditCode::ReviewTaken), ..AuditFilter::default() };
    let seen = store.list_audit(everything, &these, 9).await.unwrap();
    assert_eq!(seen.len(), 1, "once, and whole");
}
