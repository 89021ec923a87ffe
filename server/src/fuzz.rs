//! What reads strangers' bytes, opened to `fuzz/`. Each panics where what it found is not so.

use std::path::Path;

use axum::extract::Request;
use http::HeaderMap;
use http::header::{COOKIE, HeaderValue};

use crate::config::{self, Environment, Overrides};
use crate::web;

/// A configuration file: never a panic, and no mistake repeats what stands for a secret in it.
pub fn configuration(text: &str) {
    const SECRET: &str = "s3cr3t-canary";
    let text = text.replace("SECRET", SECRET);
    let overrides = Overrides::default();
    let read =
        config::parse(Path::new("latchkey.toml"), &text, &Environment::default(), &overrides);
    for mistake in read.err().unwrap_or_default() {
        let told = mistake.to_string();
        // Words that stand elsewhere too, such as in the name of a key, are no secret.
        let alone = text.matches(SECRET).count() == 1;
        let is_secret = |line: &str| {
            let pair = line.split_once('=');
            pair.is_some_and(|(key, value)| {
                key.trim() == "access_key_secret" && value.contains(SECRET)
            })
        };
        assert!(!alone || !text.lines().any(is_secret) || !told.contains(SECRET), "{told}");
    }
}

/// The `Cookie` header: what is found stands in it.
pub fn cookie(header: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(header) else { return };
    let headers = HeaderMap::from_iter([(COOKIE, value)]);
    if let Some(found) = web::fuzz::cookie(&headers) {
        let header = String::from_utf8_lossy(header);
        assert!(header.contains(&format!("={found}")), "{found:?} is not in {header:?}");
    }
}

/// `X-Forwarded-For` behind a proxy at 10.0.0.1: the answer is the peer's or one that stands in the header, and is no
/// proxy of ours as long as somebody else is named.
pub fn forwarded(header: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(header) else { return };
    let mut request = Request::new(axum::body::Body::empty());
    request.headers_mut().insert("x-forwarded-for", value);
    let found = web::fuzz::client_address(request);
    let text = String::from_utf8_lossy(header);
    let named = text.split(',').any(|hop| hop.trim().parse() == Ok(found));
    assert!(named || found.to_string() == "10.0.0.1", "{found} is not in {text:?}");
}

/// Rows of a list as CSV: read again, each cell is what it was or has one apostrophe in front, and none is a formula.
pub fn csv(cells: &[String]) {
    if cells.is_empty() {
        return;
    }
    let Ok(bytes) = web::cells::written([cells.to_vec()]) else { return };
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&bytes[..]);
    let Some(Ok(row)) = reader.records().next() else {
        panic!("{cells:?} left no row");
    };
    assert_eq!(row.len(), cells.len());
    for (read, cell) in row.iter().zip(cells) {
        assert!(read == cell || read.strip_prefix('\'') == Some(cell), "{cell:?} became {read:?}");
        assert!(!read.starts_with(['=', '+', '-', '@']), "{read:?} is a formula");
    }
}
