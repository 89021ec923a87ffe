//! Many rows in one statement. What takes time is each question to the database, on either one: on `SQLite` it goes
//! to another thread and back, on PostgreSQL over the network.

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// So many rows in one statement, so that neither database runs out of parameters.
const MOST: usize = 64;

/// `($1, $2), ($3, $4)`: so many rows of so many values, after the values that were bound already.
pub(super) fn values(bound: usize, rows: usize, columns: usize) -> String {
    let mut text = String::new();
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            let number = bound + row * columns + column + 1;
            // Writing to a text cannot fail.
            let _ = write!(text, "{}${number}", if column == 0 { "" } else { ", " });
        }
        text.push(')');
    }
    text
}

/// `$3, $4, $5`: so many values, after those that were bound already.
pub(super) fn list(bound: usize, values: usize) -> String {
    (bound + 1..=bound + values).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}

/// Parts of 64, 32, 16, … rows: every length is another statement that the databases keep prepared.
pub(super) fn parts<T>(mut rows: &[T]) -> Vec<&[T]> {
    let mut parts = Vec::new();
    while !rows.is_empty() {
        let length = rows.len().min(MOST);
        let (part, rest) = rows.split_at(1 << length.ilog2());
        parts.push(part);
        rows = rest;
    }
    parts
}

/// In ascending order, each once.
pub(super) fn distinct(numbers: impl Iterator<Item = i64>) -> Vec<i64> {
    numbers.collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_count_on() {
        assert_eq!(values(0, 2, 3), "($1, $2, $3), ($4, $5, $6)");
        assert_eq!(values(2, 1, 1), "($3)");
        assert_eq!(list(3, 2), "$4, $5");
    }

    #[test]
    fn parts_have_few_lengths_and_lose_nothing() {
        let rows: Vec<usize> = (0..203).collect();
        let lengths: Vec<usize> = parts(&rows).iter().map(|part| part.len()).collect();
        assert_eq!(lengths, [64, 64, 64, 8, 2, 1]);
        assert_eq!(parts(&rows).concat(), rows);
        assert!(parts::<u8>(&[]).is_empty());
    }
}
