//! A Postgres cluster of one's own for tests: started on first use, gone when the process is.
//!
//! Invariants: one cluster a process, on a free port of loopback, in a directory of its own; it is stopped and its
//! directory removed however the process ends, `kill -9` included, because a shell outside the process waits for the
//! end of a pipe (`supervise.sh`). Nothing in it survives a crash of the machine: durability is switched off. Anyone
//! on this machine may connect while it runs.
//!
//! ```no_run
//! let url = scratch_postgres::ScratchPostgres::shared()?.database()?;
//! # Ok::<(), scratch_postgres::Error>(())
//! ```

mod programs;

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use programs::Programs;

/// A running cluster. Dropping it stops it.
#[derive(Debug)]
pub struct ScratchPostgres {
    programs: Programs,
    port: u16,
    directory: PathBuf,
    databases: AtomicU32,
    /// The supervisor stops the cluster when this closes.
    _life: ChildStdin,
}

/// Why there is no cluster or no database.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    #[error("PostgreSQL is not installed; on Debian: apt-get install --yes postgresql")]
    NotInstalled,
    /// With what Postgres said, several lines.
    #[error("PostgreSQL did not start: {0}")]
    NotStarted(String),
    #[error("cannot make a database: {0}")]
    NoDatabase(String),
    /// With what Postgres said, several lines.
    #[error("PostgreSQL did not stop: {0}")]
    NotStopped(String),
    #[error("PostgreSQL refused: {0}")]
    Refused(String),
}

/// How a cluster ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Whoever is connected is cut off, and what they had begun is undone.
    Fast,
    /// As if it had been killed: the next start repairs what is there.
    Immediate,
}

impl ScratchPostgres {
    /// The cluster of this process, started by whoever asks first (1 to 3 s).
    pub fn shared() -> Result<&'static Self, Error> {
        static SHARED: OnceLock<Result<ScratchPostgres, Error>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref().map_err(Clone::clone)
    }

    /// A cluster besides the shared one, for tests that stop it.
    pub fn start() -> Result<Self, Error> {
        let programs = Programs::find().ok_or(Error::NotInstalled)?;
        let mut last = String::new();
        // The port is free when it is chosen; somebody else may be faster.
        for _ in 0..5 {
            match Self::start_on(free_port()?, &programs) {
                Err(Error::NotStarted(log)) if log.contains("Address already in use") => last = log,
                other => return other,
            }
        }
        Err(Error::NotStarted(last))
    }

    /// The address of a new, empty database: `postgres://postgres@127.0.0.1:PORT/NAME`. About 50 ms.
    pub fn database(&self) -> Result<String, Error> {
        self.create(&[])
    }

    /// The same with another encoding and locale than `UTF8` and `C.UTF-8`.
    pub fn database_in(&self, encoding: &str, locale: &str) -> Result<String, Error> {
        let (encoding, locale) = (format!("--encoding={encoding}"), format!("--locale={locale}"));
        self.create(&["--template=template0", &encoding, &locale])
    }

    fn create(&self, options: &[&str]) -> Result<String, Error> {
        let name = format!("scratch_{}", self.databases.fetch_add(1, Ordering::Relaxed) + 1);
        let mut createdb = Command::new(self.programs.path("createdb"));
        createdb.args(["--host=127.0.0.1", "--username=postgres", "--maintenance-db=postgres"]);
        createdb.arg(format!("--port={}", self.port)).args(options).arg(&name);
        let output = createdb.output().map_err(|error| Error::NoDatabase(error.to_string()))?;
        if !output.status.success() {
            return Err(Error::NoDatabase(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        Ok(format!("postgres://postgres@127.0.0.1:{}/{name}", self.port))
    }

    /// Done when nobody can connect any more. Databases and port stay as they are for [`ScratchPostgres::start_again`].
    pub fn stop(&self, how: Stop) -> Result<(), Error> {
        let mode = match how {
            Stop::Fast => "--mode=fast",
            Stop::Immediate => "--mode=immediate",
        };
        self.control(&[mode, "stop"]).map_err(Error::NotStopped)
    }

    /// Done when it takes connections.
    pub fn start_again(&self) -> Result<(), Error> {
        self.control(&["start"]).map_err(Error::NotStarted)
    }

    pub fn restart(&self, how: Stop) -> Result<(), Error> {
        self.stop(how)?;
        self.start_again()
    }

    /// What `psql` prints of a statement, without headings, on a database that [`ScratchPostgres::database`] made.
    pub fn sql(&self, url: &str, statement: &str) -> Result<String, Error> {
        let refused = |error: std::io::Error| Error::Refused(error.to_string());
        let output = self.psql(url).args(["--command", statement]).output().map_err(refused)?;
        let text = |bytes| String::from_utf8_lossy(bytes).trim().to_owned();
        if !output.status.success() {
            return Err(Error::Refused(text(&output.stderr)));
        }
        Ok(text(&output.stdout))
    }

    /// `psql`, connected, with nothing said to it yet: for a session that stays open.
    pub fn psql(&self, url: &str) -> Command {
        let mut psql = Command::new(self.programs.path("psql"));
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]);
        psql.args(["--set=ON_ERROR_STOP=1", url]);
        psql
    }

    fn control(&self, told: &[&str]) -> Result<(), String> {
        let mut control = Command::new("sh");
        control.args(["-c", include_str!("control.sh"), "control.sh"]);
        control.arg(self.programs.folder()).arg(&self.directory).args(told);
        // A group of its own, like the supervisor's: what it starts outlives an interrupt of the tests.
        let output = control.stdin(Stdio::null()).process_group(0).output();
        let output = output.map_err(|error| error.to_string())?;
        if output.status.success() {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Where it keeps its files, as long as it lives.
    pub fn directory(&self) -> &std::path::Path {
        &self.directory
    }

    fn start_on(port: u16, programs: &Programs) -> Result<Self, Error> {
        let failed = |error: std::io::Error| Error::NotStarted(error.to_string());
        let mut supervisor = Command::new("sh");
        supervisor.args(["-c", include_str!("supervise.sh"), "supervise.sh"]);
        supervisor.arg(programs.folder()).arg(port.to_string());
        supervisor.stdin(Stdio::piped()).stdout(Stdio::piped());
        // A group of its own: Ctrl-C ends the tests, and then the closed pipe ends the supervisor.
        let mut child = supervisor.process_group(0).spawn().map_err(failed)?;
        let (Some(pipe), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Error::NotStarted("no pipe to the supervisor".to_owned()));
        };
        let mut output = BufReader::new(output);
        let mut said = String::new();
        output.read_line(&mut said).map_err(failed)?;
        if let Some(directory) = said.strip_prefix("ready ") {
            let directory = PathBuf::from(directory.trim_end());
            return Ok(Self {
                programs: programs.clone(),
                port,
                directory,
                databases: AtomicU32::new(0),
                _life: pipe,
            });
        }
        output.read_to_string(&mut said).map_err(failed)?;
        Err(Error::NotStarted(said))
    }
}

fn free_port() -> Result<u16, Error> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| Error::NotStarted(error.to_string()))
}
