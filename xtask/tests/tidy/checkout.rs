//! The files that are, or are about to be, in the repository.

use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{Metadata, MetadataCommand, Package};

/// A file's path as git knows it, and its text.
pub struct Source {
    pub path: String,
    pub text: String,
}

impl Source {
    /// Lines that `finds` objects to, as `path:line: text`.
    pub fn lines_where(&self, finds: impl Fn(&str) -> bool) -> Vec<String> {
        let found = self.text.lines().enumerate().filter(|(_, line)| finds(line));
        found.map(|(index, line)| format!("{}:{}: {}", self.path, index + 1, line.trim())).collect()
    }

    pub fn has_extension(&self, extensions: &[&str]) -> bool {
        let extension = Path::new(&self.path).extension().and_then(|extension| extension.to_str());
        extension.is_some_and(|extension| extensions.contains(&extension))
    }

    pub fn is_in(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.path.starts_with(folder))
    }
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Every text file, tracked or new, but for what `.gitignore` names and what tools lock.
pub fn sources() -> Vec<Source> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root());
    let output = git.output().unwrap();
    assert!(output.status.success(), "git ls-files: {}", String::from_utf8_lossy(&output.stderr));
    let listed = String::from_utf8(output.stdout).unwrap();
    let paths = listed
        .split_terminator('\0')
        .filter(|path| !path.ends_with("Cargo.lock") && !path.contains("package-lock"));
    let sources = paths.filter_map(|path| {
        let text = std::fs::read_to_string(root().join(path)).ok()?;
        Some(Source { path: path.to_owned(), text })
    });
    let sources: Vec<_> = sources.collect();
    assert!(
        sources.iter().any(|source| source.path == "xtask/src/main.rs"),
        "git lists no sources"
    );
    sources
}

pub fn metadata() -> Metadata {
    MetadataCommand::new().current_dir(root()).exec().unwrap()
}

/// Our own packages.
pub fn packages(metadata: &Metadata) -> Vec<&Package> {
    metadata.workspace_packages()
}

/// Fails with every finding on a line of its own.
pub fn expect_none(rule: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{rule}:\n{}", findings.join("\n"));
}
