//! Input that must be refused well: a table of what is sent, by field and fault, and of what is said to it.
//!
//! A file a group; each row has a field, a fault in it, and the status (or exit code) and the closed code that are
//! expected. After each row the portal still answers, nothing that was sent stands in what it said, nobody was given a
//! session, and nothing was changed: no change, no call that writes, no row of the memory, and of the audit no more than
//! that something was refused (`stand.rs`, `trace.rs`).
//!
//! To add a row: a line in the file of its group. To add a group: a file, and a line in [`GROUPS`].

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod answers;
mod command;
mod config;
mod encodings;
mod environment;
mod exports;
mod flow;
mod framing;
mod instance;
mod names;
mod sessions;
mod single_sign_on;
mod stand;
mod trace;
mod webhooks;
mod wire;

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
#[path = "../portal/issuer.rs"]
mod issuer;
#[allow(
    dead_code,
    clippy::allow_attributes,
    reason = "shared with the other suite, which uses all of it"
)]
#[path = "../portal/process.rs"]
mod process;

use std::collections::BTreeMap;

/// What names a row: the field, and what is wrong with it.
type Key = (&'static str, &'static str);
type Keys = fn() -> Vec<Key>;
/// What a form is filled in with.
type Fields<'a> = &'a [(&'a str, &'a str)];
/// Status and code.
type Said = (u16, &'static str);

/// Every group there has to be, and its rows.
const GROUPS: &[(&str, Keys)] = &[
    ("HTTP framing and size", framing::keys),
    ("authentication, session and cross-site", sessions::keys),
    ("server-function encodings and types", encodings::keys),
    ("ids, regions, names and free text", names::keys),
    ("config file", config::keys),
    ("environment and command line", environment::keys),
    ("cloud answers", answers::keys),
    ("webhooks", webhooks::keys),
    ("exports and audit views", exports::keys),
    ("abuse of the change flow", flow::keys),
    ("OIDC", single_sign_on::keys),
];

const LEAST_OF_A_GROUP: usize = 15;
const LEAST_OF_ALL: usize = 280;

/// Stands in what is sent and comes back nowhere.
const MARK: &str = "zq7-do-not-repeat";

#[test]
fn the_table_is_whole_and_says_nothing_twice() {
    let mut all: BTreeMap<Key, &str> = BTreeMap::new();
    let mut twice = Vec::new();
    for (group, keys) in GROUPS {
        let keys = keys();
        assert!(keys.len() >= LEAST_OF_A_GROUP, "{group}: {} rows", keys.len());
        println!("{:>4} {group}", keys.len());
        for key in keys {
            if let Some(before) = all.insert(key, group) {
                twice.push(format!("{key:?} in {before} and in {group}"));
            }
        }
    }
    println!("{:>4} in all", all.len());
    assert!(twice.is_empty(), "{}", twice.join("\n"));
    assert!(all.len() >= LEAST_OF_ALL, "{} rows", all.len());
}
