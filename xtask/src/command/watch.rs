//! `cargo xtask watch`: the portal, built and started again whenever a source changes, and the browser with it.
//!
//! The browser is told by a file: in this mode `boot.js` asks for `/watch.txt` and reloads when it says something else.
//! Neither the file nor the question is in any other build. Pages that load no scripts are reloaded by hand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use anyhow::Result;

use super::build;
use crate::progress::Progress;
use crate::site::{self, Purpose};
use crate::{process, workspace};

/// Short enough to feel immediate, long enough to cost nothing.
const LOOK_EVERY: Duration = Duration::from_millis(300);

const WATCHED: [&str; 7] =
    ["app", "server", "crates", "style", "public", "Cargo.toml", "Cargo.lock"];

/// Ends only when it is interrupted. A build that fails is told, and the portal before it goes on.
pub fn run(progress: &mut Progress, arguments: &[String]) -> Result<()> {
    let mut portal: Option<Child> = None;
    let mut seen = BTreeMap::new();
    for round in 1.. {
        let sources = changed_from(&seen);
        progress.expect_steps(2);
        match build_all(progress) {
            Ok(()) => {
                if let Some(mut old) = portal.take() {
                    old.kill()?;
                    old.wait()?;
                }
                site::announce(round)?;
                portal = Some(start(arguments)?);
            }
            Err(error) => progress.note(&format!("{error:#}")),
        }
        progress.summary();
        seen = sources;
    }
    Ok(())
}

fn build_all(progress: &mut Progress) -> Result<()> {
    build::site_step(progress, Purpose::Watch)?;
    build::server_step(progress, false)
}

fn start(arguments: &[String]) -> Result<Child> {
    let binary = workspace::target().join("debug/latchkey");
    let mut server = process::program(&binary, &workspace::root());
    process::spawn(server.args(["serve", "--sandbox"]).args(arguments))
}

/// Waits until the sources are others than these, and gives them.
fn changed_from(seen: &BTreeMap<PathBuf, SystemTime>) -> BTreeMap<PathBuf, SystemTime> {
    loop {
        let mut sources = BTreeMap::new();
        for watched in WATCHED {
            collect(&workspace::root().join(watched), &mut sources);
        }
        if sources != *seen {
            return sources;
        }
        sleep(LOOK_EVERY);
    }
}

/// Adds this file, or every file of this folder, with the time it was last written. What vanishes meanwhile is left out.
fn collect(path: &Path, sources: &mut BTreeMap<PathBuf, SystemTime>) {
    if path.ends_with("tests") || path.ends_with("node_modules") {
        return;
    }
    let Ok(metadata) = path.metadata() else { return };
    if metadata.is_dir() {
        for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
            collect(&entry.path(), sources);
        }
    } else if let Ok(written) = metadata.modified() {
        sources.insert(path.to_path_buf(), written);
    }
}
