//! Single values: texts, whole numbers, flags.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A text, written as one or as a number or a boolean.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Scalar")]
pub(crate) struct Text(Option<String>);

impl Text {
    /// `None` for what is absent, null or empty.
    pub(crate) fn some(self) -> Option<String> {
        self.0.filter(|text| !text.is_empty())
    }

    pub(crate) fn or_empty(self) -> String {
        self.0.unwrap_or_default()
    }

    /// One of the cloud's own words, such as a status or a version. What controls a terminal or the direction of text is
    /// no part of any, and stands beside other words wherever it is shown.
    pub(crate) fn word(self) -> String {
        let steers = |c: char| {
            c.is_control()
                || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}')
        };
        self.or_empty().replace(steers, "\u{FFFD}")
    }

    /// As it came: an empty text is one.
    pub(crate) fn raw(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// A whole number, written as one or as its text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Scalar")]
pub(crate) struct Whole(pub Option<i64>);

/// Yes or no: a boolean, `true`/`false` or `yes`/`no` in any letter case, or `1`/`0`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Scalar")]
pub(crate) struct Flag(pub Option<bool>);

enum Scalar {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    /// Null, an object, a list, or a number too large.
    Nothing,
}

impl From<Scalar> for Text {
    fn from(scalar: Scalar) -> Self {
        Self(match scalar {
            Scalar::Bool(value) => Some(value.to_string()),
            Scalar::Int(value) => Some(value.to_string()),
            // `5.0`, not `5`: the only such value is a version.
            Scalar::Float(value) => Some(format!("{value:?}")),
            // No database and no page has a NUL.
            Scalar::Text(text) => Some(text.replace('\0', "\u{FFFD}")),
            Scalar::Nothing => None,
        })
    }
}

impl From<Scalar> for Whole {
    fn from(scalar: Scalar) -> Self {
        Self(match scalar {
            Scalar::Int(value) => Some(value),
            Scalar::Text(text) => text.trim().parse().ok(),
            Scalar::Bool(_) | Scalar::Float(_) | Scalar::Nothing => None,
        })
    }
}

impl From<Scalar> for Flag {
    fn from(scalar: Scalar) -> Self {
        Self(match scalar {
            Scalar::Bool(value) => Some(value),
            Scalar::Int(1) => Some(true),
            Scalar::Int(0) => Some(false),
            Scalar::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "yes" | "1" => Some(true),
                "false" | "no" | "0" => Some(false),
                _ => None,
            },
            Scalar::Int(_) | Scalar::Float(_) | Scalar::Nothing => None,
        })
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScalarVisitor;

        impl<'de> Visitor<'de> for ScalarVisitor {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }
            fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
                Ok(Scalar::Bool(value))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar::Int(value))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Scalar, E> {
                Ok(i64::try_from(value).map_or(Scalar::Nothing, Scalar::Int))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Scalar, E> {
                Ok(Scalar::Float(value))
            }
            fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar::Text(text.to_owned()))
            }
            fn visit_unit<E>(self) -> Result<Scalar, E> {
                Ok(Scalar::Nothing)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scalar, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Scalar::Nothing)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Scalar::Nothing)
            }
        }

        deserializer.deserialize_any(ScalarVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lenient::parse;

    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Sample {
        text: Text,
        whole: Whole,
        flag: Flag,
    }

    fn sample(json: &str) -> Option<Sample> {
        parse(json.as_bytes())
    }

    #[test]
    fn a_text_is_read_from_whatever_it_was_written_as() {
        for (json, text) in [
            (r#"{"text":"a"}"#, Some("a")),
            (r#"{"text":5.0}"#, Some("5.0")),
            (r#"{"text":2.8}"#, Some("2.8")),
            (r#"{"text":6379}"#, Some("6379")),
            (r#"{"text":true}"#, Some("true")),
            (r#"{"text":""}"#, None),
            (r#"{"text":null}"#, None),
            (r#"{"text":{"deep":[1,{}]}}"#, None),
            (r#"{"text":[1,2]}"#, None),
            ("{}", None),
        ] {
            assert_eq!(sample(json).unwrap().text.some().as_deref(), text, "{json}");
        }
    }

    #[test]
    fn no_text_has_a_nul_and_no_word_steers() {
        let text = |json: &str| sample(json).unwrap().text;
        assert_eq!(text(r#"{"text":"a\u0000b"}"#).or_empty(), "a\u{FFFD}b");
        let steering = r#"{"text":"a\u202eb\u2067\u001b[1m"}"#;
        assert_eq!(text(steering).word(), "a\u{FFFD}b\u{FFFD}\u{FFFD}[1m");
        assert_eq!(text(r#"{"text":"订单 5.0"}"#).word(), "订单 5.0");
    }

    #[test]
    fn a_number_or_a_flag_that_is_none_is_absent() {
        for (json, whole) in [
            (r#"{"whole":7}"#, Some(7)),
            (r#"{"whole":" 7 "}"#, Some(7)),
            (r#"{"whole":-1}"#, Some(-1)),
            (r#"{"whole":"many"}"#, None),
            (r#"{"whole":1.5}"#, None),
            (r#"{"whole":99999999999999999999}"#, None),
            (r#"{"whole":18446744073709551615}"#, None),
        ] {
            assert_eq!(sample(json).unwrap().whole.0, whole, "{json}");
        }
        for (json, flag) in [
            (r#"{"flag":true}"#, Some(true)),
            (r#"{"flag":"True"}"#, Some(true)),
            (r#"{"flag":"0"}"#, Some(false)),
            (r#"{"flag":1}"#, Some(true)),
            (r#"{"flag":"no"}"#, Some(false)),
            (r#"{"flag":"perhaps"}"#, None),
            (r#"{"flag":2}"#, None),
        ] {
            assert_eq!(sample(json).unwrap().flag.0, flag, "{json}");
        }
    }
}
