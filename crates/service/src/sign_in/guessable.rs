//! Passwords that somebody would try first: those of leaked lists, the words of this place, and repetitions.
//!
//! Looked at wherever a password is set ([`super::PasswordHasher`]), never where one is typed to sign in. No rules of
//! composition: whatever is long enough and none of these is taken.

use domain::id::UserName;

use super::filter;
use crate::error::Problem;

/// 1.4 million passwords of twelve characters and more, from leaks; see decision 6.
static COMMON: &[u8] = include_bytes!("common-passwords.bin");

/// Words of the product and of what it is about. Those of the host's name are added, and the person's own name.
pub const WORDS: &[&str] = &[
    "latchkey", "password", "passwort", "passwd", "mima", "redis", "tair", "kvstore", "alibaba",
    "aliyun", "alicloud", "cloud", "portal", "admin", "root", "welcome", "changeme", "secret",
];
/// Shorter parts of a name say nothing.
const WORD_CHARS: usize = 4;
/// Without the words of this place so much has to be left that nobody goes through it.
const LEFT_CHARS: usize = 6;

/// The words in a name of a host: `latchkey.ops.example.com` has `latchkey` and `example`.
pub fn words_of(host: &str) -> Vec<String> {
    let words = host.split(|letter: char| !letter.is_alphanumeric()).map(filter::normal);
    words.filter(|word| word.chars().count() >= WORD_CHARS).collect()
}

/// What speaks against a new password of somebody here.
pub fn problem(password: &str, name: &UserName, place: &[String]) -> Option<Problem> {
    if filter::has(COMMON, password) {
        return Some(Problem::Common);
    }
    let folded = filter::normal(password);
    let (names, whole) = (words_of(name.as_str()), filter::normal(name.as_str()));
    let mut words: Vec<&str> = WORDS.to_vec();
    words.extend(place.iter().chain(&names).map(String::as_str));
    words.push(&whole);
    // The longest first: `latchkey` before `key`.
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut left = folded.clone();
    for word in words.into_iter().filter(|word| word.chars().count() >= WORD_CHARS) {
        left = left.replace(word, "");
    }
    let left = left.chars().filter(|letter| letter.is_alphanumeric()).count();
    (left < LEFT_CHARS || repeats(&folded)).then_some(Problem::Obvious)
}

/// One piece again and again, or one character after the other as they stand in a row.
fn repeats(password: &str) -> bool {
    let letters: Vec<u32> = password.chars().map(u32::from).collect();
    let again =
        |length: usize| letters.iter().skip(length).eq(letters.iter().take(letters.len() - length));
    let steps = |step: i64| {
        letters
            .windows(2)
            .all(|two| matches!(two, [one, next] if i64::from(*next) - i64::from(*one) == step))
    };
    (1..=letters.len() / 2).any(again) || steps(1) || steps(-1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(password: &str) -> Option<Problem> {
        let name: UserName = "mei.ling".parse().unwrap();
        problem(password, &name, &words_of("latchkey.initech.example:8443"))
    }

    #[test]
    fn passwords_of_leaked_lists_are_refused_whatever_their_case() {
        for common in [
            "password1234",
            "1qaz2wsx3edc4rfv",
            "ILoveYou1234",
            "qwertyuiop123",
            "unbelievable",
            "administrator",
            "Manchesterunited",
        ] {
            assert_eq!(found(common), Some(Problem::Common), "{common}");
        }
    }

    #[test]
    fn words_of_this_place_and_repetitions_are_refused() {
        for obvious in [
            "Latchkey-2026!",
            "initech initech 1",
            "MeiLing-mei.ling-1",
            "Redis+Tair+2026",
            "xY7xY7xY7xY7",
            "\u{2460}\u{2461}\u{2462}\u{2463}\u{2464}\u{2465}\u{2466}\u{2467}\u{2468}\u{2469}\u{246a}\u{246b}",
        ] {
            assert!(found(obvious).is_some(), "{obvious}");
        }
        assert_eq!(found("Initech-Latchkey-7"), Some(Problem::Obvious));
        assert_eq!(
            problem("Initech-Latchkey-7x y", &"nina".parse().unwrap(), &[]),
            None,
            "no word of another place"
        );
    }

    #[test]
    fn what_is_long_enough_and_neither_is_taken() {
        for fine in [
            "correct horse battery",
            "a much better password \u{5bc6}\u{7801}",
            "my latchkey is under the mat",
            "\u{6708}\u{843d}\u{4e4c}\u{557c}\u{971c}\u{6ee1}\u{5929}\u{6c5f}\u{67ab}\u{6e14}\u{706b}\u{5bf9}",
            "80e6f9654b5b3428",
        ] {
            assert_eq!(found(fine), None, "{fine}");
        }
    }
}
