//! npm packages, exactly as locked; none of them runs a script of its own while it is installed.

use std::path::Path;

use anyhow::Result;

use crate::progress::Progress;
use crate::{process, stamp};

/// Installs what the `package-lock.json` in this folder says.
pub fn install(progress: &mut Progress, folder: &Path) -> Result<()> {
    stamp::unless_done(&folder.join("package-lock.json"), &folder.join("node_modules"), || {
        progress.note(&format!("installing the npm packages of {}", folder.display()));
        process::run(process::program("npm", folder).args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
        ]))
    })
}
