//! A cluster lives as long as the process that asked for it, and its databases do not meet.
#![expect(clippy::unwrap_used, reason = "a helper that fails fails the test")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use scratch_postgres::{ScratchPostgres, Stop};

/// Far longer than stopping takes; it only tells "never".
const DEADLINE: Duration = Duration::from_mins(1);

/// A cluster in another process.
struct Elsewhere {
    process: Child,
    input: Option<ChildStdin>,
    url: String,
}

fn elsewhere() -> Elsewhere {
    let mut program = Command::new(env!("CARGO_BIN_EXE_scratch-postgres"));
    let mut process = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = process.stdin.take().unwrap();
    writeln!(input).unwrap();
    let mut url = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
    Elsewhere { process, input: Some(input), url: url.trim().to_owned() }
}

fn sql(url: &str, statement: &str) -> Result<String, String> {
    let mut psql = Command::new("psql");
    psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]);
    let output = psql.arg(url).args(["--command", statement]).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap().trim().to_owned();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

fn address(url: &str) -> &str {
    url.trim_start_matches("postgres://postgres@").split('/').next().unwrap()
}

fn wait_until_gone(url: &str, directory: &str) {
    let start = Instant::now();
    while TcpStream::connect(address(url)).is_ok() || std::path::Path::new(directory).exists() {
        assert!(start.elapsed() < DEADLINE, "{url} or {directory} is still there");
        sleep(Duration::from_millis(20));
    }
}

#[test]
fn every_database_is_new_and_empty() {
    let cluster = ScratchPostgres::shared().unwrap();
    let (one, other) = (cluster.database().unwrap(), cluster.database().unwrap());
    assert_ne!(one, other);
    sql(&one, "create table t (word text); insert into t values ('免密访问')").unwrap();
    assert_eq!(sql(&one, "select word from t").unwrap(), "免密访问");
    assert!(sql(&other, "select word from t").unwrap_err().contains("does not exist"));
    assert_eq!(sql(&other, "show server_encoding").unwrap(), "UTF8");
}

#[test]
fn the_shared_cluster_is_one() {
    let (one, other) = (ScratchPostgres::shared().unwrap(), ScratchPostgres::shared().unwrap());
    assert_eq!(address(&one.database().unwrap()), address(&other.database().unwrap()));
}

#[test]
fn a_killed_process_leaves_nothing_behind() {
    let mut elsewhere = elsewhere();
    let data = sql(&elsewhere.url, "show data_directory").unwrap();
    elsewhere.process.kill().unwrap();
    elsewhere.process.wait().unwrap();
    wait_until_gone(&elsewhere.url, data.trim_end_matches("/data"));
}

#[test]
fn a_process_that_ends_leaves_nothing_behind() {
    let mut elsewhere = elsewhere();
    let data = sql(&elsewhere.url, "show data_directory").unwrap();
    drop(elsewhere.input.take());
    assert!(elsewhere.process.wait().unwrap().success());
    wait_until_gone(&elsewhere.url, data.trim_end_matches("/data"));
}

#[test]
fn a_cluster_that_was_away_has_what_it_had() {
    let cluster = ScratchPostgres::start().unwrap();
    let url = cluster.database().unwrap();
    cluster.sql(&url, "create table t (word text); insert into t values ('before')").unwrap();
    for how in [Stop::Fast, Stop::Immediate] {
        cluster.stop(how).unwrap();
        assert!(cluster.sql(&url, "select 1").is_err(), "{how:?}");
        assert!(cluster.stop(how).is_err(), "there is nothing to stop");
        cluster.start_again().unwrap();
        assert_eq!(cluster.sql(&url, "select word from t").unwrap(), "before", "{how:?}");
        cluster.restart(how).unwrap();
        assert_eq!(cluster.sql(&url, "select word from t").unwrap(), "before", "{how:?}");
    }
    let directory = cluster.directory().display().to_string();
    drop(cluster);
    wait_until_gone(&url, &directory);
}

#[test]
fn a_dropped_cluster_is_gone() {
    let cluster = ScratchPostgres::start().unwrap();
    let url = cluster.database().unwrap();
    let directory = cluster.directory().display().to_string();
    drop(cluster);
    wait_until_gone(&url, &directory);
}
