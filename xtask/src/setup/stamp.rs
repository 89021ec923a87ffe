//! Remembers which lock file the installed packages came from.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::workspace;

/// Runs `install` unless it already ran for this very content of `lock` and its `result` is still there.
///
/// # Errors
///
/// `lock` cannot be read (the message names it), or `install` failed: then the next run tries again.
pub fn unless_done(lock: &Path, result: &Path, install: impl FnOnce() -> Result<()>) -> Result<()> {
    let content = std::fs::read(lock).with_context(|| format!("cannot read {}", lock.display()))?;
    let hash = hex::encode(Sha256::digest(content));
    let stamp = stamp_of(result);
    if result.exists() && std::fs::read_to_string(&stamp).is_ok_and(|done| done == hash) {
        return Ok(());
    }
    install()?;
    if let Some(folder) = stamp.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&stamp, hash).with_context(|| stamp.display().to_string())
}

/// A file under `target/` for each thing installed.
fn stamp_of(result: &Path) -> PathBuf {
    let place = hex::encode(Sha256::digest(result.as_os_str().as_encoded_bytes()));
    workspace::target().join("setup").join(place)
}
