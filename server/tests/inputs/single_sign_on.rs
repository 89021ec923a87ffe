//! OIDC: answers of a provider that are another's, another browser's, used, or not what they say.
//!
//! The provider is the certified one of the other suite, told to lie. What every row is answered with is the way back to
//! signing in, with a closed code there.

use crate::browser::{Ask, Browser};
use crate::ground::{Ground, Memory, Running};
use crate::issuer::{CALLBACK, Issuer, begin, query, sign_in_at};
use crate::stand::in_log;
use crate::trace::Trace;
use crate::{Key, MARK};

/// Between leaving for the provider and coming back.
const LOGIN: &str = "__Host-login";

const OVER: &str = "sign-in-over";
const REFUSED: &str = "provider-refused";
const UNPROVEN: &str = "sign-in-unproven";

/// What comes back to the portal in place of what the provider sent; the other is the answer to somebody else's attempt.
type Edit = fn(back: &str, other: &str) -> String;
/// The cookie in place of the one that was given; the other is somebody else's.
type Swap = fn(other: &str) -> Option<String>;

const ANSWERS: &[(Key, Edit, &str)] = &[
    (("OIDC state", "changed"), |back, _| back.replace("state=", "state=x"), OVER),
    (("OIDC state", "missing"), |back, _| back.replace("state=", "other="), OVER),
    (("OIDC state", "empty"), |back, _| without(back, "state", ""), OVER),
    (("OIDC state", "twice"), |back, _| format!("{back}&state={}", query(back, "state")), OVER),
    (("OIDC state", "no UTF-8"), |back, _| back.replace("state=", "state=%ff"), OVER),
    (("OIDC state", "a NUL in it"), |back, _| back.replace("state=", "state=%00"), OVER),
    (
        ("OIDC state", "of another attempt"),
        |back, other| without(back, "state", &query(other, "state")),
        OVER,
    ),
    (("OIDC state", "far too long"), |back, _| without(back, "state", &MARK.repeat(200)), OVER),
    (("OIDC code", "missing"), |back, _| back.replace("code=", "x="), REFUSED),
    (("OIDC code", "empty"), |back, _| without(back, "code", ""), REFUSED),
    (("OIDC code", "twice"), |back, _| format!("{back}&code=x"), OVER),
    (("OIDC code", "nonsense"), |back, _| without(back, "code", MARK), REFUSED),
    (
        ("OIDC code", "of another attempt"),
        |back, other| without(back, "code", &query(other, "code")),
        REFUSED,
    ),
    (
        ("OIDC issuer", "another's"),
        |back, _| without(back, "iss", "https://evil.example"),
        UNPROVEN,
    ),
    (("OIDC issuer", "empty"), |back, _| without(back, "iss", ""), UNPROVEN),
    (("OIDC issuer", "missing"), |back, _| back.replace("iss=", "x="), UNPROVEN),
    (
        ("OIDC issuer", "with a slash behind it"),
        |back, _| without(back, "iss", &format!("{}%2F", query(back, "iss"))),
        UNPROVEN,
    ),
    (
        ("OIDC answer", "without a query"),
        |back, _| back.split('?').next().unwrap().to_owned(),
        OVER,
    ),
    (
        ("OIDC answer", "an error, with words of its own"),
        |back, _| {
            let denied = format!("error=access_denied&error_description={MARK}&x=");
            back.replace("code=", &denied)
        },
        REFUSED,
    ),
    (
        ("OIDC answer", "an error that is none"),
        |back, _| back.replace("code=", &format!("error={MARK}&x=")),
        REFUSED,
    ),
];

const COOKIES: &[(Key, Swap)] = &[
    (("OIDC cookie", "missing"), |_| None),
    (("OIDC cookie", "nobody gave it"), |_| Some("A".repeat(43))),
    (("OIDC cookie", "too short"), |_| Some("x".to_owned())),
    (("OIDC cookie", "far too long"), |_| Some("A".repeat(4_000))),
    (("OIDC cookie", "of another attempt"), |other| Some(other.to_owned())),
];

