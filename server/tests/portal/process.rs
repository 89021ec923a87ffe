//! The real binary as a child process: what it is given, what it says, how it ends.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::task::JoinHandle;

/// Nothing takes this long: whoever waits longer waits for ever.
pub const HANG: Duration = Duration::from_mins(1);

/// A command line of `latchkey` with an environment of its own: nothing of the machine's leaks in.
///
/// `home` is the working folder and `HOME`. `LATCHKEY_BINARY` names another binary than the one built with the tests:
/// `cargo xtask test` sends the matrices to the one that is released.
#[expect(clippy::disallowed_methods, reason = "it is about the tests, not about what they test")]
pub fn latchkey(home: &Path, arguments: &[&str]) -> Command {
    let released = std::env::var("LATCHKEY_BINARY");
    program(released.as_deref().unwrap_or(env!("CARGO_BIN_EXE_latchkey")), home, arguments)
}

/// A tool, found and set up as on this machine.
pub fn tool(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.kill_on_drop(true);
    command
}

pub fn program(name: &str, home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(arguments).env_clear().env("HOME", home).current_dir(home);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// A running process. Dropped, it is killed.
pub struct Process {
    child: Child,
    out: Output,
    err: Output,
}

/// A process that ended by itself.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Process {
    pub fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let out = child.stdout.take().map_or_else(Output::none, Output::of);
        let err = child.stderr.take().map_or_else(Output::none, Output::of);
        Self { child, out, err }
    }

    /// The same, with a pipe to talk to it.
    pub fn start_with_input(mut command: Command) -> (Self, ChildStdin) {
        command.stdin(Stdio::piped());
        let mut process = Self::start(command);
        let input = process.child.stdin.take().unwrap();
        (process, input)
    }

    pub fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// Memory that it holds now, in MiB.
    pub fn resident(&self) -> u64 {
        self.status("VmRSS:") / 1024
    }

    /// The most that it ever held, in MiB.
    pub fn peak(&self) -> u64 {
        self.status("VmHWM:") / 1024
    }

    /// A number of `/proc/…/status`, in its unit.
    fn status(&self, field: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let value = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
        value.split_whitespace().next().unwrap().parse().unwrap()
    }

    pub fn out(&self) -> String {
        self.out.text()
    }

    pub fn err(&self) -> String {
        self.err.text()
    }

    /// The first line of standard output that holds `text`. Panics with all that was said if it ends without.
    pub async fn says(&mut self, text: &str) -> String {
        let waiting = async {
            loop {
                let ended = self.child.try_wait().unwrap();
                if ended.is_some() {
                    // Its last words may still be in the pipe.
                    self.out.read_to_the_end().await;
                }
                if let Some(line) = self.out.text().lines().find(|line| line.contains(text)) {
                    return line.to_owned();
                }
                if let Some(status) = ended {
                    panic!("ended ({status}) without {text:?}:\n{}\n{}", self.out(), self.err());
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let Ok(line) = tokio::time::timeout(HANG, waiting).await else {
            panic!("no word of {text:?}:\n{}\n{}", self.out(), self.err());
        };
        line
    }

    /// SIGKILL: no chance to tidy up.
    pub async fn kill(mut self) {
        self.child.start_kill().unwrap();
        self.child.wait().await.unwrap();
    }

    /// SIGTERM, as a supervisor would; see [`Process::ended`].
    pub async fn ask_to_stop(&self) {
        ask_to_stop(self.id()).await;
    }

    pub async fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits until it ended by itself.
    pub async fn ended(mut self) -> Ended {
        let Ok(status) = tokio::time::timeout(HANG, self.child.wait()).await else {
            panic!("it does not end:\n{}\n{}", self.out(), self.err());
        };
        let status: ExitStatus = status.unwrap();
        Ended { code: status.code(), out: self.out.whole().await, err: self.err.whole().await }
    }
}

/// SIGTERM to a process of a test.
pub async fn ask_to_stop(id: u32) {
    signal("TERM", id).await;
}

pub async fn signal(name: &str, id: u32) {
    let sent = Command::new("sh").args(["-c", &format!("kill -{name} {id}")]).status();
    assert!(sent.await.unwrap().success());
}

/// Runs a command to its end.
pub async fn run(command: Command) -> Ended {
    Process::start(command).ended().await
}

/// The same, with something to read on standard input.
pub async fn run_with(command: Command, text: impl AsRef<[u8]>) -> Ended {
    let (process, mut input) = Process::start_with_input(command);
    // It may have ended without reading.
    let _ = input.write_all(text.as_ref()).await;
    drop(input);
    process.ended().await
}

/// What a process has said so far.
struct Output {
    text: Arc<Mutex<String>>,
    reading: JoinHandle<()>,
}

impl Output {
    /// It goes elsewhere.
    fn none() -> Self {
        Self { text: Arc::default(), reading: tokio::spawn(async {}) }
    }

    fn of(pipe: impl AsyncRead + Send + Unpin + 'static) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let kept = text.clone();
        let reading = tokio::spawn(async move {
            let mut pipe = BufReader::new(pipe);
            let mut line = Vec::new();
            while pipe.read_until(b'\n', &mut line).await.unwrap_or(0) > 0 {
                kept.lock().unwrap().push_str(&String::from_utf8_lossy(&line));
                line.clear();
            }
        });
        Self { text, reading }
    }

    fn text(&self) -> String {
        self.text.lock().unwrap().clone()
    }

    async fn read_to_the_end(&mut self) {
        // Asked again after its end, a handle panics.
        if !self.reading.is_finished() {
            (&mut self.reading).await.unwrap();
        }
    }

    async fn whole(mut self) -> String {
        tokio::time::timeout(HANG, self.read_to_the_end()).await.unwrap();
        self.text()
    }
}
