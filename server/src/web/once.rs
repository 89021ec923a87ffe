//! What a page shows once and nobody else ever has: half of it lies in the memory for minutes, the other half is in the
//! address that leads there. Neither half says anything about the whole (a one-time pad).

use std::time::Duration;

use app::path;

use super::Web;
use crate::outside;

/// In the query of the page.
pub const PAD: &str = "pad=";
const LASTS: Duration = Duration::from_mins(10);
/// Marks a body that is no notice of an error.
const MARK: &str = "once:";
/// Longer secrets are not made.
const MOST: usize = 512;

/// Keeps half of `secret` for the session; the address with the other half.
pub async fn keep(
    web: &Web,
    session: Option<&str>,
    address: &str,
    secret: &str,
) -> Result<String, store::Error> {
    let mut pad = Vec::with_capacity(secret.len());
    while pad.len() < secret.len() {
        pad.extend(outside::random_bytes());
    }
    pad.truncate(secret.len());
    let sealed: Vec<u8> = secret.bytes().zip(&pad).map(|(one, other)| one ^ other).collect();
    let id = hex::encode(outside::random_bytes());
    let body = format!("{MARK}{}", hex::encode(sealed));
    web.portal.store().put_notice(&id, session, &body, web.portal.now().plus(LASTS)).await?;
    Ok(path::and(&path::and(address, "notice", &id), "pad", &hex::encode(pad)))
}

/// The half that a query holds.
pub fn pad(query: &str) -> Option<String> {
    let pad = query.split('&').find_map(|pair| pair.strip_prefix(PAD))?;
    (pad.len() <= 2 * MOST).then(|| pad.to_owned())
}

/// Both halves together.
pub fn open(body: &str, pad: &str) -> Option<String> {
    let sealed = hex::decode(body.strip_prefix(MARK)?).ok()?;
    let pad = hex::decode(pad).ok()?;
    let bytes = sealed.iter().zip(&pad).map(|(one, other)| one ^ other).collect();
    (sealed.len() == pad.len()).then_some(bytes).and_then(|bytes| String::from_utf8(bytes).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_both_halves_are_the_whole() {
        let sealed: Vec<u8> = b"lk_1".iter().zip(b"\x01\x02\x03\x04").map(|(a, b)| a ^ b).collect();
        let body = format!("{MARK}{}", hex::encode(sealed));
        assert_eq!(open(&body, "01020304").as_deref(), Some("lk_1"));
        for pad in ["", "0102", "0102030405", "zz020304"] {
            assert_eq!(open(&body, pad), None, "{pad}");
        }
        assert_eq!(open("{\"error\":1}", "01020304"), None);
        assert_eq!(pad("a=b&pad=01&c=d").as_deref(), Some("01"));
        assert_eq!(pad(&format!("pad={}", "0".repeat(1100))), None);
    }
}
