//! The one way arguments come in: a URL-encoded form, taken literally.
//!
//! Refused: bytes that are not UTF-8, a field that the function does not have, a field that is given twice. `#[server]`
//! forwards no serde attribute, so unknown fields are found by watching what serde ignores. The content type is not
//! seen here: the server's outer layer has refused every other one before ([`is_form`]).

use std::collections::BTreeSet;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use server_fn::codec::Post;
use server_fn::{ContentType, Decodes, Encodes, Format, FormatType};

const CONTENT_TYPE: &str = "application/x-www-form-urlencoded";

/// The input codec of every server function.
pub type StrictForm = Post<FormEncoding>;

/// A URL-encoded form, taken literally.
pub struct FormEncoding;

impl ContentType for FormEncoding {
    const CONTENT_TYPE: &'static str = CONTENT_TYPE;
}

impl FormatType for FormEncoding {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for FormEncoding {
    type Error = serde_urlencoded::ser::Error;

    fn encode(value: &T) -> Result<Bytes, Self::Error> {
        serde_urlencoded::to_string(value).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for FormEncoding {
    type Error = &'static str;

    fn decode(bytes: Bytes) -> Result<T, Self::Error> {
        read(&bytes)
    }
}

/// Whether a `Content-Type` is that of a form. A charset may stand there, and only the one that forms have.
pub fn is_form(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    essence.eq_ignore_ascii_case(CONTENT_TYPE)
        && parts.all(|part| part.eq_ignore_ascii_case("charset=utf-8"))
}

/// The pairs of a form body, each name once; `None` where it is not strictly one.
pub fn pairs(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let text = std::str::from_utf8(bytes).ok()?;
    if !is_well_formed(text) {
        return None;
    }
    let pairs: Vec<(String, String)> = form_urlencoded::parse(bytes).into_owned().collect();
    let mut seen = BTreeSet::new();
    pairs.iter().all(|(name, _)| seen.insert(name.as_str())).then_some(pairs)
}

/// Whether a form or a query can be read as it stands. `form_urlencoded` repairs; what needs repair is found here.
pub fn is_well_formed(text: &str) -> bool {
    let decodes = |part: &str| {
        let plus = part.replace('+', " ");
        let valid_escapes = plus.split('%').skip(1).all(|rest| {
            rest.as_bytes().get(..2).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
        });
        valid_escapes && percent_encoding::percent_decode_str(&plus).decode_utf8().is_ok()
    };
    text.is_empty() || text.split('&').all(|pair| pair.split('=').all(decodes))
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, &'static str> {
    pairs(bytes).ok_or("not a form, or a field is repeated")?;
    let mut ignored = false;
    let form = serde_urlencoded::Deserializer::new(form_urlencoded::parse(bytes));
    let value =
        serde_ignored::deserialize(form, |_| ignored = true).map_err(|_| "a field does not do")?;
    if ignored { Err("an unknown field") } else { Ok(value) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::ReviewId;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Arguments {
        review: ReviewId,
        reason: Option<String>,
        count: Option<u16>,
    }

    const REVIEW: &str = "review=00000000000000000000000000000001";

    fn parse(rest: &[u8]) -> Result<Arguments, &'static str> {
        read(&[REVIEW.as_bytes(), rest].concat())
    }

    #[test]
    fn a_form_is_taken_literally() {
        let read = parse(b"&reason=a+b%26%E8%AE%A2&count=7").unwrap();
        let expected = Arguments {
            review: ReviewId::from_u128(1),
            reason: Some("a b&\u{8ba2}".into()),
            count: Some(7),
        };
        assert_eq!(read, expected);
        assert_eq!(parse(b"").unwrap().reason, None);
        assert_eq!(parse(b"&reason=").unwrap().reason.as_deref(), Some(""));
    }

    #[test]
    fn whatever_is_not_quite_a_form_is_refused() {
        for rest in [
            &b"&other=1"[..],
            b"&reason=a&reason=b",
            b"&review=00000000000000000000000000000002",
            b"&reason=%ff",
            b"&reason=\xff",
            b"&reason=%zz",
            b"&reason=%",
            b"&%ff=a",
            b"&count=-1",
            b"&count=70000",
            b"&count=1e3",
            b"&reason[]=a",
        ] {
            assert!(parse(rest).is_err(), "{}", String::from_utf8_lossy(rest));
        }
        assert!(read::<Arguments>(b"").is_err());
        assert!(read::<Arguments>(b"review=1").is_err());
    }

    #[test]
    fn only_a_form_s_content_type_does() {
        for good in [
            "application/x-www-form-urlencoded",
            "Application/X-WWW-Form-URLEncoded; charset=UTF-8",
        ] {
            assert!(is_form(good), "{good}");
        }
        for bad in [
            "",
            "text/plain",
            "application/json",
            "multipart/form-data; boundary=x",
            "application/x-www-form-urlencoded; charset=gbk",
            "application/x-www-form-urlencodedx",
        ] {
            assert!(!is_form(bad), "{bad}");
        }
    }
}
