//! What is dangerous asks for a fresh proof of who it is: for one session, for ten minutes, and nothing typed is lost.

use domain::audit::AuditCode;
use domain::person::Scope;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::audit::AuditFilter;

use crate::browser::{Browser, SESSION};
use crate::ground::{
    CATALOG, Config, Ground, Memory, ORDERS, PASSWORD, confirm, now, take_review, until,
};
use crate::issuer::{Issuer, come_back, sign_in_at};

/// Production.
const SESSIONS: &str = "core/cn-shanghai/r-uf6sessions00001";
const PROVE: &str = "/api/ui/session/step-up";

/// As if whoever is behind this browser had proven it so long ago.
async fn proven_ago(ground: &Ground, browser: &Browser, seconds: i64) {
    let store = ground.store().await;
    let id: tower_sessions::session::Id = browser.cookie(SESSION).unwrap().parse().unwrap();
    let hash = hex::encode(Sha256::digest(id.0.to_be_bytes()));
    let row = store.find_session(&hash, now(), domain::time::Timestamp::from_secs(0)).await;
    let mut body: serde_json::Value = serde_json::from_str(&row.unwrap().unwrap().body).unwrap();
    assert!(body["proven_at"].is_i64(), "{body}");
    body["proven_at"] = json!(now().as_millis() - seconds * 1000);
    assert!(store.update_session(&hash, &body.to_string()).await.unwrap());
}

async fn count(ground: &Ground, code: AuditCode) -> usize {
    let filter = AuditFilter { code: Some(code), ..AuditFilter::default() };
    ground.store().await.list_audit(&Scope::Everything, &filter, 100).await.unwrap().len()
}

/// The name that has to be typed for it, once it is listed.
async fn name_of(ground: &Ground) -> String {
    let (store, key) = (ground.store().await, crate::ground::key(SESSIONS));
    let listed = async || store.find_instance(&Scope::Everything, &key).await.unwrap();
    until("the instance to be listed", listed).await.row.name.to_string()
}

#[tokio::test]
async fn opening_in_production_asks_for_a_proof_and_keeps_what_was_typed() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let (oleg, name) = (portal.signed_in("oleg").await, name_of(&ground).await);
    let review = take_review(&oleg, SESSIONS, "password-free").await;
    proven_ago(&ground, &oleg, 601).await;
    let fields = [
        ("review", review.as_str()),
        ("key", &review),
        ("reason", "zq7 typed"),
        ("typed_name", &name),
    ];
    let answer = oleg.submit("/api/ui/change/confirm", &fields).await;
    let prefix = format!("/step-up?next=/reviews/{review}&keep=");
    assert!(answer.status == 303 && answer.location().starts_with(&prefix), "{answer:?}");
    let keep = answer.location().strip_prefix(&prefix).unwrap().to_owned();
    let page = oleg.get(answer.location()).await;
    assert!(page.status == 200 && page.body.contains("name=\"password\""), "{page:?}");
    assert!(!page.body.contains("error-panel"), "a dialog would show that in place of the page");
    assert!(ground.cloud.control().ledger().is_empty());
    // As a script it is told, and nothing more.
    let told = oleg.post("/api/ui/change/confirm", &fields).await;
    assert_eq!((told.status, told.code().as_str()), (403, "proof-needed"), "{told:?}");

    let next = format!("/reviews/{review}");
    let prove = async |password: &str| {
        oleg.submit(PROVE, &[("next", &next), ("keep", &keep), ("password", password)]).await
    };
    let wrong = prove("wrong horse battery").await;
    assert!(wrong.location().starts_with(&format!("{prefix}{keep}&notice=")), "{wrong:?}");
    assert_eq!(oleg.get(wrong.location()).await.code(), "sign-in-refused");
    let old = oleg.cookie(SESSION).unwrap();
    let proven = prove(PASSWORD).await;
    assert_eq!(proven.location(), format!("{next}?notice={keep}"), "{proven:?}");
    assert_ne!(oleg.cookie(SESSION).unwrap(), old);
    let page = oleg.get(proven.location()).await;
    assert_eq!(page.code(), "proof-needed");
    assert!(
        page.body.contains("zq7 typed") && page.body.contains(&format!("value=\"{name}\"")),
        "{page:?}"
    );
    let before = portal.browser();
    before.set_cookie(SESSION, &old);
    assert_eq!(before.get("/changes").await.status, 303, "the id of before");
    let done = oleg.submit("/api/ui/change/confirm", &fields).await;
    assert!(done.location().starts_with("/changes/"), "{done:?}");
    assert_eq!(
        (count(&ground, AuditCode::StepUpAsked).await, count(&ground, AuditCode::StepUpDone).await),
        (2, 1)
    );
}

