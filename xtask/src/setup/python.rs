//! Python packages, in an environment of the checkout's own.

use std::path::Path;

use anyhow::Result;

use crate::progress::Progress;
use crate::{process, stamp, workspace};

/// Makes the environment and installs what this file of requirements says.
pub fn install(progress: &mut Progress, requirements: &Path) -> Result<()> {
    let environment = workspace::python_environment();
    stamp::unless_done(requirements, &environment, || {
        progress.note("installing the Python packages of the official SDKs");
        let root = workspace::root();
        process::run(
            process::program("python3", &root).args(["-m", "venv", "--clear"]).arg(&environment),
        )?;
        let pip = environment.join("bin/pip");
        let mut install = process::program(pip, &root);
        install
            .args(["install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(requirements);
        process::run(&mut install)
    })
}
