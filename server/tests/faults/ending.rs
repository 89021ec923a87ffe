//! F40: the end of a process, asked for or not: what is under way is heard to its end or handed over, and a panic ends
//! nothing but itself. That it dies at once is in `edges.rs`.

use std::time::{Duration, Instant};

use domain::change::{ChangeState, Ending, SendOutcome, VerifiedBy};
use domain::id::ChangeId;
use simulator::{Fault, Rule};

use crate::browser::{Ask, Browser, SESSION};
use crate::ground::{Ground, Memory, Running, confirm, key, take_review, until};
use crate::long::report;
use crate::story::{Story, nothing_is_left, requested, serve};

const WRITE: &str = "ModifyInstanceVpcAuthMode";
/// Whatever is under way at the end of a process has so long.
const DRAIN: Duration = Duration::from_secs(25);

mod sqlite {
    use crate::ground::Memory::Sqlite;

    #[tokio::test]
    async fn f40_asked_to_stop_during_a_call_its_answer_is_heard() {
        super::its_answer_is_heard(Sqlite).await;
    }

    #[tokio::test]
    async fn f40_asked_to_stop_during_a_call_that_nobody_answers() {
        super::nobody_answers(Sqlite).await;
    }

    #[tokio::test]
    async fn f40_a_panic_of_a_driver_is_no_end() {
        super::a_driver_panics(Sqlite).await;
    }

    #[tokio::test]
    async fn f40_a_panic_is_one_answer() {
        super::a_panic_is_one_answer(Sqlite).await;
    }
}

mod postgres {
    use crate::ground::Memory::Postgres;

    #[tokio::test]
    async fn f40_asked_to_stop_during_a_call_its_answer_is_heard() {
        super::its_answer_is_heard(Postgres).await;
    }

    #[tokio::test]
    async fn f40_asked_to_stop_during_a_call_that_nobody_answers() {
        super::nobody_answers(Postgres).await;
    }

    #[tokio::test]
    async fn f40_a_panic_of_a_driver_is_no_end() {
        super::a_driver_panics(Postgres).await;
    }

    #[tokio::test]
    async fn f40_a_panic_is_one_answer() {
        super::a_panic_is_one_answer(Postgres).await;
    }
}

/// Asked to stop while its call meets `fault` and was applied; how long it took to end.
async fn stopped_during(ground: &Ground, fault: Fault) -> (ChangeId, Duration) {
    let portal = serve(ground, &ground.config(), "").await;
    let control = ground.cloud.control();
    let id = requested(&portal, || {
        control.add_fault(Rule::always(fault).for_action(WRITE));
    })
    .await;
    until("the call to be applied", async || {
        control.ledger().iter().any(|entry| entry.applied_at.is_some()).then_some(())
    })
    .await;
    let began = Instant::now();
    portal.process.ask_to_stop().await;
    let ended = portal.process.ended().await;
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let took = began.elapsed();
    assert!(took < DRAIN, "{took:?}");
    control.clear_faults();
    (id, took)
}

async fn its_answer_is_heard(memory: Memory) {
    let ground = Ground::new(memory).await;
    let held = Fault::Delay { before_ms: 0, after_ms: 2_000 };
    let (id, took) = stopped_during(&ground, held).await;
    report(&format!("| F40, SIGTERM during a call, {memory:?} | ended after {took:.1?} | heard |"));
    let left = Story::of(&ground, id).await;
    assert_eq!(left.change.state, ChangeState::Accepted, "its answer was waited for");
    assert!(left.change.cloud_request_id.is_some());
    let _portal = serve(&ground, &ground.config(), "").await;
    let story = Story::ended(&ground, id).await;
    nothing_is_left(&ground, std::slice::from_ref(&story)).await;
    assert_eq!(story.change.ending, Some(Ending::Verified { by: VerifiedBy::Worker }));
    let codes = [
        "change.requested",
        "change.checked",
        "change.intent",
        "change.accepted",
        "change.verified",
    ];
    story.expect(&ground, 1, &[Some(SendOutcome::Accepted)], &codes).await;
}

async fn nobody_answers(memory: Memory) {
    let ground = Ground::new(memory).await;
    let (id, took) = stopped_during(&ground, Fault::Silence { applied: true }).await;
    report(&format!(
        "| F40, SIGTERM during a silent call, {memory:?} | ended after {took:.1?} | read |"
    ));
    assert!(!Story::of(&ground, id).await.change.state.is_terminal());
    let _portal = serve(&ground, &ground.config(), "").await;
    let story = Story::ended(&ground, id).await;
    nothing_is_left(&ground, std::slice::from_ref(&story)).await;
    assert_eq!(story.change.ending, Some(Ending::Verified { by: VerifiedBy::Reconciler }));
    let codes = [
        "change.requested",
        "change.checked",
        "change.intent",
        "change.unclear",
        "change.reconciling",
        "change.verified",
    ];
    story.expect(&ground, 1, &[Some(SendOutcome::Unclear)], &codes).await;
}

