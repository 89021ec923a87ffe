//! What every class of answer tells a browser, to the letter.

use std::collections::BTreeSet;

use crate::browser::{Answer, Ask, SESSION};
use crate::ground::{Ground, Memory, ORDERS, PASSWORD, sign_in};
use crate::program::Program;

/// Around every answer.
const ALWAYS: &[&str] = &[
    "cross-origin-embedder-policy: require-corp",
    "cross-origin-opener-policy: same-origin",
    "cross-origin-resource-policy: same-origin",
    "date: *",
    "permissions-policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy: same-origin",
    "strict-transport-security: max-age=63072000; includeSubDomains",
    "x-content-type-options: nosniff",
    "x-frame-options: DENY",
    "x-request-id: *",
];

/// Of a page.
const SCRIPTS: &str = "content-security-policy: default-src 'none'; script-src 'self' 'nonce-*' 'wasm-unsafe-eval'; \
    style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";
/// Of all else.
const NOTHING: &str = "content-security-policy: default-src 'none'; style-src 'self'; img-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HTML: &str = "content-type: text/html; charset=utf-8";
const TEXT: &str = "content-type: text/plain; charset=utf-8";
const JSON: &str = "content-type: application/json";
const NO_STORE: &str = "cache-control: no-store";
const LENGTH: &str = "content-length: *";
const CHUNKED: &str = "transfer-encoding: chunked";
/// What can be had packed.
const VARY: &str = "vary: accept-encoding";

/// A page of the application.
const PAGE: &[&str] = &[SCRIPTS, HTML, NO_STORE, CHUNKED, VARY];
/// A page of one sentence, where there could be no other.
const SENTENCE: &[&str] = &[NOTHING, HTML, NO_STORE, LENGTH, VARY];
/// The same where nothing is packed on its way.
const SENTENCE_ASIDE: &[&str] = &[NOTHING, HTML, NO_STORE, LENGTH];
/// A line for machines and for whoever took the wrong way.
const LINE: &[&str] = &[NOTHING, TEXT, NO_STORE, LENGTH];
/// What a fetch of a form gets.
const ANSWER: &[&str] = &[NOTHING, JSON, NO_STORE, LENGTH];
const EMPTY: &[&str] = &[NOTHING, NO_STORE, LENGTH];

/// `name: value`, what differs each time as `*`.
fn shown(answer: &Answer) -> BTreeSet<String> {
    let headers = answer.headers.iter().map(|(name, value)| {
        let value = match name.as_str() {
            "date" | "x-request-id" | "content-length" => "*".to_owned(),
            "content-security-policy" => match nonce(answer) {
                Some(nonce) => value.replace(&nonce, "*"),
                None => value.clone(),
            },
            _ => value.clone(),
        };
        format!("{name}: {value}")
    });
    let shown: BTreeSet<String> = headers.collect();
    assert_eq!(shown.len(), answer.headers.len(), "a header is there twice: {answer:?}");
    shown
}

fn nonce(answer: &Answer) -> Option<String> {
    let policy = answer.header("content-security-policy")?;
    Some(policy.split_once("'nonce-")?.1.split('\'').next()?.to_owned())
}

#[track_caller]
fn expect(answer: &Answer, status: u16, class: &[&str], more: &[&str]) {
    let lines = [ALWAYS, class, more].concat();
    let expected: BTreeSet<String> = lines.iter().map(|&line| line.to_owned()).collect();
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(shown(answer), expected, "{answer:?}");
}

#[tokio::test]
async fn pages() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let (oleg, nobody) = (portal.signed_in("oleg").await, portal.browser());
    expect(&nobody.get("/sign-in").await, 200, PAGE, &[]);
    expect(&oleg.get("/instances").await, 200, PAGE, &[]);
    expect(&oleg.get(&format!("/instances/{ORDERS}")).await, 200, PAGE, &[]);
    expect(&oleg.get("/nothing/here").await, 404, PAGE, &[]);
    expect(&oleg.get("/changes/00000000000000000000000000000001").await, 404, PAGE, &[]);
    expect(&nobody.get("/").await, 303, EMPTY, &["location: /sign-in"]);
    let wanted = nobody.get("/changes?open=1").await;
    expect(&wanted, 303, EMPTY, &["location: /sign-in?next=/changes%3Fopen%3D1"]);
    let from_a_mail = Ask::get("/audit").header("sec-fetch-site", "cross-site");
    expect(&nobody.send(from_a_mail).await, 200, SENTENCE, &[]);
    expect(
        &oleg.send(Ask::new("POST", "/instances")).await,
        405,
        SENTENCE_ASIDE,
        &["allow: GET,HEAD"],
    );
    let elsewhere = Ask::get("/instances").header("host", "evil.example");
    expect(&oleg.send(elsewhere).await, 421, LINE, &[]);
}

