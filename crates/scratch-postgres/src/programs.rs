//! Where Postgres's programs are: Debian keeps the server's out of `PATH`, a folder for each version.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder of the programs, empty where `PATH` finds them.
#[derive(Clone, Debug)]
pub struct Programs(PathBuf);

impl Programs {
    /// The newest version of Debian's, else whatever `PATH` has.
    pub fn find() -> Option<Self> {
        let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let installed = versions.filter_map(|version| {
            let number: u32 = version.file_name().to_str()?.parse().ok()?;
            let folder = version.path().join("bin");
            folder.join("initdb").exists().then_some((number, folder))
        });
        let newest = installed.max().map(|(_, folder)| Self(folder));
        newest.or_else(|| is_in_path("initdb").then(|| Self(PathBuf::new())))
    }

    pub fn folder(&self) -> &Path {
        &self.0
    }

    pub fn path(&self, program: &str) -> PathBuf {
        self.0.join(program)
    }
}

fn is_in_path(program: &str) -> bool {
    let silent =
        Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    silent.is_ok_and(|status| status.success())
}
