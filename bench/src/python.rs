//! The scripts under `python/`, run in the environment of the official SDKs that the tests use too.

use std::process::Stdio;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::report::{checkout, folder};

/// Runs a script to its end. Returns what it printed, if anything.
pub async fn run(script: &str, arguments: &[&str], input: &Value) -> Result<Value> {
    let interpreter = checkout().join(".venv/bin/python");
    if !interpreter.exists() {
        bail!("the official SDK is not installed; install it with: cargo xtask setup");
    }
    let mut child = Command::new(interpreter)
        .arg(folder().join("python").join(script))
        .args(arguments)
        .env("no_proxy", "127.0.0.1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut stdin = child.stdin.take().context("no pipe to the script")?;
    stdin.write_all(input.to_string().as_bytes()).await?;
    drop(stdin);
    let output = child.wait_with_output().await?;
    ensure!(output.status.success(), "{script} failed: {}", output.status);
    if output.stdout.is_empty() {
        return Ok(Value::Null);
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
