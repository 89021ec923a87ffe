//! `cargo xtask build`: the one binary, with everything a browser loads in it.

use anyhow::Result;

use super::faults;
use crate::progress::Progress;
use crate::site::{self, Purpose};
use crate::{process, workspace};

pub fn run(progress: &mut Progress, release: bool) -> Result<()> {
    progress.expect_steps(2);
    site_step(progress, Purpose::Serve)?;
    server_step(progress, release)?;
    let profile = if release { "release" } else { "debug" };
    progress.note(&format!("built target/{profile}/latchkey"));
    Ok(())
}

pub fn site_step(progress: &mut Progress, purpose: Purpose) -> Result<()> {
    progress.step("WebAssembly, scripts and styles (about 2 min cold)", |progress| {
        site::build(progress, purpose)
    })
}

/// What is built, for the page that says so: the commit, and whether anything was changed since. `None`: no checkout.
fn commit() -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = process::program("git", &workspace::root()).args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changed = git(&["status", "--porcelain"]).is_none_or(|changes| !changes.is_empty());
    Some(if changed { format!("{commit} with changes") } else { commit })
}

/// Release embeds the site; the other reads it from disk while it runs.
pub fn server_step(progress: &mut Progress, release: bool) -> Result<()> {
    let name =
        if release { "server, optimised (about 5 min cold)" } else { "server (about 3 min cold)" };
    progress.step(name, |_| {
        let mut cargo = process::program("cargo", &workspace::root());
        cargo.args(["build", "--package", "server"]);
        if release {
            cargo.arg("--release");
            if let Some(commit) = commit() {
                cargo.env("LATCHKEY_COMMIT", commit);
            }
        }
        process::run(&mut cargo)?;
        if release {
            faults::has_none(&workspace::root().join("target/release/latchkey"))
        } else {
            Ok(())
        }
    })
}
