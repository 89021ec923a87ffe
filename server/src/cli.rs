//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::id::{AccountName, UserName};
use domain::person::Role;

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
    /// Simulated instances
    #[arg(long, default_value_t = 60)]
    pub instances: usize,
    /// Simulated regions
    #[arg(long, default_value_t = 6)]
    pub regions: usize,
    /// Simulated accounts
    #[arg(long, default_value_t = 2)]
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
