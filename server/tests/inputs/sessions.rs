//! Authentication, session and cross-site: who says to be somebody and is not, and who asks from elsewhere.

use crate::browser::{Ask, Browser, SESSION, encode};
use crate::ground::{PASSWORD, sign_in};
use crate::stand::{Row, Sent, Stand, Who, keys as keys_of};
use crate::trace::sql;
use crate::{Key, MARK, Said};

const SIGN_IN: &str = "/api/ui/session/sign-in";
const FREEZE: &str = "/api/ui/policy/freeze";

type Filled<'a> = Vec<(&'a str, &'a str)>;

/// Cookies of sessions that are over.
#[derive(Default)]
struct Over {
    signed_out: String,
    expired: String,
    idle: String,
    disabled: String,
    /// Still good, of adam.
    live: String,
}

pub fn keys() -> Vec<Key> {
    keys_of(&rows(&Over::default(), ""))
}

fn rows(over: &Over, origin: &str) -> Vec<Row> {
    [signing_in(), cookies(over), elsewhere(origin)].into_iter().flatten().collect()
}

/// From an address of its own each, so that none is slowed down by those before it.
fn signing_in() -> Vec<Row> {
    let long = MARK.repeat(3_000);
    let upper = PASSWORD.to_uppercase();
    let spaced = format!("{PASSWORD} ");
    let ended = format!("{PASSWORD}\0");
    let refused = (401, "sign-in-refused");
    let invalid = (400, "invalid-input");
    let table: Vec<(Key, Filled<'_>, Said)> = vec![
        (("sign-in name", "missing"), vec![("password", PASSWORD)], invalid),
        (("sign-in name", "empty"), vec![("name", ""), ("password", PASSWORD)], invalid),
        (("sign-in name", "of nobody"), vec![("name", MARK), ("password", PASSWORD)], refused),
        (
            ("sign-in name", "in upper case"),
            vec![("name", "OLEG"), ("password", PASSWORD)],
            refused,
        ),
        (
            ("sign-in name", "a NUL behind it"),
            vec![("name", "oleg\0"), ("password", PASSWORD)],
            refused,
        ),
        (
            ("sign-in name", "a look-alike letter"),
            vec![("name", "\u{43e}leg"), ("password", PASSWORD)],
            refused,
        ),
        (
            ("sign-in name", "SQL"),
            vec![("name", "oleg' OR '1'='1"), ("password", PASSWORD)],
            refused,
        ),
        (("sign-in name", "a pattern"), vec![("name", "%"), ("password", PASSWORD)], refused),
        (("sign-in name", "50 kB"), vec![("name", &long), ("password", PASSWORD)], refused),
        (
            ("sign-in name", "of somebody disabled"),
            vec![("name", "anna"), ("password", PASSWORD)],
            refused,
        ),
        (("password", "missing"), vec![("name", "oleg")], invalid),
        (("password", "empty"), vec![("name", "oleg"), ("password", "")], invalid),
        (("password", "another"), vec![("name", "oleg"), ("password", MARK)], refused),
        (("password", "in upper case"), vec![("name", "oleg"), ("password", &upper)], refused),
        (("password", "a space behind it"), vec![("name", "oleg"), ("password", &spaced)], refused),
        (("password", "a NUL behind it"), vec![("name", "oleg"), ("password", &ended)], refused),
        (
            ("password", "its beginning"),
            vec![("name", "oleg"), ("password", &PASSWORD[..12])],
            refused,
        ),
        (("password", "50 kB"), vec![("name", "oleg"), ("password", &long)], refused),
        (
            ("password", "a stored hash"),
            vec![("name", "oleg"), ("password", "$argon2id$v=19$m=19456,t=2,p=1$")],
            refused,
        ),
        (
            ("sign-in form", "a role in it"),
            vec![("name", "oleg"), ("password", PASSWORD), ("role", "admin")],
            (400, "malformed"),
        ),
    ];
    let rows = (1..).zip(table).map(|(number, (key, fields, (status, code)))| {
        let ask =
            Ask::post(SIGN_IN, &fields).header("x-forwarded-for", &format!("203.0.113.{number}"));
        Row::of(key, Who::Nobody, Sent::Ask(ask), status, code)
    });
    rows.collect()
}

