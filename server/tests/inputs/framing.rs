//! HTTP framing and size: bytes that are no proper request, and too many of them.

use crate::stand::{Row, Sent, Stand, Who, keys as keys_of};
use crate::{Key, MARK};

const FORM: &str =
    "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n";
const SIGN_IN: &str = "/api/ui/session/sign-in";

pub fn keys() -> Vec<Key> {
    keys_of(&rows("127.0.0.1:1"))
}

fn row(key: Key, bytes: impl Into<Vec<u8>>, status: u16) -> Row {
    Row::of(key, Who::Nobody, Sent::Bytes(bytes.into()), status, "")
}

/// To a form, so that the answer has a code.
fn form(key: Key, bytes: Vec<u8>, status: u16, code: &'static str) -> Row {
    Row::of(key, Who::Nobody, Sent::Bytes(bytes), status, code)
}

/// Whoever sends it says no more, and is gone.
fn cut(key: Key, bytes: impl Into<Vec<u8>>, status: u16, code: &'static str) -> Row {
    Row::of(key, Who::Nobody, Sent::Cut(bytes.into()), status, code)
}

fn rows(host: &str) -> Vec<Row> {
    [lines(host), targets(host), lengths(host), chunks(host), headers(host)]
        .into_iter()
        .flatten()
        .collect()
}

/// A request for an address that anybody may ask, with more headers.
fn get(host: &str, more: &str) -> Vec<u8> {
    format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n").into_bytes()
}

/// A form of an address, with headers about its body, and the body.
fn post(host: &str, more: &str, body: &str) -> Vec<u8> {
    let head =
        format!("POST {SIGN_IN} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{FORM}{more}\r\n");
    [head.as_bytes(), body.as_bytes()].concat()
}

