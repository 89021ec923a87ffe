//! The cloud's percent-encoding: RFC 3986, nothing left alone but the unreserved characters.
//!
//! Form encoders get exactly three characters of it wrong: a space is `%20` and never `+`, `*` is `%2A`, `~` stays.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// `text` as UTF-8, every byte but `A-Z a-z 0-9 - _ . ~` written as `%XX` with upper-case digits.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_unreserved_characters_stay() {
        assert_eq!(encode("azAZ09-_.~"), "azAZ09-_.~");
        assert_eq!(encode(" *+/:=&%"), "%20%2A%2B%2F%3A%3D%26%25");
        assert_eq!(encode("缓存"), "%E7%BC%93%E5%AD%98");
        assert_eq!(encode(""), "");
    }

    proptest::proptest! {
        #[test]
        fn what_is_encoded_decodes_to_itself(text in "\\PC*") {
            let encoded = encode(&text);
            proptest::prop_assert!(encoded.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~%".contains(&b)));
            let decoded = percent_encoding::percent_decode_str(&encoded).decode_utf8().unwrap();
            proptest::prop_assert_eq!(decoded, text);
        }
    }
}
