//! Everything a person or CI runs: build, run, test, tidy.
//!
//! To add a command: one file in [`command`], one variant in [`Command`], one line in [`main`].

mod command;
mod process;
mod progress;
mod setup;
mod site;
mod stamp;
mod workspace;

use std::io::stdout;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::progress::Progress;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds, runs and checks Latchkey")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds everything and starts the portal with its built-in sandbox
    Run {
        /// Passed on to `latchkey serve --sandbox`
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Builds the one binary `latchkey` with everything a browser loads in it
    Build {
        /// Optimised, with the assets embedded: target/release/latchkey
        #[arg(long)]
        release: bool,
    },
    /// Runs every check and every test, as CI does; installs what they need
    Test,
    /// Formats the code
    Fmt {
        /// Only says what is not formatted
        #[arg(long)]
        check: bool,
    },
    /// Runs clippy over native code and over the WebAssembly
    Lint,
    /// Checks the house rules: arrows between crates, leaks into the WebAssembly, open ends, file sizes
    Tidy,
    /// Checks what comes from others: licences, bans, floors of versions, sources; needs no network
    Deny,
    /// Asks the advisory database for known holes in what comes from others; needs a network
    Advisories,
    /// Gives random bytes to everything that reads strangers' bytes
    Fuzz {
        /// Seconds for each target
        #[arg(long, default_value_t = command::fuzz::SHORT)]
        seconds: u32,
        /// Only this target
        target: Option<String>,
    },
    /// Writes what the binary is made of, as `CycloneDX`
    Sbom,
    /// Kills, stops and starts twice a portal that was built for it
    Faults {
        /// 25 kills at each edge and 500 at any moment, on each database; the result is kept in `bench/results`
        #[arg(long)]
        long: bool,
        /// Passed on to the tests
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Runs the browser tests against the release binary
    E2e {
        /// Passed on to Playwright
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Runs the portal, and rebuilds, restarts and reloads the browser when a file changes
    Watch {
        /// Passed on to `latchkey serve --sandbox`
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Says how much a browser loads, and fails above the budget
    WasmSize,
    /// Installs what the tests need: packages of the system, of npm and of Python
    Setup,
}

fn main() -> ExitCode {
    let mut out = stdout();
    let mut progress = Progress::new(&mut out);
    let done = match Arguments::parse().command {
        Command::Run { arguments } => command::run::run(&mut progress, &arguments),
        Command::Build { release } => command::build::run(&mut progress, release),
        Command::Test => command::test::run(&mut progress),
        Command::Fmt { check } => command::fmt::run(&mut progress, check),
        Command::Lint => command::lint::run(&mut progress),
        Command::Tidy => command::tidy::run(&mut progress),
        Command::Deny => command::deny::run(&mut progress),
        Command::Advisories => command::deny::advisories(&mut progress),
        Command::Fuzz { seconds, target } => {
            command::fuzz::run(&mut progress, seconds, target.as_deref())
        }
        Command::Sbom => command::sbom::run(&mut progress),
        Command::Faults { long, arguments } => {
            command::faults::run(&mut progress, long, &arguments)
        }
        Command::E2e { arguments } => command::e2e::run(&mut progress, &arguments),
        Command::Watch { arguments } => command::watch::run(&mut progress, &arguments),
        Command::WasmSize => command::wasm_size::run(&mut progress),
        Command::Setup => command::setup::run(&mut progress),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            progress.note(&format!("failed: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
