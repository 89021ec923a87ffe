//! What reads the cloud's bytes, opened to `fuzz/`. Each panics where what it found is not so.

use crate::clock::{format_wire, parse_http_date, parse_wire};
use crate::envelope::Envelope;
use crate::error::kind_of;
pub use crate::r_kvstore::fuzz::{attribute, lists};
use crate::sign;

/// A refusal, whatever it is: its code and id are well-formed, or none.
pub fn refusal(body: &[u8], status: u16) {
    let Some(envelope) = Envelope::read(body) else { return };
    if let Some(code) = &envelope.code {
        kind_of(code, status);
    }
    let parts = [
        envelope.code.as_ref().map(|code| code.as_str().to_owned()),
        envelope.request_id.as_ref().map(ToString::to_string),
    ];
    for text in parts.iter().flatten() {
        assert!(text.chars().all(|c| c.is_ascii_graphic() && c != '<' && c != '&'), "{text:?}");
    }
}

/// `Date` of an answer, and the time of a request: what is read is written again as it was.
pub fn date(text: &str) {
    parse_http_date(text);
    if let Some(at) = parse_wire(text) {
        let written = format_wire(at);
        assert_eq!(written.as_deref().and_then(parse_wire), Some(at), "{text:?}");
    }
}

/// Parameters of a signed call: other parameters are other bytes, and nothing but what is unreserved goes through unescaped.
pub fn canonical(one: &[(String, String)], other: &[(String, String)]) {
    let canonical = sign::canonical_query(one);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.~%&=".contains(c);
    assert!(canonical.chars().all(plain), "{canonical}");
    let sorted = |pairs: &[(String, String)]| {
        let mut pairs = pairs.to_vec();
        pairs.sort();
        pairs
    };
    if sorted(one) != sorted(other) {
        assert_ne!(canonical, sign::canonical_query(other));
    }
}
