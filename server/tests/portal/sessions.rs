//! A session begins with signing in, ends for good, and is worth nothing to whoever reads the database.

use domain::person::Role;

use crate::browser::{Ask, Browser, SESSION};
use crate::ground::{Ground, Memory, ORDERS, PASSWORD, Running, now, sign_in, take_review};

/// Whether somebody is signed in there.
async fn is_somebody(browser: &Browser) -> bool {
    browser.get("/instances").await.status == 200
}

fn with_cookie(portal: &Running, value: &str) -> Browser {
    let browser = portal.browser();
    browser.set_cookie(SESSION, value);
    browser
}

#[tokio::test]
async fn signing_in_makes_a_new_id_and_ends_the_old_one() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let browser = portal.signed_in("vera").await;
    let first = browser.cookie(SESSION).unwrap();
    assert_eq!(sign_in(&browser, "oleg", PASSWORD).await.status, 200);
    let second = browser.cookie(SESSION).unwrap();
    assert_ne!(first, second);
    assert!(is_somebody(&browser).await);
    assert!(
        !is_somebody(&with_cookie(&portal, &first)).await,
        "the id before signing in still does"
    );
    // An id that somebody else planted is not taken over either.
    for planted in [first.as_str(), "AAAAAAAAAAAAAAAAAAAAAA"] {
        let victim = with_cookie(&portal, planted);
        assert_eq!(sign_in(&victim, "oleg", PASSWORD).await.status, 200);
        assert_ne!(victim.cookie(SESSION).as_deref(), Some(planted));
        assert!(is_somebody(&victim).await);
        assert!(!is_somebody(&with_cookie(&portal, planted)).await, "{planted}");
    }
    // Signing in elsewhere ends nothing here.
    assert!(is_somebody(&browser).await);
}

#[tokio::test]
async fn a_refused_sign_in_leaves_the_session_as_it_was() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let browser = portal.signed_in("vera").await;
    let before = browser.cookie(SESSION);
    let refused = sign_in(&browser, "oleg", "wrong horse battery").await;
    assert_eq!((refused.status, refused.all("set-cookie").len()), (401, 0), "{refused:?}");
    assert_eq!(browser.cookie(SESSION), before);
    assert!(is_somebody(&browser).await);
    let nobody = portal.browser();
    let refused = sign_in(&nobody, "oleg", "wrong horse battery").await;
    assert_eq!((refused.status, nobody.cookie(SESSION)), (401, None), "{refused:?}");
}

#[tokio::test]
async fn signing_out_is_for_good_and_for_this_session_only() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let (here, there) = (portal.signed_in("oleg").await, portal.signed_in("oleg").await);
    let old = here.cookie(SESSION).unwrap();
    // Without scripts: a redirect that takes the cookie away.
    let answer = here.submit("/api/ui/session/sign-out", &[]).await;
    assert_eq!((answer.status, answer.location()), (303, "/sign-in"), "{answer:?}");
    assert_eq!(here.cookie(SESSION), None);
    let kept = with_cookie(&portal, &old);
    for _ in 0..3 {
        assert!(!is_somebody(&kept).await);
        assert_eq!(kept.post("/api/ui/review/take", &[]).await.status, 400);
    }
    assert!(is_somebody(&there).await);
    // Again, with the dead cookie, and by nobody: there is nothing to end, and that is no error.
    for browser in [&kept, &here] {
        assert_eq!(browser.post("/api/ui/session/sign-out", &[]).await.status, 200);
    }
    // Neither does a restart bring it back, nor end the other one.
    portal.process.kill().await;
    let portal = ground.serve().await;
    assert!(!is_somebody(&with_cookie(&portal, &old)).await);
    assert!(is_somebody(&with_cookie(&portal, &there.cookie(SESSION).unwrap())).await);
}

/// Answers under way when a session ends do not bring it back.
#[tokio::test]
async fn no_request_after_signing_out_succeeds_whatever_was_under_way() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let browser = portal.signed_in("oleg").await;
    let cookie = browser.cookie(SESSION).unwrap();
    let mut under_way = tokio::task::JoinSet::new();
    for number in 0..60 {
        let other = with_cookie(&portal, &cookie);
        under_way.spawn(async move {
            match number % 3 {
                0 => other.get("/changes").await,
                1 => other.post("/api/ui/preferences/set", &[("theme", "light")]).await,
                _ => other.get("/instances").await,
            }
        });
    }
    assert_eq!(browser.post("/api/ui/session/sign-out", &[]).await.status, 200);
    for _ in 0..5 {
        assert!(!is_somebody(&with_cookie(&portal, &cookie)).await);
    }
    let answers = under_way.join_all().await;
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 303)), "{answers:?}");
    assert!(!is_somebody(&with_cookie(&portal, &cookie)).await, "a late answer brought it back");
}

