//! Every form: that it does what it should, for whom, and how it comes back. What it refuses is in `refusals.rs`.

use std::collections::BTreeSet;

use domain::audit::AuditCode;
use domain::person::Scope;
use store::Store;
use store::audit::AuditFilter;
use store::change::ChangeFilter;

use crate::browser::{Answer, Ask, Browser};
use crate::ground::{Ground, Memory, PASSWORD, take_review};
use crate::process::{Process, latchkey};
use crate::tables;

/// A form, filled in so that it would do, but for what a test does to it.
pub struct Form {
    pub path: &'static str,
    pub fields: &'static [(&'static str, &'static str)],
    /// Without one of these it does not do.
    pub needed: &'static [&'static str],
    /// What is said without them.
    pub without: &'static str,
    /// Only for people who are signed in.
    pub signed_in: bool,
}

const REVIEW: &str = "00000000000000000000000000000001";
const CHANGE: &str = REVIEW;
const BATCH: &str = REVIEW;
/// Nobody made it.
const LINK: &str = REVIEW;
const TOKEN: &str = REVIEW;
const PASSKEY: &str = REVIEW;

pub const FORMS: &[Form] = &[
    Form {
        path: "/api/ui/session/sign-in",
        fields: &[("name", "oleg"), ("password", PASSWORD), ("next", "/changes")],
        needed: &["name", "password"],
        without: "invalid-input",
        signed_in: false,
    },
    Form {
        path: "/api/ui/session/second-step",
        fields: &[("code", "123456"), ("next", "/changes")],
        needed: &["code"],
        without: "invalid-input",
        signed_in: false,
    },
    Form {
        path: "/api/ui/session/step-up",
        fields: &[("password", PASSWORD), ("next", "/changes"), ("keep", "")],
        needed: &["password"],
        without: "invalid-input",
        signed_in: true,
    },
    Form {
        path: "/api/ui/second-factor/begin",
        fields: &[],
        needed: &[],
        without: "",
        signed_in: true,
    },
    Form {
        path: "/api/ui/second-factor/confirm",
        fields: &[("code", "12345")],
        needed: &["code"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/second-factor/remove",
        fields: &[],
        needed: &[],
        without: "",
        signed_in: true,
    },
    Form {
        path: "/api/ui/second-factor/take",
        fields: &[("name", "vera")],
        needed: &["name"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/session/ask-passkey",
        fields: &[],
        needed: &[],
        without: "",
        signed_in: false,
    },
    Form { path: "/api/ui/passkey/begin", fields: &[], needed: &[], without: "", signed_in: true },
    Form {
        path: "/api/ui/passkey/add",
        fields: &[("name", "laptop"), ("answer", "{}")],
        needed: &["name", "answer"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/passkey/rename",
        fields: &[("passkey", PASSKEY), ("name", "laptop")],
        needed: &["passkey", "name"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/passkey/remove",
        fields: &[("passkey", PASSKEY)],
        needed: &["passkey"],
        without: "malformed",
        signed_in: true,
    },
    Form { path: "/api/ui/passkey/ask", fields: &[], needed: &[], without: "", signed_in: true },
    Form {
        path: "/api/ui/session/sign-out",
        fields: &[],
        needed: &[],
        without: "",
        signed_in: false,
    },
    Form {
        path: "/api/ui/preferences/set",
        fields: &[
            ("next", "/instances"),
            ("language", "zh-CN"),
            ("theme", "dark"),
            ("time_zone", "Asia/Shanghai"),
            ("shortcuts", "off"),
        ],
        needed: &[],
        without: "",
        signed_in: false,
    },
    Form {
        path: "/api/ui/me/notices",
        fields: &[("door_shuts_soon", "1"), ("return_failed", "1"), ("approval_decided", "1")],
        needed: &[],
        without: "",
        signed_in: true,
    },
    Form {
        path: "/api/ui/review/take",
        fields: &[
            ("account", "core"),
            ("region", "cn-hangzhou"),
            ("id", "r-bp1ordersdev0001"),
            ("to", "password-free"),
        ],
        needed: &["account", "region", "id", "to"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/change/confirm",
        fields: &[
            ("review", REVIEW),
            ("key", "0123456789abcdef"),
            ("reason", "because"),
            ("typed_name", "orders-cache-dev"),
        ],
        needed: &["review", "key"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/return/extend",
        fields: &[
            ("account", "core"),
            ("region", "cn-shanghai"),
            ("id", "r-uf6catalogdev001"),
            ("seen", "1"),
            ("lasts", "3600"),
            ("key", "0123456789abcdef"),
        ],
        needed: &["account", "region", "id", "seen", "lasts", "key"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/change/cancel",
        fields: &[("change", CHANGE), ("reason", "because")],
        needed: &["change"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/change/put-back",
        fields: &[("change", CHANGE), ("key", "0123456789abcdef")],
        needed: &["change", "key"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/approval/review",
        fields: &[("change", CHANGE)],
        needed: &["change"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/approval/approve",
        fields: &[("review", REVIEW), ("reason", "fine"), ("start", "0")],
        needed: &["review"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/approval/reject",
        fields: &[("change", CHANGE), ("reason", "because")],
        needed: &["change"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/approval/see",
        fields: &[("change", CHANGE), ("verdict", "approved")],
        needed: &["change", "verdict"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/batch/draft",
        fields: &[("query", "region=cn-hangzhou"), ("to", "password-free")],
        needed: &["query", "to"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/batch/start",
        fields: &[("batch", BATCH), ("at_once", "10"), ("failures", "3"), ("reason", "because")],
        needed: &["batch", "at_once", "failures"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/batch/pause",
        fields: &[("batch", BATCH)],
        needed: &["batch"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/batch/resume",
        fields: &[("batch", BATCH)],
        needed: &["batch"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/batch/stop",
        fields: &[("batch", BATCH)],
        needed: &["batch"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/batch/try-again",
        fields: &[("batch", BATCH)],
        needed: &["batch"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/batch/put-back",
        fields: &[("batch", BATCH)],
        needed: &["batch"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/policy/freeze",
        fields: &[("version", "0"), ("freeze", "none")],
        needed: &["version", "freeze"],
        without: "malformed",
        signed_in: true,
    },
    // As it stands without a word in the configuration.
    Form {
        path: "/api/ui/policy/rules",
        fields: &[
            ("version", "0"),
            ("environment", "development"),
            ("open_who", "operator"),
            ("open_approval", "never"),
            ("open_at_most", "unlimited"),
            ("close_who", "operator"),
            ("close_approval", "never"),
        ],
        needed: &["version", "environment", "open_who", "open_approval", "open_at_most"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/policy/general",
        fields: &[
            ("version", "0"),
            ("zone", "UTC"),
            ("approval_lasts", "24h"),
            ("put_back_within", "30m"),
            ("break_glass", "admin"),
        ],
        needed: &["version", "zone", "approval_lasts", "put_back_within", "break_glass"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/policy/as-configured",
        fields: &[("version", "0")],
        needed: &["version"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/instance/read-again",
        fields: &[("account", "core"), ("region", "cn-hangzhou"), ("id", "r-bp1ordersdev0001")],
        needed: &["account", "region", "id"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/instances/read-again",
        fields: &[("query", "access=password-free")],
        needed: &["query"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/inbox/read",
        fields: &[("notice", "all")],
        needed: &["notice"],
        without: "malformed",
        signed_in: true,
    },
    Form { path: "/api/ui/webhook/test", fields: &[], needed: &[], without: "", signed_in: true },
    Form {
        path: "/api/ui/token/make",
        fields: &[("label", "CI"), ("role", "viewer"), ("expires_in", "7d")],
        needed: &["label", "role", "expires_in"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/token/revoke",
        fields: &[("token", TOKEN)],
        needed: &["token"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/view/save",
        fields: &[("name", "open doors"), ("query", "access=password-free")],
        needed: &["name", "query"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/view/delete",
        fields: &[("name", "open doors"), ("query", "access=password-free")],
        needed: &["name", "query"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/people/add",
        fields: &[("name", "vera")],
        needed: &["name"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/people/give",
        fields: &[
            ("name", "nobody.here"),
            ("version", "0"),
            ("role", "operator"),
            ("accounts", "core"),
            ("staging", "yes"),
            ("tags", "team=pay"),
        ],
        needed: &["name", "version", "role"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/people/take",
        fields: &[("name", "nobody.here"), ("version", "0"), ("place", "0")],
        needed: &["name", "version", "place"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/people/disable",
        fields: &[("name", "nobody.here"), ("version", "0")],
        needed: &["name", "version"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/people/enable",
        fields: &[("name", "nobody.here"), ("version", "0")],
        needed: &["name", "version"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/people/end-sessions",
        fields: &[("name", "nobody.here")],
        needed: &["name"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/people/make-link",
        fields: &[("name", "nobody.here")],
        needed: &["name"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/group/make",
        fields: &[("name", "on-call")],
        needed: &["name"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/group/give",
        fields: &[
            ("name", "nobody.here"),
            ("version", "0"),
            ("role", "operator"),
            ("regions", "cn-hangzhou"),
        ],
        needed: &["name", "version", "role"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/group/take",
        fields: &[("name", "nobody.here"), ("version", "0"), ("place", "0")],
        needed: &["name", "version", "place"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/group/add-member",
        fields: &[("name", "nobody.here"), ("version", "0"), ("member", "oleg")],
        needed: &["name", "version", "member"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/group/remove-member",
        fields: &[("name", "nobody.here"), ("version", "0"), ("member", "oleg")],
        needed: &["name", "version", "member"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/group/disable",
        fields: &[("name", "nobody.here"), ("version", "0")],
        needed: &["name", "version"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/group/enable",
        fields: &[("name", "nobody.here"), ("version", "0")],
        needed: &["name", "version"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/me/password",
        fields: &[
            ("old", "wrong horse battery"),
            ("password", "a new horse battery"),
            ("again", "a new horse battery"),
        ],
        needed: &["old", "password", "again"],
        without: "malformed",
        signed_in: true,
    },
    Form {
        path: "/api/ui/me/end-session",
        fields: &[("session", "s-nowhere")],
        needed: &["session"],
        without: "malformed",
        signed_in: true,
    },
    Form { path: "/api/ui/me/end-others", fields: &[], needed: &[], without: "", signed_in: true },
    Form {
        path: "/api/ui/session/reset",
        fields: &[
            ("link", LINK),
            ("password", "a new horse battery"),
            ("again", "a new horse battery"),
        ],
        needed: &["link"],
        without: "malformed",
        signed_in: false,
    },
];

/// Stands in everything that is sent and refused; comes back nowhere.
pub const MARK: &str = "zq7-do-not-repeat";

#[test]
fn the_forms_tested_here_are_all_there_are() {
    let tested: BTreeSet<&str> = FORMS.iter().map(|form| form.path).collect();
    assert_eq!(tested, tables::FORMS.iter().copied().collect());
}

#[tokio::test]
async fn the_same_forms_do_when_nothing_is_wrong() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    for form in FORMS {
        let answer = portal.signed_in("adam").await.post(form.path, form.fields).await;
        // There is no such review, change, batch, token, link, session, person or group, and no door open for a time; the
        // name is taken, and the password another; all else is as it should be.
        let expected = match form.path {
            // Nobody is half signed in, nobody has a second factor, and the code is of none that was begun.
            "/api/ui/change/confirm"
            | "/api/ui/approval/approve"
            | "/api/ui/people/add"
            | "/api/ui/session/reset"
            | "/api/ui/session/second-step"
            | "/api/ui/session/ask-passkey"
            | "/api/ui/passkey/begin"
            | "/api/ui/passkey/add"
            | "/api/ui/passkey/ask" => 409,
            "/api/ui/me/password" | "/api/ui/second-factor/confirm" => 400,
            "/api/ui/me/end-session" | "/api/ui/second-factor/take" => 404,
            _ if form.fields.contains(&("name", "nobody.here")) => 404,
            path if path == "/api/ui/return/extend"
                || form.fields.contains(&("batch", BATCH))
                || form.fields.contains(&("token", TOKEN))
                || form.fields.contains(&("change", CHANGE))
                || form.fields.contains(&("passkey", PASSKEY)) =>
            {
                404
            }
            _ => 200,
        };
        assert_eq!(answer.status, expected, "{}: {answer:?}", form.path);
        // What was made once is taken.
        let expected = if form.path == "/api/ui/group/make" { 409 } else { expected };
        // A browser too old to say where it comes from says at least its origin.
        let ask = Ask::post(form.path, form.fields).without("sec-fetch-site");
        let answer =
            portal.signed_in("adam").await.send(ask.header("origin", &portal.origin)).await;
        assert_eq!(answer.status, expected, "{}: {answer:?}", form.path);
    }
}

/// Behind a proxy it has one name and one origin: those of its public address.
#[tokio::test]
async fn a_portal_with_a_public_address_takes_forms_of_that_address_only() {
    let ground = Ground::new(Memory::Sqlite).await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let public = "https://redis.example.com";
    let toml = ground.config().text(ground.folder.path());
    let toml =
        format!("public_url = \"{public}\"\n{toml}").replace("127.0.0.1:0", &free.to_string());
    std::fs::write(ground.folder.path().join("latchkey.toml"), toml).unwrap();
    let mut portal = Process::start(latchkey(ground.folder.path(), &["serve"]));
    portal.says(&format!("Latchkey is at {public}")).await;
    let browser = Browser::at(&format!("http://{free}"));
    let fields = [("name", "oleg"), ("password", PASSWORD)];
    for (host, origin, status) in [
        ("redis.example.com", public, 200),
        ("REDIS.example.com", public, 200),
        ("redis.example.com", "http://redis.example.com", 403),
        ("redis.example.com", "https://redis.example.com:8443", 403),
        ("redis.example.com", "https://evil.redis.example.com", 403),
        ("redis.example.com", &browser.origin, 403),
        ("redis.example.com:443", public, 421),
        ("evil.redis.example.com", public, 421),
        (&free.to_string(), public, 421),
    ] {
        let ask = Ask::post("/api/ui/session/sign-in", &fields).without("sec-fetch-site");
        let answer = browser.send(ask.header("host", host).header("origin", origin)).await;
        assert_eq!(answer.status, status, "{host} {origin}: {answer:?}");
    }
}

#[tokio::test]
async fn without_a_session_a_script_is_told_and_a_page_is_led_to_sign_in() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let store = ground.store().await;
    let before = Trace::of(&store, &ground).await;
    for form in FORMS.iter().filter(|form| form.signed_in) {
        let nobody = portal.browser();
        let answer = nobody.post(form.path, form.fields).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "not-signed-in"), "{answer:?}");
        assert!(is_closed(&answer), "{answer:?}");
        let answer = nobody.submit(form.path, form.fields).await;
        assert_eq!((answer.status, answer.body.as_str()), (303, ""), "{answer:?}");
        let page = nobody.get(answer.location()).await;
        assert!(answer.location().starts_with("/sign-in?next=/"), "{answer:?}");
        assert_eq!((page.status, page.code().as_str()), (200, "not-signed-in"), "{page:?}");
    }
    assert_eq!(Trace::of(&store, &ground).await, before);
}

/// The next page says what was wrong, once, and to nobody else.
#[tokio::test]
async fn a_page_s_own_form_comes_back_with_what_was_typed() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let oleg = portal.signed_in("oleg").await;
    let sessions = "core/cn-shanghai/r-uf6sessions00001";
    let review = take_review(&oleg, sessions, "password-free").await;
    let fields =
        [("review", review.as_str()), ("key", &review), ("reason", MARK), ("typed_name", "wrong")];
    let answer = oleg.submit("/api/ui/change/confirm", &fields).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    assert!(answer.location().starts_with(&format!("/reviews/{review}?notice=")), "{answer:?}");
    assert!(
        !answer.location().contains("wrong") && !answer.location().contains(MARK),
        "{answer:?}"
    );
    let other = portal.signed_in("adam").await.get(answer.location()).await;
    assert!(!other.body.contains(MARK), "somebody else's notice");
    let page = oleg.get(answer.location()).await;
    assert_eq!(page.code(), "invalid-input");
    assert!(page.body.contains(MARK) && page.body.contains("value=\"wrong\""), "{page:?}");
    let again = oleg.get(answer.location()).await;
    assert!(!again.body.contains(MARK), "a notice is shown once");
    assert!(ground.cloud.control().ledger().is_empty());
}

/// A code, a field, numbers; nothing of what was sent.
pub fn is_closed(answer: &Answer) -> bool {
    let known = ["code", "field", "problem", "request_id", "cloud_request_id", "change"];
    let Ok(json) = serde_json::from_str::<serde_json::Value>(&answer.body) else { return false };
    let fields = json.as_object().unwrap();
    fields.iter().all(|(name, value)| known.contains(&name.as_str()) && value.is_string())
        && json["request_id"].as_str() == answer.header("x-request-id")
        && answer.header("content-type") == Some("application/json")
        && !format!("{answer:?}").contains(MARK)
}

/// Everything a refused form could have left behind.
#[derive(Debug, PartialEq, Eq)]
pub struct Trace {
    writes: usize,
    changes: usize,
    reviews_and_sign_ins: usize,
    failures: Option<i32>,
    languages: Vec<Option<String>>,
}

impl Trace {
    pub async fn of(store: &Store, ground: &Ground) -> Self {
        let scope = Scope::Everything;
        let changes = store.list_changes(&scope, &ChangeFilter::default(), 1000).await.unwrap();
        let events = store.list_audit(&scope, &AuditFilter::default(), 10_000).await.unwrap();
        let counted = [
            AuditCode::ReviewTaken,
            AuditCode::SignInSucceeded,
            AuditCode::SignedOut,
            AuditCode::ChangeRequested,
        ];
        let users = store.list_users().await.unwrap();
        Self {
            writes: ground.cloud.control().ledger().len(),
            changes: changes.len(),
            reviews_and_sign_ins: events
                .iter()
                .filter(|event| counted.contains(&event.event.code))
                .count(),
            failures: store
                .find_sign_in_failures("net:127.0.0.1")
                .await
                .unwrap()
                .map(|found| found.failures),
            languages: users.into_iter().map(|user| user.language).collect(),
        }
    }
}
