//! Signing in: who guesses learns nothing, is slowed down for good, and keeps nobody else out.

use domain::audit::AuditCode;
use domain::person::Scope;
use domain::time::Timestamp;
use store::audit::AuditFilter;
use tokio::task::JoinSet;

use crate::browser::{Answer, Ask, SESSION};
use crate::forms::is_closed;
use crate::ground::{Config, Ground, Memory, PASSWORD, now, sign_in};

const SIGN_IN: &str = "/api/ui/session/sign-in";

/// An answer without what is new in every answer.
fn alike(answer: &Answer) -> String {
    let number = answer.header("x-request-id").unwrap().to_owned();
    let notice = answer.location().split_once("notice=").map(|(_, id)| id.to_owned());
    let mut shown = format!("{answer:?}").replace(&number, "NUMBER");
    if let Some(notice) = notice {
        shown = shown.replace(&notice, "NOTICE");
    }
    let date = answer.header("date").unwrap();
    shown.replace(date, "DATE")
}

#[tokio::test]
async fn a_wrong_name_a_wrong_password_and_a_disabled_person_are_answered_alike() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.start(&ground.config(), &[]).await;
    let store = ground.store().await;
    let vera = store.find_user(&"vera".parse().unwrap()).await.unwrap().unwrap();
    store.disable_user(vera.person.id, now()).await.unwrap();
    let tries = [
        ("oleg", "wrong horse battery"),
        ("nobody.at.all", "wrong horse battery"),
        ("vera", PASSWORD),
        ("Not A Name!", "wrong horse battery"),
        ("anna", "x"),
        ("adam", "\u{5bc6}\u{7801}"),
    ];
    let (mut fetched, mut submitted) = (Vec::new(), Vec::new());
    for (name, password) in tries {
        let fields = [("name", name), ("password", password), ("next", "/audit")];
        let answer = portal.browser().post(SIGN_IN, &fields).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "sign-in-refused"), "{answer:?}");
        assert!(is_closed(&answer));
        fetched.push(alike(&answer));
        let browser = portal.browser();
        let answer = browser.submit(SIGN_IN, &fields).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        submitted.push(alike(&answer));
        let page = browser.get(answer.location()).await;
        assert_eq!((page.status, page.code().as_str()), (200, "sign-in-refused"), "{page:?}");
        assert!(!page.body.contains(password) || password == "x", "a password is shown again");
    }
    for answers in [fetched, submitted] {
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    }
}

#[tokio::test]
async fn what_was_typed_as_a_name_is_kept_only_where_it_is_one() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.start(&ground.config(), &[("LATCHKEY_LOG", "trace")]).await;
    // A password in the wrong field, once shaped like a name.
    for typed in ["my-secret.password", "My Secret Password!"] {
        sign_in(&portal.browser(), typed, "wrong horse battery").await;
    }
    sign_in(&portal.browser(), "oleg", "wrong horse battery").await;
    let store = ground.store().await;
    let filter = AuditFilter { code: Some(AuditCode::SignInRefused), ..AuditFilter::default() };
    let events = store.list_audit(&Scope::Everything, &filter, 10).await.unwrap();
    assert_eq!(events.len(), 3);
    assert_eq!(events[0].event.detail, [("name".to_owned(), "oleg".to_owned())]);
    let shown = format!("{events:?} {} {}", portal.process.err(), portal.process.out());
    for secret in ["my-secret", "My Secret", "wrong horse"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn failures_of_a_name_slow_that_name_down_from_there() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.start(&ground.config(), &[]).await;
    // However slow this machine is: the delays grow faster than one try takes.
    let mut statuses = Vec::new();
    while statuses.last() != Some(&429) {
        assert!(statuses.len() < 30, "{statuses:?}");
        statuses.push(sign_in(&portal.browser(), "oleg", "wrong horse battery").await.status);
    }
    let (_, refused) = statuses.split_last().unwrap();
    assert!(refused.len() >= 3 && refused.iter().all(|status| *status == 401), "{statuses:?}");
    assert_eq!(sign_in(&portal.browser(), "vera", PASSWORD).await.status, 200, "somebody else");
}