#[tokio::test]
async fn forms() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.start(&ground.config(), &[]).await;
    let (oleg, nobody) = (portal.signed_in("oleg").await, portal.browser());
    let preferences = "/api/ui/preferences/set";
    let confirm = "/api/ui/change/confirm";
    expect(&oleg.post(preferences, &[]).await, 200, ANSWER, &[]);
    let submitted = oleg.submit(preferences, &[("next", "/audit")]).await;
    expect(&submitted, 303, EMPTY, &["location: /audit"]);
    let somewhere = [("account", "core"), ("region", "cn-hangzhou"), ("id", "r-1")];
    expect(&nobody.post("/api/ui/instance/read-again", &somewhere).await, 401, ANSWER, &[]);
    expect(&oleg.post("/api/ui/instance/read-again", &somewhere).await, 404, ANSWER, &[]);
    expect(&oleg.post(confirm, &[("x", "y")]).await, 400, ANSWER, &[]);
    expect(&oleg.post(preferences, &[("next", &"x".repeat(70_000))]).await, 413, ANSWER, &[]);
    expect(&oleg.send(Ask::new("POST", preferences)).await, 415, ANSWER, &[]);
    expect(&oleg.get(confirm).await, 405, ANSWER, &["allow: POST"]);
    expect(&oleg.post("/api/ui/no/such", &[]).await, 404, ANSWER, &["allow: GET,HEAD"]);
    let cross_site = || Ask::post(confirm, &[]).header("sec-fetch-site", "cross-site");
    expect(&oleg.send(cross_site()).await, 403, ANSWER, &[]);
    expect(&oleg.send(cross_site().accept("text/html")).await, 403, SENTENCE_ASIDE, &[]);
    let misdirected = Ask::post(confirm, &[]).header("host", "evil.example");
    expect(&oleg.send(misdirected).await, 421, ANSWER, &[]);
}

#[tokio::test]
async fn machines_and_files() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let nobody = portal.browser();
    expect(&nobody.get("/healthz").await, 200, LINE, &[]);
    expect(&nobody.get("/readyz").await, 200, LINE, &[]);
    let posted = nobody.send(Ask::new("POST", "/healthz")).await;
    expect(&posted, 405, SENTENCE_ASIDE, &["allow: GET,HEAD"]);
    expect(&nobody.get("/assets/none.0123456789abcdef.js").await, 404, EMPTY, &[]);
    let posted = nobody.send(Ask::new("POST", "/assets/none.0123456789abcdef.js")).await;
    expect(&posted, 405, SENTENCE_ASIDE, &["allow: GET,HEAD"]);
}

#[tokio::test]
async fn a_cookie_says_who_may_send_it_where() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let browser = portal.browser();
    let answer = sign_in(&browser, "oleg", PASSWORD).await;
    let id = browser.cookie(SESSION).unwrap();
    assert_eq!(
        answer.all("set-cookie"),
        [format!("__Host-portal={id}; HttpOnly; SameSite=Strict; Secure; Path=/")]
    );
    // 128 bits, as 22 letters of base 64.
    assert_eq!(id.len(), 22, "{id}");
    let answer =
        browser.post("/api/ui/preferences/set", &[("language", "zh-CN"), ("theme", "dark")]).await;
    assert_eq!(
        answer.all("set-cookie"),
        [
            "__Host-language=zh-CN; Path=/; Max-Age=31536000; Secure; HttpOnly; SameSite=Lax",
            "__Host-theme=dark; Path=/; Max-Age=31536000; Secure; HttpOnly; SameSite=Lax",
        ]
    );
    let forget = "\"cache\", \"storage\"";
    let answer = browser.post("/api/ui/session/sign-out", &[]).await;
    assert_eq!(
        answer.all("set-cookie"),
        ["__Host-portal=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict"]
    );
    assert_eq!(answer.header("clear-site-data"), Some(forget));
    // The page's own form is answered by a redirect, which says so too.
    sign_in(&browser, "oleg", PASSWORD).await;
    let answer = browser.submit("/api/ui/session/sign-out", &[]).await;
    assert_eq!((answer.status, answer.location()), (303, "/sign-in"));
    assert_eq!(answer.header("clear-site-data"), Some(forget));
    for path in ["/instances", "/sign-in", "/healthz"] {
        assert_eq!(browser.get(path).await.all("set-cookie"), [""; 0], "{path}");
    }
}

