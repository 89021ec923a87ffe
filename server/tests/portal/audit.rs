//! The audit from outside: its filters, its files, its seals, and a database that was restored from a backup (F24).

use std::path::Path;

use domain::audit::{AuditCode, RecordedEvent};
use domain::person::Scope;
use serde_json::Value;
use store::audit::{AuditFilter, Flaw};

use crate::command_line::expect;
use crate::ground::{Config, Ground, Memory, ORDERS, confirm, key, take_review, until};
use crate::process::{Ended, latchkey, run};

async fn audit(ground: &Ground, arguments: &[&str]) -> Ended {
    let mut all = vec!["audit"];
    all.extend(arguments);
    run(latchkey(ground.folder.path(), &all)).await
}

/// All of it, the oldest first.
async fn recorded(ground: &Ground) -> Vec<RecordedEvent> {
    let filter = AuditFilter::default();
    ground.store().await.walk_audit(&Scope::Everything, &filter, i64::MIN, 1000).await.unwrap()
}

#[tokio::test]
async fn it_is_verified_and_exported_beside_a_running_portal() {
    for memory in [Memory::Sqlite, Memory::Postgres] {
        let ground = Ground::new(memory).await;
        let portal = ground.serve().await;
        let oleg = portal.signed_in("oleg").await;
        let change = confirm(&oleg, &take_review(&oleg, ORDERS, "password-free").await).await;
        let store = ground.store().await;
        until("the change to end", async || {
            let change = store.find_change(&Scope::Everything, change).await.unwrap().unwrap();
            change.state.is_terminal().then_some(())
        })
        .await;
        let ended = audit(&ground, &["verify"]).await;
        expect(
            &ended,
            0,
            &["epoch 1", "(first)", "Every row is as it was written.", "head      epoch 1"],
        );

        let lines = audit(&ground, &["export", "--format", "jsonl"]).await;
        expect(&lines, 0, &[]);
        let rows: Vec<Value> =
            lines.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let known = recorded(&ground).await;
        assert_eq!(rows.len(), known.len());
        for (row, known) in rows.iter().zip(&known) {
            assert_eq!(row["sequence"], known.sequence);
            assert_eq!(row["code"], known.event.code.code());
            assert_eq!(row["seal"], known.mac.clone().unwrap());
        }
        let table = audit(&ground, &["export", "--format", "csv", "--from", "2020-01-01"]).await;
        expect(&table, 0, &["sequence,epoch,position,seal,at,code", "change.verified"]);
        assert_eq!(table.out.lines().count(), known.len() + 1);
        let none = audit(&ground, &["export", "--format", "jsonl", "--to", "2020-01-01T00:00:00Z"]);
        let none = none.await;
        assert_eq!((none.code, none.out.as_str()), (Some(0), ""), "{none:?}");
        let wrong = audit(&ground, &["export", "--format", "jsonl", "--from", "yesterday"]).await;
        expect(&wrong, 2, &["neither a day"]);
    }
}

