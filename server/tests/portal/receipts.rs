//! Receipts: taken from the page of a change, checked without the portal.

use domain::id::ChangeId;
use domain::person::Scope;
use serde_json::Value;
use store::audit::AuditFilter;

use crate::command_line::{expect, with_config};
use crate::ground::{Ground, Memory, ORDERS, audit_key, confirm, take_review, until};
use crate::process::{latchkey, run, tool};

async fn ended(ground: &Ground, id: ChangeId) {
    let store = ground.store().await;
    until("the change to end", async || {
        let change = store.find_change(&Scope::Everything, id).await.unwrap().unwrap();
        change.state.is_terminal().then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_receipt_is_checked_by_anybody_who_has_the_public_key() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let oleg = portal.signed_in("oleg").await;
    let change = confirm(&oleg, &take_review(&oleg, ORDERS, "password-free").await).await;
    ended(&ground, change).await;
    let address = format!("/changes/{change}/receipt");
    let page = oleg.get(&format!("/changes/{change}")).await;
    assert!(page.body.contains(&format!("href=\"{address}\"")), "{}", page.body);
    let receipt = oleg.get(&address).await;
    assert_eq!(receipt.status, 200);
    assert_eq!(oleg.get(&address).await.body, receipt.body, "the same document each time");

    let said = &receipt.json()["receipt"];
    assert_eq!(said["change"]["state"], "verified");
    assert_eq!(said["requested_by"]["name"], "oleg");
    assert_eq!(said["reason"], "drill, OPS-1");
    assert_eq!(
        (&said["before"], &said["after"]),
        (&"password-required".into(), &"password-free".into())
    );
    assert_eq!(said["attempts"][0]["outcome"], "accepted");
    let request_id = said["attempts"][0]["cloud_request_id"].as_str().unwrap();
    assert!(receipt.body.matches(request_id).count() >= 2, "{}", receipt.body);
    let reads = said["read_backs"].as_array().unwrap();
    assert_eq!(reads.len(), 2);
    let proof = |read: &Value| read["access"] == "password-free" && read["status"] == "Normal";
    assert!(reads.iter().all(proof), "{reads:?}");
    let filter = AuditFilter { change: Some(change), ..AuditFilter::default() };
    let store = ground.store().await;
    let rows = store.walk_audit(&Scope::Everything, &filter, i64::MIN, 99).await.unwrap();
    let seals: Vec<Value> = rows.iter().map(|row| row.mac.clone().unwrap().into()).collect();
    let told: Vec<Value> =
        said["audit"].as_array().unwrap().iter().map(|row| row["seal"].clone()).collect();
    assert_eq!(told, seals);

    let file = ground.folder.path().join("receipt.json");
    std::fs::write(&file, &receipt.body).unwrap();
    let key = run(latchkey(ground.folder.path(), &["receipt", "key"])).await;
    expect(&key, 0, &[]);
    let key = key.out.trim().to_owned();
    // Nothing of the portal is at hand: not even its configuration.
    let verify = async |file: &str, key: &str| {
        with_config("= broken", &["receipt", "verify", file, "--key", key]).await
    };
    let name = file.to_str().unwrap();
    let holds =
        format!("The receipt holds: change {change} of {ORDERS} to password-free ended verified");
    expect(&verify(name, &key).await, 0, &[&holds]);
    let other = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    expect(&verify(name, other).await, 3, &["the signature does not fit"]);
    expect(&verify(name, "nonsense").await, 2, &["this is no public key"]);
    expect(&verify("/no/such/file", &key).await, 1, &["/no/such/file"]);
    std::fs::write(&file, receipt.body.replace("drill, OPS-1", "drill, OPS-2")).unwrap();
    expect(&verify(name, &key).await, 3, &["the signature does not fit"]);
    std::fs::write(&file, "{}").unwrap();
    expect(&verify(name, &key).await, 3, &["this is no receipt"]);

    // And by programs that know nothing of us, as the manual says.
    std::fs::write(&file, &receipt.body).unwrap();
    let pem = run(latchkey(ground.folder.path(), &["receipt", "key", "--pem"])).await;
    std::fs::write(ground.folder.path().join("key.pem"), &pem.out).unwrap();
    let manual = include_str!("../../../docs/operations/receipts.md");
    let commands = manual.rsplit("```").nth(1).unwrap();
    let commands = commands.lines().skip_while(|line| !line.starts_with("sed"));
    let script = commands.collect::<Vec<_>>().join("\n");
    let mut shell = tool("sh", &["-ec", &script]);
    shell.current_dir(ground.folder.path());
    expect(&run(shell).await, 0, &["Signature Verified Successfully"]);
}

#[tokio::test]
async fn without_a_key_on_postgresql_there_are_no_receipts() {
    let ground = Ground::new(Memory::Postgres).await;
    let portal = ground.serve().await;
    let oleg = portal.signed_in("oleg").await;
    let change = confirm(&oleg, &take_review(&oleg, ORDERS, "password-free").await).await;
    ended(&ground, change).await;
    let page = oleg.get(&format!("/changes/{change}")).await;
    assert!(!page.body.contains("/receipt\""), "{}", page.body);
    assert_eq!(oleg.get(&format!("/changes/{change}/receipt")).await.status, 404);
    let none = run(latchkey(ground.folder.path(), &["receipt", "key"])).await;
    expect(&none, 1, &["set receipt_key_file"]);
    // Given one, the past has receipts too.
    drop(portal);
    let key = audit_key(ground.folder.path());
    let portal = ground
        .start(&ground.config(), &[("LATCHKEY_RECEIPT_KEY_FILE", key.to_str().unwrap())])
        .await;
    let oleg = portal.signed_in("oleg").await;
    assert_eq!(oleg.get(&format!("/changes/{change}/receipt")).await.status, 200);
}
