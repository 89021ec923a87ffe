//! What no file of the repository may hold, and how long files are.

use crate::checkout::{Source, expect_none, sources};

const CODE: [&str; 8] = ["rs", "ts", "js", "mjs", "css", "py", "sh", "sql"];

/// More lines than this are more than one idea. A test or a table may be long: tests are not counted.
const LONGEST: usize = 600;

fn in_sources(select: impl Fn(&Source) -> bool, finds: impl Fn(&str) -> bool) -> Vec<String> {
    let selected = sources().into_iter().filter(|source| select(source));
    selected.flat_map(|source| source.lines_where(&finds)).collect()
}

/// Whether `word` stands in the text with no letter, digit or `_-` on either side.
fn has_word(text: &str, word: &str) -> bool {
    let part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-');
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}

#[test]
fn nothing_is_left_open() {
    // Written in two halves, as this file is a source too.
    let words =
        [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("HA", "CK"), concat!("XX", "X")];
    let calls = [
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("#[ig", "nore"),
        concat!("test.", "skip("),
    ];
    let left = |line: &str| {
        words.iter().any(|word| has_word(line, word))
            || calls.iter().any(|call| line.contains(call))
    };
    expect_none("left open", &in_sources(|source| source.has_extension(&CODE), left));
}

#[test]
fn no_file_names_a_place_on_one_machine() {
    let places = [concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/Use", "rs/")];
    let names = |line: &str| {
        places.iter().any(|place| {
            line.match_indices(place).any(|(at, _)| {
                let before = line.get(..at).and_then(|line| line.chars().next_back());
                !before.is_some_and(|before| {
                    before.is_alphanumeric() || matches!(before, '_' | '.' | '-' | '/')
                })
            })
        })
    };
    expect_none("absolute paths of a machine", &in_sources(|_| true, names));
}

#[test]
fn colours_have_names() {
    let sheets = |source: &Source| {
        source.has_extension(&["css"]) && !source.path.starts_with("style/tokens")
    };
    expect_none("raw colours outside style/tokens", &in_sources(sheets, has_raw_colour));
}

#[test]
fn raw_colours_are_recognised() {
    for raw in [
        "color: #fff;",
        "  border: 1px solid #12ab34cc;",
        "background: rgb(0 0 0 / 50%)",
        "color: White;",
    ] {
        assert!(has_raw_colour(raw), "{raw}");
    }
    let named = [
        "color: var(--ink);",
        "#add {",
        "a:hover {",
        "fill: currentColor",
        "width: 3px",
        "outline: 0",
    ];
    for named in
        named.into_iter().chain(["background: color-mix(in oklab, var(--a) 50%, var(--b))"])
    {
        assert!(!has_raw_colour(named), "{named}");
    }
}

#[test]
fn no_element_carries_its_style() {
    let views =
        |source: &Source| source.path.starts_with("app/src/") && source.has_extension(&["rs"]);
    let styled =
        |line: &str| [" style=", " style:"].iter().any(|attribute| line.contains(attribute));
    expect_none(
        "inline styles, which the content security policy forbids",
        &in_sources(views, styled),
    );
}

#[test]
fn files_hold_one_idea() {
    let rust = sources()
        .into_iter()
        .filter(|source| source.has_extension(&["rs"]) && !source.path.contains("tests/"));
    let mut lengths: Vec<_> =
        rust.map(|source| (source.text.lines().count(), source.path)).collect();
    lengths.sort_unstable();
    let middle = lengths.get(lengths.len() / 2).unwrap().0;
    let long: Vec<_> = lengths.iter().rev().take_while(|(lines, _)| *lines > LONGEST / 2).collect();
    println!(
        "{} source files, median {middle} lines, {} over {}:",
        lengths.len(),
        long.len(),
        LONGEST / 2
    );
    for (lines, path) in &long {
        println!("{lines:>6} {path}");
    }
    let too_long = long.iter().filter(|(lines, _)| *lines > LONGEST);
    expect_none(
        "too long",
        &too_long.map(|(lines, path)| format!("{lines} {path}")).collect::<Vec<_>>(),
    );
}

/// In the value of a declaration, as far as one line shows it.
fn has_raw_colour(line: &str) -> bool {
    let pieces = line.split_inclusive(['{', ';', '}']).filter(|piece| !piece.ends_with('{'));
    pieces
        .filter_map(|piece| piece.split_once(':'))
        .any(|(_, value)| is_raw_colour(&value.to_ascii_lowercase()))
}

fn is_raw_colour(value: &str) -> bool {
    let functions = ["rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch", "color"];
    let names = [
        "white", "black", "red", "green", "blue", "gray", "grey", "orange", "yellow", "purple",
        "crimson",
    ];
    let hash = value.split('#').skip(1).any(|rest| {
        let digits = rest.chars().take_while(char::is_ascii_hexdigit).count();
        (3..=8).contains(&digits)
    });
    // `oklab` is also a word of `color-mix(in oklab, …)`, so only the call counts.
    let calls =
        |function: &str| value.contains(&format!("{function}(")) && has_word(value, function);
    hash || functions.into_iter().any(calls) || names.into_iter().any(|name| has_word(value, name))
}
