//! Lengths of time in settings and forms.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A length of time, as people write it: `90s`, `5m`, `2h`, `90d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)];

impl Span {
    pub const fn days(days: u64) -> Self {
        Self(Duration::from_hours(days * 24))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a time such as `90s`, `5m`, `2h` or `90d`")]
pub struct ParseSpanError;

impl FromStr for Span {
    type Err = ParseSpanError;

    fn from_str(text: &str) -> Result<Self, ParseSpanError> {
        let parsed = UNITS.iter().find_map(|(unit, secs)| {
            let number = text.strip_suffix(unit)?;
            let is_plain = number.bytes().all(|byte| byte.is_ascii_digit());
            number.parse::<u64>().ok().filter(|_| is_plain)?.checked_mul(*secs)
        });
        parsed.map(|secs| Self(Duration::from_secs(secs))).ok_or(ParseSpanError)
    }
}

/// In the largest unit that leaves nothing over.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = self.0.as_secs();
        let whole = UNITS.iter().find(|(_, unit)| secs.is_multiple_of(*unit) && secs >= *unit);
        let (name, unit) = whole.unwrap_or(&("s", 1));
        write!(f, "{}{name}", secs / unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_back_in_its_largest_whole_unit() {
        for (text, shown) in [("90s", "90s"), ("120s", "2m"), ("24h", "1d"), ("0s", "0s")] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), shown);
        }
        for text in ["", "5", "m", "-1h", "1.5h", "1h30m", "99999999999999999999d"] {
            assert_eq!(text.parse::<Span>(), Err(ParseSpanError), "{text}");
        }
    }
}