#[tokio::test]
async fn another_key_does_not_verify_and_does_not_write() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.start(&ground.config(), &[]).await;
    // It says where it is before it has written its start, and answers after.
    assert_eq!(portal.browser().get("/healthz").await.status, 200);
    let own = std::fs::read_to_string(ground.folder.path().join("portal.db.audit-key")).unwrap();
    let other = ground.folder.path().join("other");
    std::fs::write(&other, "ab".repeat(32)).unwrap();
    let with_other = |arguments: &[&str]| {
        let mut command = latchkey(ground.folder.path(), arguments);
        command.env("LATCHKEY_AUDIT_KEY_FILE", &other);
        command
    };
    let ended = run(with_other(&["audit", "verify"])).await;
    expect(&ended, 4, &["another key: epoch 1 was sealed with the key"]);
    assert!(!format!("{ended:?}").contains(own.trim()), "the key is not shown");
    let password = "a much better password\n";
    let add = ["user", "add", "nina", "--role", "viewer", "--password-stdin"];
    let ended = crate::process::run_with(with_other(&add), password).await;
    expect(&ended, 1, &["sealed with another key"]);
    // At a start it is a new key, and a new epoch; with the old one at hand both are verified.
    portal.process.kill().await;
    let portal = ground
        .start(&ground.config(), &[("LATCHKEY_AUDIT_KEY_FILE", other.to_str().unwrap())])
        .await;
    assert_eq!(portal.browser().get("/healthz").await.status, 200);
    let was = ground.folder.path().join("portal.db.audit-key");
    let both = ["audit", "verify", "--previous-key", was.to_str().unwrap()];
    expect(
        &run(with_other(&both)).await,
        0,
        &["epoch 2", "(key)", "Every row is as it was written."],
    );
    expect(&run(with_other(&["audit", "verify"])).await, 4, &["epoch 1 was sealed with the key"]);
    drop(portal);
}

#[tokio::test]
async fn a_place_where_the_anchor_cannot_lie_is_told_at_the_first_start() {
    let ground = Ground::new(Memory::Sqlite).await;
    let config = Config {
        more: "audit_anchor_file = \"/no/such/folder/anchor\"\n".into(),
        ..ground.config()
    };
    let toml = config.text(ground.folder.path());
    std::fs::write(ground.folder.path().join("latchkey.toml"), toml).unwrap();
    let ended = run(latchkey(ground.folder.path(), &["serve"])).await;
    expect(&ended, 1, &["/no/such/folder/anchor cannot be read or written", "audit_anchor_file"]);
}

fn copy(from: &Path, to: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let name = |path: &Path| format!("{}{ending}", path.display());
        let _ = std::fs::remove_file(name(to));
        if Path::new(&name(from)).exists() {
            std::fs::copy(name(from), name(to)).unwrap();
        }
    }
}

/// F24: the backup of before the last change is put back.
#[tokio::test]
async fn a_restored_backup_reads_but_changes_nothing_until_it_is_acknowledged() {
    let ground = Ground::new(Memory::Sqlite).await;
    let file = ground.folder.path().join("portal.db");
    let backup = ground.folder.path().join("backup.db");
    let portal = ground.serve().await;
    portal.process.ask_to_stop().await;
    assert_eq!(portal.process.ended().await.code, Some(0));
    copy(&file, &backup);

    let portal = ground.serve().await;
    let oleg = portal.signed_in("oleg").await;
    take_review(&oleg, ORDERS, "password-free").await;
    portal.process.ask_to_stop().await;
    assert_eq!(portal.process.ended().await.code, Some(0));
    let kept =
        std::fs::read_to_string(ground.folder.path().join("portal.db.audit-anchor")).unwrap();
    let last = recorded(&ground).await.pop().unwrap();
    assert!(kept.contains(&last.mac.clone().unwrap()), "an orderly end keeps the last row: {kept}");
    copy(&backup, &file);

    expect(&audit(&ground, &["verify"]).await, 3, &["! cut off: the rows after epoch 1"]);
    let portal = ground.serve().await;
    let oleg = portal.signed_in("oleg").await;
    let page = oleg.get("/instances").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("acknowledge-restore"), "{}", page.body);
    let review = take_review(&oleg, ORDERS, "password-free").await;
    let fields =
        [("review", review.as_str()), ("key", review.as_str()), ("reason", "drill, OPS-1")];
    let refused = oleg.post("/api/ui/change/confirm", &fields).await;
    assert_eq!((refused.status, refused.code().as_str()), (503, "restored"), "{refused:?}");
    assert!(ground.cloud.control().ledger().is_empty());

    let said = audit(&ground, &["acknowledge-restore"]).await;
    expect(&said, 0, &["Acknowledged: what was known up to epoch 1"]);
    let again = audit(&ground, &["acknowledge-restore"]).await;
    expect(&again, 0, &["There is nothing to acknowledge"]);
    until("the banner to go", async || {
        let page = oleg.get("/instances").await;
        (!page.body.contains("acknowledge-restore")).then_some(())
    })
    .await;
    confirm(&oleg, &review).await;
    expect(&audit(&ground, &["verify"]).await, 0, &["epoch 2", "(restore)"]);
    let codes: Vec<AuditCode> = recorded(&ground).await.iter().map(|row| row.event.code).collect();
    assert!(codes.contains(&AuditCode::AuditRestoreNoticed));
    assert!(codes.contains(&AuditCode::AuditRestoreAcknowledged));
    let found = ground.store().await.verify_audit(&[]).await.unwrap();
    assert_eq!(found.flaw, None::<Flaw>);
}

