//! `cargo xtask fuzz`: every target of `fuzz/`, each for some time, from the corpus in the repository.
//!
//! It is built by the same compiler as the rest: code without `unsafe` needs no sanitizer, and so no nightly compiler.
//! What is found is kept in `fuzz/artifacts`, and is the error.

use std::path::Path;
use std::process::{Child, Command};

use anyhow::{Context as _, Result, bail};

use crate::progress::Progress;
use crate::setup::cargo_tools::{self, FUZZ};
use crate::{process, workspace};

/// In every run of the tests.
pub const SHORT: u32 = 60;
/// Four times as many as the smallest machine has cores: a run of everything has to end in time, and a quarter of a core
/// for a minute is still many ten thousand executions a target.
const AT_ONCE: usize = 8;

pub fn run(progress: &mut Progress, seconds: u32, only: Option<&str>) -> Result<()> {
    let program = cargo_tools::install(progress, &FUZZ)?;
    let root = workspace::root();
    let listed = process::output(fuzz(&program, &["list"]).current_dir(&root))?;
    let targets: Vec<&str> =
        listed.lines().filter(|target| only.is_none_or(|only| only == *target)).collect();
    if targets.is_empty() {
        bail!("there is no such target; there are: {}", listed.trim().replace('\n', ", "));
    }
    process::run(
        fuzz(&program, &["build", "--sanitizer", "none", "--codegen-units", "16"])
            .current_dir(&root),
    )?;
    for together in targets.chunks(AT_ONCE) {
        let started: Vec<(&str, Child)> = together
            .iter()
            .map(|target| Ok((*target, start(&root, target, seconds)?)))
            .collect::<Result<_>>()?;
        for (target, mut child) in started {
            let status =
                child.wait().with_context(|| format!("{target} could not be waited for"))?;
            let log = std::fs::read_to_string(log(target)).unwrap_or_default();
            if !status.success() {
                bail!("{target} found something; see fuzz/artifacts/{target}:\n{}", tail(&log));
            }
            let executions = log.lines().rev().find(|line| line.starts_with("Done "));
            progress.note(&format!("{target}: {}", executions.unwrap_or("done")));
        }
    }
    Ok(())
}

/// What it finds worth keeping goes to a folder of its own: the corpus in the repository grows by hand only.
fn start(root: &Path, target: &str, seconds: u32) -> Result<Child> {
    let found = workspace::target().join("fuzz-corpus").join(target);
    let artifacts = root.join("fuzz/artifacts").join(target);
    for folder in [&found, &artifacts] {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let binary = workspace::target().join("fuzz/x86_64-unknown-linux-gnu/release").join(target);
    let mut command = process::program(binary, root);
    command.arg(&found).arg(root.join("fuzz/corpus").join(target));
    command.arg(format!("-max_total_time={seconds}")).arg("-timeout=10").arg("-rss_limit_mb=2048");
    command.arg(format!("-artifact_prefix={}/", artifacts.display()));
    let file = std::fs::File::create(log(target)).context("cannot write the log")?;
    command.stdout(file.try_clone()?).stderr(file);
    process::spawn(&mut command)
}

fn log(target: &str) -> std::path::PathBuf {
    workspace::target().join("fuzz-corpus").join(format!("{target}.log"))
}

fn fuzz(program: &Path, arguments: &[&str]) -> Command {
    let mut command = process::program(program, &workspace::root());
    let (name, options) = arguments.split_first().unwrap_or((&"list", &[]));
    command.arg("fuzz").arg(name).args(options);
    if *name != "list" {
        command.arg("--target-dir").arg(workspace::target().join("fuzz"));
    }
    command
}

fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}
