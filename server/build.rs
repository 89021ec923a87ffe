//! Embeds what a browser loads anew when it was built anew; nothing else tells cargo about files that are added.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // A debug build reads the files from disk while it runs.
    if std::env::var_os("PROFILE").is_some_and(|profile| profile == "debug") {
        return;
    }
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/site");
    // A path that does not exist counts as changed at every build.
    if let Err(error) = std::fs::create_dir_all(&site) {
        println!("cargo::error=cannot make {}: {error}", site.display());
    }
    println!("cargo::rerun-if-changed={}", site.display());
}
