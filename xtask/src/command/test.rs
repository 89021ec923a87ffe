//! `cargo xtask test`: everything, in the order in which it is cheapest to fail. This is what CI runs.

use anyhow::Result;

use super::{build, deny, e2e, faults, fmt, fuzz, lint, setup, wasm_size};
use crate::progress::Progress;
use crate::site::Purpose;
use crate::{process, workspace};

/// At least; twice as many as the smallest machine has cores: half of the time a test waits for a server of its own.
const TESTS_AT_ONCE: usize = 4;

pub fn run(progress: &mut Progress) -> Result<()> {
    let tested = steps(progress);
    progress.summary();
    progress.note(&format!(
        "steps: {} passed, {} failed",
        progress.passed(),
        u8::from(tested.is_err())
    ));
    tested
}

fn steps(progress: &mut Progress) -> Result<()> {
    progress.expect_steps(14);
    progress.step("what the tests need", setup::run)?;
    progress.step("format", |progress| fmt::run(progress, true))?;
    progress.step("what comes from others", deny::run)?;
    progress.step("clippy, native", |_| lint::native())?;
    progress.step("clippy, WebAssembly", lint::browser)?;
    progress.step("tests", |_| tests())?;
    progress.step("faults", |_| faults::suite(None, &[]))?;
    progress.step("random bytes", |progress| fuzz::run(progress, fuzz::SHORT, None))?;
    progress.step("documentation", |_| documentation())?;
    build::site_step(progress, Purpose::Serve)?;
    progress.step("size of what a browser loads", wasm_size::report)?;
    build::server_step(progress, true)?;
    progress.step("who may do what, asked of the release", |_| matrices())?;
    progress.step("browser tests", |_| e2e::playwright(&[]))
}

fn tests() -> Result<()> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut cargo = process::program("cargo", &workspace::root());
    process::run(cargo.arg("test").env("RUST_TEST_THREADS", cores.max(TESTS_AT_ONCE).to_string()))
}

/// Every function and page for every role, scope, origin and token, by HTTP.
const MATRICES: &[&str] = &["api::", "forms::", "refusals::", "roles::", "scopes::"];

fn matrices() -> Result<()> {
    let mut cargo = process::program("cargo", &workspace::root());
    // Of no package alone: that would be other features, and all built anew.
    cargo.args(["test", "--test", "portal", "--"]).args(MATRICES);
    process::run(cargo.env("LATCHKEY_BINARY", workspace::root().join("target/release/latchkey")))
}

/// For those who read the sources too, so private items may be named.
fn documentation() -> Result<()> {
    let mut cargo = process::program("cargo", &workspace::root());
    cargo.args(["doc", "--no-deps", "--document-private-items"]);
    process::run(
        cargo.env("RUSTDOCFLAGS", "--deny warnings --allow rustdoc::private_intra_doc_links"),
    )
}
