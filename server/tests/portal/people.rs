//! People, groups, links, passwords and sessions, as an admin and as the person meet them; and at the command line.

use domain::audit::AuditCode;
use domain::person::{Role, Scope};
use store::audit::AuditFilter;

use crate::browser::{Answer, Browser, SESSION};
use crate::command_line::expect;
use crate::ground::{Ground, Memory, PASSWORD, Running, sign_in};
use crate::process::{Ended, latchkey, run};

const NEW: &str = "a new horse battery";

async fn post(browser: &Browser, path: &str, fields: &[(&str, &str)], status: u16) -> Answer {
    let answer = browser.post(path, fields).await;
    assert_eq!(answer.status, status, "{path} {fields:?}: {answer:?}");
    answer
}

/// The part of an answer's link that this portal is asked with.
fn link_of(answer: &Answer, portal: &Running) -> String {
    let json = answer.json();
    let link = json["link"].as_str().unwrap();
    link.strip_prefix(&portal.origin).unwrap_or_else(|| panic!("{link}")).to_owned()
}

fn secret_of(path: &str) -> &str {
    path.strip_prefix("/reset?link=").unwrap()
}

async fn is_somebody(browser: &Browser) -> bool {
    browser.get("/me").await.status == 200
}

/// From nothing to a scoped person who is signed in, by forms alone.
#[tokio::test]
async fn somebody_is_added_given_a_part_and_sets_a_password_by_a_link() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let adam = portal.signed_in("adam").await;
    let added = adam.submit("/api/ui/people/add", &[("name", "wang.fang")]).await;
    assert_eq!((added.status, added.location()), (303, "/people/wang.fang"), "{added:?}");
    post(&adam, "/api/ui/people/add", &[("name", "wang.fang")], 409).await;
    let give = [
        ("name", "wang.fang"),
        ("version", "0"),
        ("role", "operator"),
        ("accounts", "core"),
        ("development", "yes"),
        ("regions", "cn-hangzhou, cn-beijing"),
    ];
    post(&adam, "/api/ui/people/give", &give, 200).await;
    let page = adam.get("/people/wang.fang").await;
    assert!(page.body.contains("cn-beijing, cn-hangzhou"), "{page:?}");
    // As a page without scripts shows it: once, and it leads back.
    let name = [("name", "wang.fang")];
    let shown = adam.submit("/api/ui/people/make-link", &name).await;
    assert_eq!((shown.status, shown.body.as_str()), (303, ""), "{shown:?}");
    assert!(shown.location().starts_with("/people/wang.fang?notice="), "{shown:?}");
    let page = adam.get(shown.location()).await;
    let (_, rest) = page.body.split_once("/reset?link=").unwrap();
    assert!(!adam.get(shown.location()).await.body.contains("/reset?link="), "shown twice");
    let first = rest[..32].to_owned();
    let path = link_of(&post(&adam, "/api/ui/people/make-link", &name, 200).await, &portal);
    let secret = secret_of(&path);
    let wang = portal.browser();
    let old = wang.get(&format!("/reset?link={first}")).await;
    assert_eq!((old.status, &*old.code()), (409, "link-over"), "{old:?}");
    // A mail program looks at it twice: that uses nothing up.
    for _ in 0..2 {
        let page = wang.get(&path).await;
        assert!(page.status == 200 && page.body.contains("wang.fang"), "{page:?}");
    }
    let set = |password: &'static str, again: &'static str| {
        let secret = secret.to_owned();
        let wang = wang.clone();
        async move {
            let fields = [("link", &*secret), ("password", password), ("again", again)];
            wang.post("/api/ui/session/reset", &fields).await
        }
    };
    for (password, again) in [("short", "short"), (NEW, "another one, not it"), ("", "")] {
        let answer = set(password, again).await;
        assert_eq!((answer.status, &*answer.code()), (400, "invalid-input"), "{answer:?}");
    }
    assert_eq!(set(NEW, NEW).await.status, 200);
    let again = set("yet another horse", "yet another horse").await;
    assert_eq!((again.status, &*again.code()), (409, "link-over"), "once: {again:?}");
    assert_eq!(sign_in(&wang, "wang.fang", NEW).await.status, 200);
    let instances = wang.get("/instances").await;
    assert!(instances.body.contains("r-bp1ordersdev0001"), "in the part");
    assert!(!instances.body.contains("r-uf6catalogdev001"), "another region: {instances:?}");
    let me = wang.get("/me").await;
    assert!(me.body.contains("adam") && !me.body.contains("anna"), "who can give more: {me:?}");
    // The link is nowhere: not in the database, not in what the portal said.
    for needle in [secret, &first] {
        let files = ground.database_files();
        let holds = files.windows(32).any(|window| window == needle.as_bytes());
        assert!(!holds && !portal.process.out().contains(needle), "a link was kept");
    }
    let codes = audit(&ground).await;
    let made = [
        "user.added",
        "user.grants-changed",
        "user.reset-link-made",
        "user.reset-link-made",
        "user.password-reset",
    ];
    assert_eq!(codes, made);
}

