//! How a program connects to an instance: code for each client that fits what was read of it last.
//!
//! No code holds a password: it reads `REDIS_PASSWORD`. What was not read is never guessed; where it matters, the code
//! does what works either way. Addresses are the cloud's text: one that is no host name is in no code.
//!
//! To add a client: a file with a `code` function, a line in [`CLIENTS`].

mod dotnet;
mod go;
mod java;
mod node;
mod python;
mod redis_cli;
mod rust;
mod target;
mod terraform;

pub use target::{Nodes, Password, Target, Via, Way, ways};
pub use terraform::code as terraform;

/// Code to copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    pub title: &'static str,
    pub code: String,
}

type Code = fn(&Target) -> String;

const CLIENTS: &[(&str, Code)] = &[
    ("redis-cli", redis_cli::code),
    ("Python (redis-py)", python::code),
    ("Node.js (ioredis)", node::code),
    ("Go (go-redis)", go::code),
    ("Java (Jedis)", java::jedis),
    ("Java (Lettuce)", java::lettuce),
    ("Java (Redisson)", java::redisson),
    (".NET (StackExchange.Redis)", dotnet::code),
    ("Rust (redis)", rust::code),
];

/// One for each client.
pub fn snippets(target: &Target) -> Vec<Snippet> {
    CLIENTS.iter().map(|(title, code)| Snippet { title, code: code(target) }).collect()
}

/// The lines that are there, one under the other.
fn lines<const N: usize>(lines: [Option<String>; N]) -> String {
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// A line that is always there.
#[expect(clippy::unnecessary_wraps, reason = "it stands among lines that may be missing")]
fn line(text: impl Into<String>) -> Option<String> {
    Some(text.into())
}