#[tokio::test]
async fn failures_of_a_network_slow_all_names_down_whatever_it_says_of_itself() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.start(&ground.config(), &[]).await;
    let mut statuses = Vec::new();
    while statuses.last() != Some(&429) {
        let number = statuses.len();
        assert!(number < 60, "{statuses:?}");
        let name = format!("somebody-{number}");
        // No proxy is trusted: the address is that of the connection.
        let ask = Ask::post(SIGN_IN, &[("name", &name), ("password", "wrong horse battery")])
            .header("x-forwarded-for", &format!("203.0.113.{number}"))
            .header("forwarded", &format!("for=203.0.113.{number}"))
            .header("x-real-ip", &format!("203.0.113.{number}"));
        statuses.push(portal.browser().send(ask).await.status);
    }
    let (_, refused) = statuses.split_last().unwrap();
    assert!(refused.len() >= 20 && refused.iter().all(|status| *status == 401), "{statuses:?}");
}

/// The right-most address that is not one of the proxy's own.
#[tokio::test]
async fn a_trusted_proxy_is_believed_about_the_address() {
    let ground = Ground::new(Memory::Sqlite).await;
    let more = "trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]".to_owned();
    let portal = ground.start(&Config { more, ..ground.config() }, &[]).await;
    for (forwarded, address) in [
        ("203.0.113.7", "203.0.113.7"),
        ("6.6.6.6, 203.0.113.8, 10.1.1.1", "203.0.113.8"),
        ("2001:db8::9", "2001:db8::9"),
        ("rubbish", "127.0.0.1"),
    ] {
        let fields = [("name", "oleg"), ("password", PASSWORD)];
        let ask = Ask::post(SIGN_IN, &fields).header("x-forwarded-for", forwarded);
        assert_eq!(portal.browser().send(ask).await.status, 200);
        let filter =
            AuditFilter { code: Some(AuditCode::SignInSucceeded), ..AuditFilter::default() };
        let events = ground.store().await.list_audit(&Scope::Everything, &filter, 1).await.unwrap();
        assert_eq!(events[0].event.address.as_deref(), Some(address), "{forwarded}");
    }
}

/// The counts stand in the database: a restart forgives nothing.
#[tokio::test]
async fn a_restart_forgives_nothing() {
    for (subject, others) in [("pair:oleg:127.0.0.1", 200), ("net:127.0.0.1", 429)] {
        let ground = Ground::new(Memory::Sqlite).await;
        let portal = ground.start(&ground.config(), &[]).await;
        // The last failure lies ahead, so that the delay does not end while this test runs.
        let ahead = Timestamp::from_millis(now().as_millis() + 600_000);
        let store = ground.store().await;
        for _ in 0..60 {
            store.record_sign_in_failure(subject, ahead, Timestamp::from_millis(0)).await.unwrap();
        }
        store.close().await;
        let throttled = sign_in(&portal.browser(), "oleg", PASSWORD).await;
        assert_eq!((throttled.status, throttled.code().as_str()), (429, "sign-in-throttled"));
        assert!(is_closed(&throttled));
        portal.process.kill().await;
        let portal = ground.start(&ground.config(), &[]).await;
        let throttled = sign_in(&portal.browser(), "oleg", PASSWORD).await;
        assert_eq!(throttled.status, 429, "{throttled:?}");
        assert_eq!(sign_in(&portal.browser(), "vera", PASSWORD).await.status, others, "{subject}");
        let filter =
            AuditFilter { code: Some(AuditCode::SignInThrottled), ..AuditFilter::default() };
        let events =
            ground.store().await.list_audit(&Scope::Everything, &filter, 10).await.unwrap();
        assert!(events.len() >= 2, "{events:?}");
    }
}

