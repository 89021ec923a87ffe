//! Names of things: each its own type, parsed once where it enters.
//!
//! To add one: a line in one of the two macros below and a row in the test table.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The text is not a well-formed name of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a well-formed {0}")]
pub struct ParseIdError(pub &'static str);

macro_rules! text_id {
    ($($(#[$meta:meta])* $name:ident($kind:literal): $accepts:expr;)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                let accepts: fn(&str) -> bool = $accepts;
                if accepts(text) { Ok(Self(text.to_owned())) } else { Err(ParseIdError($kind)) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = ParseIdError;
            fn try_from(text: String) -> Result<Self, ParseIdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

text_id! {
    /// The portal's own name of a cloud account, from the configuration: 1 to 32 of `a-z 0-9 -`, starting with a letter or digit.
    AccountName("account name"): |t| within(t, 1, 32) && t.bytes().all(|b| lower_or_digit(b) || b == b'-') && !t.starts_with('-');
    /// `cn-hangzhou`, `us-west-1`, …
    RegionId("region id"): |t| within(t, 4, 64) && t.contains('-') && t.bytes().all(|b| lower_or_digit(b) || b == b'-')
        && t.bytes().next().is_some_and(|b| b.is_ascii_lowercase()) && !t.ends_with('-');
    /// `r-bp1zxszhcgatnx0001`; distributed parents `gr-…`, logical ids `grr-…`.
    InstanceId("instance id"): |t| within(t, 3, 64)
        && t.split_once('-').is_some_and(|(prefix, rest)| {
            matches!(prefix, "r" | "gr" | "grr" | "tt") && !rest.is_empty()
                && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        });
    /// The cloud's `RequestId`: an upper-case UUID wherever it was seen; letters, digits and `-` are kept, up to 64.
    RequestId("cloud request id"): |t| within(t, 8, 64) && t.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    /// A cloud error code, such as `Throttling.User`: letters, digits and `. _ - : /`, up to 128.
    CloudCode("cloud error code"): |t| within(t, 1, 128)
        && t.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b':' | b'/'));
    /// The name a person signs in with: 1 to 64 of `a-z 0-9 . _ -`, starting with a letter or digit.
    UserName("user name"): |t| within(t, 1, 64)
        && t.bytes().all(|b| lower_or_digit(b) || matches!(b, b'.' | b'_' | b'-'))
        && t.bytes().next().is_some_and(lower_or_digit);
    /// What a group of people is called; written as user names are.
    GroupName("group name"): |t| within(t, 1, 64)
        && t.bytes().all(|b| lower_or_digit(b) || matches!(b, b'.' | b'_' | b'-'))
        && t.bytes().next().is_some_and(lower_or_digit);
    /// Made by a form or a program, so that a repeated request is recognised: 16 to 64 letters, digits, `-` and `_`.
    IdempotencyKey("idempotency key"): |t| within(t, 16, 64)
        && t.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
}

fn within(text: &str, min: usize, max: usize) -> bool {
    (min..=max).contains(&text.len())
}

fn lower_or_digit(b: u8) -> bool {
    b.is_ascii_lowercase() || b.is_ascii_digit()
}

macro_rules! number_id {
    ($($(#[$meta:meta])* $name:ident($kind:literal);)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(u128);

        impl $name {
            pub const fn from_u128(number: u128) -> Self {
                Self(number)
            }

            pub const fn as_u128(self) -> u128 {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                let hex = text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
                hex.then(|| u128::from_str_radix(text, 16).ok()).flatten().map(Self).ok_or(ParseIdError($kind))
            }
        }

        impl TryFrom<String> for $name {
            type Error = ParseIdError;
            fn try_from(text: String) -> Result<Self, ParseIdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:032x}", self.0)
            }
        }
    )+};
}

number_id! {
    /// 128 bits, the first 48 of them milliseconds, so that later changes sort later; written as 32 hex digits.
    ChangeId("change id");
    /// One signed call, or the try to make one.
    AttemptId("attempt id");
    /// What a person was shown before confirming.
    ReviewId("review id");
    UserId("user id");
    GroupId("group id");
    /// What a program says in place of a person; the secret itself is another number.
    TokenId("token id");
    /// One key of an authenticator that somebody registered.
    PasskeyId("passkey id");
    /// The same change for many instances; later ones sort later.
    BatchId("batch id");
}

/// Which instance: the cloud's ids are unique within an account and a region at best, so all three are always named.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InstanceKey {
    pub account: AccountName,
    pub region: RegionId,
    pub id: InstanceId,
}

impl fmt::Display for InstanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.account, self.region, self.id)
    }
}

/// `account/region/id`, as it is written by [`fmt::Display`].
impl FromStr for InstanceKey {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let mut parts = text.split('/');
        let mut next = || parts.next().ok_or(ParseIdError("instance key"));
        let key =
            Self { account: next()?.parse()?, region: next()?.parse()?, id: next()?.parse()? };
        if parts.next().is_some() { Err(ParseIdError("instance key")) } else { Ok(key) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_accepted_or_refused_whole() {
        fn check<T: FromStr>(good: &[&str], bad: &[&str]) {
            for text in good {
                assert!(text.parse::<T>().is_ok(), "{text:?} should be accepted");
            }
            for text in bad {
                assert!(text.parse::<T>().is_err(), "{text:?} should be refused");
            }
        }
        check::<AccountName>(
            &["core", "pay-2", "0"],
            &["", "-a", "Core", "a b", "a/b", &"a".repeat(33)],
        );
        check::<RegionId>(
            &["cn-hangzhou", "us-west-1", "cn-shenzhen-finance-1"],
            &["", "cn", "cn-", "CN-x", "1-a-b", "cn hangzhou", "../x"],
        );
        check::<InstanceId>(
            &["r-bp1zxszhcgatnx0001", "gr-a", "grr-a-1"],
            &["", "r-", "bp1", "x-abc", "r-a b", "r-a/../b", "r-a\n", "r-é"],
        );
        check::<RequestId>(
            &["ABAF95F6-35C1-4177-AF3A-70969EBD0001"],
            &["", "short", "has space here", "<script>aa"],
        );
        check::<CloudCode>(
            &["Throttling.User", "Forbbiden.MinorVersion"],
            &["", "a b", "a<b>", &"a".repeat(129)],
        );
        check::<UserName>(&["lin.wei", "0ps", "a"], &["", ".a", "Lin", "a@b", "a b"]);
        check::<GroupName>(&["payments", "on-call.2"], &["", "-a", "Payments", "a b", "a/b"]);
        check::<IdempotencyKey>(&["0123456789abcdef"], &["short", "0123456789abcde f"]);
        check::<ChangeId>(
            &["0190163d8694739bbcf2d3ccbf7e0001"],
            &[
                "",
                "0190163D8694739BBCF2D3CCBF7E0001",
                "+190163d8694739bbcf2d3ccbf7e0001",
                "0190163d",
            ],
        );
    }

    #[test]
    fn an_instance_key_reads_back_what_it_writes() {
        let key: InstanceKey = "core/cn-hangzhou/r-bp1".parse().unwrap();
        assert_eq!(key.to_string().parse(), Ok(key));
        for bad in ["", "core", "core/cn-hangzhou", "core/cn-hangzhou/r-bp1/x", "core//r-bp1"] {
            assert!(bad.parse::<InstanceKey>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_number_id_reads_back_what_it_writes() {
        let id = ChangeId::from_u128(7);
        assert_eq!(id.to_string(), format!("{}7", "0".repeat(31)));
        assert_eq!(id.to_string().parse(), Ok(id));
    }
}
