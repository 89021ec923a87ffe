//! `cargo xtask tidy`: the house rules, which are this package's tests.

use anyhow::Result;

use crate::progress::Progress;
use crate::{process, workspace};

pub fn run(_progress: &mut Progress) -> Result<()> {
    let mut cargo = process::program("cargo", &workspace::root());
    process::run(cargo.args(["test", "--package", "xtask", "--", "--nocapture"]))
}
