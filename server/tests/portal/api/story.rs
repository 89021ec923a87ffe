//! The main job, as a program does it: what it is told, what happens once, and what nobody can get past.

use serde_json::json;

use crate::ground::{CATALOG, Ground, Memory, ORDERS, until};
use crate::program::{Program, new_key};

const SESSIONS: &str = "core/cn-shanghai/r-uf6sessions00001";

#[tokio::test]
async fn a_review_is_confirmed_once_and_only_if_it_is_what_was_seen() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let oleg = Program::of(&portal, "oleg", "operator").await;
    let path = format!("/api/v1/instances/{ORDERS}/preflight");
    let preflight = oleg.post(&path, &json!({ "to": "password-free" })).await.json();
    assert_eq!(
        (&preflight["blocked"], &preflight["access"]),
        (&json!(false), &json!("password-required"))
    );
    assert_eq!(preflight["needs"]["typed_name"], false, "{preflight}");
    let review = preflight["review"].as_str().unwrap();
    let (key, other) = (new_key(), new_key());
    let wrong = json!({ "review": review, "fingerprint": "0".repeat(64) });
    let refused = oleg.post_as(&other, "/api/v1/changes", &wrong).await;
    assert_eq!(
        (refused.status, refused.json()["field"].as_str()),
        (400, Some("fingerprint")),
        "{refused:?}"
    );
    // Somebody else's is nobody's.
    let anna = Program::of(&portal, "anna", "operator").await;
    let body = json!({ "review": review, "fingerprint": preflight["fingerprint"], "lasts": "1h" });
    let stolen = anna.post("/api/v1/changes", &body).await;
    assert_eq!((stolen.status, stolen.code().as_str()), (409, "review-over"), "{stolen:?}");
    assert!(ground.cloud.control().ledger().is_empty());
    let asked = oleg.post_as(&key, "/api/v1/changes", &body).await;
    assert_eq!(asked.status, 202, "{asked:?}");
    let id = asked.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(asked.header("location"), Some(format!("/api/v1/changes/{id}").as_str()));
    let again = oleg.post_as(&key, "/api/v1/changes", &body).await;
    assert_eq!((again.status, again.json()["id"].as_str()), (202, Some(id.as_str())), "{again:?}");
    let mut different = body.clone();
    different["lasts"] = json!("2h");
    let again = oleg.post_as(&key, "/api/v1/changes", &different).await;
    assert_eq!((again.status, again.code().as_str()), (409, "key-reused"), "{again:?}");
    let detail = oleg.ended(&id).await;
    assert_eq!(detail["change"]["result"], "verified", "{detail}");
    assert!(
        detail["ends_at"].is_string() && detail["change"]["cloud_request_id"].is_string(),
        "{detail}"
    );
    assert!(detail["read_backs"].as_array().unwrap().len() >= 2, "{detail}");
    assert_eq!(ground.cloud.control().ledger().len(), 1);
    let known = oleg.get(&format!("/api/v1/instances/{ORDERS}")).await.json();
    assert_eq!(
        (&known["access"], &known["opened_by"]),
        (&json!("password-free"), &json!(id)),
        "{known}"
    );
}

/// Without having looked, by the same rules; and its end before its time.
#[tokio::test]
async fn an_order_is_made_once_and_ended_once() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let oleg = Program::of(&portal, "oleg", "operator").await;
    let (key, ending) = (new_key(), new_key());
    let order = json!({ "instance": ORDERS, "to": "password-free", "lasts": "1h" });
    // Sent by two at once: one change.
    let (one, two) = tokio::join!(
        oleg.post_as(&key, "/api/v1/changes", &order),
        oleg.post_as(&key, "/api/v1/changes", &order)
    );
    assert_eq!((one.status, two.status), (202, 202), "{one:?} {two:?}");
    let id = one.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(two.json()["id"], json!(id));
    oleg.ended(&id).await;
    let later = oleg.post_as(&key, "/api/v1/changes", &order).await;
    assert_eq!(later.json()["id"], json!(id), "{later:?}");
    let mut different = order.clone();
    different["to"] = json!("password-required");
    let reused = oleg.post_as(&key, "/api/v1/changes", &different).await;
    assert_eq!((reused.status, reused.code().as_str()), (409, "key-reused"), "{reused:?}");
    let end = format!("/api/v1/changes/{id}/end");
    let first = oleg.post_as(&ending, &end, &json!({})).await;
    assert_eq!(
        (first.status, first.json()["to"].as_str()),
        (202, Some("password-required")),
        "{first:?}"
    );
    let closing = first.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(oleg.ended(&closing).await["change"]["result"], "verified");
    let again = oleg.post_as(&ending, &end, &json!({})).await;
    assert_eq!(
        (again.status, again.json()["id"].as_str()),
        (202, Some(closing.as_str())),
        "{again:?}"
    );
    let over = oleg.post(&end, &json!({})).await;
    assert_eq!((over.status, over.code().as_str()), (409, "overtaken"), "{over:?}");
    assert_eq!(ground.cloud.control().ledger().len(), 2);
}

