//! Faults that take a process of its own: killed at every edge, stopped, started twice. On SQLite and on PostgreSQL.
//!
//! The binary is built with the feature `failpoints` (`cargo xtask faults`). What the cloud received is in the
//! simulator's ledger, what the portal meant is in its database; `story.rs` has what must hold whatever happened.
//! Which test proves which fault is in `docs/faults.md`.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use std::io::Write as _;

mod edges;
mod paused;
mod random;
mod story;

#[allow(
    dead_code,
    clippy::allow_attributes,
    reason = "shared with the other suite, which uses all of it"
)]
#[path = "../portal/browser.rs"]
mod browser;
#[allow(
    dead_code,
    clippy::allow_attributes,
    reason = "shared with the other suite, which uses all of it"
)]
#[path = "../portal/ground.rs"]
mod ground;
#[allow(
    dead_code,
    clippy::allow_attributes,
    reason = "shared with the other suite, which uses all of it"
)]
#[path = "../portal/process.rs"]
mod process;
#[allow(
    dead_code,
    clippy::allow_attributes,
    reason = "shared with the other suite, which uses all of it"
)]
#[path = "../portal/proxy.rs"]
mod proxy;

/// How often each fault is brought about: once, or as often as `cargo xtask faults --long` says.
#[expect(clippy::disallowed_methods, reason = "the one setting of this suite")]
fn times(variable: &str, usual: usize) -> usize {
    std::env::var(variable).ok().map_or(usual, |times| times.parse().unwrap())
}

/// A line of the table that `cargo xtask faults --long` keeps.
#[expect(clippy::disallowed_methods, reason = "the other setting of this suite")]
fn report(line: &str) {
    if let Ok(file) = std::env::var("LATCHKEY_FAULTS_REPORT") {
        let file = std::fs::OpenOptions::new().append(true).create(true).open(file);
        writeln!(file.unwrap(), "{line}").unwrap();
    }
}

/// The drills are in this binary; `tests/portal` says that they are in no other.
#[test]
fn this_binary_has_failpoints() {
    let binary = std::fs::read(env!("CARGO_BIN_EXE_latchkey")).unwrap();
    let marker = b"FAILPOINTS";
    assert!(binary.windows(marker.len()).any(|window| window == marker));
}