fn lines(host: &str) -> Vec<Row> {
    let line = |line: &str| format!("{line}\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let long = "X".repeat(4096);
    vec![
        row(("request line", "not HTTP at all"), format!("{MARK}\r\n\r\n"), 400),
        row(("request line", "a TLS hello"), *b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        row(("request line", "the preface of HTTP/2"), *b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0),
        row(("request line", "no version"), line(&format!("GET /{MARK}")), 400),
        row(("request line", "a version of its own"), line("GET /healthz HTTP/9.9"), 400),
        row(("request line", "the version in lower case"), line("GET /healthz http/1.1"), 400),
        row(("request line", "two spaces"), line("GET  /healthz HTTP/1.1"), 400),
        row(("request line", "a tab for a space"), line("GET\t/healthz HTTP/1.1"), 400),
        row(
            ("request line", "words behind the version"),
            line(&format!("GET /healthz HTTP/1.1 {MARK}")),
            400,
        ),
        cut(("request line", "half of it, and then nothing"), "GET /hea", 0, ""),
        row(("method", "no token"), line("GE(T /healthz HTTP/1.1"), 400),
        row(("method", "empty"), line(" /healthz HTTP/1.1"), 400),
        row(("method", "4 kB long"), line(&format!("{long} /healthz HTTP/1.1")), 405),
        row(("method", "a tunnel"), line(&format!("CONNECT {MARK}.example:443 HTTP/1.1")), 405),
        row(
            ("method", "an echo of the request"),
            line(&format!("TRACE /healthz?{MARK} HTTP/1.1")),
            405,
        ),
        row(("method", "of WebDAV"), line("PROPFIND /instances HTTP/1.1"), 403),
    ]
}

fn targets(host: &str) -> Vec<Row> {
    let at = |target: &str| {
        format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
    };
    let named = |names: &str| format!("GET /sign-in HTTP/1.1\r\n{names}Connection: close\r\n\r\n");
    let long = "x".repeat(100_000);
    vec![
        row(("target", "a NUL"), at("/sign-in\0"), 400),
        row(("target", "a bare line feed"), at("/sign-in\nX: y"), 400),
        row(("target", "100 kB"), at(&format!("/{MARK}{long}")), 431),
        row(("target", "a fragment and no path"), at(&format!("#{MARK}")), 400),
        row(("target", "a star for a page"), at("*"), 404),
        row(("target", "another host in it"), at(&format!("http://{MARK}.example/sign-in")), 421),
        row(
            ("target", "our host with a user in front"),
            at(&format!("http://{MARK}@{host}/sign-in")),
            421,
        ),
        row(("target", "a scheme that is not spoken here"), at("ftp://files.example/sign-in"), 421),
        row(("Host", "missing"), named(""), 421),
        row(("Host", "empty"), named("Host:\r\n"), 421),
        row(("Host", "of somebody else"), named(&format!("Host: {MARK}.example\r\n")), 421),
        row(
            ("Host", "twice, ours first"),
            named(&format!("Host: {host}\r\nHost: {MARK}.example\r\n")),
            421,
        ),
        row(
            ("Host", "twice, ours last"),
            named(&format!("Host: {MARK}.example\r\nHost: {host}\r\n")),
            421,
        ),
        row(("Host", "with a user in front"), named(&format!("Host: {MARK}@{host}\r\n")), 421),
        row(("Host", "without its port"), named("Host: 127.0.0.1\r\n"), 421),
        row(
            ("Host", "two names in one line"),
            named(&format!("Host: {host}, {MARK}.example\r\n")),
            421,
        ),
    ]
}

fn lengths(host: &str) -> Vec<Row> {
    let body = format!("name={MARK}");
    let with = |length: &str| post(host, &format!("Content-Length: {length}\r\n"), &body);
    let large = format!("name={}", MARK.repeat(5_000));
    let sized = post(host, &format!("Content-Length: {}\r\n", large.len()), &large);
    let announced = post(host, "Content-Length: 1073741824\r\n", "name=");
    let smuggled = format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let length = smuggled.len();
    let head = format!(
        "POST {SIGN_IN} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    );
    let inside = format!("{head}{smuggled}").into_bytes();
    vec![
        row(("Content-Length", "negative"), with("-1"), 400),
        row(("Content-Length", "with a sign"), with("+5"), 400),
        row(("Content-Length", "in hex"), with("0x16"), 400),
        row(("Content-Length", "beyond any number"), with("99999999999999999999999"), 400),
        row(("Content-Length", "a list"), with("22, 23"), 400),
        row(("Content-Length", "empty"), with(""), 400),
        row(("Content-Length", "two that differ"), with("22\r\nContent-Length: 23"), 400),
        row(
            ("Content-Length", "beside Transfer-Encoding"),
            with("22\r\nTransfer-Encoding: chunked"),
            400,
        ),
        cut(("Content-Length", "more than comes"), with("4000"), 400, "malformed"),
        form(("body", "more than 64 KiB"), sized, 413, "too-large"),
        form(("body", "a gibibyte announced, and nothing sent"), announced, 413, "too-large"),
        form(("body", "a request inside of it, refused with it"), inside, 403, "cross-site"),
    ]
}

fn chunks(host: &str) -> Vec<Row> {
    let coded =
        |coding: &str, body: &str| post(host, &format!("Transfer-Encoding: {coding}\r\n"), body);
    let chunked = |body: &str| coded("chunked", body);
    let good = "b\r\nname=zq7-do\r\n0\r\n\r\n";
    let old = String::from_utf8(coded("chunked", good)).unwrap().replace("HTTP/1.1", "HTTP/1.0");
    let extension = format!("b;{}\r\nname=zq7-do\r\n0\r\n\r\n", "x".repeat(70_000));
    let trailer = format!("b\r\nname=zq7-do\r\n0\r\nX: {}\r\n\r\n", "x".repeat(70_000));
    vec![
        row(("Transfer-Encoding", "one of its own"), coded(&format!("x{MARK}"), good), 400),
        row(("Transfer-Encoding", "chunked is not the last"), coded("chunked, gzip", good), 400),
        row(("Transfer-Encoding", "compressed inside"), coded("gzip, chunked", good), 400),
        row(("Transfer-Encoding", "chunked twice"), coded("chunked, chunked", good), 400),
        row(("Transfer-Encoding", "with a character too many"), coded("chunked\x0b", good), 400),
        row(("Transfer-Encoding", "in HTTP/1.0"), old, 400),
        form(
            ("chunk", "a size that is no number"),
            chunked(&format!("{MARK}\r\n")),
            400,
            "malformed",
        ),
        form(("chunk", "a negative size"), chunked("-1\r\nname=a\r\n0\r\n\r\n"), 400, "malformed"),
        form(
            ("chunk", "a size beyond any number"),
            chunked("fffffffffffffffff\r\nname=a"),
            400,
            "malformed",
        ),
        form(
            ("chunk", "longer than it says"),
            chunked(&format!("1\r\nname={MARK}\r\n0\r\n\r\n")),
            400,
            "malformed",
        ),
        form(("chunk", "an extension of 70 kB"), chunked(&extension), 400, "malformed"),
        cut(("chunk", "no last one"), chunked("b\r\nname=zq7-do\r\n"), 400, "malformed"),
        form(("trailer", "70 kB"), chunked(&trailer), 400, "malformed"),
    ]
}

fn headers(host: &str) -> Vec<Row> {
    let long = MARK.repeat(6_000);
    let many = "X: y\r\n".repeat(65);
    vec![
        row(("header", "no colon"), get(host, &format!("{MARK}\r\n")), 400),
        row(("header", "folded"), get(host, &format!("X: y\r\n {MARK}\r\n")), 400),
        row(("header", "100 kB"), get(host, &format!("X: {long}\r\n")), 431),
        row(("header", "65 of them"), get(host, &many), 431),
        row(("header name", "a space in it"), get(host, "X Y: z\r\n"), 400),
        row(("header name", "a space before the colon"), get(host, "X : z\r\n"), 400),
        row(("header name", "empty"), get(host, ": z\r\n"), 400),
        row(("header name", "not ASCII"), get(host, "X\u{e9}: z\r\n"), 400),
        row(("header value", "a NUL"), get(host, "X: a\0b\r\n"), 400),
        row(("header value", "a bare carriage return"), get(host, "X: a\rb\r\n"), 400),
        row(("Cookie", "100 kB"), get(host, &format!("Cookie: __Host-portal={long}\r\n")), 431),
    ]
}

#[tokio::test]
async fn bytes_that_are_no_request_are_refused_and_change_nothing() {
    let stand = Stand::new("").await;
    stand.judge(rows(stand.address())).await;
}
