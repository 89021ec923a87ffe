//! Faults that take a process of its own: killed at every edge, stopped, started twice. On SQLite and on PostgreSQL.
//!
//! The binary is built with the feature `failpoints` (`cargo xtask faults`). What the cloud received is in the
//! simulator's ledger, what the portal meant is in its database; `story.rs` has what must hold whatever happened.
//! Which test proves which fault is in `docs/faults.md`.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod edges;
mod ending;
mod full_disk;
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
#[path = "../portal/disk.rs"]
mod disk;
#[allow(
    dead_code,
    clippy::allow_attributes,
    reason = "shared with the other suite, which uses all of it"
)]
#[path = "../portal/ground.rs"]
mod ground;
#[path = "../portal/long.rs"]
mod long;
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

/// The drills are in this binary; `tests/portal` says that they are in no other.
#[test]
fn this_binary_has_failpoints() {
    let binary = std::fs::read(env!("CARGO_BIN_EXE_latchkey")).unwrap();
    let marker = b"FAILPOINTS";
    assert!(binary.windows(marker.len()).any(|window| window == marker));
}
