//! What people choose for themselves: by which clock they read, and what their inbox keeps.

use domain::inbox::{Audience, Notice, NoticeKind};
use domain::person::Role;
use domain::time::Timestamp;
use domain::zone::Zone;

use crate::browser::Browser;
use crate::ground::{Ground, Memory, ORDERS, confirm, now, take_review, until};

const SETTINGS: &str = "/api/ui/preferences/set";
/// What a browser's script tells.
const COOKIE: &str = "__Host-zone";

/// `(datetime, text)` of every time of a page that is written as a moment or as a time of day.
fn times(page: &str) -> Vec<(String, String)> {
    let elements = page.split("<time datetime=\"").skip(1);
    let read = elements.map(|rest| {
        let (datetime, rest) = rest.split_once('"').unwrap();
        let (_, text) = rest.split_once('>').unwrap();
        (datetime.to_owned(), text.split('<').next().unwrap().to_owned())
    });
    read.filter(|(_, text)| text.contains(':')).collect()
}

fn foot(page: &str) -> String {
    let (_, foot) = page.split_once("<footer class=\"foot\">").unwrap();
    let foot = foot.split("</footer>").next().unwrap();
    foot.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect()
}

/// Every time on these pages is what a clock in the zone shows, and each page says which zone.
async fn reads_by(browser: &Browser, pages: &[String], zone: &str) -> usize {
    let clock: Zone = zone.parse().unwrap();
    let mut seen = 0;
    for path in pages {
        let page = browser.get(path).await.body;
        assert!(foot(&page).contains(&zone.replace('_', " ")), "{path}: {}", foot(&page));
        for (datetime, text) in times(&page) {
            let at = app::text::parse_moment(&datetime).unwrap();
            let local = clock.local(at).unwrap();
            let moment = format!("{} {}", local.day, local.clock);
            assert!(text == moment || text == local.clock, "{path}: {datetime} as {text}");
            seen += 1;
        }
    }
    seen
}

#[tokio::test]
async fn every_time_of_every_page_is_by_the_clock_of_whoever_reads_it() {
    for memory in [Memory::Sqlite, Memory::Postgres] {
        let ground = Ground::new(memory).await;
        let portal = ground.serve().await;
        let oleg = portal.signed_in("oleg").await;
        let change = confirm(&oleg, &take_review(&oleg, ORDERS, "password-free").await).await;
        until("the change to end", async || {
            let page = oleg.get(&format!("/changes/{change}")).await.body;
            page.contains("Verified").then_some(())
        })
        .await;
        let pages = ["/audit", "/changes", "/me/sessions", "/tokens", "/policy", "/inbox"];
        let mut pages = pages.map(ToOwned::to_owned).to_vec();
        pages.extend([format!("/changes/{change}"), format!("/instances/{ORDERS}")]);

        // Nothing is known of the browser, then what it says, then what the person chose.
        assert!(reads_by(&oleg, &pages, "UTC").await > 5);
        oleg.set_cookie(COOKIE, "America/St_Johns");
        assert!(reads_by(&oleg, &pages, "America/St_Johns").await > 5);
        let chosen = oleg.post(SETTINGS, &[("time_zone", "Asia/Kathmandu")]).await;
        assert_eq!(chosen.status, 200, "{chosen:?}");
        assert!(reads_by(&oleg, &pages, "Asia/Kathmandu").await > 5);
        // It follows to another browser, and is nobody else's.
        let elsewhere = portal.signed_in("oleg").await;
        reads_by(&elsewhere, &pages, "Asia/Kathmandu").await;
        reads_by(&portal.signed_in("vera").await, &pages[..1], "UTC").await;
        // And can be given back.
        oleg.post(SETTINGS, &[("time_zone", "browser")]).await;
        reads_by(&oleg, &pages, "America/St_Johns").await;
        reads_by(&elsewhere, &pages, "UTC").await;

        // What leaves for programs stays as it was.
        for file in ["/audit/export.csv", "/audit/export.jsonl", "/instances/export.csv"] {
            let file = oleg.get(file).await;
            assert_eq!(file.status, 200);
            assert!(!file.body.contains("-03:30") && !file.body.contains("UTC-3"), "{file:?}");
        }
        let lines = oleg.get("/audit/export.jsonl").await.body;
        let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
        assert!(first["at"].as_str().is_some_and(|at| at.ends_with('Z')), "{first}");
    }
}

