//! F30: signing out, disabling somebody, and another role, against a hundred requests under way. What begins after the
//! commit is refused, whatever was on its way.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::change::ChangeState;
use domain::person::{Role, Scope};
use store::change::ChangeFilter;
use tokio::task::JoinSet;

use crate::browser::{Answer, Browser, SESSION};
use crate::disk::sql;
use crate::ground::{
    Ground, Memory, ORDERS, PASSWORD, Running, key, now, sign_in, take_review, until,
};

const ASKERS: usize = 100;
const WISH: [(&str, &str); 4] = [
    ("account", "core"),
    ("region", "cn-hangzhou"),
    ("id", "r-bp1ordersdev0001"),
    ("to", "password-free"),
];

/// What ends somebody's rights while they ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    SignOut,
    Disable,
    MakeViewer,
}

#[tokio::test]
async fn f30_no_request_after_signing_out_succeeds_on_sqlite() {
    race(Memory::Sqlite, Deed::SignOut).await;
}

#[tokio::test]
async fn f30_no_request_after_signing_out_succeeds_on_postgres() {
    race(Memory::Postgres, Deed::SignOut).await;
}

#[tokio::test]
async fn f30_no_request_of_somebody_disabled_succeeds_on_sqlite() {
    race(Memory::Sqlite, Deed::Disable).await;
}

#[tokio::test]
async fn f30_no_request_of_somebody_disabled_succeeds_on_postgres() {
    race(Memory::Postgres, Deed::Disable).await;
}

#[tokio::test]
async fn f30_no_request_with_a_role_that_was_taken_succeeds_on_sqlite() {
    race(Memory::Sqlite, Deed::MakeViewer).await;
}

#[tokio::test]
async fn f30_no_request_with_a_role_that_was_taken_succeeds_on_postgres() {
    race(Memory::Postgres, Deed::MakeViewer).await;
}

/// One request of a crowd: what it asks goes by its number.
async fn ask(person: &Browser, number: usize, review: &str) -> Answer {
    match number % 5 {
        0 => person.get("/changes").await,
        1 => person.post("/api/ui/preferences/set", &[("theme", "light")]).await,
        2 => person.post("/api/ui/review/take", &WISH).await,
        3 => {
            let fields = [("review", review), ("key", review), ("reason", "drill")];
            person.post("/api/ui/change/confirm", &fields).await
        }
        _ => person.get("/").await,
    }
}

/// Whether an answer is that of somebody who may no longer ask for it.
fn is_refused(deed: Deed, number: usize, answer: &Answer) -> bool {
    let (to, code) = ((answer.status, answer.location()), answer.code());
    match (deed, number % 5) {
        // Whoever only looks may still look, and has preferences.
        (Deed::MakeViewer, 0 | 1) => to.0 == 200,
        (Deed::MakeViewer, 4) => to == (303, "/instances"),
        (Deed::MakeViewer, _) => (to.0, code.as_str()) == (403, "forbidden"),
        // Of nobody they are kept by the browser.
        (_, 1) => to.0 == 200,
        (_, 0 | 4) => to.0 == 303 && to.1.starts_with("/sign-in"),
        (_, _) => (to.0, code.as_str()) == (401, "not-signed-in"),
    }
}

async fn race(memory: Memory, deed: Deed) {
    let ground = Ground::new(memory).await;
    let portal = ground.serve().await;
    let oleg = portal.signed_in("oleg").await;
    let cookie = oleg.cookie(SESSION).unwrap();
    let review = take_review(&oleg, ORDERS, "password-free").await;
    let over = Arc::new(AtomicBool::new(false));
    let under_way = Arc::new(AtomicBool::new(false));
    let mut askers = JoinSet::new();
    for number in 0..ASKERS {
        let person = oleg.elsewhere();
        person.set_cookie(SESSION, &cookie);
        let (over, under_way, review) = (over.clone(), under_way.clone(), review.clone());
        askers.spawn(async move {
            loop {
                let asked_after = over.load(Ordering::SeqCst);
                let answer = ask(&person, number, &review).await;
                assert!(answer.status < 500, "{answer:?}");
                if asked_after {
                    assert!(is_refused(deed, number, &answer), "{deed:?} {number}: {answer:?}");
                    // What came late brought nothing back, for the browser either.
                    assert!(answer.all("set-cookie").iter().all(|line| !line.contains(SESSION)));
                    return;
                }
                under_way.store(true, Ordering::SeqCst);
            }
        });
    }
    until("requests to be under way", async || under_way.load(Ordering::SeqCst).then_some(()))
        .await;
    done(&ground, &oleg, deed).await;
    let committed = now();
    over.store(true, Ordering::SeqCst);
    while let Some(ended) = askers.join_next().await {
        ended.unwrap();
    }
    let kept = oleg.elsewhere();
    kept.set_cookie(SESSION, &cookie);
    assert_eq!(kept.get("/instances").await.status == 200, deed == Deed::MakeViewer);
    nothing_was_sent_since(&ground, deed, committed).await;
    may_come_back(&portal, deed).await;
}

async fn done(ground: &Ground, oleg: &Browser, deed: Deed) {
    match deed {
        Deed::SignOut => {
            let out = oleg.post("/api/ui/session/sign-out", &[]).await;
            assert_eq!(out.status, 200, "{out:?}");
        }
        Deed::Disable => {
            let store = ground.store().await;
            let user = store.find_user(&"oleg".parse().unwrap()).await.unwrap().unwrap();
            store.disable_user(user.person.id, now()).await.unwrap();
            store.close().await;
        }
        Deed::MakeViewer => {
            let viewer = Role::Viewer.code();
            let grants = format!("[{{\"role\":\"{viewer}\",\"area\":{{}}}}]");
            sql(ground, &format!("UPDATE users SET grants = '{grants}' WHERE name = 'oleg'")).await;
        }
    }
}

/// A change that was confirmed in time is carried out, unless its person may no longer: then it is refused.
async fn nothing_was_sent_since(ground: &Ground, deed: Deed, committed: domain::time::Timestamp) {
    let store = ground.store().await;
    until("every change to end", async || {
        store.list_open_changes().await.unwrap().is_empty().then_some(())
    })
    .await;
    let changes = store.list_changes(&Scope::Everything, &ChangeFilter::default(), 100).await;
    let changes = changes.unwrap();
    assert!(changes.len() <= 1, "one wish, whoever many sent it: {changes:?}");
    let mut nonces = BTreeMap::new();
    for change in &changes {
        assert_eq!(change.instance, key(ORDERS));
        let attempts = store.list_attempts(change.id).await.unwrap();
        let sent = !attempts.is_empty();
        let expected = if sent { ChangeState::Verified } else { ChangeState::Refused };
        assert_eq!(change.state, expected, "{change:?}");
        for attempt in attempts {
            let in_time = deed == Deed::SignOut || attempt.signed_at <= committed;
            assert!(in_time, "called for somebody who may not: {attempt:?}");
            nonces.insert(attempt.nonce.clone(), change.id);
        }
    }
    for entry in ground.cloud.control().ledger() {
        assert!(nonces.contains_key(entry.nonce.as_ref().unwrap()), "I1: {entry:?}");
    }
    assert_eq!(store.verify_audit(&[]).await.unwrap().flaw, None, "I6");
}

async fn may_come_back(portal: &Running, deed: Deed) {
    let again = sign_in(&portal.browser(), "oleg", PASSWORD).await;
    assert_eq!(again.status, if deed == Deed::Disable { 401 } else { 200 }, "{again:?}");
}