#[tokio::test]
async fn a_disabled_person_is_nobody_from_the_next_request_on() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let oleg = portal.signed_in("oleg").await;
    let review = take_review(&oleg, ORDERS, "password-free").await;
    let store = ground.store().await;
    let id = store.find_user(&"oleg".parse().unwrap()).await.unwrap().unwrap().person.id;
    store.disable_user(id, now()).await.unwrap();
    assert!(!is_somebody(&oleg).await);
    let confirmed =
        oleg.post("/api/ui/change/confirm", &[("review", &review), ("key", &review)]).await;
    assert_eq!(confirmed.status, 401, "{confirmed:?}");
    assert_eq!(sign_in(&oleg, "oleg", PASSWORD).await.status, 401);
    assert!(ground.cloud.control().ledger().is_empty());
}

/// A strict cookie does not come along with a link from elsewhere: that page asks once more, from here.
#[tokio::test]
async fn a_link_in_a_mail_leads_in_without_signing_in_again() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let clicked = |path: &str| Ask::get(path).header("sec-fetch-site", "cross-site");
    for (path, again) in [
        ("/audit", "/audit"),
        ("/changes?open=1&x=2", "/changes?open=1&amp;x=2"),
        ("/changes?x=%22%3E%3Cscript%3E", "/changes?x=%22%3E%3Cscript%3E"),
        ("/changes?x='onload='", "/changes?x=%27onload=%27"),
        ("/changes?next=//evil.example", "/instances"),
        ("/nothing", "/instances"),
        ("/instances?notice=00ff00ff00ff00ff00ff00ff00ff00ff", "/instances"),
    ] {
        let answer = portal.browser().send(clicked(path)).await;
        let refresh = format!("content=\"0;url={again}\"");
        assert!(answer.status == 200 && answer.body.contains(&refresh), "{path}: {answer:?}");
        assert!(!answer.body.contains("<script"), "{answer:?}");
    }
    // Whoever has a cookie is somebody or has to sign in; asking again would not help.
    let oleg = portal.signed_in("oleg").await;
    assert_eq!(oleg.send(clicked("/audit")).await.status, 200);
    let answer = with_cookie(&portal, "AAAAAAAAAAAAAAAAAAAAAA").send(clicked("/audit")).await;
    assert_eq!((answer.status, answer.location()), (303, "/sign-in?next=/audit"));
}

#[tokio::test]
async fn cookies_nobody_gave_out_are_harmless() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let good = portal.signed_in("oleg").await.cookie(SESSION).unwrap();
    let mut flipped = good.clone().into_bytes();
    flipped[3] = if flipped[3] == b'A' { b'B' } else { b'A' };
    let forged = [
        "x".to_owned(),
        "%00".to_owned(),
        "../../etc/passwd".to_owned(),
        "' OR 1=1 --".to_owned(),
        "\"quoted\"".to_owned(),
        "=".to_owned(),
        "A".repeat(22),
        "A".repeat(20_000),
        good.to_uppercase(),
        format!("{good}A"),
        good[..21].to_owned(),
        String::from_utf8(flipped).unwrap(),
    ];
    for cookie in forged {
        let browser = with_cookie(&portal, &cookie);
        let page = browser.get("/instances").await;
        assert_eq!((page.status, page.location()), (303, "/sign-in"), "{cookie:.40}: {page:?}");
        let form = browser
            .post(
                "/api/ui/instance/read-again",
                &[("account", "core"), ("region", "cn-hangzhou"), ("id", "r-1")],
            )
            .await;
        assert_eq!((form.status, form.code().as_str()), (401, "not-signed-in"), "{cookie:.40}");
    }
    // Two of one name: the browser sends the more specific first, and nobody else can set ours (`__Host-`).
    let browser = with_cookie(&portal, &format!("{good}; {SESSION}=x"));
    assert!(matches!(browser.get("/instances").await.status, 200 | 303));
    assert!(is_somebody(&with_cookie(&portal, &good)).await);
}

#[tokio::test]
async fn the_database_holds_nothing_that_signs_anybody_in() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let mut ids = Vec::new();
    for (name, _) in crate::ground::PEOPLE {
        ids.push(portal.signed_in(name).await.cookie(SESSION).unwrap());
    }
    let files = ground.database_files();
    assert!(files.len() > 10_000, "{}", files.len());
    let holds = |needle: &[u8]| files.windows(needle.len()).any(|window| window == needle);
    // What should be there is found, so that what is not found is not there.
    assert!(holds(b"oleg") && holds(Role::Operator.code().as_bytes()));
    for id in &ids {
        let number: tower_sessions::session::Id = id.parse().unwrap();
        assert!(!holds(id.as_bytes()), "an id as the browser has it");
        assert!(!holds(&number.0.to_be_bytes()) && !holds(&number.0.to_le_bytes()), "its bytes");
        assert!(!holds(format!("{:032x}", number.0).as_bytes()), "its digits");
        assert!(!holds(number.0.to_string().as_bytes()), "its number");
    }
    assert!(!holds(PASSWORD.as_bytes()));
}
