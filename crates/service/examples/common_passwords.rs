//! Writes `crates/service/src/sign_in/common-passwords.bin` from lists with a password a line:
//! `cargo run --release -p service --example common_passwords -- LIST…`
//!
//! Decision 6 says which lists.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

#[path = "../src/sign_in/filter.rs"]
#[expect(dead_code, reason = "only looked into by the portal")]
mod filter;

/// Shorter ones are refused for their length.
const MIN_CHARS: usize = 12;
/// Of a thousand other words one is taken for one of these.
const BITS_A_WORD: usize = 15;

fn main() -> ExitCode {
    let mut out = std::io::stdout();
    match write() {
        Ok((words, bytes)) => {
            let _ = writeln!(out, "{words} passwords in {bytes} bytes");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(out, "{error}");
            ExitCode::FAILURE
        }
    }
}

fn write() -> std::io::Result<(usize, usize)> {
    let mut words = BTreeSet::new();
    for list in std::env::args_os().skip(1) {
        let text = String::from_utf8_lossy(&std::fs::read(list)?).into_owned();
        let long = text.lines().filter(|word| word.chars().count() >= MIN_CHARS);
        words.extend(long.map(filter::normal));
    }
    let mut bits = vec![0_u8; words.len() * BITS_A_WORD / 8 + 1];
    for word in &words {
        for (byte, mask) in filter::bits(word, bits.len()) {
            if let Some(byte) = bits.get_mut(byte) {
                *byte |= mask;
            }
        }
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sign_in/common-passwords.bin");
    std::fs::write(file, &bits)?;
    Ok((words.len(), bits.len()))
}