#[tokio::test]
async fn each_page_has_a_nonce_of_its_own_and_no_script_without_it() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let oleg = portal.signed_in("oleg").await;
    let instance = format!("/instances/{ORDERS}");
    let mut nonces = BTreeSet::new();
    let pages = [
        "/instances",
        instance.as_str(),
        "/changes",
        "/audit",
        "/nothing",
        "/instances",
        "/sign-in",
    ];
    for path in pages {
        let page = oleg.get(path).await;
        let nonce = nonce(&page).unwrap();
        for script in page.body.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap();
            let ours =
                tag.contains(&format!("nonce=\"{nonce}\"")) || tag.contains("src=\"/assets/");
            assert!(ours, "{path}: <script{tag}>");
        }
        for tag in page.body.split('<').filter_map(|tag| tag.split('>').next()) {
            // Without what stands in quotes: a value may read like an attribute.
            let bare: String = tag.split('"').step_by(2).collect::<Vec<_>>().join("");
            let attributes = bare.split_ascii_whitespace().skip(1);
            let forbidden: Vec<_> = attributes
                .filter(|attribute| {
                    attribute.starts_with("style=")
                        || attribute.starts_with("on") && attribute.contains('=')
                })
                .collect();
            assert!(forbidden.is_empty(), "{path}: <{tag}>");
        }
        assert!(nonce.len() >= 22, "{nonce}");
        assert!(nonces.insert(nonce), "{path}: a nonce came twice");
    }
    assert_eq!(nonces.len(), pages.len());
    let nobody = portal.browser().get("/sign-in").await;
    // The framework appends two of its own, which say that there is nothing.
    let loads = ["<script src", "modulepreload", "data-component"];
    assert!(loads.iter().all(|script| !nobody.body.contains(script)), "{nobody:?}");
}

#[tokio::test]
async fn the_number_of_a_request_is_new_each_time_and_stands_in_its_error() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.start(&ground.config(), &[]).await;
    let browser = portal.browser();
    let mut numbers = BTreeSet::new();
    for _ in 0..20 {
        // What a client says of itself is not taken for ours.
        let ask = Ask::post("/api/ui/change/confirm", &[]).header("x-request-id", "forged");
        let answer = browser.send(ask).await;
        let number = answer.header("x-request-id").unwrap().to_owned();
        assert_eq!(answer.json()["request_id"].as_str(), Some(number.as_str()));
        assert!(number.len() == 16 && number.bytes().all(|b| b.is_ascii_hexdigit()), "{number}");
        assert!(numbers.insert(number));
    }
}

#[tokio::test]
async fn what_programs_are_told() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let program = Program::of(&portal, "vera", "viewer").await;
    expect(&program.get("/api/v1/token").await, 200, ANSWER, &[]);
    expect(&program.get("/api/v1/nothing").await, 404, ANSWER, &[]);
    expect(
        &program.send(Ask::new("PUT", "/api/v1/audit")).await,
        405,
        ANSWER,
        &["allow: GET,HEAD"],
    );
    let nobody = portal.browser();
    expect(&nobody.get("/api/v1/audit").await, 401, ANSWER, &["www-authenticate: Bearer"]);
    expect(&nobody.get("/api/v1/openapi.json").await, 200, ANSWER, &[]);
}
