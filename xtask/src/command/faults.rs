//! `cargo xtask faults`: processes that are killed, stopped and started twice, with a binary of their own.
//!
//! It is built with failpoints, which no other binary has. The long run kills 25 times at each edge and 500 times at any
//! moment, on each database, makes 10,000 writes on each under a load with faults, and keeps what it found in
//! `bench/results/faults.md`.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::progress::Progress;
use crate::{process, workspace};

const TITLE: &str = "# Faults, the long run\n\n`cargo xtask faults --long`\n\n| Fault | How often | Found |\n|---|---|---|\n";

pub fn run(progress: &mut Progress, long: bool, arguments: &[String]) -> Result<()> {
    let report = workspace::root().join("bench/results/faults.md");
    let report = long.then_some(report.as_path());
    if let Some(report) = report {
        std::fs::write(report, TITLE)
            .with_context(|| format!("cannot write {}", report.display()))?;
    }
    progress.expect_steps(if long { 2 } else { 1 });
    progress.step("faults", |_| suite(report, arguments))?;
    match report {
        Some(report) => progress.step("writes", |_| writes(report, arguments)),
        // `cargo xtask test` makes a few hundred of them.
        None => Ok(()),
    }
}

/// Processes that end anywhere; with a report, as often as makes sense.
pub fn suite(report: Option<&Path>, arguments: &[String]) -> Result<()> {
    let mut cargo = process::program("cargo", &workspace::root());
    cargo.args([
        "test",
        "--package",
        "server",
        "--features",
        "failpoints",
        "--test",
        "faults",
        "--",
    ]);
    cargo.args(arguments);
    if let Some(report) = report {
        cargo.env("LATCHKEY_FAULTS_EDGES", "25").env("LATCHKEY_FAULTS_KILLS", "500");
        cargo.env("LATCHKEY_FAULTS_REPORT", report);
    }
    process::run(&mut cargo)
}

/// Thousands of writes that meet faults.
fn writes(report: &Path, arguments: &[String]) -> Result<()> {
    let mut cargo = process::program("cargo", &workspace::root());
    cargo.args(["test", "--package", "service", "--test", "writes", "--"]).args(arguments);
    cargo.env("LATCHKEY_FAULTS_WRITES", "10000").env("LATCHKEY_FAULTS_REPORT", report);
    process::run(&mut cargo)
}

/// What is shipped must have no places where it can be ended from outside.
pub fn has_none(binary: &Path) -> Result<()> {
    const MARKER: &[u8] = b"FAILPOINTS";
    let bytes =
        std::fs::read(binary).with_context(|| format!("cannot read {}", binary.display()))?;
    let found = bytes.windows(MARKER.len()).any(|window| window == MARKER);
    anyhow::ensure!(
        !found,
        "{} was built with failpoints: build it without features",
        binary.display()
    );
    Ok(())
}
