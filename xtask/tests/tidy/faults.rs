//! The table of faults names tests that are there.

use crate::checkout::{expect_none, root};

const TABLE: &str = "docs/faults.md";
const FAULTS: usize = 40;

fn rows() -> Vec<String> {
    let text = std::fs::read_to_string(root().join(TABLE)).unwrap();
    text.lines()
        .filter(|line| line.starts_with("| F") && !line.starts_with("| F |"))
        .map(str::to_owned)
        .collect()
}

/// `file::name`, between backticks.
fn tests(row: &str) -> Vec<(&str, &str)> {
    row.split('`').skip(1).step_by(2).filter_map(|quoted| quoted.split_once(".rs::")).collect()
}

#[test]
fn every_fault_has_its_row_in_order() {
    let numbers: Vec<_> = rows().iter().map(|row| row[2..5].to_owned()).collect();
    let expected: Vec<_> = (1..=FAULTS).map(|number| format!("F{number:02}")).collect();
    assert_eq!(numbers, expected);
}

#[test]
fn every_test_that_is_named_is_there() {
    let mut findings = Vec::new();
    for row in rows() {
        let named = tests(&row);
        if named.is_empty() && !row.ends_with("| – |") {
            findings.push(format!("{row}: neither a test nor a dash"));
        }
        for (file, name) in named {
            let file = format!("{file}.rs");
            let source = std::fs::read_to_string(root().join(&file)).unwrap_or_default();
            if !source.contains(&format!("fn {name}(")) {
                findings.push(format!("{file}: no test {name}"));
            }
        }
    }
    expect_none("tests that the table of faults names and that are not there", &findings);
}