/// What a form asks of people is asked of programs.
#[tokio::test]
async fn production_asks_for_a_name_a_reason_and_acknowledgements() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let oleg = Program::of(&portal, "oleg", "operator").await;
    // Whoever asks again and again uses up what a token may ask.
    let scout = Program::of(&portal, "vera", "viewer").await;
    until("the instance to be listed", async || {
        let answer = scout.get(&format!("/api/v1/instances/{SESSIONS}")).await;
        (answer.status == 200).then_some(())
    })
    .await;
    let order = async |more: serde_json::Value| {
        let mut body = json!({ "instance": SESSIONS, "to": "password-free", "lasts": "1h" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = oleg.post("/api/v1/changes", &body).await;
        let said = answer.json();
        let text = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
        (answer.status, text("field"), text("problem"))
    };
    let told = |field: &str, problem: &str| (400, field.to_owned(), problem.to_owned());
    assert_eq!(order(json!({})).await, told("reason", "missing"));
    assert_eq!(order(json!({ "reason": "OPS-1" })).await, told("typed_name", "missing"));
    let wrong = json!({ "reason": "OPS-1", "typed_name": "Sessions-prod" });
    assert_eq!(order(wrong).await, told("typed_name", "mismatch"));
    let long = json!({ "reason": "OPS-1", "typed_name": "sessions-prod", "lasts": "5h" });
    assert_eq!(order(long).await, told("lasts", "too-long"));
    let forever =
        json!({ "reason": "OPS-1", "typed_name": "sessions-prod", "lasts": "until-shut" });
    assert_eq!(order(forever).await, told("lasts", "too-long"));
    let close = json!({ "reason": "OPS-1", "to": "password-required" });
    assert_eq!(order(close).await, told("acknowledged", "missing"));
    assert!(ground.cloud.control().ledger().is_empty());
    let good = json!({ "reason": "OPS-1", "typed_name": "sessions-prod" });
    assert_eq!(order(good).await.0, 202);
}

#[tokio::test]
async fn a_list_is_walked_page_by_page_without_gap_or_repetition() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let vera = Program::of(&portal, "vera", "viewer").await;
    let scout = Program::of(&portal, "vera", "viewer").await;
    let whole = until("all of the fleet to be listed", async || {
        let list = scout.get("/api/v1/instances?limit=500").await.json();
        (list["coverage"]["regions_not_heard_from"] == 0).then_some(list)
    })
    .await;
    let ids = |list: &serde_json::Value| {
        let rows = list["instances"].as_array().unwrap().iter();
        rows.map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (mut walked, mut after) = (Vec::new(), String::new());
    loop {
        let page = vera.get(&format!("/api/v1/instances?limit=7{after}")).await.json();
        walked.extend(ids(&page));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(walked, ids(&whole));
    let other = vera.get(&format!("/api/v1/instances?limit=7&sort=place{after}")).await;
    assert_eq!((other.status, other.json()["field"].as_str()), (400, Some("after")), "{other:?}");
    let one = vera.get("/api/v1/instances?q=catalog-cache-dev").await.json();
    assert_eq!(ids(&one), [CATALOG.rsplit('/').next().unwrap()]);
}

/// A token that is revoked in the meantime is told nothing more.
#[tokio::test]
async fn whoever_waits_is_told_what_moved_and_nothing_once_the_token_is_over() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let browser = portal.signed_in("oleg").await;
    let made = crate::program::make_token(&browser, "operator").await;
    let oleg = Program::with(&portal, made["token"].as_str().unwrap());
    let held = simulator::Rule::always(simulator::Fault::Silence { applied: false });
    ground.cloud.control().add_fault(held.for_action("ModifyInstanceVpcAuthMode"));
    let order = json!({ "instance": ORDERS, "to": "password-free", "lasts": "1h" });
    let asked = oleg.post("/api/v1/changes", &order).await.json();
    let id = asked["id"].as_str().unwrap();
    let path = format!("/api/v1/changes/{id}/wait");
    let moved = oleg.get(&format!("{path}?timeout=60&version=0")).await.json();
    assert_ne!(moved["change"]["version"], 0, "{moved}");
    let over = oleg.get(&format!("{path}?timeout=1")).await.json();
    assert_eq!(over["change"]["ended"], false, "{over}");
    let waiting = tokio::spawn({
        let (oleg, path) = (oleg.clone(), format!("{path}?timeout=60"));
        async move { oleg.get(&path).await }
    });
    let fields = [("token", made["id"].as_str().unwrap())];
    let revoked = browser.post("/api/ui/token/revoke", &fields).await;
    assert_eq!(revoked.status, 200, "{revoked:?}");
    let told = waiting.await.unwrap();
    assert_eq!((told.status, told.code().as_str()), (401, "token-refused"), "{told:?}");
}

/// Every other request is over after fifteen seconds.
#[tokio::test]
async fn a_wait_outlasts_the_limit_of_other_requests() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let oleg = Program::of(&portal, "oleg", "operator").await;
    let order = json!({ "instance": ORDERS, "to": "password-free", "lasts": "1h", "start": "1h" });
    let id = oleg.post("/api/v1/changes", &order).await.json()["id"].as_str().unwrap().to_owned();
    let waited = oleg.get(&format!("/api/v1/changes/{id}/wait?timeout=17")).await;
    assert_eq!(waited.status, 200, "{waited:?}");
    assert_eq!(waited.json()["change"]["result"], "planned", "{waited:?}");
    let cancelled = oleg.post(&format!("/api/v1/changes/{id}/cancel"), &json!({})).await;
    assert_eq!(cancelled.json()["change"]["result"], "refused", "{cancelled:?}");
    assert!(ground.cloud.control().ledger().is_empty());
}
