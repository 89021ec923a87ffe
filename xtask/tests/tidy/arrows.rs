//! Who may import whom. A new arrow is a change of its own, here and in ARCHITECTURE.md, with its reason.

use crate::checkout::{expect_none, metadata, packages, sources};
use cargo_metadata::{DependencyKind, Package};

/// Crate, what it may import of ours, what its tests may import besides.
const ARROWS: [(&str, &[&str], &[&str]); 11] = [
    ("domain", &[], &[]),
    ("aliyun", &["domain"], &["simulator"]),
    ("store", &["domain"], &["scratch-postgres"]),
    ("service", &["domain", "aliyun", "store"], &["simulator", "scratch-postgres"]),
    ("app", &["domain", "service"], &[]),
    ("frontend", &["app"], &[]),
    (
        "server",
        &["app", "service", "store", "aliyun", "domain", "simulator"],
        &["scratch-postgres"],
    ),
    // Shares no code with what it tests: a misspelt field would be wrong on both sides, and pass.
    ("simulator", &[], &[]),
    ("scratch-postgres", &[], &[]),
    ("xtask", &[], &[]),
    ("bench", &["domain", "aliyun", "store", "service", "simulator", "scratch-postgres"], &[]),
];

/// Foreign crates that only some of ours may import.
const RESERVED: [(&str, &[&str]); 4] = [
    ("sqlx", &["store"]),
    ("sha1", &["aliyun", "simulator"]),
    // Signing calls, and sealing the audit.
    ("hmac", &["aliyun", "simulator", "service", "store"]),
    ("tower-sessions", &["server"]),
];

/// Crate, the features it may have.
const FEATURES: [(&str, &[&str]); 5] = [
    ("aliyun", &["fuzz"]),
    ("app", &["ssr", "hydrate"]),
    ("service", &["failpoints"]),
    ("server", &["failpoints", "fuzz"]),
    ("store", &["fuzz"]),
];

fn names(table: &[&str], name: &str) -> bool {
    table.contains(&name)
}

fn row<'a, T>(table: &'a [T], package: &Package, name: impl Fn(&T) -> &str) -> Option<&'a T> {
    table.iter().find(|row| name(row) == package.name.as_str())
}

#[test]
fn crates_import_only_what_the_table_allows() {
    let metadata = metadata();
    let ours: Vec<_> = packages(&metadata).iter().map(|package| package.name.to_string()).collect();
    let mut findings = Vec::new();
    for package in packages(&metadata) {
        let Some((_, imports, tests)) = row(&ARROWS, package, |row| row.0) else {
            findings.push(format!("{} is not in the table", package.name));
            continue;
        };
        let ours = package.dependencies.iter().filter(|dependency| ours.contains(&dependency.name));
        for dependency in ours {
            let for_tests = dependency.kind == DependencyKind::Development;
            let allowed =
                names(imports, &dependency.name) || for_tests && names(tests, &dependency.name);
            if !allowed {
                findings.push(format!("{} → {}", package.name, dependency.name));
            }
        }
    }
    expect_none("arrows that are not in the table", &findings);
}

#[test]
fn the_browser_never_sees_the_service_layer() {
    let metadata = metadata();
    let app =
        packages(&metadata).into_iter().find(|package| package.name.as_str() == "app").unwrap();
    let server_only = ["service", "leptos_axum"];
    let always = app
        .dependencies
        .iter()
        .filter(|dependency| names(&server_only, &dependency.name) && !dependency.optional);
    let always: Vec<_> = always.map(|dependency| dependency.name.clone()).collect();
    expect_none("`app` imports these without the feature `ssr`", &always);
}

#[test]
fn reserved_crates_stay_where_they_belong() {
    let metadata = metadata();
    let mut findings = Vec::new();
    for package in packages(&metadata) {
        let imports = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind == DependencyKind::Normal);
        for dependency in imports {
            let reserved = RESERVED.iter().find(|(name, _)| *name == dependency.name);
            if reserved.is_some_and(|(_, allowed)| !names(allowed, &package.name)) {
                findings.push(format!("{} → {}", package.name, dependency.name));
            }
        }
    }
    expect_none("foreign crates outside the crate they are reserved for", &findings);
}

#[test]
fn features_exist_where_the_table_says() {
    let metadata = metadata();
    let mut findings = Vec::new();
    for package in packages(&metadata) {
        let allowed = row(&FEATURES, package, |row| row.0).map_or(&[][..], |(_, allowed)| allowed);
        let others = package.features.keys().filter(|feature| !names(allowed, feature));
        findings.extend(others.map(|feature| format!("{}/{feature}", package.name)));
    }
    expect_none("features outside the table", &findings);
}

#[test]
fn code_asks_for_features_only_where_they_exist() {
    let asks = |line: &str| {
        let line = line.trim_start();
        let code = !line.starts_with("//");
        code && ["#[cfg(", "#![cfg(", "cfg_attr(", "cfg!("].iter().any(|cfg| {
            line.find(cfg)
                .and_then(|at| line.get(at..))
                .is_some_and(|rest| rest.contains("feature ="))
        })
    };
    let rust = sources().into_iter().filter(|source| source.has_extension(&["rs"]));
    let places =
        ["app/", "crates/aliyun/", "crates/service/", "crates/store/", "server/", "xtask/tests/"];
    let elsewhere = rust.filter(|source| !source.is_in(&places));
    let findings: Vec<_> = elsewhere.flat_map(|source| source.lines_where(asks)).collect();
    expect_none("`cfg(feature)` outside the crates that have features", &findings);
}

#[test]
fn every_crate_inherits_the_lints() {
    let metadata = metadata();
    let lax = packages(&metadata).into_iter().filter(|package| {
        let manifest = std::fs::read_to_string(&package.manifest_path).unwrap();
        !manifest.contains("[lints]\nworkspace = true")
    });
    let lax: Vec<_> = lax.map(|package| package.name.to_string()).collect();
    expect_none("crates without `[lints] workspace = true`", &lax);
}
