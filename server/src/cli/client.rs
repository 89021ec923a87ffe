//! The commands that ask a running portal.

use clap::{Args, Subcommand};
use domain::access::AccessState;
use domain::environment::Environment;
use domain::id::{AccountName, ChangeId, IdempotencyKey, RegionId};
use domain::inventory::{ExposureFilter, InstanceSort};
use domain::span::Span;

use super::Output;

/// How each of these commands ends; the same in docs/operations/api.md.
pub const ENDS: &str = "\
Asks the portal at --url or LATCHKEY_URL with the token in LATCHKEY_TOKEN or in the file LATCHKEY_TOKEN_FILE.

Ends with
  0  done; of a change: verified by reading back
  1  a fault of the portal or of this command
  2  the command line or the environment does not do
  3  refused by a rule, the policy, a person or the token: nothing was changed
  4  failed: refused by the cloud, not sent, or proven not to have happened; nothing was changed
  5  sent, but not verified: it may have happened, or the value is another one; do not repeat it, look at it
  6  waits for somebody's approval or for its time: nothing is changed until then
  7  the portal cannot be reached or is not available
  8  still under way when --timeout was over";

#[derive(Debug, Subcommand)]
pub enum InstancesCommand {
    /// Prints the instances that a filter finds
    #[command(after_help = ENDS)]
    List(ListInstances),
}

#[derive(Debug, Args)]
pub struct ListInstances {
    #[command(flatten)]
    pub reach: Reach,
    /// In name, id, tags, addresses and VPC
    #[arg(long, short)]
    pub query: Option<String>,
    /// password-free, password-required, not-applicable or unknown
    #[arg(long)]
    pub access: Option<AccessState>,
    /// none, low, medium, high, critical or unknown
    #[arg(long)]
    pub exposure: Option<ExposureFilter>,
    /// production, staging, development or unlabelled
    #[arg(long)]
    pub environment: Option<Environment>,
    #[arg(long)]
    pub account: Option<AccountName>,
    #[arg(long)]
    pub region: Option<RegionId>,
    /// name, exposure, age or place
    #[arg(long)]
    pub sort: Option<InstanceSort>,
}

#[derive(Debug, Subcommand)]
pub enum AccessCommand {
    /// Lets clients of the VPC in without a password, for a time
    #[command(after_help = ENDS)]
    Enable(Enable),
    /// Asks for a password again
    #[command(after_help = ENDS)]
    Disable(Disable),
}

#[derive(Debug, Args)]
pub struct Enable {
    #[command(flatten)]
    pub wish: Wish,
    /// For how long, such as 2h [default: what is usual there]
    #[arg(long = "for", value_name = "TIME")]
    pub lasts: Option<Span>,
    /// Until somebody shuts it, where that is allowed
    #[arg(long, conflicts_with = "lasts")]
    pub until_shut: bool,
    /// The instance's name: needed in production and where no tag says what it is for
    #[arg(long, value_name = "NAME")]
    pub confirm_name: Option<String>,
}

#[derive(Debug, Args)]
pub struct Disable {
    #[command(flatten)]
    pub wish: Wish,
}

/// What both ways have.
#[derive(Debug, Args)]
pub struct Wish {
    #[command(flatten)]
    pub reach: Reach,
    /// account/region/id, or an id or a name that only one instance has
    pub instance: String,
    #[arg(long)]
    pub reason: Option<String>,
    /// The code of a consequence that is acknowledged; may be said again
    #[arg(long, value_name = "CODE")]
    pub acknowledge: Vec<String>,
    /// That long from now, such as 30m, or when-allowed [default: now]
    #[arg(long, value_name = "WHEN")]
    pub start: Option<String>,
    /// An emergency: without approval, through freeze and hours
    #[arg(long)]
    pub break_glass: bool,
    /// By which the portal knows the same wish again, 16 to 64 letters, digits, - and _ [default: a new one]
    #[arg(long)]
    pub key: Option<IdempotencyKey>,
    /// Ends as soon as the wish is stored
    #[arg(long)]
    pub no_wait: bool,
    /// Waits no longer than this
    #[arg(long, default_value = "20m", value_name = "TIME")]
    pub timeout: Span,
}

#[derive(Debug, Subcommand)]
pub enum ChangeCommand {
    /// Waits until a change ended
    #[command(after_help = ENDS)]
    Wait {
        #[command(flatten)]
        reach: Reach,
        id: ChangeId,
        /// Waits no longer than this
        #[arg(long, default_value = "20m", value_name = "TIME")]
        timeout: Span,
    },
    /// Prints a change as it is now
    #[command(after_help = ENDS)]
    Show {
        #[command(flatten)]
        reach: Reach,
        id: ChangeId,
    },
}

/// Which portal, and how it is answered.
#[derive(Debug, Clone, Args)]
pub struct Reach {
    /// Where people reach the portal, such as `https://redis.example.com` [default: `LATCHKEY_URL`]
    #[arg(long)]
    pub url: Option<String>,
    /// What to print
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    pub output: Output,
}
