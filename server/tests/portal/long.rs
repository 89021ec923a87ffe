//! What a long run does more of than the usual one, and where it says what it found.

use std::io::Write as _;

/// How often a fault is brought about, or how long a load lasts: as usual, or as a variable says.
#[expect(clippy::disallowed_methods, reason = "the settings of these tests")]
pub fn times(variable: &str, usual: usize) -> usize {
    std::env::var(variable).ok().map_or(usual, |times| times.parse().unwrap())
}

/// A line of the table that a long run keeps.
#[expect(clippy::disallowed_methods, reason = "the settings of these tests")]
pub fn report(line: &str) {
    if let Ok(file) = std::env::var("LATCHKEY_FAULTS_REPORT") {
        let file = std::fs::OpenOptions::new().append(true).create(true).open(file);
        writeln!(file.unwrap(), "{line}").unwrap();
    }
}
