//! Remembers from which file something was made, so that it is not made again from the same one.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::workspace;

/// Runs `make` unless it already ran for this very content of `source` and its `result` is still there.
///
/// # Errors
///
/// `source` cannot be read (the message names it), or `make` failed: then the next run tries again.
pub fn unless_done(source: &Path, result: &Path, make: impl FnOnce() -> Result<()>) -> Result<()> {
    let content =
        std::fs::read(source).with_context(|| format!("cannot read {}", source.display()))?;
    let hash = hex::encode(Sha256::digest(content));
    let stamp = stamp_of(result);
    if result.exists() && std::fs::read_to_string(&stamp).is_ok_and(|done| done == hash) {
        return Ok(());
    }
    // Half of a `make` is neither the old result nor the new one.
    if stamp.exists() {
        std::fs::remove_file(&stamp)?;
    }
    make()?;
    if let Some(folder) = stamp.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&stamp, hash).with_context(|| stamp.display().to_string())
}

/// A file under `target/` for each thing made.
fn stamp_of(result: &Path) -> PathBuf {
    let place = hex::encode(Sha256::digest(result.as_os_str().as_encoded_bytes()));
    workspace::target().join("stamps").join(place)
}
