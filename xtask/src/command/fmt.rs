//! `cargo xtask fmt`: one shape for all code.

use anyhow::Result;

use crate::progress::Progress;
use crate::{process, workspace};

pub fn run(_progress: &mut Progress, check: bool) -> Result<()> {
    let mut cargo = process::program("cargo", &workspace::root());
    cargo.args(["fmt", "--all"]);
    if check {
        cargo.arg("--check");
    }
    process::run(&mut cargo)
}
