//! `cargo xtask setup`: what the tests need and a Rust toolchain does not bring.

use anyhow::Result;

use crate::progress::Progress;

pub fn run(progress: &mut Progress) -> Result<()> {
    browser(progress)
}

pub fn browser(_progress: &mut Progress) -> Result<()> {
    Ok(())
}
