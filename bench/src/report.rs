//! What was measured: lines for whoever watches, a file for whoever compares.

use std::io::{Stdout, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

pub struct Report {
    out: Stdout,
}

/// A number that was promised, and whether it was kept.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    AtMost(f64),
    AtLeast(f64),
}

impl Target {
    pub fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= most,
            Self::AtLeast(least) => value >= least,
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AtMost(most) => write!(f, "at most {most}"),
            Self::AtLeast(least) => write!(f, "at least {least}"),
        }
    }
}

impl Report {
    pub fn new(out: Stdout) -> Self {
        Self { out }
    }

    pub fn note(&mut self, text: &str) {
        // Nobody who has closed the pipe misses it.
        let _ = writeln!(self.out, "{text}");
    }

    pub fn heading(&mut self, text: &str) {
        self.note(&format!("\n== {text}"));
    }

    pub fn check(&mut self, what: &str, value: f64, target: Target) {
        let verdict = if target.is_met(value) { "met" } else { "NOT MET" };
        self.note(&format!("{what}: {value:.2} ({target}: {verdict})"));
    }
}

/// Keeps the results of one measurement in `bench/results/NAME.json`.
pub fn keep(name: &str, results: &Value) -> Result<()> {
    let folder = folder().join("results");
    std::fs::create_dir_all(&folder)?;
    let file = folder.join(format!("{name}.json"));
    let text = format!("{results:#}\n");
    std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
}

/// Keeps a page of results in `bench/results/NAME.md`.
pub fn keep_page(name: &str, text: &str) -> Result<()> {
    let file = folder().join("results").join(format!("{name}.md"));
    std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
}

/// Where this crate lies in the checkout.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

/// The checkout.
pub fn checkout() -> PathBuf {
    folder().join("..")
}
