//! Finding a piece of text: every two and three neighbouring characters of it are looked up in an index.
//!
//! Databases' own indexes of three characters find no two Chinese ones, and PostgreSQL's depends on the locale. So the
//! pieces are made here, the same for both, and written as hexadecimal words that no tokenizer takes apart. A match of
//! all pieces is not yet a match of the text: the query also compares it.

use std::collections::BTreeSet;

use sqlx::AssertSqlSafe;

use super::rows;
use crate::Error;
use crate::database::{Connection, Tx};

/// The words of a text that is stored. Lines are separate things: no piece goes over their end.
pub(super) fn of_text(text: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for line in text.lines() {
        let letters: Vec<char> = line.chars().collect();
        for length in 1..=3 {
            // Single letters are nearly everywhere; single Chinese characters are not.
            let pieces = letters.windows(length).filter(|piece| length > 1 || !piece[0].is_ascii());
            words.extend(pieces.filter(|piece| !has_space(piece)).map(word));
        }
    }
    words
}

/// The words that must all be there for `text` to be there; none where it is too short to be looked up.
pub(super) fn of_query(text: &str) -> BTreeSet<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut words = BTreeSet::new();
    for run in letters.split(|letter| letter.is_whitespace()) {
        let length = run.len().min(3);
        if length == 0 || (length == 1 && run[0].is_ascii()) {
            continue;
        }
        words.extend(run.windows(length).map(word));
    }
    words
}

fn has_space(piece: &[char]) -> bool {
    piece.iter().any(|letter| letter.is_whitespace())
}

fn word(piece: &[char]) -> String {
    use std::fmt::Write as _;
    let mut word = String::from("g");
    let mut buffer = [0; 4];
    for letter in piece {
        for byte in letter.encode_utf8(&mut buffer).bytes() {
            // Writing to a text cannot fail.
            let _ = write!(word, "{byte:02x}");
        }
    }
    word
}

/// Replaces the words of an instance.
pub(super) async fn replace(tx: &mut Tx, number: i64, text: &str) -> Result<(), Error> {
    match tx.connection() {
        Connection::Sqlite(c) => {
            sqlx::query("DELETE FROM instance_grams WHERE rowid = $1")
                .bind(number)
                .execute(c)
                .await?;
        }
        Connection::Postgres(c) => {
            sqlx::query("DELETE FROM instance_grams WHERE number = $1")
                .bind(number)
                .execute(c)
                .await?;
        }
    }
    add(tx, &[(number, text)]).await
}

/// Keeps the words of instances that have none.
pub(super) async fn add(tx: &mut Tx, texts: &[(i64, &str)]) -> Result<(), Error> {
    for part in rows::parts(texts) {
        let places = rows::values(0, part.len(), 2);
        match tx.connection() {
            Connection::Sqlite(c) => {
                let sql = format!("INSERT INTO instance_grams (rowid, grams) VALUES {places}");
                let mut query = sqlx::query(AssertSqlSafe(sql));
                for (number, text) in part {
                    let words = of_text(text).into_iter().collect::<Vec<_>>().join(" ");
                    query = query.bind(number).bind(words);
                }
                query.execute(c).await?;
            }
            Connection::Postgres(c) => {
                let sql = format!("INSERT INTO instance_grams (number, grams) VALUES {places}");
                let mut query = sqlx::query(AssertSqlSafe(sql));
                for (number, text) in part {
                    query = query.bind(number).bind(of_text(text).into_iter().collect::<Vec<_>>());
                }
                query.execute(c).await?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(stored: &str, typed: &str) -> bool {
        let words = of_query(typed);
        !words.is_empty() && words.is_subset(&of_text(stored))
    }

    #[test]
    fn whatever_stands_in_a_text_is_found_by_its_pieces() {
        let stored = "订单-预发-缓存\nr-bp1abc\nteam=payments\n10.0.0.1";
        for typed in [
            "订单",
            "单",
            "订单-预",
            "预发",
            "bp1",
            "bp",
            "payments",
            "team=pay",
            "10.0.0.1",
            "r-bp1abc",
        ] {
            assert!(found(stored, typed), "{typed}");
        }
        for typed in ["订预", "bpx", "payment5", "缓存r"] {
            assert!(!found(stored, typed), "{typed}");
        }
    }

    #[test]
    fn a_query_with_spaces_is_looked_up_by_its_runs() {
        assert!(found("orders cache", "ers cac"));
        assert_eq!(of_query("a b").len(), 0);
        assert_eq!(of_query("  ").len(), 0);
    }

    #[test]
    fn words_are_plain() {
        let words = of_query("a'\"*-订");
        assert!(
            words.iter().all(|word| word.bytes().all(|b| b.is_ascii_alphanumeric())),
            "{words:?}"
        );
    }
}
