//! What an instance is for, which drives how much friction a change has.

use crate::code::closed_enum;
use crate::instance::Tag;

closed_enum! {
    pub enum Environment {
        Production = "production",
        Staging = "staging",
        Development = "development",
        /// No tag says it: treated as production.
        Unlabelled = "unlabelled",
    }
}

impl Environment {
    /// By the value of the tag with this key. Letter case and the usual short forms do not matter; any other value is `Unlabelled`.
    pub fn of(tags: &[Tag], key: &str) -> Self {
        let Some(tag) = tags.iter().find(|tag| tag.key.eq_ignore_ascii_case(key)) else {
            return Self::Unlabelled;
        };
        match tag.value.trim().to_ascii_lowercase().as_str() {
            "production" | "prod" | "prd" | "生产" => Self::Production,
            "staging" | "stage" | "pre" | "预发" => Self::Staging,
            "development" | "dev" | "test" | "测试" | "开发" => Self::Development,
            _ => Self::Unlabelled,
        }
    }

    /// Whether a change here needs a reason, an acknowledgement and a typed name.
    pub const fn is_guarded(self) -> bool {
        matches!(self, Self::Production | Self::Unlabelled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_not_clearly_labelled_is_guarded() {
        let of = |key: &str, value: &str| {
            Environment::of(&[Tag { key: key.to_owned(), value: value.to_owned() }], "environment")
        };
        assert_eq!(of("environment", "production"), Environment::Production);
        assert_eq!(of("Environment", " Dev "), Environment::Development);
        assert_eq!(of("environment", "预发"), Environment::Staging);
        assert_eq!(of("environment", "devprod"), Environment::Unlabelled);
        assert_eq!(of("team", "dev"), Environment::Unlabelled);
        assert!(Environment::of(&[], "environment").is_guarded());
        assert!(!Environment::Staging.is_guarded());
    }
}
