//! The table of what the security standard asks is whole, names what is there, and counts right.
//!
//! Numbers and levels are those of OWASP ASVS 5.0.0; a newer edition is a new list here, and new rows there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::checkout::{expect_none, root};

const TABLE: &str = "docs/asvs.md";

const LEVEL_1: &str = "\
    V1.2.1 V1.2.2 V1.2.3 V1.2.4 V1.2.5 V1.3.1 V1.3.2 V1.5.1 \
    V2.1.1 V2.2.1 V2.2.2 V2.3.1 \
    V3.2.1 V3.2.2 V3.3.1 V3.4.1 V3.4.2 V3.5.1 V3.5.2 V3.5.3 \
    V4.1.1 V4.4.1 \
    V5.2.1 V5.2.2 V5.3.1 V5.3.2 \
    V6.1.1 V6.2.1 V6.2.2 V6.2.3 V6.2.4 V6.2.5 V6.2.6 V6.2.7 V6.2.8 V6.3.1 V6.3.2 V6.4.1 V6.4.2 \
    V7.2.1 V7.2.2 V7.2.3 V7.2.4 V7.4.1 V7.4.2 \
    V8.1.1 V8.2.1 V8.2.2 V8.3.1 \
    V9.1.1 V9.1.2 V9.1.3 V9.2.1 \
    V10.4.1 V10.4.2 V10.4.3 V10.4.4 V10.4.5 \
    V11.3.1 V11.3.2 V11.4.1 \
    V12.1.1 V12.2.1 V12.2.2 \
    V13.4.1 \
    V14.2.1 V14.3.1 \
    V15.1.1 V15.2.1 V15.3.1";

const LEVEL_2: &str = "\
    V1.1.1 V1.1.2 V1.2.6 V1.2.7 V1.2.8 V1.2.9 V1.3.3 V1.3.4 V1.3.5 V1.3.6 V1.3.7 V1.3.8 V1.3.9 \
    V1.3.10 V1.3.11 V1.4.1 V1.4.2 V1.4.3 V1.5.2 \
    V2.1.2 V2.1.3 V2.2.3 V2.3.2 V2.3.3 V2.3.4 V2.4.1 \
    V3.3.2 V3.3.3 V3.3.4 V3.4.3 V3.4.4 V3.4.5 V3.4.6 V3.5.4 V3.5.5 V3.7.1 V3.7.2 \
    V4.1.2 V4.1.3 V4.2.1 V4.3.1 V4.3.2 V4.4.2 V4.4.3 V4.4.4 \
    V5.1.1 V5.2.3 V5.4.1 V5.4.2 V5.4.3 \
    V6.1.2 V6.1.3 V6.2.9 V6.2.10 V6.2.11 V6.2.12 V6.3.3 V6.3.4 V6.4.3 V6.4.4 V6.5.1 V6.5.2 \
    V6.5.3 V6.5.4 V6.5.5 V6.6.1 V6.6.2 V6.6.3 V6.8.1 V6.8.2 V6.8.3 V6.8.4 \
    V7.1.1 V7.1.2 V7.1.3 V7.3.1 V7.3.2 V7.4.3 V7.4.4 V7.4.5 V7.5.1 V7.5.2 V7.6.1 V7.6.2 \
    V8.1.2 V8.2.3 V8.4.1 \
    V9.2.2 V9.2.3 V9.2.4 \
    V10.1.1 V10.1.2 V10.2.1 V10.2.2 V10.3.1 V10.3.2 V10.3.3 V10.3.4 V10.4.6 V10.4.7 V10.4.8 \
    V10.4.9 V10.4.10 V10.4.11 V10.5.1 V10.5.2 V10.5.3 V10.5.4 V10.5.5 V10.6.1 V10.6.2 V10.7.1 \
    V10.7.2 V10.7.3 \
    V11.1.1 V11.1.2 V11.2.1 V11.2.2 V11.2.3 V11.3.3 V11.4.2 V11.4.3 V11.4.4 V11.5.1 V11.6.1 \
    V12.1.2 V12.1.3 V12.3.1 V12.3.2 V12.3.3 V12.3.4 \
    V13.1.1 V13.2.1 V13.2.2 V13.2.3 V13.2.4 V13.2.5 V13.3.1 V13.3.2 V13.4.2 V13.4.3 V13.4.4 \
    V13.4.5 \
    V14.1.1 V14.1.2 V14.2.2 V14.2.3 V14.2.4 V14.3.2 V14.3.3 \
    V15.1.2 V15.1.3 V15.2.2 V15.2.3 V15.3.2 V15.3.3 V15.3.4 V15.3.5 V15.3.6 V15.3.7 \
    V16.1.1 V16.2.1 V16.2.2 V16.2.3 V16.2.4 V16.2.5 V16.3.1 V16.3.2 V16.3.3 V16.3.4 V16.4.1 \
    V16.4.2 V16.4.3 V16.5.1 V16.5.2 V16.5.3 \
    V17.1.1 V17.2.1 V17.2.2 V17.2.3 V17.2.4 V17.3.1 V17.3.2";

