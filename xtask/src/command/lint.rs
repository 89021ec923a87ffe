//! `cargo xtask lint`: clippy without a warning, for native code with its tests and for the WebAssembly.
//!
//! Two runs, as the features `ssr` and `hydrate` never meet.

use anyhow::Result;

use crate::progress::Progress;
use crate::site::TARGET;
use crate::{process, site, workspace};

pub fn run(progress: &mut Progress) -> Result<()> {
    native()?;
    browser(progress)
}

pub fn native() -> Result<()> {
    clippy(&["--all-targets", "--locked"])?;
    // The one feature that is not in it: the fault suite and what it drives.
    clippy(&["--package", "server", "--all-targets", "--features", "failpoints", "--locked"])
}

pub fn browser(progress: &mut Progress) -> Result<()> {
    site::install_target(progress)?;
    clippy(&["--package", "frontend", "--target", TARGET])
}

fn clippy(arguments: &[&str]) -> Result<()> {
    let mut cargo = process::program("cargo", &workspace::root());
    process::run(cargo.arg("clippy").args(arguments).args(["--", "--deny", "warnings"]))
}
