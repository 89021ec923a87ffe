//! The binary at the command line: what it is given, how it ends, and what it says.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;
use std::time::Duration;

use futures_util::StreamExt as _;

use crate::Key;
use crate::process::{Ended, latchkey, run, run_with};

/// Stands wherever a secret may stand, and nowhere in what is said.
pub const SECRET: &str = "hunter2-do-not-repeat";

/// On a busy machine.
const DEADLINE: Duration = Duration::from_secs(10);
const AT_ONCE: usize = 4;

/// One bad way to start it.
pub struct Row {
    pub key: Key,
    /// `latchkey.toml` of the folder, if there is one.
    pub config: Option<Vec<u8>>,
    /// More files of the folder.
    pub files: Vec<(&'static str, Vec<u8>)>,
    pub arguments: Vec<&'static str>,
    pub variables: Vec<(&'static str, Vec<u8>)>,
    /// On standard input.
    pub input: Option<Vec<u8>>,
    pub code: i32,
    /// What it has to say: the field, and what is wrong.
    pub says: &'static str,
}

impl Row {
    pub const fn of(key: Key, code: i32, says: &'static str) -> Self {
        Self {
            key,
            config: None,
            files: Vec::new(),
            arguments: Vec::new(),
            variables: Vec::new(),
            input: None,
            code,
            says,
        }
    }
}

/// Runs every row in a folder of its own. What is not as expected is told for all of them at once.
pub async fn judge(rows: Vec<Row>) {
    let count = rows.len();
    let judged = futures_util::stream::iter(rows).map(judge_one).buffer_unordered(AT_ONCE);
    let wrong: Vec<String> = judged.flat_map(futures_util::stream::iter).collect().await;
    assert!(wrong.is_empty(), "{} findings in {count} rows:\n{}", wrong.len(), wrong.join("\n"));
}

async fn judge_one(row: Row) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let (key, code, says) = (row.key, row.code, row.says);
    let (before, row) = (prepared(folder.path(), &row), row);
    let Ok(ended) = tokio::time::timeout(DEADLINE, ended(folder.path(), row)).await else {
        return vec![format!("{key:?}: it went on for {DEADLINE:?}")];
    };
    let said = format!("{}{}", ended.out, ended.err);
    let mut amiss = Vec::new();
    if ended.code != Some(code) {
        amiss.push(format!("ended with {:?}, not {code}", ended.code));
    }
    if !said.contains(says) {
        amiss.push(format!("{says:?} is not said"));
    }
    for word in [SECRET, "panicked", "RUST_BACKTRACE"] {
        if said.contains(word) {
            amiss.push(format!("{word} is said"));
        }
    }
    if code != 0 && ended.out.contains("Latchkey is at") {
        amiss.push("it served".to_owned());
    }
    if names(folder.path()) != before {
        amiss.push(format!("it left {:?}", names(folder.path())));
    }
    amiss.into_iter().map(|amiss| format!("{key:?}: {amiss}: {said:.400}")).collect()
}

/// Writes the files of a row; the names that are there then.
fn prepared(folder: &Path, row: &Row) -> Vec<OsString> {
    let config = row.config.iter().map(|config| ("latchkey.toml", config.clone()));
    for (name, bytes) in config.chain(row.files.iter().cloned()) {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    names(folder)
}

fn names(folder: &Path) -> Vec<OsString> {
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

async fn ended(folder: &Path, row: Row) -> Ended {
    let mut command = latchkey(folder, &row.arguments);
    for (name, value) in row.variables {
        command.env(name, OsString::from_vec(value));
    }
    match row.input {
        Some(input) => run_with(command, &input).await,
        None => run(command).await,
    }
}
