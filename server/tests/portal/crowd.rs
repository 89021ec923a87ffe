//! Many people at once: what becomes of them when their sessions are gone (F29), and what they cost (F31).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use domain::change::ChangeState;
use domain::person::Scope;
use sha2::{Digest as _, Sha256};
use simulator::{Fault, Rule};
use tokio::task::JoinSet;

use crate::browser::{Answer, Browser, SESSION};
use crate::disk::sql;
use crate::ground::{Ground, Memory, ORDERS, confirm, now, take_review, until};
use crate::long::{report, times};

/// Cookies of so many live sessions, of all people in turn, as if each had signed in.
async fn live_sessions(ground: &Ground, count: usize) -> Vec<String> {
    let store = ground.store().await;
    let people = store.list_users().await.unwrap();
    let at = now().as_millis();
    let (mut cookies, mut rows) = (Vec::new(), Vec::new());
    for number in 0..count {
        let mut bits = [0; 16];
        bits.copy_from_slice(&Sha256::digest(number.to_be_bytes())[..16]);
        let id = tower_sessions::session::Id(i128::from_be_bytes(bits));
        let hash = hex::encode(Sha256::digest(id.0.to_be_bytes()));
        let person = people[number % people.len()].person.id;
        rows.push(format!(
            "('{hash}', 's-{}', '{person}', '{{\"user\":\"{person}\"}}', {at}, {at}, {})",
            &hash[..8],
            at + 3_600_000
        ));
        cookies.push(id.to_string());
    }
    let insert = "INSERT INTO sessions (id_hash, label, user_id, body, created_at, seen_at, expires_at) VALUES";
    sql(ground, &format!("{insert} {}", rows.join(", "))).await;
    store.close().await;
    cookies
}

/// Somebody of a crowd, with the connection of another.
fn with(browser: &Browser, cookie: &str) -> Browser {
    let other = browser.elsewhere();
    other.set_cookie(SESSION, cookie);
    other
}

/// Signed in: on to the list. Else: to the page where one signs in.
fn is_in(answer: &Answer) -> bool {
    let to = (answer.status, answer.location());
    assert!(to == (303, "/instances") || to.1.starts_with("/sign-in"), "{answer:?}");
    to.1 == "/instances"
}

#[tokio::test]
async fn f29_all_sessions_are_gone_and_changes_go_on_on_sqlite() {
    all_sessions_are_gone(Memory::Sqlite).await;
}

#[tokio::test]
async fn f29_all_sessions_are_gone_and_changes_go_on_on_postgres() {
    all_sessions_are_gone(Memory::Postgres).await;
}

const CROWD: usize = 1000;
/// Who ask at the same time.
const AT_ONCE: usize = 20;