/// The new version is started, the old one asked to stop: nobody who looks notices, and no change is made twice.
#[tokio::test]
async fn f40_a_new_version_takes_over_from_the_old_one() {
    let ground = Ground::new(Memory::Postgres).await;
    let control = ground.cloud.control();
    let old = serve(&ground, &ground.config(), "").await;
    let new = serve(&ground, &ground.config(), "").await;
    let oleg = old.signed_in("oleg").await;
    let mut changes = Vec::new();
    let instances = [
        "core/cn-hangzhou/r-bp1ordersdev0001",
        "core/cn-hangzhou/r-bp1nolabel000001",
        "core/cn-hangzhou/r-bp1yingxiao00001",
    ];
    let held = Fault::Delay { before_ms: 0, after_ms: 700 };
    control.add_fault(Rule::always(held).for_action(WRITE));
    for instance in instances {
        let fields = [
            ("account", "core"),
            ("region", "cn-hangzhou"),
            ("id", key(instance).id.as_str()),
            ("to", "password-free"),
        ]
        .map(|(name, value)| (name, value.to_owned()));
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let review = oleg.post("/api/ui/review/take", &fields).await;
        if review.status != 200 {
            continue;
        }
        let review = review.json().as_str().unwrap().to_owned();
        let fields = [("review", review.as_str()), ("key", &review), ("reason", "drill, OPS-1")];
        let confirmed = oleg.post("/api/ui/change/confirm", &fields).await;
        if confirmed.status == 200 {
            changes.push(confirmed.json().as_str().unwrap().parse::<ChangeId>().unwrap());
        }
    }
    assert!(!changes.is_empty());
    let same = same_person(&new, &oleg);
    let looking = async {
        let mut looks = 0;
        loop {
            let page = same.get("/changes").await;
            assert_eq!(page.status, 200, "{page:?}");
            looks += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
            if looks > 1_000_000 {
                break;
            }
        }
    };
    let changing_over = async {
        old.process.ask_to_stop().await;
        let ended = old.process.ended().await;
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        let mut told = Vec::new();
        for id in &changes {
            told.push(Story::ended(&ground, *id).await);
        }
        told
    };
    let told = tokio::select! {
        told = changing_over => told,
        () = looking => unreachable!("nobody looks for so long"),
    };
    let ledger = control.ledger();
    for story in &told {
        story.holds(&ground, &ledger).await;
        assert_eq!(story.change.state, ChangeState::Verified, "{:?}", story.change);
        let id = story.change.instance.id.as_str();
        let calls = ledger.iter().filter(|entry| entry.instance.as_deref() == Some(id)).count();
        assert_eq!(calls, 1, "{id}");
    }
    nothing_is_left(&ground, &told).await;
    // And the new one takes wishes.
    control.clear_faults();
    let review =
        take_review(&same, "core/cn-shanghai/r-uf6catalogdev001", "password-required").await;
    let id = confirm(&same, &review).await;
    assert_eq!(Story::ended(&ground, id).await.change.state, ChangeState::Verified);
}

fn same_person(portal: &Running, somebody: &Browser) -> Browser {
    let browser = portal.browser();
    browser.set_cookie(SESSION, &somebody.cookie(SESSION).unwrap());
    browser
}

/// Another task takes the change up.
async fn a_driver_panics(memory: Memory) {
    let ground = Ground::new(memory).await;
    let portal = serve(&ground, &ground.config(), "change-checked=1*panic").await;
    let id = requested(&portal, || {}).await;
    let story = Story::ended(&ground, id).await;
    nothing_is_left(&ground, std::slice::from_ref(&story)).await;
    assert!(portal.process.err().contains("change-checked"), "it panicked");
    assert_eq!(story.change.ending, Some(Ending::Verified { by: VerifiedBy::Worker }));
    assert_eq!(ground.cloud.control().ledger().len(), 1);
    assert_eq!(portal.browser().get("/healthz").await.status, 200);
}

async fn a_panic_is_one_answer(memory: Memory) {
    let ground = Ground::new(memory).await;
    let portal = serve(&ground, &ground.config(), "asked=3*panic").await;
    let oleg = portal.signed_in("oleg").await;
    // A page, a form of a script, and a file: one answer each, of ours, to whoever asked.
    let wish = [
        ("account", "core"),
        ("region", "cn-hangzhou"),
        ("id", "r-bp1ordersdev0001"),
        ("to", "password-free"),
    ];
    for ask in [
        Ask::get("/instances"),
        Ask::post("/api/ui/review/take", &wish),
        Ask::get("/instances/export.csv"),
    ] {
        let somebody = portal.browser();
        let (answer, other) = tokio::join!(oleg.send(ask), somebody.get("/healthz"));
        assert_eq!(answer.status, 500, "{answer:?}");
        assert_eq!(other.status, 200, "nobody else notices");
        assert!(
            answer.header("x-request-id").is_some()
                && answer.header("content-security-policy").is_some()
        );
        assert!(!answer.body.contains("panic") && !answer.body.contains(".rs"), "{answer:?}");
        // The page says under which number it is in the log.
        let number = answer.header("x-request-id").unwrap();
        assert!(answer.body.contains(&format!("<code>{number}</code>")), "{answer:?}");
        let told = until("the panic to be told", async || {
            lines(&portal.process.err()).into_iter().find(|line| {
                line["message"] == "a panic: a fault of the portal"
                    && line["spans"][0]["number"] == number
            })
        })
        .await;
        assert_eq!(told["said"], "failpoint asked panic", "{told}");
        assert!(told["place"].as_str().unwrap().contains(".rs:"), "{told}");
        assert!(told["spans"][0]["session"].as_str().unwrap().starts_with("s-"), "{told}");
        assert_eq!(told["spans"][0]["client"], "127.0.0.1", "{told}");
    }
    let said = portal.process.err();
    assert_eq!(said.matches("failpoint asked panic").count(), 3, "{said}");
    // The process lives, with everything in it.
    assert_eq!(oleg.get("/instances").await.status, 200);
    let id = confirm(
        &oleg,
        &take_review(&oleg, "core/cn-hangzhou/r-bp1ordersdev0001", "password-free").await,
    )
    .await;
    let story = Story::ended(&ground, id).await;
    nothing_is_left(&ground, std::slice::from_ref(&story)).await;
    assert_eq!(story.change.state, ChangeState::Verified);
}

/// The log, line by line.
fn lines(log: &str) -> Vec<serde_json::Value> {
    log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}
