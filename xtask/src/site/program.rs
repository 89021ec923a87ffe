//! The WebAssembly: cargo, then wasm-bindgen as a library, then `wasm-opt` where there is one.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, anyhow};
use wasm_bindgen_cli_support::Bindgen;

use crate::process;
use crate::progress::Progress;
use crate::stamp;
use crate::workspace;

pub const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "wasm-release";

/// The program and the script that loads it.
pub struct Program {
    pub wasm: Vec<u8>,
    pub glue: String,
}

/// Builds it from the crate `frontend`.
pub fn build(progress: &mut Progress) -> Result<Program> {
    install_target(progress)?;
    compile()?;
    let compiled = workspace::target().join(TARGET).join(PROFILE).join("frontend.wasm");
    let optimizer = optimizer();
    if optimizer.is_none() {
        progress.note(
            "no wasm-opt on PATH or in end2end/node_modules: the program is 1 to 2 KB larger",
        );
    }
    let folder = workspace::target().join("site-build").join(if optimizer.is_some() {
        "optimised"
    } else {
        "plain"
    });
    let wasm = folder.join("app_bg.wasm");
    // After a change of styles alone there is nothing to do.
    stamp::unless_done(&compiled, &wasm, || {
        bind(&compiled, &folder)?;
        optimizer.map_or(Ok(()), |optimizer| optimize(&optimizer, &wasm))
    })?;
    let read = |path: PathBuf| std::fs::read(&path).with_context(|| path.display().to_string());
    let glue = String::from_utf8(read(folder.join("app.js"))?)?;
    Ok(Program { wasm: read(wasm)?, glue })
}

/// `rust-toolchain.toml` lists the target, but rustup may be set not to install by itself.
pub fn install_target(progress: &mut Progress) -> Result<()> {
    let root = workspace::root();
    let installed =
        process::output(process::program("rustup", &root).args(["target", "list", "--installed"]))?;
    if installed.lines().any(|line| line == TARGET) {
        return Ok(());
    }
    progress.note(&format!("installing the Rust target {TARGET}"));
    process::run(process::program("rustup", &root).args(["target", "add", TARGET]))
}

fn compile() -> Result<()> {
    let root = workspace::root();
    let mut cargo = process::program("cargo", &root);
    cargo.args(["build", "--package", "frontend", "--target", TARGET, "--profile", PROFILE]);
    // The file is public and should be the same on every machine: no paths of the one that built it.
    let flags = format!(
        "--remap-path-prefix={}=/deps --remap-path-prefix={}=/latchkey",
        registry()?,
        root.display()
    );
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags);
    process::run(&mut cargo)
}

/// Where cargo keeps the sources of other people's crates, found by looking where one of them is.
fn registry() -> Result<String> {
    let mut cargo = process::program("cargo", &workspace::root());
    cargo.args(["metadata", "--format-version", "1", "--filter-platform", TARGET]);
    let metadata: serde_json::Value = serde_json::from_str(&process::output(&mut cargo)?)?;
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let leptos = packages.iter().find(|package| package["name"] == "leptos");
    let manifest = leptos.and_then(|package| package["manifest_path"].as_str());
    let sources = manifest.and_then(|manifest| Path::new(manifest).ancestors().nth(2));
    let sources = sources.ok_or_else(|| anyhow!("cargo metadata does not say where leptos is"))?;
    Ok(sources.display().to_string())
}

fn bind(compiled: &Path, folder: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(compiled).out_name("app").web(true)?.typescript(false);
    bindgen.remove_name_section(true).remove_producers_section(true).omit_default_module_path(true);
    bindgen.generate(folder).context("wasm-bindgen")
}

fn optimizer() -> Option<PathBuf> {
    let root = workspace::root();
    let npm = workspace::end2end().join("node_modules/.bin/wasm-opt");
    let candidates = [PathBuf::from("wasm-opt"), npm];
    candidates
        .into_iter()
        .find(|path| process::succeeds(process::program(path, &root).arg("--version")))
}

fn optimize(optimizer: &Path, wasm: &Path) -> Result<()> {
    let mut command: Command = process::program(optimizer, &workspace::root());
    command.arg("-Oz").arg(wasm).arg("-o").arg(wasm);
    process::run(&mut command)
}