const MET: &str = "met";
const OPEN: &str = "open";
const NOT_OURS: &str = "does not apply";

/// A line about one requirement.
struct Row {
    number: String,
    level: String,
    what: String,
    /// Up to a colon: one of the three words.
    how: String,
    /// Of an open one, what brings it.
    until: Option<String>,
    place: String,
}

fn text() -> String {
    std::fs::read_to_string(root().join(TABLE)).unwrap()
}

/// What stands before the first chapter.
fn top() -> String {
    text().split("\n## ").next().unwrap().to_owned()
}

fn cells(line: &str) -> Vec<String> {
    line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
}

fn rows() -> Vec<Row> {
    let text = text();
    let lines = text.lines().filter(|line| line.starts_with("| V"));
    let rows = lines.map(|line| match <[String; 5]>::try_from(cells(line)) {
        Ok([number, level, what, how, place]) => {
            let (how, until) = match how.split_once(": ") {
                Some((how, until)) => (how.to_owned(), Some(until.to_owned())),
                None => (how, None),
            };
            Row { number, level, what, how, until, place }
        }
        Err(cells) => panic!("{} cells, not 5: {line}", cells.len()),
    });
    rows.collect()
}

/// Between backticks: `file::name` apart from `folder/file`.
fn named(place: &str) -> (Vec<(&str, &str)>, Vec<&str>) {
    let quoted = place.split('`').skip(1).step_by(2);
    let (tests, others): (Vec<&str>, Vec<&str>) = quoted.partition(|quoted| quoted.contains("::"));
    let endings = [".rs", ".ts", ".js", ".md", ".toml", ".lock", "Containerfile"];
    let is_file = |name: &&str| endings.iter().any(|ending| name.ends_with(ending));
    let tests = tests.into_iter().filter_map(|test| test.split_once("::")).collect();
    (tests, others.into_iter().filter(is_file).collect())
}

/// `"Keys" in` a file: what is written down stands under a heading.
fn chapters(place: &str) -> Vec<(&str, &str)> {
    let pieces: Vec<&str> = place.split('`').collect();
    let pairs = pieces.chunks(2).filter_map(|pair| match pair {
        [before, file] => Some((before.strip_suffix("\" in ")?.rsplit('"').next()?, *file)),
        _ => None,
    });
    pairs.collect()
}

/// `V1.2.10` comes after `V1.2.9`.
fn place_in_order(number: &str) -> Vec<u32> {
    let parts = number.trim_start_matches('V').split('.');
    parts.map(|part| part.parse().unwrap()).collect()
}

