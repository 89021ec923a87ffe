//! Starting other programs, and saying which one failed.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// What `cargo run` sets for `xtask` itself. Passed on to a second cargo it would look like a change of the
/// environment to build scripts that watch these names, and rebuild what is fresh.
const OWN_PACKAGE: [&str; 4] =
    ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_PKG_NAME", "CARGO_PKG_VERSION"];

/// A program to run in `directory`, with the person's own environment.
#[expect(clippy::disallowed_methods, reason = "it is handed on, and nothing of it is a setting")]
pub fn program(name: impl AsRef<OsStr>, directory: &Path) -> Command {
    let mut command = Command::new(name);
    command.current_dir(directory);
    for (name, _) in std::env::vars_os() {
        let ours = name
            .to_str()
            .is_some_and(|name| OWN_PACKAGE.contains(&name) || name.starts_with("CARGO_PKG_"));
        if ours {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs it with its output going to the person.
///
/// # Errors
///
/// It could not be started, or ended with another status than 0; the message holds the whole command.
pub fn run(command: &mut Command) -> Result<()> {
    let line = line(command);
    let status = command.status().with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` ended with {status}");
    }
    Ok(())
}

/// Starts it and leaves it running.
pub fn spawn(command: &mut Command) -> Result<Child> {
    let line = line(command);
    command.spawn().with_context(|| format!("cannot start `{line}`"))
}

/// Runs it and gives what it printed; what it says on standard error goes to the person.
///
/// # Errors
///
/// As [`run`], and output that is not UTF-8.
pub fn output(command: &mut Command) -> Result<String> {
    let line = line(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start `{line}`"))?;
    if !output.status.success() {
        bail!("`{line}` ended with {}", output.status);
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{line}` printed something that is not text"))
}

/// Whether it starts and ends with status 0; it prints nothing.
pub fn succeeds(command: &mut Command) -> bool {
    let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    silent.status().is_ok_and(|status| status.success())
}

/// The command as a person would type it.
pub fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