#[tokio::test]
async fn a_proof_is_good_for_ten_minutes_and_for_one_session() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let name = name_of(&ground).await;
    for (ago, asked) in [(0, false), (570, false), (601, true), (7_200, true), (-60, true)] {
        let oleg = portal.signed_in("oleg").await;
        let review = take_review(&oleg, SESSIONS, "password-free").await;
        proven_ago(&ground, &oleg, ago).await;
        let fields = [
            ("review", review.as_str()),
            ("key", &review),
            ("reason", "drill"),
            ("typed_name", &name),
            ("start", "86400"),
        ];
        let answer = oleg.post("/api/ui/change/confirm", &fields).await;
        let expected = if asked { (403, "proof-needed") } else { (200, "") };
        assert_eq!((answer.status, answer.code().as_str()), expected, "{ago}: {answer:?}");
        if !asked {
            let change = answer.json().as_str().unwrap().to_owned();
            let cancelled = async || {
                let answer = oleg.post("/api/ui/change/cancel", &[("change", &change)]).await;
                (answer.status == 200).then_some(())
            };
            until("the change waits for its time, and is cancelled", cancelled).await;
        }
    }
    // Another session of the same person proves nothing for this one.
    let (here, there) = (portal.signed_in("oleg").await, portal.signed_in("oleg").await);
    let review = take_review(&here, SESSIONS, "password-free").await;
    proven_ago(&ground, &here, 601).await;
    assert_eq!(there.post(PROVE, &[("password", PASSWORD)]).await.status, 200);
    let fields =
        [("review", review.as_str()), ("key", &review), ("reason", "drill"), ("typed_name", &name)];
    assert_eq!(here.post("/api/ui/change/confirm", &fields).await.code(), "proof-needed");
}