#[test]
fn every_requirement_of_the_first_two_levels_is_there_once_and_in_order() {
    let listed = [(LEVEL_1, "1"), (LEVEL_2, "2")];
    let listed: BTreeMap<&str, &str> = listed
        .iter()
        .flat_map(|(numbers, level)| numbers.split_whitespace().map(move |number| (number, *level)))
        .collect();
    assert_eq!(listed.len(), 253, "the list itself");
    let rows = rows();
    let mut findings = Vec::new();
    for row in &rows {
        // Of the third level only what is met stands there.
        let third = row.level == "3" && row.how == MET && !listed.contains_key(row.number.as_str());
        if listed.get(row.number.as_str()) != Some(&row.level.as_str()) && !third {
            findings.push(format!("{} is not of level {}, or not met", row.number, row.level));
        }
    }
    let there: BTreeSet<&str> = rows.iter().map(|row| row.number.as_str()).collect();
    let missing = listed.keys().filter(|number| !there.contains(*number));
    findings.extend(missing.map(|number| format!("{number} is not there")));
    for pair in rows.windows(2) {
        if let [before, after] = pair
            && place_in_order(&before.number) >= place_in_order(&after.number)
        {
            findings.push(format!("{} stands before {}", before.number, after.number));
        }
    }
    expect_none("requirements that are not where they should be", &findings);
}

#[test]
fn every_row_says_what_is_asked_and_how_it_stands() {
    let mut findings = Vec::new();
    for row in rows() {
        let (tests, files) = named(&row.place);
        let stands = match row.how.as_str() {
            MET => row.until.is_none() && !(tests.is_empty() && files.is_empty()),
            OPEN => row.until.is_some(),
            NOT_OURS => row.until.is_none(),
            _ => false,
        };
        if !stands || row.what.is_empty() || row.place.is_empty() {
            findings.push(format!("{}: {} by {:?}", row.number, row.how, row.place));
        }
    }
    expect_none(
        "neither met by something that is named, nor open until something, nor with a reason",
        &findings,
    );
}

#[test]
fn what_the_rows_name_is_there() {
    let mut findings = Vec::new();
    for row in rows() {
        let (tests, files) = named(&row.place);
        for (file, name) in tests {
            let source = std::fs::read_to_string(root().join(file)).unwrap_or_default();
            let wanted = if Path::new(file).extension().is_some_and(|end| end == "ts") {
                vec![format!("\"{name}\""), format!("`{name}`")]
            } else {
                vec![format!("fn {name}(")]
            };
            if !wanted.iter().any(|wanted| source.contains(wanted)) {
                findings.push(format!("{}: {file} has no test {name}", row.number));
            }
        }
        let missing = files.into_iter().filter(|file| !root().join(file).is_file());
        findings.extend(missing.map(|file| format!("{}: no file {file}", row.number)));
        for (heading, file) in chapters(&row.place) {
            let text = std::fs::read_to_string(root().join(file)).unwrap_or_default();
            if !text.lines().any(|line| line.trim_start_matches('#').trim() == heading) {
                findings.push(format!("{}: {file} has no chapter {heading}", row.number));
            }
        }
    }
    expect_none("tests and files that the table names and that are not there", &findings);
}

#[test]
fn the_tables_at_the_top_say_what_the_rows_say() {
    let (rows, top) = (rows(), top());
    let mut expected = BTreeSet::new();
    for how in [MET, OPEN, NOT_OURS] {
        let count =
            |level: &str| rows.iter().filter(|row| row.how == how && row.level == level).count();
        let third = if how == MET { count("3").to_string() } else { "–".to_owned() };
        expected.insert(vec![
            how.to_owned(),
            count("1").to_string(),
            count("2").to_string(),
            third,
        ]);
    }
    let mut open: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in &rows {
        if let Some(until) = &row.until {
            open.entry(until).or_default().push(&row.number);
        }
    }
    expected
        .extend(open.iter().map(|(until, numbers)| vec![(*until).to_owned(), numbers.join(", ")]));
    let lines = top.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| |"));
    let said: BTreeSet<Vec<String>> = lines
        .map(cells)
        // The second table says in between, for people, what that is.
        .map(|cells| {
            if let [until, _, numbers] = &cells[..] {
                vec![until.clone(), numbers.clone()]
            } else {
                cells
            }
        })
        .filter(|cells| cells.last().is_some_and(|last| last != "requirements"))
        .collect();
    assert_eq!(said, expected, "count again, or move the numbers");
}