/// The codes of the audit that concern people, the oldest first.
async fn audit(ground: &Ground) -> Vec<String> {
    let store = ground.store().await;
    let all = AuditFilter::default();
    let rows = store.walk_audit(&Scope::Everything, &all, i64::MIN, 1000).await.unwrap();
    let codes = rows.into_iter().map(|row| row.event.code.code().to_owned());
    codes.filter(|code| code.starts_with("user.") || code.starts_with("group.")).collect()
}

#[tokio::test]
async fn a_group_gives_what_it_has_until_it_is_disabled() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let (adam, vera) = (portal.signed_in("adam").await, portal.signed_in("vera").await);
    post(&adam, "/api/ui/group/make", &[("name", "on-call")], 200).await;
    let with = |version: &'static str, more: &[(&'static str, &'static str)]| {
        [&[("name", "on-call"), ("version", version)], more].concat()
    };
    let may = async || vera.get("/batches/new").await.status == 200;
    post(&adam, "/api/ui/group/give", &with("0", &[("role", "operator"), ("tags", "x")]), 400)
        .await;
    post(&adam, "/api/ui/group/give", &with("0", &[("role", "operator")]), 200).await;
    assert!(!may().await);
    post(&adam, "/api/ui/group/add-member", &with("1", &[("member", "no.body")]), 400).await;
    post(&adam, "/api/ui/group/add-member", &with("0", &[("member", "vera")]), 409).await;
    post(&adam, "/api/ui/group/add-member", &with("1", &[("member", "vera")]), 200).await;
    assert!(may().await, "from the next request on");
    post(&adam, "/api/ui/group/disable", &with("2", &[]), 200).await;
    assert!(!may().await);
    post(&adam, "/api/ui/group/enable", &with("3", &[]), 200).await;
    assert!(may().await);
    let page = adam.get("/groups").await;
    assert!(page.body.contains("on-call") && page.body.contains("vera"), "{page:?}");
    post(&adam, "/api/ui/group/take", &with("4", &[("place", "1")]), 409).await;
    post(&adam, "/api/ui/group/take", &with("4", &[("place", "0")]), 200).await;
    assert!(!may().await);
    post(&adam, "/api/ui/group/remove-member", &with("5", &[("member", "vera")]), 200).await;
    let codes = audit(&ground).await;
    let changed = ["group.made", "group.grants-changed", "group.members-changed", "group.disabled"];
    assert_eq!(codes[..4], changed);
    assert_eq!(codes.len(), 7, "what was refused is not recorded as done: {codes:?}");
}

#[tokio::test]
async fn the_last_admin_stays_and_who_was_late_is_told() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let (adam, oleg) = (portal.signed_in("adam").await, portal.signed_in("oleg").await);
    let own = [("name", "adam"), ("version", "0")];
    for (path, more) in
        [("/api/ui/people/disable", &[][..]), ("/api/ui/people/take", &[("place", "0")])]
    {
        let answer = post(&adam, path, &[&own[..], more].concat(), 409).await;
        assert_eq!(answer.code(), "last-admin", "{answer:?}");
    }
    let give = [("name", "oleg"), ("version", "0"), ("role", "admin")];
    post(&adam, "/api/ui/people/give", &give, 200).await;
    assert_eq!(oleg.get("/people").await.status, 200);
    // Both saw adam's page; the second one was late.
    post(&oleg, "/api/ui/people/give", &[&own[..], &[("role", "viewer")]].concat(), 200).await;
    let late = post(&adam, "/api/ui/people/disable", &own, 409).await;
    assert_eq!(late.code(), "overtaken", "{late:?}");
    post(&oleg, "/api/ui/people/disable", &[("name", "adam"), ("version", "1")], 200).await;
    assert!(!is_somebody(&adam).await, "nobody from the next request on");
    post(&oleg, "/api/ui/people/enable", &[("name", "adam"), ("version", "2")], 200).await;
    assert!(!is_somebody(&adam).await, "the old session stays ended");
    assert_eq!(sign_in(&adam, "adam", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let (here, there) = (portal.signed_in("oleg").await, portal.signed_in("oleg").await);
    let other = portal.signed_in("vera").await;
    let set = |old, password, again| [("old", old), ("password", password), ("again", again)];
    for (fields, field) in [
        (set("wrong horse battery", NEW, NEW), "old"),
        (set(PASSWORD, NEW, PASSWORD), "again"),
        (set(PASSWORD, "short", "short"), "password"),
    ] {
        let answer = post(&here, "/api/ui/me/password", &fields, 400).await;
        assert_eq!(answer.json()["field"], field, "{answer:?}");
    }
    assert!(is_somebody(&there).await);
    let answer = here.submit("/api/ui/me/password", &set(PASSWORD, NEW, NEW)).await;
    assert_eq!((answer.status, answer.location()), (303, "/me/sessions"), "{answer:?}");
    assert!(is_somebody(&here).await && !is_somebody(&there).await && is_somebody(&other).await);
    assert_eq!(sign_in(&there, "oleg", PASSWORD).await.status, 401);
    assert_eq!(sign_in(&there, "oleg", NEW).await.status, 200);
    // Whoever has a session but not the password does not find it by trying.
    for status in [400, 400, 400, 429] {
        post(&here, "/api/ui/me/password", &set("guess", NEW, NEW), status).await;
    }
    assert_eq!(audit(&ground).await, ["user.password-changed"]);
}

#[tokio::test]
async fn sessions_are_seen_and_ended() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let mut browsers = Vec::new();
    for _ in 0..3 {
        browsers.push(portal.signed_in("oleg").await);
    }
    let [here, one, other] = &browsers[..] else { unreachable!() };
    let page = here.get("/me/sessions").await;
    let labels: Vec<&str> = page.body.split("name=\"session\" value=\"").skip(1).collect();
    assert_eq!(labels.len(), 3, "{page:?}");
    assert!(page.body.contains("127.0.0.1"), "{page:?}");
    let label = |browser: &Browser| {
        let cookie: tower_sessions::session::Id = browser.cookie(SESSION).unwrap().parse().unwrap();
        let hash = <sha2::Sha256 as sha2::Digest>::digest(cookie.0.to_be_bytes());
        format!("s-{}", &hex::encode(hash)[..8])
    };
    // Somebody else's is not there.
    let vera = portal.signed_in("vera").await;
    post(&here.clone(), "/api/ui/me/end-session", &[("session", &label(&vera))], 404).await;
    assert!(is_somebody(&vera).await);
    post(&here.clone(), "/api/ui/me/end-session", &[("session", &label(one))], 200).await;
    assert!(!is_somebody(one).await && is_somebody(other).await);
    post(&here.clone(), "/api/ui/me/end-others", &[], 200).await;
    assert!(!is_somebody(other).await && is_somebody(here).await);
    let adam = portal.signed_in("adam").await;
    let page = adam.get("/people/oleg").await;
    assert!(page.body.contains(&label(here)), "{page:?}");
    post(&adam, "/api/ui/people/end-sessions", &[("name", "oleg")], 200).await;
    assert!(!is_somebody(here).await && is_somebody(&adam).await);
    let store = ground.store().await;
    let filter = AuditFilter { code: Some(AuditCode::SessionRevoked), ..AuditFilter::default() };
    let ended = store.list_audit(&Scope::Everything, &filter, 9).await.unwrap();
    let what: Vec<_> = ended.iter().map(|row| row.event.detail[1].1.as_str()).collect();
    assert_eq!(what, ["all", "all others", &label(one)]);
}

