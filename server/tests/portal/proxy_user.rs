//! People whom a proxy vouches for: believed from a trusted one, request by request, and from nobody else.

use domain::audit::AuditCode;
use domain::person::{Role, Scope};
use store::audit::AuditFilter;

use crate::browser::{Answer, Ask, Browser, SESSION};
use crate::ground::{Config, Ground, Memory, PASSWORD, Running, sign_in};
use crate::issuer::shown;

const TRUSTED: &str = "trusted_proxies = [\"127.0.0.1\"]\n";
const USER: &str = "proxy_user_header = \"Remote-User\"\n";
const GROUPS: &str = "proxy_groups_header = \"Remote-Groups\"\n\
     group_roles = [\"staff=viewer\", \"security=admin\"]\n";

async fn portal(ground: &Ground, lines: &str) -> Running {
    let config = ground.config();
    ground.start(&Config { more: format!("{}{lines}", config.more), ..config }, &[]).await
}

/// As the proxy passes a request on.
async fn through(browser: &Browser, path: &str, user: &str, groups: &str) -> Answer {
    let ask = Ask::get(path).header("remote-user", user).header("remote-groups", groups);
    browser.send(ask).await
}

/// From a page to the session, and back to it.
async fn enter(browser: &Browser, user: &str, groups: &str) -> Answer {
    let first = through(browser, "/changes", user, groups).await;
    assert_eq!(
        (first.status, first.location()),
        (303, "/sign-in/proxy?next=/changes"),
        "{first:?}"
    );
    through(browser, first.location(), user, groups).await
}

#[tokio::test]
async fn whom_a_trusted_proxy_vouches_for_is_in_with_the_role_of_their_groups() {
    for memory in [Memory::Sqlite, Memory::Postgres] {
        let ground = Ground::new(memory).await;
        let portal = portal(&ground, &format!("{TRUSTED}{USER}{GROUPS}")).await;
        let browser = portal.browser();
        let answer = enter(&browser, "kay@example.com", "staff, others").await;
        assert!(answer.body.contains("content=\"0;url=/changes\""), "{answer:?}");
        assert_eq!(through(&browser, "/changes", "kay@example.com", "").await.status, 200);
        let store = ground.store().await;
        let kay = store.find_user(&"kay".parse().unwrap()).await.unwrap().unwrap();
        assert_eq!(kay.person.role(), Some(Role::Viewer));
        // The role is written at the next sign-in.
        assert_eq!(enter(&portal.browser(), "kay@example.com", "security").await.status, 200);
        assert_eq!(
            store.find_active_person(kay.person.id).await.unwrap().unwrap().role(),
            Some(Role::Admin)
        );
        let answer = enter(&portal.browser(), "kay@example.com", "others").await;
        assert_eq!(shown(&portal.browser(), &answer).await, "no-role");
        assert_eq!(
            through(&browser, "/changes", "kay@example.com", "").await.status,
            303,
            "open still"
        );
    }
}

#[tokio::test]
async fn a_session_holds_while_the_proxy_says_the_same() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = portal(&ground, &format!("{TRUSTED}{USER}{GROUPS}")).await;
    let browser = portal.browser();
    assert_eq!(enter(&browser, "kay", "security").await.status, 200);
    let cookie = browser.cookie(SESSION).unwrap();
    assert_eq!(enter(&portal.browser(), "lee", "staff").await.status, 200);
    let form = |user: Option<&str>| {
        let ask = Ask::post("/api/ui/view/save", &[("name", "mine"), ("query", "")]);
        user.into_iter().fold(ask, |ask, user| ask.header("remote-user", user))
    };
    // Without the header, with that of somebody else, with one twice over: nobody.
    assert_eq!(browser.get("/changes").await.location(), "/sign-in?next=/changes");
    let other = through(&browser, "/changes", "lee", "staff").await;
    assert_eq!(other.location(), "/sign-in/proxy?next=/changes");
    for (user, status) in
        [(Some("kay"), 200), (None, 401), (Some("lee"), 401), (Some("nobody"), 401)]
    {
        browser.set_cookie(SESSION, &cookie);
        assert_eq!(browser.send(form(user)).await.status, status, "{user:?}");
    }
    // Somebody with a password is who they were: the header is not looked at.
    let oleg = portal.signed_in("oleg").await;
    assert_eq!(oleg.get("/changes").await.status, 200);
    assert_eq!(through(&oleg, "/changes", "kay", "security").await.status, 200);
    let filter = AuditFilter { code: Some(AuditCode::SignInSucceeded), ..AuditFilter::default() };
    let events = ground.store().await.list_audit(&Scope::Everything, &filter, 10).await.unwrap();
    let methods: Vec<_> = events.iter().map(|event| event.event.detail[0].1.as_str()).collect();
    assert_eq!(methods, ["password", "proxy", "proxy"]);
}

#[tokio::test]
async fn from_anybody_else_the_header_is_as_if_it_were_not_there() {
    for lines in [
        // No proxy of ours is where this comes from.
        format!("trusted_proxies = [\"10.0.0.0/8\"]\n{USER}{GROUPS}"),
        // Proxies are trusted with addresses only.
        TRUSTED.to_owned(),
    ] {
        let ground = Ground::new(Memory::Sqlite).await;
        let portal = portal(&ground, &lines).await;
        let browser = portal.browser();
        let answer = through(&browser, "/changes", "adam", "security").await;
        assert_eq!(
            (answer.status, answer.location()),
            (303, "/sign-in?next=/changes"),
            "{answer:?}"
        );
        let answer = through(&browser, "/sign-in/proxy", "adam", "security").await;
        assert_eq!(answer.status, 404, "{answer:?}");
        assert_eq!(browser.cookie(SESSION), None);
        assert_eq!(ground.store().await.list_users().await.unwrap().len(), 4);
    }
}

/// The proxy's `adam` is not ours, has no password here, and an admin only if their groups say so.
#[tokio::test]
async fn a_proxy_s_person_is_no_local_user_of_that_name() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = portal(&ground, &format!("{TRUSTED}{USER}")).await;
    let browser = portal.browser();
    assert_eq!(enter(&browser, "adam", "").await.status, 200);
    let users = ground.store().await.list_users().await.unwrap();
    let other = users.iter().find(|user| user.person.name.as_str().starts_with("adam-")).unwrap();
    assert_eq!(other.person.role(), Some(Role::Viewer), "without groups somebody new may look");
    let name = other.person.name.to_string();
    for password in ["none", PASSWORD] {
        assert_eq!(sign_in(&portal.browser(), &name, password).await.status, 401);
    }
    assert_eq!(sign_in(&portal.browser(), "adam", PASSWORD).await.status, 200);
}
