//! `cargo xtask deny` and `cargo xtask advisories`: what may come in from others.
//!
//! The first needs no network but for the sources themselves, as any build does, and is part of every test run: licences,
//! bans, floors of versions, sources (`deny.toml`).
//! The second asks the advisory database of the Rust project for known holes, so it needs one: CI of its own, once a
//! day, is the place for it.

use anyhow::Result;

use crate::progress::Progress;
use crate::setup::cargo_tools::{self, DENY};
use crate::{process, workspace};

pub fn run(progress: &mut Progress) -> Result<()> {
    // What is only for other systems is looked at too, and no build here would have brought it.
    process::run(process::program("cargo", &workspace::root()).args(["fetch", "--locked"]))?;
    check(progress, &["--offline"], &["licenses", "bans", "sources"])
}

pub fn advisories(progress: &mut Progress) -> Result<()> {
    progress.note("asking https://github.com/rustsec/advisory-db, which needs a network");
    check(progress, &[], &["advisories"])
}

fn check(progress: &mut Progress, how: &[&str], what: &[&str]) -> Result<()> {
    let program = cargo_tools::install(progress, &DENY)?;
    let mut deny = process::program(program, &workspace::root());
    process::run(
        deny.arg("--locked").args(how).arg("check").arg("--hide-inclusion-graph").args(what),
    )
}
