//! F13: the disk is full. Nothing is done that cannot be recorded; whoever looks is served. What becomes of a change that
//! is under way is in `tests/faults`.

use domain::change::ChangeState;
use domain::person::Scope;

use crate::browser::Ask;
use crate::disk::{Disk, sql};
use crate::forms::{Trace, is_closed};
use crate::ground::{
    Ground, Memory, ORDERS, PASSWORD, Running, confirm, sign_in, take_review, until,
};
use crate::process::{Process, latchkey};

const SIGN_IN: &str = "/api/ui/session/sign-in";

#[tokio::test]
async fn f13_on_a_full_disk_sqlite_signs_nobody_in_and_takes_no_change() {
    on_a_full_disk(Memory::Sqlite).await;
}

#[tokio::test]
async fn f13_on_a_full_disk_postgres_signs_nobody_in_and_takes_no_change() {
    on_a_full_disk(Memory::Postgres).await;
}

async fn on_a_full_disk(memory: Memory) {
    let disk = Disk::new(memory);
    let ground = disk.ground().await;
    let portal = ground.serve().await;
    let (oleg, vera) = (portal.signed_in("oleg").await, portal.signed_in("vera").await);
    let review = take_review(&oleg, ORDERS, "password-free").await;
    // So that the next request has to note that they are used.
    sql(&ground, "UPDATE sessions SET seen_at = seen_at - 120000").await;
    let store = ground.store().await;
    let before = Trace::of(&store, &ground).await;
    disk.fill(&ground).await;

    // Nobody is signed in without a session and a record of it.
    let names = [("name", "anna"), ("password", PASSWORD)];
    let (fetching, submitting) = (portal.browser(), portal.browser());
    let fetched = fetching.post(SIGN_IN, &names).await;
    assert_eq!((fetched.status, fetched.code().as_str()), (503, "unavailable"), "{fetched:?}");
    assert!(is_closed(&fetched) && fetched.all("set-cookie").is_empty(), "{fetched:?}");
    let submitted = submitting.submit(SIGN_IN, &names).await;
    assert_eq!((submitted.status, submitted.all("set-cookie").len()), (503, 0), "{submitted:?}");
    assert!(submitted.body.contains("The portal's memory does not answer"), "{submitted:?}");
    for browser in [&fetching, &submitting] {
        assert_eq!(browser.get("/instances").await.status, 303);
    }

    // No wish without its record, and no list of who did what.
    let confirmation = [("review", review.as_str()), ("key", &review), ("reason", "drill")];
    let place = [("account", "core"), ("region", "cn-hangzhou"), ("id", "r-bp1ordersdev0001")];
    let wish = [place.as_slice(), &[("to", "password-free")]].concat();
    for (browser, path, fields) in [
        (&oleg, "/api/ui/change/confirm", confirmation.as_slice()),
        (&oleg, "/api/ui/review/take", &wish),
        (&vera, "/api/ui/review/take", &wish),
        (&vera, "/api/ui/session/sign-out", &[]),
    ] {
        let refused = browser.post(path, fields).await;
        let told = (refused.status, refused.code());
        assert_eq!(told, (503, "unavailable".to_owned()), "{path}: {refused:?}");
        assert!(is_closed(&refused), "{refused:?}");
    }
    let file = vera.get("/audit/export.csv").await;
    assert_eq!(file.status, 503, "{file:?}");
    let elsewhere = Ask::post("/api/ui/change/confirm", &confirmation);
    let elsewhere = oleg.send(elsewhere.header("sec-fetch-site", "cross-site")).await;
    assert_eq!(elsewhere.status, 403, "refused, recorded or not: {elsewhere:?}");

    // Whoever looks is served.
    let instance = format!("/instances/{ORDERS}");
    for path in
        ["/instances", &instance, "/changes", "/audit", "/overview", "/instances/export.csv"]
    {
        let page = vera.get(path).await;
        assert_eq!(page.status, 200, "{path}: {page:?}");
    }
    assert_eq!(portal.browser().get("/healthz").await.status, 200);
    assert_eq!(Trace::of(&store, &ground).await, before);

    disk.free(&ground).await;
    until("somebody to be signed in", async || {
        (sign_in(&fetching, "anna", PASSWORD).await.status == 200).then_some(())
    })
    .await;
    done(&ground, &portal, &review).await;
    let flaw = store.verify_audit(&[]).await.unwrap().flaw;
    assert_eq!(flaw, None, "I6");
}

/// The change of a review is made and proven.
async fn done(ground: &Ground, portal: &Running, review: &str) {
    let oleg = portal.signed_in("oleg").await;
    let review = if review.is_empty() {
        take_review(&oleg, ORDERS, "password-free").await
    } else {
        review.to_owned()
    };
    let change = confirm(&oleg, &review).await;
    let store = ground.store().await;
    until("the change to be verified", async || {
        let change = store.find_change(&Scope::Everything, change).await.unwrap().unwrap();
        (change.state == ChangeState::Verified).then_some(())
    })
    .await;
    assert_eq!(ground.cloud.control().ledger().len(), 1);
}

/// The disk that the log goes to, or whoever reads it.
#[tokio::test]
async fn f13_a_log_that_cannot_be_written_stops_nobody() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    for sink in [std::process::Stdio::from(full), std::process::Stdio::from(writer)] {
        let ground = Ground::new(Memory::Sqlite).await;
        let toml = ground.config().text(ground.folder.path());
        std::fs::write(ground.folder.path().join("latchkey.toml"), toml).unwrap();
        let mut command = latchkey(ground.folder.path(), &["serve"]);
        command.env("LATCHKEY_LOG", "debug").stderr(sink);
        let mut process = Process::start(command);
        let said = process.says("Latchkey is at ").await;
        let origin = said.trim_start_matches("Latchkey is at ").to_owned();
        let portal = Running { process, origin };
        let browser = portal.browser();
        until("readiness", async || (browser.get("/readyz").await.status == 200).then_some(()))
            .await;
        let store = ground.store().await;
        until("the fleet to be listed", async || {
            store
                .find_instance(&Scope::Everything, &crate::ground::key(ORDERS))
                .await
                .unwrap()
                .map(drop)
        })
        .await;
        done(&ground, &portal, "").await;
        portal.process.ask_to_stop().await;
        assert_eq!(portal.process.ended().await.code, Some(0));
    }
}
