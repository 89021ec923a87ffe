//! How long whoever begins a change waits for others who write (P1), on both databases.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

#[allow(dead_code, clippy::allow_attributes, reason = "each test file uses its part")]
mod scenario;

use std::path::Path;
use std::pin::pin;

use domain::change::ChangeState;
use domain::person::Scope;
use scenario::changes::{event, open_attempt, try_request};
use scenario::{at, change, person};
use scratch_postgres::ScratchPostgres;
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};
use store::change::{AttemptWrite, ChangeFilter, Move, Requested};
use store::{DatabaseUrl, Error, Store};

/// Somebody else who has what a change needs.
enum Other {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Other {
    async fn begins(url: &DatabaseUrl) -> Self {
        match url {
            DatabaseUrl::Sqlite(path) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
                let mut other = SqliteConnection::connect_with(&options).await.unwrap();
                other.execute("BEGIN IMMEDIATE").await.unwrap();
                Self::Sqlite(other)
            }
            DatabaseUrl::Postgres(url) => {
                let mut other = PgConnection::connect(url).await.unwrap();
                let tables = "changes, change_guards, attempts, notices";
                other.execute("BEGIN").await.unwrap();
                let lock = format!("LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE");
                other.execute(sqlx::AssertSqlSafe(lock)).await.unwrap();
                Self::Postgres(other)
            }
        }
    }

    async fn ends(self) {
        match self {
            Self::Sqlite(mut other) => other.execute("ROLLBACK").await.map(drop).unwrap(),
            Self::Postgres(mut other) => other.execute("ROLLBACK").await.map(drop).unwrap(),
        }
    }
}

async fn opened(url: &DatabaseUrl, folder: &Path) -> Store {
    let key = folder.join("audit-key");
    std::fs::write(&key, "0123456789abcdef".repeat(4)).unwrap();
    let files = store::audit::AuditFiles { key: Some(key), ..Default::default() };
    Store::open_with(url, "a test", &files).await.unwrap()
}

#[tokio::test]
async fn p1_a_change_waits_less_than_others_and_is_refused_whole_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(folder.path().join("portal.db"));
    Box::pin(a_change_waits_less_than_others(&url, folder.path())).await;
}

#[tokio::test]
async fn p1_a_change_waits_less_than_others_and_is_refused_whole_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    let url = ScratchPostgres::shared().unwrap().database().unwrap().parse().unwrap();
    Box::pin(a_change_waits_less_than_others(&url, folder.path())).await;
}

async fn a_change_waits_less_than_others(url: &DatabaseUrl, folder: &Path) {
    let store = opened(url, folder).await;
    let by = person(&store, "lin.wei").await;
    let wish = change(1, "r-a", by);
    let other = Other::begins(url).await;
    // Both begin to wait together; the one that leads to a call ends first, and nothing is left of it.
    {
        let usual = store.put_notice("n-1", None, "{}", at(99));
        let (mut usual, mut wished) = (pin!(usual), pin!(try_request(&store, &wish, "k1", "x")));
        tokio::select! {
            ended = &mut usual => panic!("the other was refused first: {ended:?}"),
            refused = &mut wished => assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}"),
        }
        let all = ChangeFilter::default();
        let changes = store.list_changes(&Scope::Everything, &all, 9).await.unwrap();
        assert_eq!(changes.len(), 0, "whoever reads is served meanwhile");
        other.ends().await;
        usual.await.unwrap();
    }
    assert_eq!(try_request(&store, &wish, "k1", "x").await.unwrap(), Requested::Stored);

    let checked =
        store.move_change(Move::new(&wish, ChangeState::Preflighted, at(20))).await.unwrap();
    let attempt = open_attempt(1, &checked, "nonce-1");
    let events = [event(domain::audit::AuditCode::ChangeIntent, &checked)];
    let intent = || Move {
        attempt: Some(AttemptWrite::Open(&attempt)),
        events: &events,
        ..Move::new(&checked, ChangeState::Intent, at(22))
    };
    let other = Other::begins(url).await;
    {
        let usual = store.put_notice("n-2", None, "{}", at(99));
        let (mut usual, mut moved) = (pin!(usual), pin!(store.move_change(intent())));
        tokio::select! {
            ended = &mut usual => panic!("the other was refused first: {ended:?}"),
            refused = &mut moved => assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}"),
        }
        assert_eq!(store.list_attempts(wish.id).await.unwrap().len(), 0);
        let stands = store.find_change(&Scope::Everything, wish.id).await.unwrap().unwrap();
        assert_eq!(stands.state, ChangeState::Preflighted);
        other.ends().await;
        usual.await.unwrap();
    }
    assert_eq!(store.move_change(intent()).await.unwrap().state, ChangeState::Intent);
    assert_eq!(store.verify_audit(&[]).await.unwrap().flaw, None);
}
