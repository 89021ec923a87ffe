//! A receipt: what became of one change, as a document that anybody can check without the portal.
//!
//! It is a JSON object of two members. `receipt` is what is said, in a fixed order of fields, and `signature` an Ed25519
//! signature over the very bytes of it, from its opening to its closing brace. Whoever writes those bytes anew (another
//! indentation is enough) has another document.
//!
//! To add a field: a line in [`document`], at the end of its object, and in docs/operations/receipts.md.

mod document;
mod key;

use domain::id::ChangeId;
use store::audit::AuditFilter;

pub use key::{PublicKey, ReceiptError, ReceiptKey};

use crate::viewer::AUDIT_PAGE;
use crate::{ServiceError, Viewer};

const HEAD: &str = "{\n\"receipt\": ";
const MIDDLE: &str = ",\n\"signature\": ";
const TAIL: &str = "\n}\n";

impl Viewer<'_> {
    /// The receipt of a change that ended.
    pub async fn get_receipt(&self, id: ChangeId) -> Result<String, ServiceError> {
        let key = self.portal.settings().receipt_key.as_ref().ok_or(ServiceError::NotFound)?;
        let mut detail = self.get_change(id).await?;
        if !detail.change.state.is_terminal() {
            return Err(ServiceError::NotFound);
        }
        // A page of it is enough to look at; here nothing may be missing.
        let filter = AuditFilter { change: Some(id), ..AuditFilter::default() };
        let mut after = detail.events.last().map_or(i64::MIN, |event| event.sequence);
        if i64::try_from(detail.events.len()).is_ok_and(|count| count == AUDIT_PAGE) {
            (detail.events, after) = (Vec::new(), i64::MIN);
        }
        loop {
            let more = self.walk_audit(&filter, after).await?;
            let Some(last) = more.last() else { break };
            after = last.sequence;
            detail.events.extend(more);
        }
        let said = document::of(&detail).map_err(|error| ServiceError::Fault(error.into()))?;
        Ok(sealed(key, &said))
    }
}

fn sealed(key: &ReceiptKey, said: &str) -> String {
    let (public, value) = (key.public(), key.sign(said.as_bytes()));
    format!(
        "{HEAD}{said}{MIDDLE}{{\"algorithm\": \"Ed25519\", \"key\": \"{public}\", \"value\": \"{value}\"}}{TAIL}"
    )
}

/// Checks a receipt against a key that was got another way, and gives what it says, as JSON.
pub fn verify_receipt(text: &str, key: &PublicKey) -> Result<serde_json::Value, ReceiptError> {
    let rest = text.strip_prefix(HEAD).ok_or(ReceiptError::NoReceipt)?;
    let (said, signature) = rest.rsplit_once(MIDDLE).ok_or(ReceiptError::NoReceipt)?;
    let signature = signature.strip_suffix(TAIL).ok_or(ReceiptError::NoReceipt)?;
    let signature: serde_json::Value =
        serde_json::from_str(signature).map_err(|_| ReceiptError::NoReceipt)?;
    let member = |name: &str| signature.get(name).and_then(serde_json::Value::as_str);
    if member("algorithm") != Some("Ed25519") {
        return Err(ReceiptError::NoReceipt);
    }
    // The key in the document only helps to find the right one: it proves nothing.
    let value = member("value").ok_or(ReceiptError::NoReceipt)?;
    key.verify(said.as_bytes(), value)?;
    serde_json::from_str(said).map_err(|_| ReceiptError::NoReceipt)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "{\n  \"type\": \"latchkey-receipt/1\",\n  \"who\": \"订单\"\n}";

    fn key(byte: u8) -> ReceiptKey {
        ReceiptKey::of(&[byte; 32]).unwrap()
    }

    #[test]
    fn a_receipt_verifies_and_says_what_was_said() {
        let text = sealed(&key(1), SAID);
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["receipt"]["who"], "订单");
        assert_eq!(read["signature"]["key"], key(1).public().to_string());
        assert_eq!(verify_receipt(&text, &key(1).public()).unwrap(), read["receipt"]);
    }

    #[test]
    fn every_byte_that_is_another_one_is_noticed() {
        let text = sealed(&key(1), SAID);
        let public = key(1).public();
        for at in 0..text.len() {
            for flip in [0x01, 0x20, 0x80] {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= flip;
                let Ok(other) = String::from_utf8(bytes) else { continue };
                let key_member = text.find("\"key\": \"").unwrap();
                let in_key = (key_member..key_member + 54).contains(&at);
                let found = verify_receipt(&other, &public);
                assert!(found.is_err() || in_key && other.contains(SAID), "{at}: {other}");
            }
        }
        for cut in 1..text.len() {
            let shorter = text.get(..cut).unwrap_or_default();
            assert!(verify_receipt(shorter, &public).is_err(), "{cut}");
        }
        let doubled = text.replacen(HEAD, &format!("{HEAD}{SAID}{MIDDLE}{{}},\n\"receipt\": "), 1);
        assert!(verify_receipt(&doubled, &public).is_err());
    }

    #[test]
    fn another_key_does_not_verify_whatever_the_document_says() {
        let text = sealed(&key(2), SAID);
        assert!(matches!(verify_receipt(&text, &key(1).public()), Err(ReceiptError::Forged)));
        assert!(verify_receipt(&text, &key(2).public()).is_ok());
    }

    #[test]
    fn a_key_is_known_by_what_it_prints() {
        let public = key(3).public();
        assert_eq!(public.to_string().parse::<PublicKey>().unwrap(), public);
        assert!(public.pem().starts_with("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA"));
        assert_eq!(public.pem().parse::<PublicKey>().unwrap(), public);
        for wrong in ["", "AAAA", "not base64 at all", &"A".repeat(44)[..43]] {
            assert!(wrong.parse::<PublicKey>().is_err(), "{wrong}");
        }
        assert!(!format!("{:?}", key(3)).contains("3, 3"), "{:?}", key(3));
    }
}
