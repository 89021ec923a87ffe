//! Every word on screen, in both languages side by side.
//!
//! A word that stands in one language only does not compile, and one that nobody uses is a warning. Codes (of errors,
//! checks, states, audit events) are matched exhaustively, so that a new one asks for its words.
//!
//! To add a text: a line in the file of its noun.

#![expect(
    clippy::unused_self,
    reason = "a text is asked of a language, also where both write it alike"
)]

mod about;
mod access;
mod approval;
mod audit;
mod batch;
mod change;
mod check;
mod cloud;
mod connect;
mod design;
mod error;
mod exposure;
mod first_steps;
mod fleet;
mod frame;
mod go;
mod inbox;
mod instance;
mod list;
mod people;
mod policy;
mod returns;
mod review;
mod second_factor;
mod settings;
mod sign_in;
mod time;
mod token;

pub(crate) use change::ChangeFacts;
pub(crate) use check::UPGRADE_MINOR_URL;
pub use error::ErrorWords;
pub use time::{machine as machine_time, machine_millis, parse as parse_moment};

/// A language of the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    En,
    ZhCn,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::En, Self::ZhCn];

    /// BCP 47, as in `<html lang>`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhCn => "zh-CN",
        }
    }

    /// In itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::ZhCn => "中文",
        }
    }

    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_', ';']).next().unwrap_or_default().trim();
        match primary.to_ascii_lowercase().as_str() {
            "en" => Some(Self::En),
            "zh" => Some(Self::ZhCn),
            _ => None,
        }
    }

    /// The first language of an `Accept-Language` header that we have; English where there is none.
    pub fn accepted(header: &str) -> Self {
        let mut wishes: Vec<(Self, f32)> = header
            .split(',')
            .filter_map(|wish| {
                let weight =
                    wish.split_once("q=").and_then(|(_, q)| q.trim().parse().ok()).unwrap_or(1.0);
                Some((Self::of_tag(wish)?, weight))
            })
            .collect();
        // Stable: of equal wishes the first counts.
        wishes.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        wishes.first().map_or(Self::En, |(language, _)| *language)
    }

    /// One of two texts.
    const fn pick(self, en: &'static str, zh: &'static str) -> &'static str {
        match self {
            Self::En => en,
            Self::ZhCn => zh,
        }
    }
}

/// For whoever answers without a page.
pub const fn error_words(language: Language, code: crate::api::error::ErrorCode) -> ErrorWords {
    language.error(code)
}

/// Fixed texts: `name: "English", "中文";`.
macro_rules! words {
    ($($name:ident: $en:literal, $zh:literal;)+) => {
        impl $crate::text::Language {
            $(pub(crate) const fn $name(self) -> &'static str {
                self.pick($en, $zh)
            })+
        }
    };
}

pub(crate) use words;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_s_first_wish_that_we_have_counts() {
        for (header, language) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::ZhCn),
            ("en-US,en;q=0.9,zh;q=0.8", Language::En),
            ("fr-FR, zh;q=0.3, en;q=0.5", Language::En),
            ("zh-Hant", Language::ZhCn),
            ("de", Language::En),
            ("", Language::En),
            ("zh;q=nan, en;q=0.1", Language::ZhCn),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }
}
