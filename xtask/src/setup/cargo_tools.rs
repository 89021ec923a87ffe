//! Programs of the Rust world that no package manager brings: built once for all checkouts, into the user's cache.
//!
//! `XDG_CACHE_HOME` says where that is (XDG Base Directory Specification); `~/.cache` where it does not.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::progress::Progress;
use crate::{process, workspace};

/// A program and the version everybody uses.
pub struct Tool {
    pub name: &'static str,
    pub version: &'static str,
}

/// Licences, bans and sources.
pub const DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2" };
/// Random bytes for what reads strangers' bytes.
pub const FUZZ: Tool = Tool { name: "cargo-fuzz", version: "0.13.2" };
/// The list of what is in the binary.
pub const CYCLONEDX: Tool = Tool { name: "cargo-cyclonedx", version: "0.5.9" };

/// Where the program is. Another version is replaced; the same one is not built again.
pub fn install(progress: &mut Progress, tool: &Tool) -> Result<PathBuf> {
    let root = cache()?.join("latchkey-tools").join(format!("{}-{}", tool.name, tool.version));
    let program = root.join("bin").join(tool.name);
    if !program.exists() {
        progress.note(&format!("building {} {}, once", tool.name, tool.version));
        let mut cargo = process::program("cargo", &workspace::root());
        cargo.args(["install", "--locked", tool.name, "--version", tool.version, "--root"]);
        process::run(cargo.arg(&root))?;
    }
    Ok(program)
}

fn cache() -> Result<PathBuf> {
    let named = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || env::home_dir().map(|home| home.join(".cache"));
    named.or_else(home).context("neither XDG_CACHE_HOME nor HOME says where the cache is")
}