/// What is done to the token on its way, as `server/tests/oidc/provider.mjs` calls it.
const LIES: &[&str] = &[
    "wrong-nonce",
    "no-nonce",
    "wrong-audience",
    "more-audiences",
    "wrong-party",
    "wrong-issuer",
    "expired",
    "made-long-ago",
    "made-tomorrow",
    "no-subject",
    "another-key",
    "unknown-key",
    "none",
    "hs256",
    "hs256-of-the-key",
    "cut-off",
    "no-token",
];

const USED: Key = ("OIDC answer", "used before");

pub fn keys() -> Vec<Key> {
    let answers = ANSWERS.iter().map(|(key, ..)| *key);
    let cookies = COOKIES.iter().map(|(key, _)| *key);
    let tokens = LIES.iter().map(|lie| ("ID token", *lie));
    answers.chain(cookies).chain(tokens).chain([USED]).collect()
}

/// The answer with another value in place of one of its own.
fn without(back: &str, name: &str, value: &str) -> String {
    back.replace(&format!("{name}={}", query(back, name)), &format!("{name}={value}"))
}

struct Door {
    ground: Ground,
    portal: Running,
    issuer: Issuer,
    trace: Trace,
    wrong: Vec<String>,
}

impl Door {
    async fn begun(&self) -> (Browser, String) {
        let browser = self.portal.browser();
        let back = self.issuer.visit(&begin(&browser, "/audit").await, "/enter").await;
        (browser, back)
    }

    /// Sends what came back, and looks at what is said to it.
    async fn expect(&mut self, (field, fault): Key, browser: &Browser, back: &str, code: &str) {
        let path = back.strip_prefix(&browser.origin).unwrap();
        assert!(path.starts_with(CALLBACK), "{path}");
        let answer = browser.send(Ask::get(path).header("sec-fetch-site", "cross-site")).await;
        let mut amiss = Vec::new();
        if answer.status != 303 || !answer.location().starts_with("/sign-in") {
            amiss.push(format!(
                "a way back was expected, not {} {:.200}",
                answer.status, answer.body
            ));
        } else {
            let page = browser.get(answer.location()).await;
            if page.code() != code {
                amiss.push(format!("{code} was expected, not {}", page.code()));
            }
            if page.body.contains(MARK) {
                amiss.push("it repeats what was sent".to_owned());
            }
        }
        if browser.cookie(crate::browser::SESSION).is_some() {
            amiss.push("a session was given".to_owned());
        }
        amiss.extend(self.trace.changed(&self.ground).await);
        if self.portal.browser().get("/healthz").await.status != 200 {
            amiss.push("the portal is not well any more".to_owned());
        }
        self.wrong.extend(amiss.into_iter().map(|amiss| format!("{field}, {fault}: {amiss}")));
    }
}

#[tokio::test]
async fn answers_of_a_provider_that_prove_nothing_let_nobody_in() {
    let (ground, issuer) = (Ground::new(Memory::Sqlite).await, Issuer::start().await);
    let portal = issuer.serve(&ground, "").await;
    let trace = Trace::of(&ground).await;
    let mut door = Door { ground, portal, issuer, trace, wrong: Vec::new() };
    for (key, edit, code) in ANSWERS {
        let ((browser, back), (_, other)) = (door.begun().await, door.begun().await);
        door.expect(*key, &browser, &edit(&back, &other), code).await;
    }
    for (key, swap) in COOKIES {
        let ((_, back), (other, _)) = (door.begun().await, door.begun().await);
        let browser = door.portal.browser();
        if let Some(cookie) = swap(&other.cookie(LOGIN).unwrap()) {
            browser.set_cookie(LOGIN, &cookie);
        }
        door.expect(*key, &browser, &back, OVER).await;
    }
    for lie in LIES {
        door.issuer.lie(lie).await;
        let (browser, back) = door.begun().await;
        door.expect(("ID token", lie), &browser, &back, UNPROVEN).await;
    }
    door.issuer.lie("").await;
    let (browser, back) = door.begun().await;
    door.expect(("OIDC state", "first of two"), &browser, &without(&back, "state", "x"), OVER)
        .await;
    door.expect(USED, &browser, &back, OVER).await;
    assert!(door.wrong.is_empty(), "{}", door.wrong.join("\n"));
    assert_eq!(in_log(&door.portal.process.err()), [""; 0]);
    // An honest one does, so that it is the rows that were refused.
    let browser = door.portal.browser();
    assert_eq!(sign_in_at(&door.issuer, &browser, "").await.status, 200);
}
