//! How a simulated cloud is set up.

use crate::clock::{self, Clock};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// Everything that can be chosen before it starts.
#[derive(Clone)]
pub struct Options {
    /// Where the cloud listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the control API listens. Loopback only.
    pub control_listen: SocketAddr,
    /// Where the cloud listens behind TLS; `None`: nowhere.
    pub tls_listen: Option<SocketAddr>,
    /// Where the metadata service and the credentials URI listen; `None`: nowhere. Loopback only.
    pub metadata_listen: Option<SocketAddr>,
    /// Accounts, keys, fleet and delays follow from it.
    pub seed: u64,
    /// Instances of all accounts together, the showcase among them. (With fewer than the showcase
    /// has: the showcase.)
    pub instances: usize,
    /// How many regions, at most as many as the published table has open.
    pub regions: usize,
    pub accounts: usize,
    /// The named instances of the README's table, in the first account.
    pub showcase: bool,
    pub settle: Settle,
    /// Added to every call.
    pub latency: Duration,
    /// Whether calls are counted against quotas.
    pub quotas: bool,
    pub clock: Clock,
}

/// When an instance whose mode is being changed is `Normal` again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settle {
    /// After a time between these, drawn from the seed.
    Between(Duration, Duration),
    /// Only when told.
    Explicit,
}

impl Default for Options {
    fn default() -> Self {
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            listen: loopback,
            control_listen: loopback,
            tls_listen: Some(loopback),
            metadata_listen: Some(loopback),
            seed: 1,
            instances: 60,
            regions: 6,
            accounts: 2,
            showcase: true,
            settle: Settle::Between(Duration::from_secs(3), Duration::from_secs(8)),
            latency: Duration::ZERO,
            quotas: true,
            clock: clock::system(),
        }
    }
}
