//! What the log says of who asked what, and of every row of the audit.

use domain::audit::AuditCode;
use domain::person::Scope;
use serde_json::Value;
use store::audit::AuditFilter;

use crate::browser::Ask;
use crate::ground::{Ground, Memory, ORDERS, PASSWORD, confirm, sign_in, take_review, until};

/// JSON lines only: whatever else stands there fails.
fn lines(log: &str) -> Vec<Value> {
    // The last one may be half written.
    let whole = log.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn line_of(portal: &crate::ground::Running, number: &str) -> Value {
    until("the line of the request", async || {
        let lines = lines(&portal.process.err());
        lines.into_iter().find(|line| line["message"] == "answered" && line["number"] == number)
    })
    .await
}

#[tokio::test]
async fn a_line_of_a_request_says_from_where_and_in_which_session() {
    let ground = Ground::new(Memory::Sqlite).await;
    let more = "trusted_proxies = [\"127.0.0.1\"]\n".to_owned();
    let config = crate::ground::Config { more, ..ground.config() };
    let portal = ground.serve_as(&config).await;
    let browser = portal.browser();
    let signed_in = sign_in(&browser, "oleg", PASSWORD).await;
    let line = line_of(&portal, signed_in.header("x-request-id").unwrap()).await;
    let session = line["session"].as_str().unwrap().to_owned();
    assert!(session.len() == 10 && session.starts_with("s-"), "{line}");
    assert_eq!(line["client"], "127.0.0.1", "{line}");

    // As a proxy that is trusted says it; what the client said of itself before is nothing.
    let ask =
        Ask::get("/instances?q=secret-text").header("x-forwarded-for", "6.6.6.6, 198.51.100.7");
    let page = browser.send(ask).await;
    let line = line_of(&portal, page.header("x-request-id").unwrap()).await;
    assert_eq!(line["client"], "198.51.100.7", "{line}");
    assert_eq!(line["session"], session.as_str(), "{line}");
    assert_eq!((&line["method"], &line["path"]), (&"GET".into(), &"/instances".into()), "{line}");
    assert_eq!(line["status"], 200);
    assert!(line["timestamp"].as_str().unwrap().ends_with('Z'), "{line}");

    let nobody = portal.browser().get("/sign-in").await;
    let line = line_of(&portal, nobody.header("x-request-id").unwrap()).await;
    assert_eq!(line.get("session"), None, "{line}");

    let said = portal.process.err();
    assert!(
        !said.contains("secret-text") && !said.contains(&browser.cookie("__Host-portal").unwrap())
    );
}

#[tokio::test]
async fn each_row_of_the_audit_is_an_event_of_the_log() {
    for memory in [Memory::Sqlite, Memory::Postgres] {
        let ground = Ground::new(memory).await;
        let portal = ground.serve().await;
        let oleg = portal.signed_in("oleg").await;
        let change = confirm(&oleg, &take_review(&oleg, ORDERS, "password-free").await).await;
        let requested = oleg.seen().last().unwrap().header("x-request-id").unwrap().to_owned();
        let store = ground.store().await;
        until("the change to end", async || {
            let change = store.find_change(&Scope::Everything, change).await.unwrap().unwrap();
            change.state.is_terminal().then_some(())
        })
        .await;
        let filter = AuditFilter::default();
        let rows = store.walk_audit(&Scope::Everything, &filter, i64::MIN, 1000).await.unwrap();
        let started = rows.iter().position(|row| row.event.code == AuditCode::PortalStarted);
        // What was written before was written by this test.
        for row in &rows[started.unwrap()..] {
            let mac = row.mac.clone().unwrap();
            let line = until("the row to be told", async || {
                let lines = lines(&portal.process.err());
                lines
                    .into_iter()
                    .find(|line| line["target"] == "audit" && line["seal"] == mac.as_str())
            })
            .await;
            assert_eq!(line["epoch"], row.epoch);
            assert_eq!(line["position"], row.position.unwrap());
            assert_eq!(line["code"], row.event.code.code());
            assert_eq!(line["outcome"], row.event.outcome.code());
            assert_eq!(line["at"], row.event.at.as_millis());
            assert_eq!(line["session"].as_str(), row.event.session.as_deref());
            assert_eq!(line["address"].as_str(), row.event.address.as_deref());
            assert_eq!(
                line["change"].as_str(),
                row.event.change.map(|id| id.to_string()).as_deref()
            );
            // With it, from the row to the request and back.
            if row.event.code == AuditCode::ChangeRequested {
                assert_eq!(line["spans"][0]["number"], requested.as_str(), "{line}");
                assert_eq!((&line["actor"], &line["name"]), (&"person".into(), &"oleg".into()));
            }
            assert_eq!(line.get("reason"), None, "what somebody typed: {line}");
        }
        assert!(!portal.process.err().contains("drill, OPS-1"), "a reason is in the log");
    }
}
