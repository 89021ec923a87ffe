//! `cargo xtask sbom`: what the released binary is made of, as `CycloneDX`, in `target/sbom/latchkey.cdx.json`.

use anyhow::{Context as _, Result};

use crate::progress::Progress;
use crate::setup::cargo_tools::{self, CYCLONEDX};
use crate::{process, workspace};

pub fn run(progress: &mut Progress) -> Result<()> {
    let program = cargo_tools::install(progress, &CYCLONEDX)?;
    let mut cyclonedx = process::program(program, &workspace::root());
    cyclonedx.args(["cyclonedx", "--manifest-path", "server/Cargo.toml", "--format", "json"]);
    // The same bytes for the same sources: no time, no random number.
    cyclonedx.args(["--no-build-deps", "--override-filename", "latchkey.cdx"]);
    process::run(cyclonedx.env("SOURCE_DATE_EPOCH", "0"))?;
    let folder = workspace::target().join("sbom");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    let kept = folder.join("latchkey.cdx.json");
    // It writes one beside each manifest of the workspace.
    let made = cargo_metadata::MetadataCommand::new().no_deps().exec()?;
    for package in made.packages {
        let Some(beside) = package.manifest_path.parent() else { continue };
        let file = beside.join("latchkey.cdx.json");
        if !file.exists() {
            continue;
        }
        if package.name.as_str() == "server" {
            std::fs::copy(&file, &kept)
                .with_context(|| format!("cannot write {}", kept.display()))?;
        }
        std::fs::remove_file(&file).with_context(|| format!("cannot remove {file}"))?;
    }
    progress.note(&format!("{}", kept.display()));
    Ok(())
}
