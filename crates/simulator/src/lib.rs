//! A stand-in for Alibaba Cloud on localhost: R-kvstore and STS over the cloud's own HTTP, with
//! signatures, quotas, slow changes and faults on demand.
//!
//! It imports nothing of the project, so that a mistake of the client cannot be right here. What it
//! shares is `fixtures/`. `DIFFERENCES.md` says where it chose what the real cloud does not
//! document; `README.md` has the instances by name and the control API.
//!
//! ```no_run
//! # async fn example() -> Result<(), simulator::StartError> {
//! use simulator::{Fault, Options, Rule, Settle, Simulator};
//!
//! let cloud = Simulator::start(Options { settle: Settle::Explicit, ..Options::default() }).await?;
//! let account = &cloud.accounts()[0];
//! // … point a client at cloud.base_url() with account.access_key_id and account.access_key_secret …
//! cloud.control().add_fault(Rule::always(Fault::Close { applied: true }).for_action("ModifyInstanceVpcAuthMode").times(1));
//! cloud.control().finish_all();
//! cloud.stop().await;
//! # Ok(())
//! # }
//! ```

mod action;
mod clock;
mod cloud;
mod conduct;
mod control;
mod counters;
mod fault;
mod fleet;
mod gate;
mod ledger;
mod metadata;
mod options;
mod ram;
mod refusal;
mod seed;
pub mod signature;
mod simulator;
mod transport;
mod world;

pub use clock::{Clock, ManualClock, system as system_clock};
pub use conduct::{Busy, Conduct, OpenWhitelist, SameMode, UnknownInstance};
pub use control::{Control, ControlError, NewInstance, PlatformIdentity};
pub use counters::Counter;
pub use fault::{Fault, NumberedRule, Rule};
pub use gate::keyring::{Account, IssuedSession, TemporaryCredentials};
pub use gate::quota::Quota;
pub use ledger::{LedgerEntry, LedgerResult};
pub use metadata::MetadataSettings;
pub use options::{Options, Settle};
pub use ram::Role;
pub use simulator::{Simulator, StartError};
pub use transport::request::Scheme;
pub use transport::{Certificate, CertificateError};
pub use world::{FieldError, WhitelistGroup};
