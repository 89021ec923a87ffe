//! Lists, and the objects the cloud puts around them.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lenient::{Text, Whole, parse};

    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Sample {
        many: Many<Whole>,
        section: Section<Inner>,
    }

    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Inner {
        many: Many<Named>,
    }

    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Named {
        name: Text,
    }

    fn sample(json: &str) -> Option<Sample> {
        parse(json.as_bytes())
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
}
