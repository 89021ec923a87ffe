//! `latchkey receipt …`: checks a receipt without a portal, and tells the key to check it with.

use std::path::Path;
use std::process::ExitCode;

use service::{PublicKey, verify_receipt};

use super::{failed, load, mistaken, say};
use crate::cli::Place;
use crate::config::Environment;
use crate::receipts;

/// The receipt does not hold.
const FORGED: u8 = 3;
/// Longer than any receipt.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// `key`: as it is printed, or a file with it.
pub fn verify(file: &Path, key: &str) -> ExitCode {
    let key = std::fs::read_to_string(key).unwrap_or_else(|_| key.to_owned());
    let key: PublicKey = match key.parse() {
        Ok(key) => key,
        Err(error) => {
            failed(&format!("--key: {error}"));
            return ExitCode::from(2);
        }
    };
    let text = match read(file) {
        Ok(text) => text,
        Err(error) => return failed(&format!("{}: {error}", file.display())),
    };
    match verify_receipt(&text, &key) {
        Ok(said) => {
            let word = |path: &str| {
                let found = said.pointer(path).and_then(serde_json::Value::as_str);
                found.unwrap_or_default().escape_debug().to_string()
            };
            say(format_args!(
                "The receipt holds: change {} of {}/{}/{} to {} ended {} at {}.",
                word("/change/id"),
                word("/instance/account"),
                word("/instance/region"),
                word("/instance/id"),
                word("/after"),
                word("/change/state"),
                word("/change/ended_at"),
            ));
            ExitCode::SUCCESS
        }
        Err(error) => {
            failed(&error.to_string());
            ExitCode::from(FORGED)
        }
    }
}

fn read(file: &Path) -> std::io::Result<String> {
    use std::io::Read as _;
    let mut text = String::new();
    std::fs::File::open(file)?.take(MOST_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

pub fn key(pem: bool, place: &Place) -> ExitCode {
    let config = match load(&Environment::of_process(), place) {
        Ok(config) => config,
        Err(mistakes) => return mistaken(&mistakes),
    };
    match receipts::key(&config.database, config.receipt_key_file.as_deref()) {
        Ok(Some(key)) if pem => say(key.public().pem().trim_end()),
        Ok(Some(key)) => say(key.public()),
        Ok(None) => return failed("there is none: set receipt_key_file"),
        Err(text) => return failed(&text),
    }
    ExitCode::SUCCESS
}
