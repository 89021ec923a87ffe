//! Measures what the portal claims about its speed and size; see `README.md` beside this.
//!
//! Everything runs against a simulated cloud of its own, one command at a time, and is reported as ratios, since they
//! say the same on another machine. Results go to standard output, to `results/*.json` and to `growth.svg`.
//!
//! To add a measurement: one file in [`command`], one variant in [`Command`], one line in [`measure`].

mod attack;
mod calm;
mod command;
mod fill;
mod fleet;
mod latchkey;
mod plot;
mod python;
mod report;
mod stopwatch;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::report::Report;

#[derive(Debug, Parser)]
#[command(name = "bench", about = "Measures what Latchkey claims about its speed and size")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
enum Command {
    /// A cold inventory against what latency allows and against the official SDK (2 min)
    Inventory,
    /// How much of its quotas the reader uses, and how often it is refused (2 min)
    Quotas,
    /// The list of 10,000 and 100,000 instances, `SQLite` and PostgreSQL (10 min)
    Lists {
        /// Only fleets whose title holds this, such as `sqlite` or `postgres 100000`; keeps no results
        #[arg(long, default_value = "")]
        only: String,
    },
    /// Memory with 100,000 instances, and the rows that a refresh writes (4 min)
    Memory,
    /// 100 to 100,000 instances: calls, time, memory, size of the database (8 min)
    Growth,
    /// What a sealed row of the audit costs, and how fast all are verified (1 min)
    Audit,
    /// What a change takes besides the cloud and the waits between its read-backs (2 min)
    Changes,
    /// A batch of 200 and of 500 instances against what the cloud and the stages allow (5 min)
    Batches,
    /// Slow, huge, malformed and many clients, and what a calm one notices of them (3 min). Not part of `all`
    Edge {
        /// The portal; otherwise `target/release/latchkey`
        #[arg(long)]
        binary: Option<PathBuf>,
        /// How long each attack goes on
        #[arg(long, default_value_t = 20)]
        seconds: u64,
    },
    /// Everything at a modest rate for a long time: memory, files, errors, and whether all is true at the end. Not part of `all`
    Soak {
        #[arg(long, default_value_t = 120)]
        minutes: u64,
        /// The portal; otherwise `target/release/latchkey`
        #[arg(long)]
        binary: Option<PathBuf>,
    },
    /// All of them, one after the other
    All,
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut report = Report::new(std::io::stdout());
    match measure(&mut report, &Arguments::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report.note(&format!("failed: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn measure(report: &mut Report, command: &Command) -> Result<()> {
    match command {
        Command::Edge { binary, seconds } => {
            return command::edge::run(report, binary.as_deref(), *seconds).await;
        }
        Command::Soak { minutes, binary } => {
            return command::soak::run(report, binary.as_deref(), *minutes).await;
        }
        _ => {}
    }
    let wanted = |one: &Command| command == one || *command == Command::All;
    if wanted(&Command::Inventory) {
        command::inventory::run(report).await?;
    }
    if wanted(&Command::Quotas) {
        command::quotas::run(report).await?;
    }
    let only = if let Command::Lists { only } = command { only.as_str() } else { "" };
    if wanted(&Command::Lists { only: only.to_owned() }) {
        command::lists::run(report, only).await?;
    }
    if wanted(&Command::Memory) {
        command::memory::run(report).await?;
    }
    if wanted(&Command::Growth) {
        command::growth::run(report).await?;
    }
    if wanted(&Command::Audit) {
        command::audit::run(report).await?;
    }
    if wanted(&Command::Changes) {
        command::changes::run(report).await?;
    }
    if wanted(&Command::Batches) {
        command::batches::run(report).await?;
    }
    Ok(())
}
