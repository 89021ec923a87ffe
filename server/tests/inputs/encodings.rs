//! Server-function encodings and types: bodies that are not quite forms, and values that are not of their type.

use crate::browser::{Ask, FORM, encode};
use crate::stand::{Row, Sent, Stand, Who, keys as keys_of};
use crate::{Key, MARK};

const SAVE: &str = "/api/ui/view/save";
const ID: &str = "00000000000000000000000000000001";

pub fn keys() -> Vec<Key> {
    keys_of(&rows())
}

fn rows() -> Vec<Row> {
    [content_types(), bodies(), types(), addresses()].into_iter().flatten().collect()
}

fn row(key: Key, ask: Ask, status: u16, code: &'static str) -> Row {
    Row::of(key, Who::Adam, Sent::Ask(ask), status, code)
}

/// A form that would do, with a body of another kind.
fn typed(content_type: &str) -> Ask {
    Ask::new("POST", SAVE).body(content_type, encode(&[("name", MARK), ("query", "")]))
}

fn content_types() -> Vec<Row> {
    let table: Vec<(Key, Ask)> = vec![
        (("Content-Type", "none"), typed("x").without("content-type")),
        (("Content-Type", "empty"), typed("")),
        (("Content-Type", "plain text"), typed("text/plain")),
        (("Content-Type", "JSON"), typed("application/json")),
        (("Content-Type", "multipart"), typed("multipart/form-data; boundary=x")),
        (("Content-Type", "CBOR"), typed("application/cbor")),
        (
            ("Content-Type", "another charset"),
            typed("application/x-www-form-urlencoded; charset=gbk"),
        ),
        (("Content-Type", "a boundary"), typed("application/x-www-form-urlencoded; boundary=x")),
        (("Content-Type", "a letter too many"), typed("application/x-www-form-urlencodedx")),
        (("Content-Type", "a list"), typed("application/x-www-form-urlencoded, text/plain")),
        (("Content-Type", "a wildcard"), typed("*/*")),
        (("Content-Encoding", "gzip"), typed(FORM).header("content-encoding", "gzip")),
        (("Content-Encoding", "one of its own"), typed(FORM).header("content-encoding", MARK)),
    ];
    table.into_iter().map(|(key, ask)| row(key, ask, 415, "malformed")).collect()
}

fn bodies() -> Vec<Row> {
    let many: Vec<String> = (0..9_000).map(|number| format!("f{number}")).collect();
    let many = many.join("&");
    let nested = format!("name{}=1&query=", "[x]".repeat(2_000));
    let table: Vec<(Key, Vec<u8>)> = vec![
        (("form body", "empty"), b"".to_vec()),
        (("form body", "JSON"), format!("{{\"name\":\"{MARK}\",\"query\":\"\"}}").into()),
        (("form body", "a byte order mark"), b"\xef\xbb\xbfname=a&query=".to_vec()),
        (("form body", "UTF-16"), b"\xff\xfen\0a\0m\0e\0=\0a\0".to_vec()),
        (("form body", "a byte that is no UTF-8"), b"name=\xff&query=".to_vec()),
        (("form body", "a byte of Latin-1"), b"name=caf\xe9&query=".to_vec()),
        (("form body", "separated by semicolons"), format!("name={MARK};query=").into()),
        (("form body", "separators and nothing else"), b"&&&=&&".to_vec()),
        (("form body", "9,000 fields"), many.into()),
        (("form body", "gzip without saying so"), b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec()),
        (("form escape", "no UTF-8"), b"name=%ff&query=".to_vec()),
        (("form escape", "a lone surrogate"), b"name=%ED%A0%80&query=".to_vec()),
        (("form escape", "an overlong slash"), b"name=%C0%AF&query=".to_vec()),
        (("form escape", "beyond Unicode"), b"name=%F4%90%80%80&query=".to_vec()),
        (("form escape", "no hex"), b"name=%zz&query=".to_vec()),
        (("form escape", "half of one"), b"name=a&query=%4".to_vec()),
        (("form escape", "of the old kind"), b"name=%u0041&query=".to_vec()),
        (("field name", "one that there is not"), format!("name=a&query=&{MARK}=1").into()),
        (("field name", "twice, with the same value"), b"name=a&name=a&query=".to_vec()),
        (("field name", "twice, once in escapes"), b"name=a&n%61me=b&query=".to_vec()),
        (("field name", "in upper case"), b"NAME=a&query=".to_vec()),
        (("field name", "a space behind it"), b"name+=a&query=".to_vec()),
        (("field name", "in brackets"), b"name[]=a&query=".to_vec()),
        (("field name", "brackets within brackets"), nested.into()),
        (("field name", "with a dot"), b"name.x=a&query=".to_vec()),
        (("field name", "a NUL behind it"), b"name%00=a&query=".to_vec()),
        (("field name", "a prototype"), b"name=a&query=&__proto__=1".to_vec()),
        (("field name", "a method"), b"name=a&query=&_method=DELETE".to_vec()),
        (("field name", "empty"), b"name=a&query=&=1".to_vec()),
        (("field name", "a needed one is missing"), format!("name={MARK}").into()),
    ];
    table
        .into_iter()
        .map(|(key, body)| row(key, Ask::new("POST", SAVE).body(FORM, body), 400, "malformed"))
        .collect()
}

