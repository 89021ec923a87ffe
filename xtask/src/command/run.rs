//! `cargo xtask run`: from the sources to a portal one can use, with nothing but a Rust toolchain.

use std::os::unix::process::CommandExt as _;

use anyhow::{Result, anyhow};

use super::build;
use crate::progress::Progress;
use crate::site::Purpose;
use crate::{process, workspace};

/// Ends only on failure: the server takes this process's place, and with it its terminal and its signals.
pub fn run(progress: &mut Progress, arguments: &[String]) -> Result<()> {
    progress.expect_steps(3);
    build::site_step(progress, Purpose::Serve)?;
    build::server_step(progress, false)?;
    let binary = workspace::target().join("debug/latchkey");
    let mut server = process::program(&binary, &workspace::root());
    server.args(["serve", "--sandbox"]).args(arguments);
    progress.step("start", |_| Err(anyhow!("{}: {}", process::line(&server), server.exec())))
}
