//! What is in the binary and in the WebAssembly, with the licence of each, as its author names it.
//!
//! As cargo resolves it for this machine: what only builds or tests is not in it.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, Package, PackageId};

use crate::workspace;

pub const NAME: &str = "licences.txt";
/// What is built of the workspace, and for which machine.
const BUILT: [(&str, Option<&str>); 2] = [("server", None), ("frontend", Some(super::TARGET))];

/// One line each: name, version, licence. Then what is in it and is no crate.
pub fn list() -> Result<String> {
    let mut lines = BTreeSet::new();
    for (root, target) in BUILT {
        let metadata = resolved(target)?;
        for package in reached(&metadata, root)? {
            let licence = package.license.as_deref().unwrap_or("see its licence file");
            lines.insert(format!("{} {}  {licence}", package.name, package.version));
        }
    }
    let mut text = String::new();
    for line in lines {
        writeln!(text, "{line}")?;
    }
    let notice = workspace::root().join("NOTICE");
    let notice = std::fs::read_to_string(&notice).with_context(|| notice.display().to_string())?;
    Ok(format!("{text}\n{notice}"))
}

fn resolved(target: Option<&str>) -> Result<Metadata> {
    let mut command = MetadataCommand::new();
    let host = host()?;
    command.current_dir(workspace::root()).features(CargoOpt::SomeFeatures(Vec::new()));
    command.other_options(vec![
        "--locked".to_owned(),
        "--filter-platform".to_owned(),
        target.unwrap_or(&host).to_owned(),
    ]);
    command.exec().context("cargo metadata")
}

fn host() -> Result<String> {
    let mut rustc = crate::process::program("rustc", &workspace::root());
    let output = rustc.arg("-vV").output().context("cannot start rustc")?;
    let said = String::from_utf8(output.stdout)?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not name its host")?.to_owned())
}

/// Everything that a package of ours is made of, but for what is ours.
fn reached<'a>(metadata: &'a Metadata, root: &str) -> Result<Vec<&'a Package>> {
    let resolve = metadata.resolve.as_ref().context("cargo metadata resolves nothing")?;
    let nodes: HashMap<&PackageId, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let own: BTreeSet<&PackageId> = metadata.workspace_members.iter().collect();
    let root = metadata.workspace_packages().into_iter().find(|package| package.name == root);
    let mut left = vec![&root.context("a package of the workspace is gone")?.id];
    let mut seen: BTreeSet<&PackageId> = BTreeSet::new();
    while let Some(id) = left.pop() {
        if !seen.insert(id) {
            continue;
        }
        let linked = nodes.get(id).into_iter().flat_map(|node| &node.deps).filter(|dependency| {
            dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal)
        });
        left.extend(linked.map(|dependency| &dependency.pkg));
    }
    let found = seen.into_iter().filter(|id| !own.contains(id)).map(|id| &metadata[id]);
    Ok(found.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_linked_is_listed_and_what_only_tests_is_not() {
        let list = list().unwrap();
        let has = |name: &str| list.lines().any(|line| line.starts_with(&format!("{name} ")));
        for linked in ["axum", "sqlx", "ring", "leptos", "wasm-bindgen", "jiff"] {
            assert!(has(linked), "{linked}: {list}");
        }
        for other in ["server", "app", "html5gum", "proptest", "lightningcss"] {
            assert!(!has(other), "{other}");
        }
        assert!(list.contains("Lucide"), "what is no crate is there too");
    }
}
