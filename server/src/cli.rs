//! The command line.

mod client;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::id::{AccountName, UserName};
use domain::person::Role;
use domain::time::Timestamp;

#[cfg(test)]
pub use client::ENDS;
pub use client::{
    AccessCommand, ChangeCommand, Disable, Enable, InstancesCommand, ListInstances, Reach, Wish,
};

#[derive(Debug, Parser)]
#[command(
    name = "latchkey",
    version,
    about = "A portal for VPC password-free access of Redis instances on Alibaba Cloud"
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serves the portal
    Serve(Serve),
    /// Looks at the configuration
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Tries each account, region and permission, and changes nothing
    #[command(
        after_help = "Ends with 0: all is fine; 1: something is missing; 2: the configuration does not do."
    )]
    Doctor(Doctor),
    /// People who sign in with a password
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// The record of who did what
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Signed proofs of what became of a change
    Receipt {
        #[command(subcommand)]
        command: ReceiptCommand,
    },
    /// Asks a running portal for its instances
    Instances {
        #[command(subcommand)]
        command: InstancesCommand,
    },
    /// Asks a running portal to turn password-free access on or off
    Access {
        #[command(subcommand)]
        command: AccessCommand,
    },
    /// Asks a running portal how a change stands
    Change {
        #[command(subcommand)]
        command: ChangeCommand,
    },
    /// Runs the simulated cloud alone, for trying the portal and other clients against it
    Simulator(SimulatorArguments),
}

#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    pub place: Place,
    /// Address and port to listen on [default: 127.0.0.1:3000, or the next free port]
    #[arg(long)]
    pub listen: Option<SocketAddr>,
    /// Where people reach the portal, such as `https://redis.example.com`
    #[arg(long)]
    pub public_url: Option<String>,
    /// With a built-in simulated cloud instead of real accounts
    #[arg(long)]
    pub sandbox: bool,
    #[command(flatten)]
    pub fleet: Fleet,
}

#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    pub place: Place,
    /// Only this account
    #[arg(long)]
    pub account: Option<AccountName>,
    /// What to print
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    pub output: Output,
    /// Seconds until a call of the cloud is given up, 1 to 60
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=60))]
    pub timeout: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Which configuration and which memory.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// The configuration [default: latchkey.toml, if it is there]
    #[arg(long)]
    pub config: Option<PathBuf>,
    /// `sqlite:PATH` or `postgres://USER@HOST/NAME`
    #[arg(long)]
    pub database: Option<String>,
}

/// The simulated fleet.
#[derive(Debug, Clone, Args)]
pub struct Fleet {
    /// Simulated instances, a million at most
    #[arg(long, default_value_t = 60, value_parser = RangedU64ValueParser::<usize>::new().range(..=1_000_000))]
    pub instances: usize,
    /// Simulated regions, 1 to 100
    #[arg(long, default_value_t = 6, value_parser = RangedU64ValueParser::<usize>::new().range(1..=100))]
    pub regions: usize,
    /// Simulated accounts, 1 to 1000
    #[arg(long, default_value_t = 2, value_parser = RangedU64ValueParser::<usize>::new().range(1..=1000))]
    pub accounts: usize,
    /// From which the fleet, its keys and its delays follow
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Names every mistake with file, line, key and what is allowed
    Check {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Adds somebody; asks for the password, or takes it from standard input
    Add {
        name: UserName,
        /// viewer, operator, approver or admin
        #[arg(long)]
        role: Role,
        /// The first line of standard input is the password
        #[arg(long)]
        password_stdin: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Everybody, with what they may do
    List {
        /// What to print
        #[arg(short, long, value_enum, default_value_t = Output::Text)]
        output: Output,
        #[command(flatten)]
        place: Place,
    },
    /// Signs somebody out everywhere and lets them in no more
    #[command(after_help = USER_ENDS)]
    Disable(OneUser),
    /// Lets somebody in again
    #[command(after_help = USER_ENDS)]
    Enable(OneUser),
    /// Prints a link by which somebody sets a new password, once, within 24 hours; ends their sessions
    #[command(after_help = USER_ENDS)]
    Reset(OneUser),
    /// Takes the second factor of somebody who lost it away
    RemoveSecondFactor {
        name: UserName,
        #[command(flatten)]
        place: Place,
    },
}

const USER_ENDS: &str = "Ends with 0: done; 1: it was not; 2: the configuration does not do; 3: there is nobody of that name; 4: it would take the last admin away.";

#[derive(Debug, Args)]
pub struct OneUser {
    pub name: UserName,
    /// What to print
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    pub output: Output,
    #[command(flatten)]
    pub place: Place,
}

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Checks every row, and names the first that is not as it was written
    #[command(
        after_help = "Ends with 0: all is as it was written; 1: it could not be read; 2: the configuration does not do; 3: something was edited, deleted, moved, added or cut off; 4: the key is another one."
    )]
    Verify {
        /// A key of before the present one; may be said again
        #[arg(long, value_name = "FILE")]
        previous_key: Vec<PathBuf>,
        #[command(flatten)]
        place: Place,
    },
    /// Prints it, the oldest first
    Export {
        #[arg(long, value_enum)]
        format: AuditFormat,
        /// From this day or moment on (UTC): 2026-11-22 or 2026-11-22T08:00:00Z
        #[arg(long, value_parser = moment)]
        from: Option<Timestamp>,
        /// Before this day or moment
        #[arg(long, value_parser = moment)]
        to: Option<Timestamp>,
        #[command(flatten)]
        place: Place,
    },
    /// Lets changes go on after the database was restored from a backup
    AcknowledgeRestore {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
pub enum ReceiptCommand {
    /// Checks a receipt, without a portal, a configuration or a network
    #[command(
        after_help = "Ends with 0: it holds; 1: the file cannot be read; 2: the key is none; 3: it does not hold."
    )]
    Verify {
        file: PathBuf,
        /// As `latchkey receipt key` prints it, or a file with it
        #[arg(long)]
        key: String,
    },
    /// Prints the public key that this portal's receipts are checked with
    Key {
        /// As a PEM file, for other programs
        #[arg(long)]
        pem: bool,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AuditFormat {
    /// One JSON object a line
    Jsonl,
    /// For spreadsheets
    Csv,
}

fn moment(text: &str) -> Result<Timestamp, String> {
    app::text::parse_moment(text).ok_or_else(|| {
        "is neither a day (2026-11-22) nor a moment (2026-11-22T08:00:00Z)".to_owned()
    })
}

#[derive(Debug, Args)]
pub struct SimulatorArguments {
    /// Where the cloud listens
    #[arg(long, default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Where the control API listens; loopback only
    #[arg(long, default_value = "127.0.0.1:0")]
    pub control: SocketAddr,
    /// How long a change takes, in milliseconds: the shortest and the longest
    #[arg(long, num_args = 2, default_values_t = [3000, 8000])]
    pub settle: Vec<u64>,
    /// Added to every call, in milliseconds
    #[arg(long, default_value_t = 0)]
    pub latency: u64,
    #[command(flatten)]
    pub fleet: Fleet,
}