/// A form that only somebody who is signed in may send.
fn freeze() -> Ask {
    Ask::post(FREEZE, &[("version", "0"), ("freeze", "all"), ("reason", MARK)])
}

fn cookies(over: &Over) -> Vec<Row> {
    let cookie = |value: &str| freeze().header("cookie", &format!("{SESSION}={value}"));
    let live = &over.live;
    let flipped: String = live.chars().rev().collect();
    let long = "A".repeat(4_000);
    let doubled = format!("{live}{live}");
    let as_query = format!("{FREEZE}?{SESSION}={live}");
    let table: Vec<(Key, Ask)> = vec![
        (("session cookie", "missing"), freeze()),
        (("session cookie", "empty"), cookie("")),
        (("session cookie", "made up"), cookie("AAAAAAAAAAAAAAAAAAAAAA")),
        (("session cookie", "no such alphabet"), cookie(MARK)),
        (("session cookie", "4 kB"), cookie(&long)),
        (("session cookie", "backwards"), cookie(&flipped)),
        (("session cookie", "twice in one"), cookie(&doubled)),
        (("session cookie", "signed out"), cookie(&over.signed_out)),
        (("session cookie", "past its end"), cookie(&over.expired)),
        (("session cookie", "idle too long"), cookie(&over.idle)),
        (("session cookie", "of somebody disabled"), cookie(&over.disabled)),
        (("session cookie", "SQL"), cookie("' OR 1=1 --")),
        (
            ("session cookie", "without its prefix"),
            freeze().header("cookie", &format!("portal={live}")),
        ),
        (
            ("session cookie", "under its name in lower case"),
            freeze().header("cookie", &format!("__host-portal={live}")),
        ),
        (
            ("session cookie", "in the address"),
            Ask::post(&as_query, &[("version", "0"), ("freeze", "all")]),
        ),
        (
            ("Authorization", "the cookie as a bearer"),
            freeze().header("authorization", &format!("Bearer {live}")),
        ),
        (
            ("Authorization", "name and password"),
            freeze().header("authorization", "Basic YWRhbTpjb3JyZWN0IGhvcnNlIGJhdHRlcnk="),
        ),
        (("X-Forwarded-User", "an admin"), freeze().header("x-forwarded-user", "adam")),
        (("Remote-User", "an admin"), freeze().header("remote-user", "adam")),
        (("X-Forwarded-For", "this machine"), freeze().header("x-forwarded-for", "127.0.0.1")),
    ];
    let rows = table.into_iter().map(|(key, ask)| {
        // A form has no query, whoever sends it.
        let expected =
            if key.1 == "in the address" { (400, "malformed") } else { (401, "not-signed-in") };
        Row::of(key, Who::Nobody, Sent::Ask(ask), expected.0, expected.1)
    });
    rows.collect()
}

