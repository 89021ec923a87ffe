//! Reading what the cloud writes now this way, now that way: a number or its text, a list, `{}`, `""`, null or nothing.
//!
//! Values are never guessed: what has another type than any that makes sense counts as absent. Two things are refused
//! outright: a key that is given twice in one object, since nobody knows which one counts, and nesting beyond 64.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};

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

/// Zero or more: a list, null, `""` or nothing, or the single element without a list around it.
#[derive(Debug, Clone)]
pub(crate) struct Many<T>(pub Vec<T>);

/// The object around a list, which may come as null or `""`. Whether it came at all is kept.
#[derive(Debug, Clone, Default)]
pub(crate) enum Section<T> {
    #[default]
    Absent,
    Present(T),
}

impl<T> Section<T> {
    pub(crate) fn present(self) -> Option<T> {
        match self {
            Self::Absent => None,
            Self::Present(section) => Some(section),
        }
    }
}

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
            Scalar::Text(text) => Some(text),
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

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ManyVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ManyVisitor<T> {
            type Value = Many<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_unit<E>(self) -> Result<Many<T>, E> {
                Ok(Many::default())
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Many<T>, E> {
                if text.is_empty() {
                    Ok(Many::default())
                } else {
                    Err(E::custom("a text, not a list"))
                }
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Many<T>, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = seq.next_element()? {
                    all.push(one);
                }
                Ok(Many(all))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Many<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|one| Many(vec![one]))
            }
        }

        deserializer.deserialize_any(ManyVisitor(PhantomData))
    }
}

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Section<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SectionVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for SectionVisitor<T> {
            type Value = Section<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_unit<E>(self) -> Result<Section<T>, E> {
                Ok(Section::Present(T::default()))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Section<T>, E> {
                if text.is_empty() {
                    self.visit_unit()
                } else {
                    Err(E::custom("a text, not an object"))
                }
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Section<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Section::Present)
            }
        }

        deserializer.deserialize_any(SectionVisitor(PhantomData))
    }
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

    #[test]
    fn a_list_may_be_missing_in_every_way() {
        for (json, len) in [
            ("{}", 0),
            (r#"{"many":null}"#, 0),
            (r#"{"many":""}"#, 0),
            (r#"{"many":[]}"#, 0),
            (r#"{"many":[1,"2"]}"#, 2),
        ] {
            assert_eq!(sample(json).unwrap().many.0.len(), len, "{json}");
        }
        assert!(sample(r#"{"many":"x"}"#).is_none());
    }

    #[test]
    fn a_section_that_came_empty_is_told_from_one_that_did_not_come() {
        let rows = |json| sample(json).unwrap().section.present().map(|inner| inner.many.0.len());
        assert_eq!(rows("{}"), None);
        assert_eq!(rows(r#"{"section":{}}"#), Some(0));
        assert_eq!(rows(r#"{"section":null}"#), Some(0));
        assert_eq!(rows(r#"{"section":""}"#), Some(0));
        assert_eq!(rows(r#"{"section":{"many":[{"name":"a"},{}]}}"#), Some(2));
        let single = sample(r#"{"section":{"many":{"name":"alone"}}}"#).unwrap();
        let names = single.section.present().unwrap().many.0;
        assert_eq!(names[0].name.raw(), Some("alone"));
        assert!(sample(r#"{"section":[]}"#).is_none());
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
