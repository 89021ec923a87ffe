//! Programs of the Rust world that no package manager brings: built once, into `target/tools`.

use std::path::PathBuf;

use anyhow::Result;

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
    let root = workspace::target().join("tools").join(format!("{}-{}", tool.name, tool.version));
    let program = root.join("bin").join(tool.name);
    if !program.exists() {
        progress.note(&format!("building {} {}, once", tool.name, tool.version));
        let mut cargo = process::program("cargo", &workspace::root());
        cargo.args(["install", "--locked", tool.name, "--version", tool.version, "--root"]);
        process::run(cargo.arg(&root))?;
    }
    Ok(program)
}