/// With adam's own cookie, as a browser would send it.
fn elsewhere(origin: &str) -> Vec<Row> {
    let site = |site: &str| freeze().header("sec-fetch-site", site);
    let from = |origin: &str| freeze().without("sec-fetch-site").header("origin", origin);
    let (scheme, authority) = origin.split_once("://").unwrap_or(("http", "127.0.0.1:1"));
    let secure = format!("{scheme}s://{authority}");
    let table: Vec<(Key, Ask)> = vec![
        (("Sec-Fetch-Site", "another site"), site("cross-site")),
        (("Sec-Fetch-Site", "another name of the same site"), site("same-site")),
        (("Sec-Fetch-Site", "typed by hand"), site("none")),
        (("Sec-Fetch-Site", "empty"), site("")),
        (("Sec-Fetch-Site", "in upper case"), site("SAME-ORIGIN")),
        (("Sec-Fetch-Site", "a list"), site("same-origin, cross-site")),
        (("Sec-Fetch-Site", "a word of its own"), site(MARK)),
        (
            ("Sec-Fetch-Site", "another site, with our origin"),
            site("cross-site").header("origin", origin),
        ),
        (("Origin", "none, and no Sec-Fetch-Site"), freeze().without("sec-fetch-site")),
        (("Origin", "null"), from("null")),
        (("Origin", "empty"), from("")),
        (("Origin", "of somebody else"), from("https://evil.example")),
        (("Origin", "ours by another scheme"), from(&secure)),
        (("Origin", "ours without its port"), from("http://127.0.0.1")),
        (("Origin", "ours with a name behind it"), from(&format!("{origin}.evil.example"))),
        (("Origin", "ours with a path"), from(&format!("{origin}/"))),
        (("Origin", "ours in upper case"), from(&origin.to_uppercase())),
        (("Origin", "two in a line"), from(&format!("{origin} https://evil.example"))),
        (
            ("Referer", "ours, and nothing else"),
            freeze().without("sec-fetch-site").header("referer", origin),
        ),
        (
            ("sign-in form", "sent by another site"),
            Ask::post(SIGN_IN, &[("name", "oleg"), ("password", PASSWORD)])
                .header("sec-fetch-site", "cross-site"),
        ),
        (
            ("sign-out form", "sent by another site"),
            Ask::post("/api/ui/session/sign-out", &[]).header("sec-fetch-site", "cross-site"),
        ),
    ];
    let mut rows: Vec<Row> = table
        .into_iter()
        .map(|(key, ask)| Row::of(key, Who::Adam, Sent::Ask(ask), 403, "cross-site"))
        .collect();
    // Two headers of a name are not one that fits.
    let bytes = |more: &str| {
        let body = encode(&[("version", "0"), ("freeze", "all")]);
        let length = body.len();
        format!(
            "POST {FREEZE} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\nContent-Length: {length}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n{more}\r\n{body}"
        )
    };
    for (key, more) in [
        (
            ("Sec-Fetch-Site", "twice, the good one first"),
            "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: cross-site\r\n".to_owned(),
        ),
        (
            ("Origin", "twice, ours first"),
            format!("Origin: {origin}\r\nOrigin: https://evil.example\r\n"),
        ),
    ] {
        rows.push(Row::of(
            key,
            Who::Nobody,
            Sent::Bytes(bytes(&more).into_bytes()),
            403,
            "cross-site",
        ));
    }
    let long = format!("/api/ui/{}", "x".repeat(20_000));
    let far = Ask::post(&long, &[]).header("sec-fetch-site", "cross-site");
    rows.push(Row::of(
        ("path", "20 kB, from another site"),
        Who::Nobody,
        Sent::Ask(far),
        403,
        "cross-site",
    ));
    let overridden = Ask::get(FREEZE).header("x-http-method-override", "POST");
    rows.push(Row::of(
        ("X-HTTP-Method-Override", "a GET that wants to be a POST"),
        Who::Adam,
        Sent::Ask(overridden),
        405,
        "not-found",
    ));
    let as_get = Ask::get(&format!("{FREEZE}?version=0&freeze=all&reason={MARK}"));
    rows.push(Row::of(
        ("method", "a form sent by GET"),
        Who::Adam,
        Sent::Ask(as_get),
        405,
        "not-found",
    ));
    rows
}

/// Signs somebody in; the value of the cookie.
async fn session(stand: &Stand, name: &str) -> (Browser, String) {
    let browser = stand.portal.browser();
    let answer = sign_in(&browser, name, PASSWORD).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let value = browser.cookie(SESSION).unwrap();
    (browser, value)
}

#[tokio::test]
async fn whoever_is_nobody_or_asks_from_elsewhere_is_refused_and_changes_nothing() {
    let stand = Stand::new("trusted_proxies = [\"127.0.0.1\"]").await;
    let (leaving, signed_out) = session(&stand, "adam").await;
    assert_eq!(leaving.post("/api/ui/session/sign-out", &[]).await.status, 200);
    let (_, disabled) = session(&stand, "anna").await;
    // The only two sessions of vera, and of oleg, apart from those of the stand.
    let (_, expired) = session(&stand, "vera").await;
    let (_, idle) = session(&stand, "oleg").await;
    sql(
        &stand.ground,
        "UPDATE users SET disabled_at = 1 WHERE name = 'anna';
         UPDATE sessions SET expires_at = 1 WHERE user_id = (SELECT id FROM users WHERE name = 'vera');
         UPDATE sessions SET seen_at = 1 WHERE user_id = (SELECT id FROM users WHERE name = 'oleg');",
    )
    .await;
    let live = stand.adam.cookie(SESSION).unwrap();
    let over = Over { signed_out, expired, idle, disabled, live };
    stand.judge(rows(&over, &stand.portal.origin)).await;
    assert_eq!(stand.adam.get("/instances").await.status, 200, "adam is still signed in");
}
