//! What is refused before, and instead of, anything that is done: in one shape, and without a trace.

use serde_json::{Value, json};

use crate::browser::{Ask, SESSION};
use crate::forms::{MARK, Trace, is_closed};
use crate::ground::{Ground, Memory, ORDERS};
use crate::program::Program;
use crate::tables::API;

const KEY: &str = "0123456789abcdef";

fn json_body(ask: Ask, body: &str) -> Ask {
    ask.body("application/json", body).header("idempotency-key", KEY)
}

/// For a pattern of the table.
fn address(pattern: &str) -> String {
    let named = pattern.replace("{account}/{region}/{id}", ORDERS).replace("{*any}", "nothing");
    named.replace("{id}", "00000000000000000000000000000001")
}

#[tokio::test]
async fn nobody_comes_in_without_a_good_token_or_with_a_cookie() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let adam = portal.signed_in("adam").await;
    let program = Program::of(&portal, "adam", "admin").await;
    let cookie = format!("{SESSION}={}", adam.cookie(SESSION).unwrap());
    let last = if program.token.ends_with('0') { '1' } else { '0' };
    let other = format!("{}{last}", &program.token[..74]);
    let store = ground.store().await;
    let before = Trace::of(&store, &ground).await;
    for (pattern, methods) in API {
        let path = address(pattern);
        let method = if methods.contains("GET") || methods.is_empty() { "GET" } else { "POST" };
        for (authorization, with_cookie, status, code) in [
            (None, false, 401, "token-refused"),
            (None, true, 400, "cookie-refused"),
            (Some(format!("Bearer {}", program.token)), true, 400, "cookie-refused"),
            (Some(format!("Basic {}", program.token)), false, 401, "token-refused"),
            (Some(format!("Bearer {other}")), false, 401, "token-refused"),
            (Some(format!("Bearer lk_{}", "0".repeat(72))), false, 401, "token-refused"),
            (Some(format!("Bearer {MARK}")), false, 401, "token-refused"),
        ] {
            let mut ask = json_body(Ask::new(method, &path), "{}");
            if let Some(authorization) = &authorization {
                ask = ask.header("authorization", authorization);
            }
            if with_cookie {
                ask = ask.header("cookie", &cookie);
            }
            let answer = portal.browser().send(ask).await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (status, code),
                "{path}: {answer:?}"
            );
            assert!(is_closed(&answer), "{path}: {answer:?}");
            assert_eq!(answer.header("www-authenticate").is_some(), status == 401, "{answer:?}");
            assert!(answer.all("set-cookie").is_empty(), "{answer:?}");
        }
        let ask = json_body(Ask::new(method, &path), "{}").header("host", "evil.example");
        let answer = program.send(ask).await;
        assert_eq!(answer.status, 421, "{path}: {answer:?}");
        assert!(is_closed(&answer), "{path}: {answer:?}");
    }
    // A page does not take a token, and a form does not either.
    let bearer = format!("Bearer {}", program.token);
    let page = portal.browser().send(Ask::get("/audit").header("authorization", &bearer)).await;
    assert_eq!(page.status, 303, "{page:?}");
    let fields = [("account", "core"), ("region", "cn-hangzhou"), ("id", "r-bp1ordersdev0001")];
    let form = Ask::post("/api/ui/instance/read-again", &fields).header("authorization", &bearer);
    assert_eq!(portal.browser().send(form).await.status, 401);
    assert_eq!(Trace::of(&store, &ground).await, before);
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn whatever_is_not_quite_a_request_is_refused_in_one_shape() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let program = Program::of(&portal, "adam", "admin").await;
    let store = ground.store().await;
    let before = Trace::of(&store, &ground).await;
    let preflight = format!("/api/v1/instances/{ORDERS}/preflight");
    let long_reason =
        json!({ "instance": ORDERS, "to": "password-free", "reason": "x".repeat(501) });
    let change = |body: Value| json_body(Ask::new("POST", "/api/v1/changes"), &body.to_string());
    let order = |name: &str, value: Value| {
        let mut body = json!({ "instance": ORDERS, "to": "password-free" });
        body[name] = value;
        change(body)
    };
    let raw = |body: &str| json_body(Ask::new("POST", "/api/v1/changes"), body);
    let huge = format!("{{\"reason\":\"{}\"}}", "x".repeat(70_000));
    let review = "00000000000000000000000000000001";
    let cases: Vec<(Ask, u16, &str, &str)> = vec![
        (Ask::get("/api/v1/nothing"), 404, "not-found", ""),
        (Ask::get("/api/v1"), 404, "not-found", ""),
        (Ask::new("DELETE", "/api/v1/changes"), 405, "not-found", ""),
        (Ask::new("POST", "/api/v1/audit"), 405, "not-found", ""),
        (Ask::new("OPTIONS", "/api/v1/instances"), 405, "not-found", ""),
        (Ask::get(&preflight), 405, "not-found", ""),
        (Ask::get("/api/v1/instances/core/cn-hangzhou/r-nothere"), 404, "not-found", ""),
        (Ask::get("/api/v1/instances/Core/cn-hangzhou/r-bp1"), 404, "not-found", ""),
        (Ask::get("/api/v1/instances/core/cn-hangzhou/%ff"), 404, "not-found", ""),
        (Ask::get("/api/v1/changes/nonsense"), 404, "not-found", ""),
        (Ask::get(&format!("/api/v1/changes/{review}")), 404, "not-found", ""),
        (Ask::get(&format!("/api/v1/changes/{review}/wait")), 404, "not-found", ""),
        (
            Ask::get(&format!("/api/v1/changes/{review}/wait?timeout=0")),
            400,
            "invalid-input",
            "timeout",
        ),
        (
            Ask::get(&format!("/api/v1/changes/{review}/wait?timeout=61")),
            400,
            "invalid-input",
            "timeout",
        ),
        (
            Ask::get(&format!("/api/v1/changes/{review}/wait?version=x")),
            400,
            "invalid-input",
            "version",
        ),
        (Ask::get("/api/v1/instances?access=Close"), 400, "invalid-input", "access"),
        (Ask::get("/api/v1/instances?limit=501"), 400, "invalid-input", "limit"),
        (Ask::get("/api/v1/instances?limit=-1"), 400, "invalid-input", "limit"),
        (Ask::get("/api/v1/instances?after=zzzz"), 400, "invalid-input", "after"),
        (Ask::get("/api/v1/instances?account=Core%2F"), 400, "invalid-input", "account"),
        (Ask::get(&format!("/api/v1/instances?{MARK}=1")), 400, "malformed", ""),
        (Ask::get("/api/v1/instances?q=a&q=b"), 400, "malformed", ""),
        (Ask::get("/api/v1/instances?q=%ff"), 400, "malformed", ""),
        (Ask::get("/api/v1/changes?open=yes"), 400, "invalid-input", "open"),
        (Ask::get("/api/v1/changes?waiting=true&open=true"), 400, "invalid-input", "waiting"),
        (Ask::get("/api/v1/changes?before=7"), 400, "invalid-input", "before"),
        (Ask::get("/api/v1/changes?instance=r-1"), 400, "invalid-input", "instance"),
        (Ask::get("/api/v1/audit?code=nonsense"), 400, "invalid-input", "code"),
        (Ask::get("/api/v1/audit?since=yesterday"), 400, "invalid-input", "since"),
        (Ask::get("/api/v1/audit?before=x"), 400, "invalid-input", "before"),
        (Ask::get(&format!("/api/v1/instances/{ORDERS}?x=1")), 400, "malformed", ""),
        (raw(&huge), 413, "too-large", ""),
        (raw("{"), 400, "malformed", ""),
        (raw("[]"), 400, "malformed", ""),
        (raw("null"), 400, "malformed", ""),
        (raw("{} {}"), 400, "malformed", ""),
        (raw(&format!("{{\"{MARK}\":1}}")), 400, "malformed", ""),
        (raw("{\"reason\":\"a\",\"reason\":\"b\"}"), 400, "malformed", ""),
        (raw(&"[".repeat(60_000)), 400, "malformed", ""),
        (change(json!({})), 400, "invalid-input", "review"),
        (change(json!({ "instance": ORDERS })), 400, "invalid-input", "to"),
        (change(json!({ "to": "password-free" })), 400, "invalid-input", "review"),
        (change(json!({ "review": review, "instance": ORDERS })), 400, "invalid-input", "review"),
        (change(json!({ "review": review })), 409, "review-over", ""),
        (change(json!({ "review": MARK })), 400, "invalid-input", "review"),
        (order("fingerprint", json!("00")), 400, "invalid-input", "review"),
        (order("to", json!("Close")), 400, "invalid-input", "to"),
        (order("to", json!(["password-free"])), 400, "invalid-input", "to"),
        (order("instance", json!("r-bp1ordersdev0001")), 400, "invalid-input", "instance"),
        (order("instance", json!("core/cn-hangzhou/r-nothere")), 404, "not-found", ""),
        (order("lasts", json!("soon")), 400, "invalid-input", "lasts"),
        (order("lasts", json!(7200)), 400, "invalid-input", "lasts"),
        (order("start", json!("-1h")), 400, "invalid-input", "start"),
        (order("reason", json!("a\u{202e}b")), 400, "invalid-input", "reason"),
        (order("acknowledged", json!("late-effect")), 400, "invalid-input", "acknowledged"),
        (order("break_glass", json!(1)), 400, "invalid-input", "break_glass"),
        (change(long_reason), 400, "invalid-input", "reason"),
        (change(json!({})).without("idempotency-key"), 400, "invalid-input", "idempotency-key"),
        (
            change(json!({})).header("idempotency-key", "short"),
            400,
            "invalid-input",
            "idempotency-key",
        ),
        (
            change(json!({})).header("idempotency-key", "return-0123456789abcdef"),
            400,
            "invalid-input",
            "review",
        ),
        (
            order("reason", json!("x")).header("idempotency-key", "return-0123456789abcdef"),
            409,
            "key-reused",
            "",
        ),
        (
            Ask::new("POST", "/api/v1/changes")
                .body("text/plain", "{}")
                .header("idempotency-key", KEY),
            415,
            "malformed",
            "",
        ),
        (
            Ask::post("/api/v1/changes", &[("to", MARK)]).header("idempotency-key", KEY),
            415,
            "malformed",
            "",
        ),
        (json_body(Ask::new("POST", &preflight), "{}"), 400, "invalid-input", "to"),
        (Ask::new("POST", &preflight), 400, "invalid-input", "to"),
        (json_body(Ask::new("POST", &preflight), "{\"to\":\"Open\"}"), 400, "invalid-input", "to"),
    ];
    for (ask, status, code, field) in cases {
        let asked = format!("{} {}", ask.shown(), status);
        let answer = program.send(ask).await;
        let said = serde_json::from_str::<Value>(&answer.body).unwrap_or_default();
        let told = (answer.status, said["code"].as_str(), said["field"].as_str());
        let expected = (status, Some(code), Some(field).filter(|field| !field.is_empty()));
        assert_eq!(told, expected, "{asked}: {answer:?}");
        assert!(is_closed(&answer), "{asked}: {answer:?}");
    }
    assert_eq!(Trace::of(&store, &ground).await, before);
    // What only the rules can refuse is read afresh first.
    for (name, value) in [("lasts", "1s"), ("start", "8d")] {
        let answer = program.send(order(name, json!(value))).await;
        assert_eq!(
            (answer.status, answer.json()["field"].as_str()),
            (400, Some(name)),
            "{answer:?}"
        );
    }
    assert!(ground.cloud.control().ledger().is_empty());
}

#[tokio::test]
async fn a_token_that_asks_too_often_is_told_when_to_ask_again_and_others_are_not_slowed() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let (greedy, other) = (
        Program::of(&portal, "vera", "viewer").await,
        Program::of(&portal, "vera", "viewer").await,
    );
    let mut refused = None;
    for _ in 0..2000 {
        let answer = greedy.get("/api/v1/token").await;
        if answer.status != 200 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.unwrap();
    assert_eq!((refused.status, refused.code().as_str()), (429, "rate-limited"), "{refused:?}");
    assert!(is_closed(&refused), "{refused:?}");
    let seconds: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert_eq!(other.get("/api/v1/token").await.status, 200);
}
