//! What the portal's code never does, because nothing that it is for needs it.

use crate::checkout::{expect_none, sources};

/// Where `word` of `words` stands in the code of the portal, its tests apart.
fn found(folders: &[&str], words: &[&str]) -> Vec<String> {
    let code = sources().into_iter().filter(|source| {
        source.has_extension(&["rs", "js"])
            && source.is_in(folders)
            && !source.path.contains("tests")
            && !source.path.contains("simulator")
    });
    let finds = |line: &str| {
        let said = !line.trim_start().starts_with("//");
        said && words.iter().any(|word| line.contains(word))
    };
    code.flat_map(|source| source.lines_where(finds)).collect()
}

const PORTAL: &[&str] = &[
    "app/src/",
    "crates/aliyun/src/",
    "crates/domain/src/",
    "crates/frontend/",
    "crates/service/src/",
    "crates/store/src/",
    "server/src/",
];

/// But for the drill that kills it, which is in no release: `server/tests/portal/life.rs`.
#[test]
fn no_code_of_the_portal_starts_a_program() {
    let words = ["process::Command", "Command::new(", "libc::", "posix_spawn"];
    let findings = found(PORTAL, &words);
    let others =
        findings.into_iter().filter(|place| !place.starts_with("crates/service/src/failpoint.rs"));
    expect_none("programs that are started", &others.collect::<Vec<_>>());
}

#[test]
fn nothing_is_put_on_a_page_or_run_as_it_came() {
    let words = [
        "inner_html",
        "innerHTML",
        "outer_html",
        "outerHTML",
        "insert_adjacent",
        "insertAdjacent",
        "document.write",
        "eval(",
        "new Function",
        "set_timeout_with_str",
        "javascript:",
    ];
    let found = found(&["app/src/", "crates/frontend/"], &words);
    // The one that shows that it leads nowhere.
    let shown = |place: &String| place.starts_with("app/src/path.rs");
    // Shapes that are part of the program.
    let drawn = |place: &String| {
        place.starts_with("app/src/ui/icon.rs") && place.contains("inner_html=name.shape()")
    };
    let others = found.into_iter().filter(|place| !shown(place) && !drawn(place));
    expect_none("text that could become HTML or code", &others.collect::<Vec<_>>());
}

#[test]
fn a_browser_stores_nothing_but_ticks() {
    let words = [
        "local_storage",
        "localStorage",
        "session_storage",
        "sessionStorage",
        "indexed_db",
        "indexedDB",
        "document.cookie",
        "set_cookie(",
    ];
    let found = found(&["app/src/", "crates/frontend/"], &words);
    // Where it is forgotten again.
    let forgets = |place: &String| {
        place.starts_with("crates/frontend/boot.js") && place.ends_with("sessionStorage.clear();")
    };
    // Keys of instances that were opened, and the name of the browser's time zone.
    let kept = ["app/src/island/selecting.rs", "app/src/island/palette.rs"];
    let zone = |place: &String| {
        place.starts_with("crates/frontend/boot.js")
            && place.contains("document.cookie")
            && place.contains("told")
    };
    let others = found.into_iter().filter(|place| {
        !kept.iter().any(|file| place.starts_with(file)) && !forgets(place) && !zone(place)
    });
    expect_none("stored in a browser", &others.collect::<Vec<_>>());
}
