//! `cargo xtask setup`: installs what the tests need; quick when it is there.

use anyhow::Result;

use crate::progress::Progress;
use crate::setup::{
    BROWSER, DATABASES, LANGUAGES, TRACING, node_packages, python_packages, system_packages,
};
use crate::workspace;

/// For all tests.
pub fn run(progress: &mut Progress) -> Result<()> {
    system_packages(progress, &[BROWSER, DATABASES, LANGUAGES, TRACING])?;
    node_packages(progress, &workspace::end2end())?;
    node_packages(progress, &workspace::oidc_tests())?;
    let sdk_tests = workspace::sdk_tests();
    node_packages(progress, &sdk_tests)?;
    python_packages(progress, &sdk_tests.join("requirements.txt"))
}

/// For the browser tests alone.
pub fn browser(progress: &mut Progress) -> Result<()> {
    system_packages(progress, &[BROWSER, DATABASES])?;
    node_packages(progress, &workspace::end2end())?;
    node_packages(progress, &workspace::oidc_tests())
}