/// Each act of the table, and what is like it and harmless.
#[tokio::test]
async fn every_dangerous_act_asks_and_nothing_else_does() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve_as(&ground.with_factor_key()).await;
    let adam = portal.signed_in("adam").await;
    let orders = take_review(&adam, ORDERS, "password-free").await;
    let catalog = take_review(&adam, CATALOG, "password-required").await;
    proven_ago(&ground, &adam, 601).await;
    let freeze = [("version", "0"), ("freeze", "opening")];
    let general = [
        ("version", "0"),
        ("zone", "UTC"),
        ("approval_lasts", "20h"),
        ("put_back_within", "30m"),
        ("break_glass", "admin"),
    ];
    let cases: &[(&str, &[(&str, &str)])] = &[
        ("/api/ui/policy/freeze", &freeze),
        ("/api/ui/policy/general", &general),
        ("/api/ui/second-factor/begin", &[]),
        ("/api/ui/second-factor/confirm", &[("code", "123456")]),
        ("/api/ui/second-factor/remove", &[]),
        ("/api/ui/second-factor/take", &[("name", "vera")]),
    ];
    for (path, fields) in cases {
        let answer = adam.post(path, fields).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (403, "proof-needed"),
            "{path}: {answer:?}"
        );
    }
    // Development, and shutting a door, are as before.
    confirm(&adam, &orders).await;
    confirm(&adam, &catalog).await;
    assert_eq!(adam.post("/api/ui/view/save", &[("name", "a"), ("query", "")]).await.status, 200);
    assert_eq!(adam.post(PROVE, &[("password", PASSWORD)]).await.status, 200);
    for (path, fields) in cases.iter().take(1) {
        assert_eq!(adam.post(path, fields).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let ground = Ground::new(Memory::Sqlite).await;
    let config = ground.config();
    let more = format!("{}step_up = \"off\"\n", config.more);
    let portal = ground.serve_as(&Config { more, ..config }).await;
    let adam = portal.signed_in("adam").await;
    proven_ago(&ground, &adam, 7_200).await;
    let answer =
        adam.post("/api/ui/policy/freeze", &[("version", "0"), ("freeze", "opening")]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn a_proof_does_not_make_a_session_last_longer() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let oleg = portal.signed_in("oleg").await;
    let end = async |browser: &Browser| {
        let id: tower_sessions::session::Id = browser.cookie(SESSION).unwrap().parse().unwrap();
        let hash = hex::encode(Sha256::digest(id.0.to_be_bytes()));
        let store = ground.store().await;
        let row = store.find_session(&hash, now(), domain::time::Timestamp::from_secs(0)).await;
        row.unwrap().unwrap().expires_at
    };
    let before = end(&oleg).await;
    assert_eq!(oleg.post(PROVE, &[("password", PASSWORD)]).await.status, 200);
    assert_eq!(end(&oleg).await, before);
}

/// At the provider, which asks the person anew; and for the person of the session, nobody else.
#[tokio::test]
async fn people_of_a_provider_prove_it_there() {
    let (ground, issuer) = (Ground::new(Memory::Sqlite).await, Issuer::start().await);
    issuer.account("sub-kay", "kay", &["security"]).await;
    let portal = issuer.serve(&ground, "").await;
    let freeze = |browser: Browser| async move {
        let fields = [("version", "0"), ("freeze", "opening"), ("reason", "zq7 typed")];
        browser.submit("/api/ui/policy/freeze", &fields).await
    };
    let kay = portal.browser();
    sign_in_at(&issuer, &kay, "").await;
    proven_ago(&ground, &kay, 601).await;
    let asked = freeze(kay.clone()).await;
    assert!(asked.location().starts_with("/step-up?next=/policy&keep="), "{asked:?}");
    let page = kay.get(asked.location()).await;
    let link = page.body.split("href=\"").find(|rest| rest.starts_with("/sign-in/oidc?")).unwrap();
    let link = link.split('"').next().unwrap().replace("&amp;", "&");
    let there = kay.get(&link).await;
    assert!(
        there.location().contains("prompt=login") && there.location().contains("max_age=0"),
        "{there:?}"
    );
    let old = kay.cookie(SESSION).unwrap();
    let back = issuer.visit(there.location(), "/enter").await;
    let answer = come_back(&kay, &back).await;
    assert!(answer.body.contains("content=\"0;url=/policy?notice="), "{answer:?}");
    assert_ne!(kay.cookie(SESSION).unwrap(), old);
    let gone = portal.browser();
    gone.set_cookie(SESSION, &old);
    assert_eq!(gone.get("/policy").await.status, 303);
    assert_eq!(freeze(kay.clone()).await.location(), "/policy");

    // A provider that did not ask, and somebody else who came back.
    for (lie, subject) in [("not-afresh", "sub-kay"), ("", "sub-lee")] {
        issuer.tell(json!({ "lie": "" })).await;
        issuer.account("sub-kay", "kay", &["security"]).await;
        let kay = portal.browser();
        sign_in_at(&issuer, &kay, "").await;
        issuer.tell(json!({ "lie": lie })).await;
        issuer.account(subject, "kay", &["security"]).await;
        let there = kay.get("/sign-in/oidc?next=/policy&again=1").await;
        let back = issuer.visit(there.location(), "/enter").await;
        let answer = come_back(&kay, &back).await;
        assert_eq!(
            crate::issuer::shown(&portal.browser(), &answer).await,
            "sign-in-unproven",
            "{lie} {subject}"
        );
    }
}