#[tokio::test]
async fn a_sign_in_leads_to_a_page_of_ours() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.start(&ground.config(), &[]).await;
    for (next, location) in [
        ("/audit", "/audit"),
        ("/changes?open=1", "/changes?open=1"),
        (
            "/instances/core/cn-hangzhou/r-bp1ordersdev0001",
            "/instances/core/cn-hangzhou/r-bp1ordersdev0001",
        ),
        ("/instances?q=%E8%AE%A2", "/instances?q=%E8%AE%A2"),
        ("", "/instances"),
        ("//evil.example", "/instances"),
        ("///evil.example", "/instances"),
        ("/\\evil.example", "/instances"),
        ("\\\\evil.example", "/instances"),
        ("https://evil.example", "/instances"),
        ("HTTPS:evil.example", "/instances"),
        ("javascript:alert(1)", "/instances"),
        ("data:text/html,x", "/instances"),
        ("/%2F/evil.example", "/instances"),
        ("/instances//evil.example", "/instances"),
        ("/instances/../api/ui/session/sign-out", "/instances"),
        ("/instances\r\nSet-Cookie: a=b", "/instances"),
        ("/instances\u{202e}", "/instances"),
        (" /audit", "/instances"),
        ("/sign-in?next=/sign-in", "/instances"),
        ("/api/ui/session/sign-out", "/instances"),
        ("/healthz", "/instances"),
        ("/instancesx", "/instances"),
    ] {
        let browser = portal.browser();
        let fields = [("name", "oleg"), ("password", PASSWORD), ("next", next)];
        let answer = browser.submit(SIGN_IN, &fields).await;
        assert_eq!((answer.status, answer.location()), (303, location), "{next:?}");
        assert!(browser.cookie(SESSION).is_some());
        assert_eq!(answer.all("set-cookie").len(), 1, "{next:?}");
        // The page that asks carries the same.
        let query = crate::browser::encode(&[("next", next)]);
        let page = portal.browser().get(&format!("/sign-in?{query}")).await;
        let field = page.body.split("name=\"next\"").nth(1).unwrap().split('>').next().unwrap();
        let expected = if location == "/instances" {
            "value=\"/instances\"".into()
        } else {
            format!("value=\"{location}\"")
        };
        assert!(field.contains(&expected), "{next:?}: {field}");
    }
}

#[tokio::test]
async fn f35_five_hundred_at_once_are_answered_and_keep_nobody_else_waiting() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let vera = portal.signed_in("vera").await;
    let mut usual = Vec::new();
    for _ in 0..50 {
        usual.push(wait_of(&vera).await);
    }
    let before = portal.process.resident();
    let mut flood = JoinSet::new();
    for number in 0..500 {
        let browser = portal.browser();
        // People there are, and people there are not.
        let name = if number % 5 == 0 { "oleg".into() } else { format!("somebody-{number}") };
        flood.spawn(async move { sign_in(&browser, &name, "wrong horse battery").await });
    }
    let (mut waits, mut told) = (Vec::new(), std::collections::BTreeMap::new());
    // Others are served meanwhile.
    while !flood.is_empty() {
        waits.push(wait_of(&vera).await);
        assert_eq!(vera.get("/healthz").await.status, 200);
        while let Some(answer) = flood.try_join_next() {
            let answer = answer.unwrap();
            let known = [(401, "sign-in-refused"), (429, "sign-in-throttled"), (503, "too-busy")];
            let expected = known.contains(&(answer.status, answer.code().as_str()));
            assert!(expected && is_closed(&answer), "{answer:?}");
            *told.entry(answer.status).or_insert(0) += 1;
        }
    }
    assert!(!waits.is_empty());
    assert!(
        told.contains_key(&429) || told.contains_key(&503),
        "nobody was told to wait: {told:?}"
    );
    let hashed =
        ground.store().await.find_sign_in_failures("net:127.0.0.1").await.unwrap().unwrap();
    assert!(hashed.failures < 500, "every one of them was hashed");
    // Each hash holds 19 MiB: two at once, and not as many as ask.
    let most = portal.process.peak();
    assert!(most < before + 128, "{before} MiB before, {most} MiB at most");
    for waits in [&mut usual, &mut waits] {
        waits.sort_unstable();
    }
    let p99 = |waits: &[std::time::Duration]| waits[waits.len() * 99 / 100];
    crate::long::report(&format!(
        "| F35, 500 sign-ins at once | answered {told:?}, {} hashed; p99 of others {:.1?}, {:.1?} without | {before} MiB before, {most} MiB at most |",
        hashed.failures,
        p99(&waits),
        p99(&usual)
    ));
    // It is over: who is somebody comes in, from where nobody guessed.
    assert_eq!(vera.get("/instances").await.status, 200);
}

async fn wait_of(vera: &crate::browser::Browser) -> std::time::Duration {
    let began = std::time::Instant::now();
    assert_eq!(vera.get("/changes").await.status, 200);
    began.elapsed()
}