#[tokio::test]
async fn the_page_filters_by_its_address_and_gives_the_same_rows_as_a_file() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let (oleg, vera) = (portal.signed_in("oleg").await, portal.signed_in("vera").await);
    take_review(&oleg, ORDERS, "password-free").await;
    let denied = vera
        .post(
            "/api/ui/review/take",
            &[
                ("account", "core"),
                ("region", "cn-hangzhou"),
                ("id", key(ORDERS).id.as_str()),
                ("to", "password-free"),
            ],
        )
        .await;
    assert_eq!(denied.status, 403);
    let codes = |text: &str| {
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.map(|row| row["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for (query, expected) in [
        ("person=oleg", &["sign-in.succeeded", "review.taken"][..]),
        ("person=oleg&code=review.taken", &["review.taken"]),
        ("outcome=refused", &["access.denied"]),
        ("person=oleg&outcome=refused", &[]),
        ("instance=core/cn-hangzhou/r-bp1ordersdev0001", &["review.taken"]),
        ("person=oleg&to=2020-01-01", &[]),
        (
            "person=oleg&from=2020-01-01&to=2100-01-01&zone=Asia/Shanghai",
            &["sign-in.succeeded", "review.taken"],
        ),
    ] {
        let page = oleg.get(&format!("/audit?{query}")).await;
        assert_eq!(page.status, 200);
        let file = oleg.get(&format!("/audit/export.jsonl?{query}")).await;
        let found: Vec<String> =
            codes(&file.body).into_iter().filter(|code| code != "audit.exported").collect();
        assert_eq!(found, expected, "{query}");
        for code in expected {
            assert!(page.body.contains(&format!(">{code}</code>")), "{query}: {code}");
        }
        let rows = page.body.matches("<td class=\"wide detail\">").count();
        let exports = page.body.matches(">audit.exported</code>").count();
        assert_eq!(rows - exports, expected.len(), "{query}");
    }
    let csv = oleg.get("/audit/export.csv?code=review.taken").await;
    assert!(
        csv.header("content-disposition").is_some_and(|value| value.contains("latchkey-audit-"))
    );
    assert_eq!(csv.body.lines().count(), 2, "{}", csv.body);
    // Who took which rows is in the audit, before they leave.
    let taken = AuditFilter { code: Some(AuditCode::AuditExported), ..AuditFilter::default() };
    let taken = ground.store().await.list_audit(&Scope::Everything, &taken, 99).await.unwrap();
    assert_eq!(taken.len(), 8);
    let newest = &taken[0].event;
    assert_eq!(
        newest.detail,
        [("format".into(), "csv".into()), ("query".into(), "code=review.taken".into())]
    );
    // The rest of the history is one link away.
    let page = oleg.get("/audit?person=oleg").await.body;
    assert!(
        page.contains("/audit?person=oleg&amp;instance=core/cn-hangzhou/r-bp1ordersdev0001"),
        "{page}"
    );
    let instance = oleg.get(&format!("/instances/{ORDERS}")).await.body;
    assert!(instance.contains("/audit?instance=core/cn-hangzhou/r-bp1ordersdev0001"), "{instance}");
}
