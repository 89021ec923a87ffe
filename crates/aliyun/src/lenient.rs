//! Reading what the cloud writes now this way, now that way: a number or its text, a list, `{}`, `""`, null or nothing.
//!
//! Values are never guessed: what has another type than any that makes sense counts as absent. Two things are refused
//! outright: a key that is given twice in one object, since nobody knows which one counts, and nesting beyond 64.

mod list;
mod scalar;

use serde::de::DeserializeOwned;

pub(crate) use list::{Many, Section};
pub(crate) use scalar::{Flag, Text, Whole};

/// Deeper than any answer of the API, and far from what could exhaust a stack.
const DEEPEST: usize = 64;

/// The whole of `body`, which has to be one JSON object of the shape of `T`.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    let is_object = body.trim_ascii_start().starts_with(b"{");
    if !is_object || nests_too_deep(body) {
        return None;
    }
    // The reason is dropped on purpose: it can quote the value that did not fit.
    serde_json::from_slice(body).ok()
}

/// Counts brackets outside of texts. Unknown fields are skipped without recursion by the JSON reader, so it would not
/// notice by itself.
fn nests_too_deep(body: &[u8]) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Sample {
        text: Text,
        whole: Whole,
        flag: Flag,
        many: Many<Whole>,
        section: Section<Inner>,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Inner {
        many: Many<Named>,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Named {
        name: Text,
    }

    fn sample(json: &str) -> Option<Sample> {
        parse(json.as_bytes())
    }

    #[test]
    fn a_key_given_twice_is_refused() {
        assert!(sample(r#"{"text":"a","text":"b"}"#).is_none());
        assert!(sample(r#"{"section":{"many":[{"name":"a","name":"b"}]}}"#).is_none());
    }

    #[test]
    fn nesting_is_bounded_even_in_fields_nobody_reads() {
        let nested = |n: usize| format!(r#"{{"other":{}{}}}"#, "[".repeat(n), "]".repeat(n));
        assert!(sample(&nested(63)).is_some());
        assert!(sample(&nested(64)).is_none());
        assert!(sample(r#"{"text":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\""}"#).is_some());
    }

    #[test]
    fn only_one_whole_object_is_an_answer() {
        for json in ["", " ", "[]", "null", "3", "{} {}", "{", "<html></html>", "\u{feff}{}"] {
            assert!(sample(json).is_none(), "{json:?}");
        }
        assert!(parse::<Sample>(b"{\"text\":\"\xff\"}").is_none());
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
            let _ = parse::<Sample>(&body);
        }

        #[test]
        fn no_almost_json_makes_it_panic(body in "\\{(\"(text|whole|flag|many|section)\":[\\[\\]{}\"0-9a-z,:.\\\\-]{0,12},?){0,6}\\}?") {
            let _ = sample(&body);
        }
    }
}