async fn all_sessions_are_gone(memory: Memory) {
    let ground = Ground::new(memory).await;
    // A thousand people come through a proxy: one address alone has fewer connections.
    let mut config = ground.config();
    config.more.push_str("trusted_proxies = [\"127.0.0.1\"]\n");
    let portal = ground.serve_as(&config).await;
    let oleg = portal.signed_in("oleg").await;
    let review = take_review(&oleg, ORDERS, "password-free").await;
    let held = Fault::Delay { before_ms: 0, after_ms: 1_500 };
    let control = ground.cloud.control();
    control.add_fault(Rule::always(held).for_action("ModifyInstanceVpcAuthMode"));
    let cookies = live_sessions(&ground, CROWD).await;
    let (gone, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut crowd = JoinSet::new();
    for part in cookies.chunks(CROWD / AT_ONCE) {
        let people: Vec<Browser> =
            part.iter().map(|cookie| with(&portal.browser(), cookie)).collect();
        let (gone, seen) = (gone.clone(), seen.clone());
        crowd.spawn(async move {
            let (mut before, mut after) = (vec![false; people.len()], vec![false; people.len()]);
            while after.contains(&false) {
                for (number, person) in people.iter().enumerate() {
                    let asked_after = gone.load(Ordering::SeqCst);
                    let answer = person.get("/").await;
                    let signed_in = is_in(&answer);
                    assert!(!(asked_after && signed_in), "still signed in");
                    if signed_in && !std::mem::replace(&mut before[number], true) {
                        seen.fetch_add(1, Ordering::SeqCst);
                    }
                    after[number] |= asked_after;
                }
            }
        });
    }
    until("everybody to be served", async || (seen.load(Ordering::SeqCst) == CROWD).then_some(()))
        .await;
    let change = confirm(&oleg, &review).await;
    until("the call to be made", async || (!control.ledger().is_empty()).then_some(())).await;
    sql(&ground, "DELETE FROM sessions").await;
    gone.store(true, Ordering::SeqCst);
    while let Some(ended) = crowd.join_next().await {
        ended.unwrap();
    }
    assert_eq!(oleg.get("/instances").await.status, 303);
    // What was asked for is brought to its end all the same.
    let store = ground.store().await;
    until("the change to be verified", async || {
        let change = store.find_change(&Scope::Everything, change).await.unwrap().unwrap();
        (change.state == ChangeState::Verified).then_some(())
    })
    .await;
    assert_eq!(control.ledger().len(), 1);
    assert_eq!(store.verify_audit(&[]).await.unwrap().flaw, None, "I6");
    assert_eq!(portal.signed_in("oleg").await.get("/instances").await.status, 200);
}

#[tokio::test]
async fn f31_ten_thousand_sessions_and_load_on_sqlite() {
    ten_thousand_sessions(Memory::Sqlite).await;
}

#[tokio::test]
async fn f31_ten_thousand_sessions_and_load_on_postgres() {
    ten_thousand_sessions(Memory::Postgres).await;
}

/// In MiB, beyond what it held before.
const MEMORY: u64 = 128;
const A_SECOND: u32 = 200;

/// `LATCHKEY_FAULTS_LOAD` is for how many seconds; with `LATCHKEY_FAULTS_REPORT` the numbers are kept.
async fn ten_thousand_sessions(memory: Memory) {
    let ground = Ground::new(memory).await;
    let portal = ground.serve().await;
    let names = ["adam", "anna", "oleg", "vera"];
    for name in names {
        let page = portal.signed_in(name).await.get("/instances").await;
        assert_eq!(page.status, 200);
    }
    let cookies = live_sessions(&ground, 10_000).await;
    let idle = portal.process.resident();
    let seconds = times("LATCHKEY_FAULTS_LOAD", 4);
    let browser = portal.browser();
    let began = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_secs(1).div_f64(f64::from(A_SECOND)));
    let (mut asked, mut took, mut most) = (JoinSet::new(), Vec::new(), idle);
    for number in 0..seconds * usize::try_from(A_SECOND).unwrap() {
        tick.tick().await;
        // A prime away from the one before: all of them in turn, and never the same person twice.
        let at = number * 7919 % cookies.len();
        let (person, name) = (with(&browser, &cookies[at]), names[at % names.len()]);
        asked.spawn(async move {
            let began = Instant::now();
            right(&person, name, number).await;
            began.elapsed()
        });
        // Not more at once than a slow machine can answer in a while.
        while asked.len() >= 64 {
            took.push(asked.join_next().await.unwrap().unwrap());
        }
        most = most.max(portal.process.resident());
    }
    took.extend(asked.join_all().await);
    let whole = began.elapsed();
    took.sort_unstable();
    let (p50, p99) = (took[took.len() / 2], took[took.len() * 99 / 100]);
    report(&format!(
        "| F31, 10,000 sessions, {memory:?} | {} answers in {whole:.1?} | p50 {p50:.1?}, p99 {p99:.1?}; {idle} MiB before, {most} MiB at most |",
        took.len()
    ));
    assert!(most <= idle + MEMORY, "{idle} MiB before, {most} MiB under load");
    assert_eq!(portal.browser().get("/readyz").await.status, 200);
}

/// Each is who they are, whatever they ask for.
async fn right(person: &Browser, name: &str, number: usize) {
    match number % 20 {
        0 => {
            let page = person.get("/inbox").await;
            assert_eq!(page.status, 200, "{page:?}");
            assert!(page.body.contains(&format!(">{name}<")), "{name}: {page:?}");
        }
        1 => {
            let chosen = person.post("/api/ui/preferences/set", &[("theme", "dark")]).await;
            assert_eq!(chosen.status, 200, "{chosen:?}");
        }
        2 => {
            let wish = [
                ("account", "core"),
                ("region", "cn-hangzhou"),
                ("id", "r-none0000000000"),
                ("to", "password-free"),
            ];
            let refused = person.post("/api/ui/review/take", &wish).await;
            let status = if name == "vera" { 403 } else { 404 };
            assert_eq!(refused.status, status, "{name}: {refused:?}");
        }
        3 => assert_eq!(person.get("/healthz").await.status, 200),
        _ => assert!(is_in(&person.get("/").await), "{name}"),
    }
}
