//! `cargo xtask e2e`: the browser tests, against the binary that would be shipped.

use anyhow::Result;

use super::{build, setup};
use crate::progress::Progress;
use crate::site::Purpose;
use crate::{process, workspace};

pub fn run(progress: &mut Progress, arguments: &[String]) -> Result<()> {
    progress.expect_steps(4);
    progress.step("what the tests need", setup::browser)?;
    build::site_step(progress, Purpose::Serve)?;
    build::server_step(progress, true)?;
    progress.step("browser tests", |_| playwright(arguments))
}

/// Against the release binary that was last built.
pub fn playwright(arguments: &[String]) -> Result<()> {
    // The specs start it by its path: end2end/support/postgres.ts.
    process::run(process::program("cargo", &workspace::root()).args([
        "build",
        "--package",
        "scratch-postgres",
    ]))?;
    let mut npx = process::program("npx", &workspace::end2end());
    process::run(npx.args(["--no-install", "playwright", "test"]).args(arguments))
}