async fn user(ground: &Ground, arguments: &[&str]) -> Ended {
    let toml = ground.config().text(ground.folder.path());
    std::fs::write(ground.folder.path().join("latchkey.toml"), toml).unwrap();
    run(latchkey(ground.folder.path(), &[&["user"], arguments].concat())).await
}

/// Beside a running portal.
#[tokio::test]
async fn the_command_line_lists_disables_and_resets() {
    for memory in [Memory::Sqlite, Memory::Postgres] {
        let ground = Ground::new(memory).await;
        let portal = ground.serve().await;
        let oleg = portal.signed_in("oleg").await;
        expect(&user(&ground, &["list"]).await, 0, &["oleg             operator: everything"]);
        let listed = user(&ground, &["list", "-o", "json"]).await;
        let json: serde_json::Value = serde_json::from_str(&listed.out).unwrap();
        let names: Vec<_> =
            json["users"].as_array().unwrap().iter().map(|user| user["name"].clone()).collect();
        assert_eq!(names, ["adam", "anna", "oleg", "vera"]);
        assert_eq!(json["users"][2]["grants"][0]["role"], Role::Operator.code());
        let made = user(&ground, &["reset", "oleg", "-o", "json"]).await;
        let json: serde_json::Value = serde_json::from_str(&made.out).unwrap();
        let secret = json["link"].as_str().unwrap().split_once("?link=").unwrap().1;
        assert!(!is_somebody(&oleg).await, "every session ends");
        let fields = [("link", secret), ("password", NEW), ("again", NEW)];
        post(&oleg, "/api/ui/session/reset", &fields, 200).await;
        assert_eq!(sign_in(&oleg, "oleg", NEW).await.status, 200);
        let text = user(&ground, &["reset", "oleg"]).await;
        expect(
            &text,
            0,
            &["/reset?link=", "It works once, until ", "oleg is signed out everywhere"],
        );
        expect(&user(&ground, &["disable", "oleg"]).await, 0, &["oleg is disabled."]);
        assert_eq!(sign_in(&oleg, "oleg", NEW).await.status, 401);
        expect(&user(&ground, &["list"]).await, 0, &["operator: everything  disabled"]);
        expect(&user(&ground, &["reset", "oleg"]).await, 1, &["latchkey user enable oleg"]);
        expect(&user(&ground, &["enable", "oleg"]).await, 0, &["oleg is enabled."]);
        assert_eq!(sign_in(&oleg, "oleg", NEW).await.status, 200);
        expect(&user(&ground, &["disable", "adam"]).await, 4, &["adam is the last admin"]);
        for act in ["disable", "enable", "reset"] {
            expect(&user(&ground, &[act, "no.body"]).await, 3, &["there is nobody named no.body"]);
        }
    }
}
