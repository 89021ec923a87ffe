//! Where things are in the checkout.

use std::path::{Path, PathBuf};

/// The checkout this `xtask` was built in.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// Everything that is built, and nothing that is not.
pub fn target() -> PathBuf {
    root().join("target")
}

/// What a browser loads, as the server embeds it: see [`crate::site`].
pub fn site() -> PathBuf {
    target().join("site")
}

/// The browser tests and the npm packages.
pub fn end2end() -> PathBuf {
    root().join("end2end")
}

/// The official SDKs' tests against the simulator.
pub fn sdk_tests() -> PathBuf {
    root().join("crates/simulator/tests/sdk")
}

/// The provider of single sign-on that the server's tests run.
pub fn oidc_tests() -> PathBuf {
    root().join("server/tests/oidc")
}

/// The Python environment of the official SDKs' tests.
pub fn python_environment() -> PathBuf {
    root().join(".venv")
}
