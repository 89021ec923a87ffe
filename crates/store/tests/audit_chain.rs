//! The audit as a chain: whatever is done to it past the portal is found and named (F24, F25), on both databases.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use std::future::Future;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::id::UserId;
use domain::time::Timestamp;
use scratch_postgres::ScratchPostgres;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use store::audit::{AnchorFile, AuditFiles, AuditKey, Flaw, Standing, Verification};
use store::{DatabaseUrl, Error, OpenError, Store};

const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const OTHER_KEY: &str = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";

struct Ground {
    folder: tempfile::TempDir,
    url: DatabaseUrl,
}

impl Ground {
    fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(folder.path().join("portal.db"));
        Self { folder, url }
    }

    fn postgres() -> Self {
        let url = ScratchPostgres::shared().unwrap().database().unwrap().parse().unwrap();
        Self { folder: tempfile::tempdir().unwrap(), url }
    }

    fn key(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn files(&self, key: &str) -> AuditFiles {
        let anchor = Some(self.folder.path().join("anchor"));
        AuditFiles { key: Some(self.key(&key[..4], key)), anchor }
    }

    async fn open(&self) -> Store {
        Store::open_with(&self.url, "a test", &self.files(KEY)).await.unwrap()
    }

    async fn beside(&self, key: &str) -> Store {
        Store::open_beside(&self.url, "a test", &self.files(key)).await.unwrap()
    }

    /// Past the portal, with all rights, and without the triggers.
    async fn tamper(&self, statements: &[&str]) {
        let statements: Vec<String> = statements.iter().map(|sql| (*sql).to_owned()).collect();
        match &self.url {
            DatabaseUrl::Sqlite(path) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
                let mut raw = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
                for trigger in ["audit_is_not_edited", "audit_is_not_deleted"] {
                    let sql = format!("DROP TRIGGER IF EXISTS {trigger}");
                    raw.execute(AssertSqlSafe(sql)).await.unwrap();
                }
                for sql in statements {
                    raw.execute(AssertSqlSafe(sql)).await.unwrap();
                }
                raw.close().await.unwrap();
            }
            DatabaseUrl::Postgres(url) => {
                let mut raw = sqlx::PgConnection::connect(url).await.unwrap();
                raw.execute("ALTER TABLE audit_events DISABLE TRIGGER USER").await.unwrap();
                for sql in statements {
                    raw.execute(AssertSqlSafe(sql)).await.unwrap();
                }
                raw.close().await.unwrap();
            }
        }
    }
}

fn block_on(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future);
}

macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite { $(#[test] fn $name() { super::block_on(super::$name(super::Ground::sqlite())); })+ }
        mod postgres { $(#[test] fn $name() { super::block_on(super::$name(super::Ground::postgres())); })+ }
    };
}

on_both! {
    every_event_has_its_place_and_its_seal,
    every_column_that_is_edited_is_found_at_its_row,
    deleted_rows_are_named,
    rows_that_changed_places_are_named,
    a_tail_that_was_cut_is_found_by_the_head_and_by_the_anchor,
    rows_that_no_portal_wrote_are_found,
    another_key_is_told_from_edited_rows,
    a_new_key_begins_an_epoch_and_shuts_the_old_one_out,
    rows_of_before_the_chain_are_covered_as_a_whole,
    a_restored_backup_changes_nothing_until_somebody_acknowledges_it,
    an_anchor_that_was_edited_counts_as_a_restore,
    many_writers_keep_the_chain_whole,
}

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn event(second: i64) -> AuditEvent {
    let actor = Actor::Person { id: UserId::from_u128(1), name: "lin.wei".parse().unwrap() };
    AuditEvent {
        session: Some("s-1".into()),
        address: Some("10.0.0.1".into()),
        instance: Some("core/cn-hangzhou/r-bp1".parse().unwrap()),
        change: Some(domain::id::ChangeId::from_u128(7)),
        reason: Some("订单 \0 drill".into()),
        before: Some("password-required".into()),
        after: Some("password-free".into()),
        cloud_request_id: Some("ABAF95F6-35C1-4177-AF3A-70969EBD0001".parse().unwrap()),
        detail: vec![("n".into(), second.to_string())],
        ..AuditEvent::new(at(second), AuditCode::ReviewTaken, Outcome::Succeeded, actor)
    }
}

async fn record(store: &Store, seconds: std::ops::Range<i64>) {
    for second in seconds {
        store.record(&event(second)).await.unwrap();
    }
}

async fn verify(store: &Store) -> Verification {
    store.verify_audit(&[]).await.unwrap()
}

async fn flaw(store: &Store) -> Option<Flaw> {
    verify(store).await.flaw
}

/// The row that begins the epoch has place 1, so the event of second `n` has place `n + 2`.
async fn every_event_has_its_place_and_its_seal(ground: Ground) {
    let store = ground.open().await;
    let nothing = verify(&store).await;
    assert_eq!((nothing.flaw, nothing.last), (None, None));
    record(&store, 0..10).await;
    let found = verify(&store).await;
    assert_eq!(found.flaw, None);
    let [epoch] = &found.epochs[..] else { panic!("{found:?}") };
    assert_eq!((epoch.number, epoch.rows, epoch.cause.as_str()), (1, 11, "first"));
    let last = found.last.unwrap();
    assert_eq!((last.epoch, last.position, last.at), (1, 11, at(9)));
    assert_eq!(store.find_audit_head().await.unwrap().mac, last.mac);
    // As a process that comes later.
    store.close().await;
    let store = ground.open().await;
    record(&store, 10..12).await;
    let found = verify(&store).await;
    assert_eq!((found.flaw, found.epochs.len(), found.epochs[0].rows), (None, 1, 13));
}

async fn every_column_that_is_edited_is_found_at_its_row(ground: Ground) {
    let store = ground.open().await;
    record(&store, 0..6).await;
    let other = |column: &str| match column {
        "at" => "at + 1",
        "code" => "'review.takem'",
        "mac" => "'00' || substr(mac, 3)",
        // The same text, spelt otherwise.
        "detail" => "' ' || detail",
        "reason" => "NULL",
        _ => "'x'",
    };
    for column in [
        "at",
        "code",
        "outcome",
        "actor",
        "actor_name",
        "session",
        "address",
        "account",
        "region",
        "instance",
        "change_id",
        "reason",
        "before",
        "after",
        "cloud_request_id",
        "detail",
        "mac",
    ] {
        let edit = format!(
            "UPDATE audit_events SET {column} = {} WHERE epoch = 1 AND position = 4",
            other(column)
        );
        ground
            .tamper(&[
                "DROP TABLE IF EXISTS kept",
                "CREATE TABLE kept AS SELECT * FROM audit_events WHERE position = 4",
                &edit,
            ])
            .await;
        match flaw(&store).await {
            Some(Flaw::Edited { epoch: 1, position: 4, .. }) => {}
            other => panic!("{column}: {other:?}"),
        }
        let undo = format!(
            "UPDATE audit_events SET {column} = (SELECT {column} FROM kept) WHERE epoch = 1 AND position = 4"
        );
        ground.tamper(&[&undo]).await;
        assert_eq!(flaw(&store).await, None, "{column} as it was");
    }
    // A column that moves into its neighbour is no way around.
    ground
        .tamper(&["UPDATE audit_events SET before = NULL, after = before WHERE position = 4"])
        .await;
    assert!(matches!(flaw(&store).await, Some(Flaw::Edited { position: 4, .. })));
}

async fn deleted_rows_are_named(ground: Ground) {
    let store = ground.open().await;
    record(&store, 0..8).await;
    ground.tamper(&["DELETE FROM audit_events WHERE position IN (5, 6)"]).await;
    assert_eq!(flaw(&store).await, Some(Flaw::Deleted { epoch: 1, position: 5, count: 2 }));
    // Closing the gap does not hide it.
    ground
        .tamper(&[
            "UPDATE audit_events SET position = 5 WHERE position = 7",
            "UPDATE audit_events SET position = 6 WHERE position = 8",
        ])
        .await;
    assert!(matches!(
        flaw(&store).await,
        Some(Flaw::Edited { position: 5, .. } | Flaw::Swapped { position: 5, .. })
    ));
    let first = ground;
    first.tamper(&["DELETE FROM audit_events WHERE position = 1"]).await;
    assert_eq!(flaw(&store).await, Some(Flaw::Deleted { epoch: 1, position: 1, count: 1 }));
}

async fn rows_that_changed_places_are_named(ground: Ground) {
    let store = ground.open().await;
    record(&store, 0..8).await;
    let swap = [
        "UPDATE audit_events SET position = 1000 WHERE position = 3",
        "UPDATE audit_events SET position = 3 WHERE position = 6",
        "UPDATE audit_events SET position = 6 WHERE position = 1000",
    ];
    ground.tamper(&swap).await;
    match flaw(&store).await {
        Some(Flaw::Swapped { epoch: 1, position: 3, belongs_at: 6, .. }) => {}
        other => panic!("{other:?}"),
    }
    ground.tamper(&swap).await;
    assert_eq!(flaw(&store).await, None);
    // Only what they say, each staying where it is.
    ground
        .tamper(&[
            "CREATE TABLE kept AS SELECT position, at, detail FROM audit_events WHERE position IN (3, 6)",
            "UPDATE audit_events SET at = (SELECT at FROM kept WHERE position = 6),
                detail = (SELECT detail FROM kept WHERE position = 6) WHERE position = 3",
            "UPDATE audit_events SET at = (SELECT at FROM kept WHERE position = 3),
                detail = (SELECT detail FROM kept WHERE position = 3) WHERE position = 6",
        ])
        .await;
    match flaw(&store).await {
        Some(Flaw::Swapped { epoch: 1, position: 3, belongs_at: 6, .. }) => {}
        other => panic!("{other:?}"),
    }
}

/// Where the chain ends is set back to this place, as somebody would who knows the tables.
fn head_at(position: i64) -> String {
    format!(
        "UPDATE audit_head SET position = {position}, older_than = NULL,
            mac = (SELECT mac FROM audit_events WHERE epoch = 1 AND position = {position})"
    )
}

async fn a_tail_that_was_cut_is_found_by_the_head_and_by_the_anchor(ground: Ground) {
    let store = ground.open().await;
    record(&store, 0..8).await;
    assert_eq!(store.keep_audit_anchor(at(50)).await.unwrap(), Standing::Whole);
    ground.tamper(&["DELETE FROM audit_events WHERE position > 6"]).await;
    match flaw(&store).await {
        Some(Flaw::Cut { epoch: 1, position: 6, known }) => assert_eq!(known.position, 9),
        other => panic!("{other:?}"),
    }
    // With the head set back too, only what lies outside of the database knows.
    ground.tamper(&[&head_at(6)]).await;
    match flaw(&store).await {
        Some(Flaw::Cut { epoch: 1, position: 6, known }) => {
            assert_eq!((known.position, known.at), (9, at(50)));
        }
        other => panic!("{other:?}"),
    }
    // Going on from there does not hide it.
    record(&store, 20..30).await;
    assert!(matches!(flaw(&store).await, Some(Flaw::Cut { .. })));
}

async fn rows_that_no_portal_wrote_are_found(ground: Ground) {
    let store = ground.open().await;
    record(&store, 0..4).await;
    let columns = "at, code, outcome, actor, detail";
    let values = "5, 'review.taken', 'succeeded', '{\"kind\":\"portal\"}', '[]'";
    let forged = format!(
        "INSERT INTO audit_events (epoch, position, mac, {columns}) VALUES (1, 6, '{}', {values})",
        "ab".repeat(32)
    );
    ground.tamper(&[&forged]).await;
    assert!(matches!(flaw(&store).await, Some(Flaw::Edited { position: 6, .. })));
    ground.tamper(&["DELETE FROM audit_events WHERE position = 6"]).await;
    assert_eq!(flaw(&store).await, None);
    let placeless = format!("INSERT INTO audit_events (epoch, {columns}) VALUES (1, {values})");
    ground.tamper(&[&placeless]).await;
    assert!(matches!(flaw(&store).await, Some(Flaw::Added { .. })));
    ground.tamper(&["DELETE FROM audit_events WHERE epoch = 1 AND position IS NULL"]).await;
    let older = format!("INSERT INTO audit_events ({columns}) VALUES ({values})");
    ground.tamper(&[&older]).await;
    assert_eq!(
        flaw(&store).await,
        Some(Flaw::UnsealedTouched { were: "0".into(), are: 1 }),
        "a row that says it was there before the chain"
    );
    ground.tamper(&["DELETE FROM audit_events WHERE epoch = 0", &head_at(4)]).await;
    assert_eq!(flaw(&store).await, Some(Flaw::HeadMoved { epoch: 1, position: 4 }));
}

async fn another_key_is_told_from_edited_rows(ground: Ground) {
    let store = ground.open().await;
    record(&store, 0..4).await;
    let beside = ground.beside(OTHER_KEY).await;
    let ours = AuditKey::read(&ground.key("again", KEY)).unwrap();
    assert_eq!(flaw(&beside).await, Some(Flaw::OtherKey { epoch: 1, key: ours.name().to_owned() }));
    // What works beside a portal does not write with another key, nor begin an epoch.
    let refused = beside.record(&event(9)).await.unwrap_err();
    assert!(matches!(refused, Error::OtherAuditKey), "{refused:?}");
    assert_eq!(flaw(&store).await, None);
}

async fn a_new_key_begins_an_epoch_and_shuts_the_old_one_out(ground: Ground) {
    let first = ground.open().await;
    record(&first, 0..4).await;
    let (was, url) = (ground.files(KEY), &ground.url);
    if matches!(url, DatabaseUrl::Sqlite(_)) {
        first.close().await;
        let second = Store::open_with(url, "x", &ground.files(OTHER_KEY)).await.unwrap();
        record(&second, 4..6).await;
        second.close().await;
    } else {
        let second = Store::open_with(url, "x", &ground.files(OTHER_KEY)).await.unwrap();
        record(&second, 4..6).await;
        let refused = first.record(&event(9)).await.unwrap_err();
        assert!(matches!(refused, Error::OtherAuditKey), "{refused:?}");
        first.close().await;
        second.close().await;
    }
    let now = ground.beside(OTHER_KEY).await;
    let old = AuditKey::read(was.key.as_ref().unwrap()).unwrap();
    let found = now.verify_audit(std::slice::from_ref(&old)).await.unwrap();
    assert_eq!(found.flaw, None);
    let epochs: Vec<_> =
        found.epochs.iter().map(|e| (e.number, e.rows, e.cause.as_str())).collect();
    assert_eq!(epochs, [(1, 5, "first"), (2, 3, "key")]);
    assert!(
        matches!(flaw(&now).await, Some(Flaw::OtherKey { epoch: 1, .. })),
        "without the old key"
    );
    // The end of the epoch before is bound by the first row of this one.
    ground.tamper(&["DELETE FROM audit_events WHERE epoch = 1 AND position = 5"]).await;
    assert!(matches!(
        now.verify_audit(&[old]).await.unwrap().flaw,
        Some(Flaw::Cut { epoch: 1, position: 4, .. })
    ));
}

async fn rows_of_before_the_chain_are_covered_as_a_whole(ground: Ground) {
    let store = ground.open().await;
    let insert = |n: i64| {
        format!(
            "INSERT INTO audit_events (at, code, outcome, actor, detail)
             VALUES ({n}, 'review.taken', 'succeeded', '{{\"kind\":\"portal\"}}', '[]')"
        )
    };
    for n in 0..3 {
        ground.tamper(&[&insert(n)]).await;
    }
    record(&store, 0..2).await;
    let found = verify(&store).await;
    assert_eq!((found.flaw, found.unsealed), (None, 3));
    let scope = domain::person::Scope::Everything;
    let all = store.list_audit(&scope, &store::audit::AuditFilter::default(), 99).await.unwrap();
    assert_eq!(all.iter().filter(|row| row.epoch == 0 && row.position.is_none()).count(), 3);
    for touch in [
        "UPDATE audit_events SET at = at + 1 WHERE epoch = 0",
        "UPDATE audit_events SET at = at - 2 WHERE epoch = 0",
    ] {
        ground.tamper(&[touch]).await;
        assert!(matches!(flaw(&store).await, Some(Flaw::UnsealedTouched { are: 3, .. })));
    }
    ground.tamper(&["UPDATE audit_events SET at = at + 1 WHERE epoch = 0"]).await;
    assert_eq!(flaw(&store).await, None);
    ground.tamper(&["DELETE FROM audit_events WHERE epoch = 0 AND at = 1"]).await;
    assert_eq!(flaw(&store).await, Some(Flaw::UnsealedTouched { were: "3".into(), are: 2 }));
}

/// F24: yesterday's backup, and the anchor of today.
async fn a_restored_backup_changes_nothing_until_somebody_acknowledges_it(ground: Ground) {
    let store = ground.open().await;
    record(&store, 0..8).await;
    assert_eq!(store.keep_audit_anchor(at(50)).await.unwrap(), Standing::Whole);
    assert!(
        !store.acknowledge_restore(event(60)).await.unwrap(),
        "there is nothing to acknowledge"
    );
    ground.tamper(&["DELETE FROM audit_events WHERE position > 6", &head_at(6)]).await;
    let Standing::Older { anchor } = store.keep_audit_anchor(at(61)).await.unwrap() else {
        panic!()
    };
    assert_eq!((anchor.epoch, anchor.position, anchor.at), (1, 9, at(50)));
    // Noticed once, and it stays so: also when rows come after it, and for a process that starts now.
    record(&store, 70..80).await;
    assert!(matches!(store.keep_audit_anchor(at(81)).await.unwrap(), Standing::Older { .. }));
    let beside = ground.beside(KEY).await;
    assert!(matches!(beside.keep_audit_anchor(at(82)).await.unwrap(), Standing::Older { .. }));
    let noticed = store::audit::AuditFilter {
        code: Some(AuditCode::AuditRestoreNoticed),
        ..store::audit::AuditFilter::default()
    };
    let scope = domain::person::Scope::Everything;
    assert_eq!(store.list_audit(&scope, &noticed, 9).await.unwrap().len(), 1);
    let known = store.read_audit_anchor().unwrap();
    assert!(matches!(known, AnchorFile::Good(kept) if kept == anchor), "the anchor stays");

    let said = AuditEvent::new(
        at(90),
        AuditCode::AuditRestoreAcknowledged,
        Outcome::Succeeded,
        Actor::CommandLine,
    );
    assert!(beside.acknowledge_restore(said).await.unwrap());
    assert_eq!(store.keep_audit_anchor(at(91)).await.unwrap(), Standing::Whole);
    record(&store, 92..95).await;
    let found = verify(&store).await;
    assert_eq!(found.flaw, None);
    let epochs: Vec<_> = found.epochs.iter().map(|e| (e.number, e.cause.as_str())).collect();
    assert_eq!(epochs, [(1, "first"), (2, "restore")]);
    // The same backup once more.
    ground
        .tamper(&[
            "DELETE FROM audit_events WHERE epoch = 2 OR position > 6",
            "UPDATE audit_head SET epoch = 1",
            &head_at(6),
        ])
        .await;
    assert!(matches!(store.keep_audit_anchor(at(99)).await.unwrap(), Standing::Older { .. }));
}

async fn an_anchor_that_was_edited_counts_as_a_restore(ground: Ground) {
    let store = ground.open().await;
    record(&store, 0..4).await;
    store.keep_audit_anchor(at(5)).await.unwrap();
    let path = ground.folder.path().join("anchor");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(&path).unwrap();
    record(&store, 4..6).await;
    std::fs::write(&path, text.replace("\"position\":5", "\"position\":4")).unwrap();
    assert_eq!(store.read_audit_anchor().unwrap(), AnchorFile::Broken);
    assert!(matches!(store.keep_audit_anchor(at(9)).await.unwrap(), Standing::Older { .. }));
}

async fn many_writers_keep_the_chain_whole(ground: Ground) {
    const EACH: i64 = 40;
    let first = ground.open().await;
    // Of a database that replicas share, another process.
    let second = ground.beside(KEY).await;
    let stores =
        if first.is_shared() { [first.clone(), second] } else { [first.clone(), first.clone()] };
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let store = stores[writer % 2].clone();
            tokio::spawn(async move { record(&store, 0..EACH).await })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let found = verify(&first).await;
    assert_eq!((found.flaw, found.epochs.len()), (None, 1));
    assert_eq!(found.epochs[0].rows, 8 * EACH + 1);
}

#[tokio::test]
async fn a_key_is_made_beside_the_file_once_and_missed_when_it_is_gone() {
    let ground = Ground::sqlite();
    let path = ground.folder.path().join("portal.db.audit-key");
    let store = Store::open(&ground.url, "a test").await.unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let made = std::fs::read_to_string(&path).unwrap();
    assert_eq!(made.trim().len(), 64);
    record(&store, 0..2).await;
    store.keep_audit_anchor(at(3)).await.unwrap();
    assert!(ground.folder.path().join("portal.db.audit-anchor").exists());
    store.close().await;
    Store::open(&ground.url, "a test").await.unwrap().close().await;
    assert_eq!(std::fs::read_to_string(&path).unwrap(), made, "it stays the same");
    std::fs::remove_file(&path).unwrap();
    let refused = Store::open(&ground.url, "a test").await.unwrap_err();
    assert!(matches!(refused, OpenError::AuditKeyGone { .. }), "{refused:?}");
    assert!(refused.to_string().contains("portal.db.audit-key"), "{refused}");
    assert!(!path.exists(), "none is made in its place");
}

#[tokio::test]
async fn a_file_that_holds_no_key_is_refused_without_repeating_it() {
    for text in ["", "short", &"hunter2-".repeat(3), &"!z".repeat(40), &"ab".repeat(31)] {
        // One each: a program that another test starts at that moment holds what was locked a little longer.
        let ground = Ground::sqlite();
        let key = Some(ground.key("bad", text));
        let files = AuditFiles { key, ..AuditFiles::default() };
        let refused = Store::open_with(&ground.url, "a test", &files).await.unwrap_err();
        assert!(matches!(refused, OpenError::AuditKey { .. }), "{refused:?}");
        let told = format!("{refused} {refused:?}");
        assert!(told.contains("openssl rand") || told.contains("bad"), "{told}");
        assert!(text.is_empty() || !told.contains(text), "{told}");
    }
    let ground = Ground::sqlite();
    for text in [KEY, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", &format!("  {KEY}\n")] {
        assert!(AuditKey::read(&ground.key("good", text)).is_ok(), "{text}");
    }
    let postgres = Ground::postgres();
    let refused = Store::open(&postgres.url, "a test").await.unwrap_err();
    assert!(matches!(refused, OpenError::NoAuditKey), "{refused:?}");
    assert!(refused.to_string().contains("audit_key_file"), "{refused}");
}

/// As docs/operations/audit.md says: the role that the portal runs with owns nothing and cannot edit the audit, with or
/// without triggers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_portal_runs_as_a_role_that_cannot_edit() {
    let ground = Ground::postgres();
    ground.open().await.close().await;
    let role = format!("latchkey_run_{}", std::process::id());
    let manual = include_str!("../../../docs/operations/audit.md");
    let (_, sql) = manual.split_once("```sql\n").unwrap();
    let (sql, _) = sql.split_once("```").unwrap();
    let sql = sql.replace("latchkey_run", &role).replace('…', "x");
    let statements: Vec<&str> = sql.split(';').map(str::trim).filter(|s| !s.is_empty()).collect();
    ground.tamper(&statements).await;
    let DatabaseUrl::Postgres(owner) = &ground.url else { panic!() };
    let (_, rest) = owner.split_once('@').unwrap();
    let url = format!("postgres://{role}@{rest}");
    let as_role: DatabaseUrl = url.parse().unwrap();
    let store = Store::open_with(&as_role, "a test", &ground.files(KEY)).await.unwrap();
    record(&store, 0..3).await;
    assert_eq!(store.keep_audit_anchor(at(5)).await.unwrap(), Standing::Whole);
    assert_eq!(flaw(&store).await, None);
    let mut raw = sqlx::PgConnection::connect(&url).await.unwrap();
    for sql in [
        "UPDATE audit_events SET outcome = 'failed'",
        "DELETE FROM audit_events",
        "TRUNCATE audit_events",
        "DELETE FROM audit_head",
        "ALTER TABLE audit_events DISABLE TRIGGER USER",
        "DROP TABLE audit_events",
    ] {
        let refused = raw.execute(sql).await.unwrap_err().to_string();
        assert!(
            refused.contains("permission denied") || refused.contains("must be owner"),
            "{sql}: {refused}"
        );
    }
}
