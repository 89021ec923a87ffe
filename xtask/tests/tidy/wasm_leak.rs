//! Nothing of the server reaches the browser.

use std::process::Command;

use crate::checkout::{expect_none, root};

const SERVER_ONLY: [&str; 17] = [
    "aliyun",
    "argon2",
    "axum",
    "hmac",
    "hyper",
    "leptos_axum",
    "mio",
    "reqwest",
    "ring",
    "rustls",
    "service",
    "sha1",
    "sha2",
    "sqlx",
    "store",
    "tokio",
    "tower-sessions",
];

#[test]
fn the_program_for_the_browser_holds_nothing_of_the_server() {
    let mut cargo = Command::new("cargo");
    cargo.args(["tree", "--package", "frontend", "--target", "wasm32-unknown-unknown"]);
    cargo
        .args(["--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"])
        .current_dir(root());
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    let crates: Vec<_> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(crates.contains(&"leptos"), "this is not the tree of the program:\n{tree}");
    let leaks: Vec<_> =
        SERVER_ONLY.iter().filter(|name| crates.contains(name)).map(ToString::to_string).collect();
    expect_none("in the browser's program", &leaks);
}
