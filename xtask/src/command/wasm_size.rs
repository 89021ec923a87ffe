//! `cargo xtask wasm-size`: what a first visit loads, and whether it is within the budget.

use anyhow::{Context as _, Result, bail};

use crate::progress::Progress;
use crate::site::{self, Purpose};
use crate::workspace;

/// Bytes of all scripts, WebAssembly and styles together after brotli, which is what browsers are sent. Raise it only
/// with a reason in the change that does: every page of every person pays.
const BUDGET: u64 = 130 * 1024;

pub fn run(progress: &mut Progress) -> Result<()> {
    super::build::site_step(progress, Purpose::Serve)?;
    report(progress)
}

/// Of the site as it was last built.
pub fn report(progress: &mut Progress) -> Result<()> {
    let folder = workspace::site().join(site::ASSETS);
    let size = |name: &str| {
        let path = folder.join(name);
        std::fs::metadata(&path).map(|file| file.len()).with_context(|| path.display().to_string())
    };
    let mut sum = [0; 3];
    let line = |name: &str, [raw, gzip, brotli]: [u64; 3]| {
        format!("{raw:>9} {gzip:>9} {brotli:>9}  {name}")
    };
    progress.note(&format!("{:>9} {:>9} {:>9}  bytes", "raw", "gzip", "brotli"));
    // The list of licences is read by whoever asks for it, and by nobody else.
    let loaded = site::manifest()?.into_iter().filter(|(name, _)| name != site::LICENCES);
    for (name, hashed) in loaded {
        let sizes =
            [size(&hashed)?, size(&format!("{hashed}.gz"))?, size(&format!("{hashed}.br"))?];
        for (sum, size) in sum.iter_mut().zip(sizes) {
            *sum += size;
        }
        progress.note(&line(&name, sizes));
    }
    let [_, _, brotli] = sum;
    progress.note(&line("in all", sum));
    if brotli > BUDGET {
        bail!("a browser loads {brotli} bytes, which is more than the budget of {BUDGET}");
    }
    progress.note(&format!("budget {BUDGET}, left {}", BUDGET - brotli));
    Ok(())
}
