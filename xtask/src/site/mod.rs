//! What a browser loads: WebAssembly, its glue, the boot script, the style sheet and `public/`, ready to be embedded.
//!
//! Laid out under `target/site`:
//! - `manifest.json`: plain name to file name, `{"app.css": "app.0123456789abcdef.css"}`
//! - `assets/`: files named after their content, which never change, each with `.br` and `.gz` beside it
//! - `public/`: files under the name they have in `public/`, also compressed
//!
//! Invariants: the same sources give the same bytes; a file whose content did not change is not written again, so that
//! the server is not built again for nothing.

mod files;
mod licences;
mod program;
mod scripts;
mod styles;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::progress::Progress;
use crate::workspace;

pub use files::ASSETS;
pub use licences::NAME as LICENCES;
pub use program::{TARGET, install_target};

/// What the site is built for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be served, and nothing else in it.
    Serve,
    /// To be served by `cargo xtask watch`: the page reloads when the portal was built again.
    Watch,
}

/// Builds everything that changed. `progress` hears what cargo does not say itself.
pub fn build(progress: &mut Progress, purpose: Purpose) -> Result<()> {
    let program = program::build(progress)?;
    let style = styles::bundle(&workspace::root().join("style/main.css"))?;

    let mut files = files::Files::default();
    files.add("app.css", style.into_bytes());
    let wasm = files.add("app.wasm", program.wasm);
    let glue = files.add("app.js", scripts::minify("app.js", &program.glue)?.into_bytes());
    let mut boot = script("boot.js")?;
    if purpose == Purpose::Watch {
        boot.push_str(&script("watch.js")?);
        files.add_public(WATCH, current_round());
    }
    let boot = scripts::name_files(&boot, &[("./app.js", &glue), ("./app.wasm", &wasm)])?;
    files.add("boot.js", scripts::minify("boot.js", &boot)?.into_bytes());
    let passkey = script("passkey.js")?;
    files.add("passkey.js", scripts::minify("passkey.js", &passkey)?.into_bytes());
    files.add(licences::NAME, licences::list()?.into_bytes());
    files.add_public_folder(&workspace::root().join("public"))?;
    files.write(&workspace::site())
}

/// Tells the pages that are open under `cargo xtask watch` to reload: they see another round than they started in.
pub fn announce(round: usize) -> Result<()> {
    files::write_plain(&watch_file(), round.to_string().as_bytes())
}

/// Plain name to hashed name, of the site as it was last built.
pub fn manifest() -> Result<BTreeMap<String, String>> {
    let path = workspace::site().join(files::MANIFEST);
    let manifest = std::fs::read(&path).with_context(|| path.display().to_string())?;
    Ok(serde_json::from_slice(&manifest)?)
}

const WATCH: &str = "watch.txt";

fn watch_file() -> PathBuf {
    workspace::site().join(files::PUBLIC).join(WATCH)
}

/// What the file says now: building must not announce, as the portal before is still running.
fn current_round() -> Vec<u8> {
    std::fs::read(watch_file()).unwrap_or_else(|_| b"0".to_vec())
}

fn script(name: &str) -> Result<String> {
    let path = workspace::root().join("crates/frontend").join(name);
    std::fs::read_to_string(&path).with_context(|| path.display().to_string())
}