#[tokio::test]
async fn what_is_no_zone_is_refused_and_a_cookie_without_sense_counts_as_none() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let oleg = portal.signed_in("oleg").await;
    for (field, value) in [
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "+08:00"),
        ("time_zone", ""),
        ("time_zone", "../../etc/localtime"),
        ("shortcuts", "perhaps"),
        ("density", "compact"),
    ] {
        let refused = oleg.post(SETTINGS, &[("theme", "dark"), (field, value)]).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (400, "malformed"),
            "{field}={value}"
        );
    }
    let page = oleg.get("/settings").await.body;
    assert!(!page.contains("data-theme=\"dark\""), "nothing of a refused form is kept");
    let long = "A/".repeat(2000);
    for cookie in ["Mars/Olympus", "<script>", "Asia/Shanghai/..", long.as_str()] {
        oleg.set_cookie(COOKIE, cookie);
        let page = oleg.get("/audit").await;
        assert_eq!((page.status, foot(&page.body).contains("UTC")), (200, true), "{cookie}");
    }
}

#[tokio::test]
async fn days_of_the_audit_are_those_of_whoever_asks_and_the_address_says_so() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let oleg = portal.signed_in("oleg").await;
    oleg.post(SETTINGS, &[("time_zone", "Pacific/Kiritimati")]).await;
    let page = oleg.get("/audit").await.body;
    assert!(
        page.contains("<option value=\"Pacific/Kiritimati\" selected"),
        "offered first: {page}"
    );
    // Fourteen hours ahead it is today, wherever this runs; eleven hours behind UTC that day comes later.
    let kiritimati: Zone = "Pacific/Kiritimati".parse().unwrap();
    let today = kiritimati.local(now()).unwrap().day;
    let rows = async |zone: &str| {
        let address = format!("/audit?code=sign-in.succeeded&from={today}&to={today}&zone={zone}");
        let page = oleg.get(&address).await.body;
        let file = oleg.get(&address.replace("/audit?", "/audit/export.jsonl?")).await.body;
        let (shown, taken) =
            (page.matches("<td class=\"wide detail\">").count(), file.lines().count());
        assert_eq!(shown, taken, "{page}");
        assert!(page.contains(&format!("<option value=\"{zone}\" selected")), "{page}");
        shown
    };
    assert_eq!(rows("Pacific/Kiritimati").await, 1);
    let west: Zone = "Pacific/Pago_Pago".parse().unwrap();
    let there = west.local(now()).unwrap().day;
    assert_eq!(rows("Pacific/Pago_Pago").await, usize::from(there == today));
}

#[tokio::test]
async fn what_nobody_has_to_act_on_can_be_switched_off() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let adam = portal.signed_in("adam").await;
    let kept = async |kind: NoticeKind, once: &str| {
        let at = Timestamp::from_millis(now().as_millis());
        let notice = Notice::new(kind, at, once.to_owned());
        ground.store().await.notify(&notice, &Audience::covering(Role::Admin)).await.unwrap();
        adam.get("/inbox").await.body.matches("<li data-unread").count()
    };
    assert_eq!(kept(NoticeKind::ReturnFailed, "a").await, 1);
    let saved = adam.submit("/api/ui/me/notices", &[("approval_decided", "1")]).await;
    assert_eq!(saved.location(), "/settings?saved=1", "{saved:?}");
    let page = adam.get("/settings?saved=1").await.body;
    assert!(page.contains("Saved."), "{page}");
    let box_of = |field: &str| {
        let (_, rest) = page.split_once(&format!("name=\"{field}\"")).unwrap();
        rest.split('>').next().unwrap().to_owned()
    };
    assert!(!box_of("return_failed").contains("checked"), "{page}");
    assert!(box_of("approval_decided").contains("checked"), "{page}");
    assert_eq!(kept(NoticeKind::ReturnFailed, "b").await, 1, "not kept any more");
    assert_eq!(kept(NoticeKind::ApprovalDecided, "c").await, 2);
    assert_eq!(kept(NoticeKind::ReturnOverdue, "d").await, 3, "somebody has to act on it");
    for (field, value) in [("return_overdue", "1"), ("return_failed", "yes")] {
        let refused = adam.post("/api/ui/me/notices", &[(field, value)]).await;
        assert_eq!(refused.status, 400, "{field}={value}: {refused:?}");
    }
}
