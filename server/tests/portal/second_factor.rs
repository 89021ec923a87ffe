//! A second factor: a password alone signs nobody in any more, and a code counts once.

use domain::audit::{AuditCode, AuditEvent};
use domain::person::Scope;
use store::audit::AuditFilter;
use totp_rs::{Builder, Secret};

use crate::browser::{Answer, Browser, SESSION};
use crate::ground::{Ground, Memory, PASSWORD, Running, now, sign_in};
use crate::process::{latchkey, run};

pub const PAGE: &str = "/me/second-factor";
const BEGIN: &str = "/api/ui/second-factor/begin";
const CONFIRM: &str = "/api/ui/second-factor/confirm";
const REMOVE: &str = "/api/ui/second-factor/remove";
const TAKE: &str = "/api/ui/second-factor/take";
const STEP: &str = "/api/ui/session/second-step";

/// What the app was told, and the codes beside it.
pub struct Phone {
    secret: String,
    recovery: Vec<String>,
}

impl Phone {
    /// Of the step that is so many steps from now.
    fn code(&self, steps: i64) -> String {
        let secret = Secret::try_from_base32(&self.secret).unwrap();
        let totp = Builder::new().with_secret(secret).build().unwrap();
        let at = now().as_secs() + 30 * steps;
        totp.generate(at.try_into().unwrap()).to_string()
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    text.split(before).skip(1).map(|rest| rest.split(after).next().unwrap()).collect()
}

/// Begins, and reads what the page shows.
async fn begin(browser: &Browser) -> Phone {
    let answer = browser.post(BEGIN, &[]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let page = browser.get(PAGE).await;
    let shown = between(&page.body, "<code>", "</code>");
    let recovery: Vec<String> =
        shown.iter().filter(|code| code.len() == 19).map(|code| (*code).to_owned()).collect();
    let secret = shown.iter().find(|code| code.len() == 32).unwrap();
    assert_eq!(recovery.len(), 10, "{page:?}");
    assert!(page.body.contains("class=\"qr-dark\""), "{page:?}");
    Phone { secret: (*secret).to_owned(), recovery }
}

pub async fn enrolled(portal: &Running, name: &str) -> (Browser, Phone) {
    let browser = portal.signed_in(name).await;
    let phone = begin(&browser).await;
    let answer = browser.post(CONFIRM, &[("code", &phone.code(0))]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    (browser, phone)
}

async fn is_somebody(browser: &Browser) -> bool {
    browser.get("/changes").await.status == 200
}

/// A browser that gave the password.
pub async fn half(portal: &Running, name: &str) -> Browser {
    let browser = portal.browser();
    let fields = [("name", name), ("password", PASSWORD), ("next", "/audit")];
    let answer = browser.submit("/api/ui/session/sign-in", &fields).await;
    assert_eq!(answer.location(), "/sign-in/second-step?next=/audit", "{answer:?}");
    browser
}

async fn give(browser: &Browser, code: &str) -> Answer {
    browser.post(STEP, &[("code", code), ("next", "/audit")]).await
}

async fn events(ground: &Ground, code: AuditCode) -> Vec<AuditEvent> {
    let filter = AuditFilter { code: Some(code), ..AuditFilter::default() };
    let found = ground.store().await.list_audit(&Scope::Everything, &filter, 100).await.unwrap();
    found.into_iter().map(|recorded| recorded.event).collect()
}

#[tokio::test]
async fn with_a_second_factor_a_password_alone_is_not_enough() {
    for memory in [Memory::Sqlite, Memory::Postgres] {
        let ground = Ground::new(memory).await;
        let config = ground.with_factor_key();
        let portal = ground.start(&config, &[]).await;
        let (browser, phone) = enrolled(&portal, "oleg").await;
        assert!(is_somebody(&browser).await, "whoever set it up goes on");
        let page = browser.get(PAGE).await;
        assert!(
            !phone.recovery.iter().any(|code| page.body.contains(code)),
            "shown again: {page:?}"
        );
        assert!(page.body.contains("10 recovery codes are left"), "{page:?}");

        let browser = half(&portal, "oleg").await;
        let cookie = browser.cookie(SESSION).unwrap();
        assert!(!is_somebody(&browser).await, "half signed in is not signed in");
        for path in ["/changes", "/me/second-factor", "/api/ui/view/save"] {
            assert_ne!(browser.get(path).await.status, 200, "{path}");
        }
        assert_eq!(
            browser.post("/api/ui/view/save", &[("name", "a"), ("query", "")]).await.status,
            401
        );
        let page = browser.get("/sign-in/second-step?next=/audit").await;
        assert!(page.status == 200 && page.body.contains("name=\"code\""), "{page:?}");
        let answer = give(&browser, &phone.code(1)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(is_somebody(&browser).await);
        assert_ne!(browser.cookie(SESSION).unwrap(), cookie, "a new id");
        let old = portal.browser();
        old.set_cookie(SESSION, &cookie);
        assert_eq!(give(&old, &phone.recovery[9]).await.status, 409, "the half session is over");
        assert_eq!(events(&ground, AuditCode::SecondFactorAdded).await.len(), 1);
        // The record says what was shown.
        let signed_in = events(&ground, AuditCode::SignInSucceeded).await;
        let factors: Vec<&str> = signed_in
            .iter()
            .flat_map(|event| &event.detail)
            .filter(|(name, _)| name == "factor")
            .map(|(_, value)| value.as_str())
            .collect();
        assert_eq!((signed_in.len(), factors), (2, vec!["code"]));

        // A code counts once: also the one that it was switched on with, and those before.
        for used in [phone.code(1), phone.code(0), phone.code(-1)] {
            let browser = half(&portal, "oleg").await;
            let answer = give(&browser, &used).await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (401, "code-refused"),
                "{answer:?}"
            );
            assert!(!is_somebody(&browser).await);
        }
        // Recovery codes, as people type them, each once.
        let browser = half(&portal, "oleg").await;
        let typed = format!(" {} ", phone.recovery[0].to_uppercase().replace('-', " "));
        assert_eq!(give(&browser, &typed).await.status, 200);
        let again = half(&portal, "oleg").await;
        assert_eq!(give(&again, &phone.recovery[0]).await.code(), "code-refused");
        assert_eq!(events(&ground, AuditCode::RecoveryCodeUsed).await.len(), 1);
        let page = browser.get(PAGE).await;
        assert!(page.body.contains("9 recovery codes are left"), "{page:?}");
        // Somebody without one signs in as before.
        assert_eq!(sign_in(&portal.browser(), "vera", PASSWORD).await.status, 200);
    }
}

#[tokio::test]
async fn whoever_tries_codes_is_slowed_down_from_wherever() {
    let ground = Ground::new(Memory::Sqlite).await;
    let more = format!("{}trusted_proxies = [\"127.0.0.1\"]\n", ground.with_factor_key().more);
    let config = crate::ground::Config { more, ..ground.config() };
    let portal = ground.start(&config, &[]).await;
    let (_, phone) = enrolled(&portal, "oleg").await;
    let wrong = if phone.code(0) == "000000" { "111111" } else { "000000" };
    let mut statuses = Vec::new();
    while statuses.last() != Some(&429) {
        assert!(statuses.len() < 30, "{statuses:?}");
        let browser = half(&portal, "oleg").await;
        let ask = crate::browser::Ask::post(STEP, &[("code", wrong)])
            .header("x-forwarded-for", &format!("203.0.113.{}", statuses.len()));
        statuses.push(browser.send(ask).await.status);
    }
    let (_, refused) = statuses.split_last().unwrap();
    assert!(refused.len() >= 3 && refused.iter().all(|status| *status == 401), "{statuses:?}");
    let refusals = events(&ground, AuditCode::SecondFactorRefused).await;
    assert_eq!(refusals[0].detail, [("name".to_owned(), "oleg".to_owned())]);
    assert!(!events(&ground, AuditCode::SignInThrottled).await.is_empty());
}

#[tokio::test]
async fn it_is_switched_on_by_a_code_that_fits_and_removed_by_its_owner_or_an_admin() {
    let ground = Ground::new(Memory::Sqlite).await;
    let config = ground.with_factor_key();
    let portal = ground.start(&config, &[]).await;
    let browser = portal.signed_in("oleg").await;
    let first = begin(&browser).await;
    let second = begin(&browser).await;
    assert_ne!(first.secret, second.secret);
    for code in [first.code(0), "abcdef".to_owned(), second.recovery[0].clone()] {
        let answer = browser.post(CONFIRM, &[("code", &code)]).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "invalid-input"), "{code}");
    }
    assert_eq!(sign_in(&portal.browser(), "oleg", PASSWORD).await.status, 200);
    assert!(is_somebody(&portal.signed_in("oleg").await).await, "begun is not switched on");
    assert_eq!(browser.post(CONFIRM, &[("code", &second.code(0))]).await.status, 200);
    assert_eq!(browser.post(BEGIN, &[]).await.code(), "overtaken");
    assert_eq!(browser.post(REMOVE, &[]).await.status, 200);
    assert!(is_somebody(&portal.signed_in("oleg").await).await);

    // An admin takes it away from somebody who lost it.
    enrolled(&portal, "oleg").await;
    let adam = portal.signed_in("adam").await;
    assert!(adam.get(PAGE).await.body.contains("value=\"oleg\""));
    let vera = portal.signed_in("vera").await;
    assert!(!vera.get(PAGE).await.body.contains("oleg"));
    assert_eq!(vera.post(TAKE, &[("name", "oleg")]).await.status, 403);
    assert_eq!(adam.post(TAKE, &[("name", "vera")]).await.status, 404);
    assert_eq!(adam.post(TAKE, &[("name", "oleg")]).await.status, 200);
    assert!(is_somebody(&portal.signed_in("oleg").await).await);
    let removed = events(&ground, AuditCode::SecondFactorRemoved).await;
    assert_eq!(removed.len(), 2);
    assert_eq!(removed[0].detail, [("name".to_owned(), "oleg".to_owned())]);

    // At the command line, where no admin can sign in any more.
    enrolled(&portal, "adam").await;
    let file = ground.folder.path().join("latchkey.toml");
    let words = ["user", "remove-second-factor", "adam", "--config", file.to_str().unwrap()];
    let ended = run(latchkey(ground.folder.path(), &words)).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(is_somebody(&portal.signed_in("adam").await).await);
}

/// A copy of the database has no secret, and a portal with another key lets nobody past.
#[tokio::test]
async fn secrets_are_sealed_under_a_key_that_is_not_in_the_database() {
    let ground = Ground::new(Memory::Sqlite).await;
    let config = ground.with_factor_key();
    let portal = ground.start(&config, &[("LATCHKEY_LOG", "trace")]).await;
    let (_, phone) = enrolled(&portal, "oleg").await;
    let files = ground.database_files();
    let log = format!("{}{}", portal.process.out(), portal.process.err());
    for secret in phone.recovery.iter().chain([&phone.secret]) {
        assert!(!files.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
        assert!(!log.contains(secret.as_str()), "{secret}");
    }
    portal.process.kill().await;
    std::fs::write(ground.folder.path().join("factor-key"), "ab".repeat(32)).unwrap();
    let portal = ground.start(&config, &[]).await;
    let browser = half(&portal, "oleg").await;
    let answer = give(&browser, &phone.code(1)).await;
    assert_eq!((answer.status, answer.code().as_str()), (500, "fault"), "{answer:?}");
    assert!(!is_somebody(&browser).await);
    // Recovery codes stand on their own.
    assert_eq!(give(&browser, &phone.recovery[0]).await.status, 200);
}