/// What would do, but for one value.
fn types() -> Vec<Row> {
    let rules: &[(&str, &str)] = &[
        ("version", "0"),
        ("environment", "development"),
        ("open_who", "operator"),
        ("open_approval", "never"),
        ("open_at_most", "unlimited"),
        ("close_who", "operator"),
        ("close_approval", "never"),
    ];
    let freeze: &[(&str, &str)] = &[("version", "0"), ("freeze", "all")];
    let start: &[(&str, &str)] = &[("batch", ID), ("at_once", "10"), ("failures", "3")];
    let extend: &[(&str, &str)] = &[
        ("account", "core"),
        ("region", "cn-hangzhou"),
        ("id", "r-bp1ordersdev0001"),
        ("seen", "1"),
        ("lasts", "3600"),
        ("key", "0123456789abcdef"),
    ];
    let review: &[(&str, &str)] = &[
        ("account", "core"),
        ("region", "cn-hangzhou"),
        ("id", "r-bp1ordersdev0001"),
        ("to", "password-free"),
    ];
    let forms: [(&str, &[(&str, &str)]); 5] = [
        ("/api/ui/policy/rules", rules),
        ("/api/ui/policy/freeze", freeze),
        ("/api/ui/batch/start", start),
        ("/api/ui/return/extend", extend),
        ("/api/ui/review/take", review),
    ];
    let table: &[(usize, Key, &str, u16, &str)] = &[
        (1, ("version", "a fraction"), "0.0", 400, "malformed"),
        (1, ("version", "in hex"), "0x0", 400, "malformed"),
        (1, ("version", "with an exponent"), "0e0", 400, "malformed"),
        (1, ("version", "beyond 64 bits"), "9223372036854775808", 400, "malformed"),
        (1, ("version", "not a number"), "NaN", 400, "malformed"),
        (1, ("version", "digits of another script"), "\u{660}", 400, "malformed"),
        (1, ("version", "a space before it"), " 0", 400, "malformed"),
        (1, ("version", "below any there was"), "-1", 409, "overtaken"),
        (1, ("freeze", "a word of its own"), MARK, 400, "malformed"),
        (1, ("freeze", "a word of the program"), "All", 400, "malformed"),
        (1, ("freeze", "true"), "true", 400, "malformed"),
        (0, ("environment", "in upper case"), "DEVELOPMENT", 400, "malformed"),
        (0, ("open_approval", "a word of its own"), "often", 400, "malformed"),
        (0, ("close_approval", "a list"), "never,always", 400, "malformed"),
        (0, ("close_approval", "null"), "null", 400, "malformed"),
        (2, ("at_once", "negative"), "-1", 400, "malformed"),
        (2, ("at_once", "a fraction"), "1.5", 400, "malformed"),
        (2, ("at_once", "beyond 32 bits"), "4294967296", 400, "malformed"),
        (2, ("at_once", "empty"), "", 400, "malformed"),
        (2, ("failures", "a word of its own"), MARK, 400, "invalid-input"),
        (2, ("failures", "negative"), "-3", 400, "invalid-input"),
        (3, ("seen", "a day"), "2026-11-22", 400, "malformed"),
        (3, ("seen", "beyond 64 bits"), "99999999999999999999", 400, "malformed"),
        (4, ("to", "a word of the cloud"), "Close", 400, "malformed"),
        (4, ("to", "in another case"), "Password-Free", 400, "malformed"),
        (4, ("to", "both"), "password-free,password-required", 400, "malformed"),
        (4, ("to", "a number"), "1", 400, "malformed"),
    ];
    let rows = table.iter().map(|(form, key, value, status, code)| {
        let (path, fields) = forms[*form];
        let mut fields = fields.to_vec();
        assert!(fields.iter().any(|(name, _)| *name == key.0), "{key:?}");
        fields.retain(|(name, _)| *name != key.0);
        fields.push((key.0, value));
        row(*key, Ask::post(path, &fields), *status, code)
    });
    rows.collect()
}

fn addresses() -> Vec<Row> {
    let fields = [("name", "mine"), ("query", "")];
    let at = |path: &str| Ask::post(path, &fields);
    vec![
        row(
            ("form address", "a query behind it"),
            at("/api/ui/view/save?name=other"),
            400,
            "malformed",
        ),
        row(("form address", "a slash behind it"), at("/api/ui/view/save/"), 404, "not-found"),
        row(("form address", "two slashes in it"), at("/api/ui//view/save"), 404, "not-found"),
        row(("form address", "a path parameter"), at("/api/ui/view/save;x=1"), 404, "not-found"),
        row(
            ("form address", "a function that there is not"),
            at(&format!("/api/ui/view/{MARK}")),
            404,
            "not-found",
        ),
        row(("form address", "its root"), at("/api/ui"), 404, "not-found"),
        row(("form address", "in upper case"), at("/API/UI/VIEW/SAVE"), 405, ""),
        row(("form address", "a slash in escapes"), at("/api/ui%2Fview%2Fsave"), 404, "not-found"),
        row(
            ("form method", "PUT"),
            Ask::new("PUT", SAVE).body(FORM, encode(&fields)),
            405,
            "not-found",
        ),
        row(("form method", "DELETE"), Ask::new("DELETE", SAVE), 405, "not-found"),
    ]
}

#[tokio::test]
async fn what_is_not_quite_a_form_is_refused_and_changes_nothing() {
    let stand = Stand::new("").await;
    stand.judge(rows()).await;
}
