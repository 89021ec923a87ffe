//! Looking into the simulated cloud and changing it from outside: in process by [`Control`], or
//! over HTTP on a listener of its own.
//!
//! To add an ability: a method here, a route in `routes/`, a line in the README.

mod guard;
mod identities;
mod instances;
mod routes;

pub(crate) use guard::only_programs;
pub use identities::PlatformIdentity;
pub use instances::NewInstance;
pub(crate) use routes::serve;

use crate::clock::{Millis, moment};
use crate::cloud::Cloud;
use crate::conduct::Conduct;
use crate::counters::Counter;
use crate::fault::{NumberedRule, Rule};
use crate::gate::quota::Quota;
use crate::ledger::LedgerEntry;
use crate::options::Settle;
use crate::transport::{Certificate, CertificateError, Tls};
use crate::world::FieldError;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use time::OffsetDateTime;

/// What was asked for does not exist, or cannot be.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ControlError {
    #[error("there is no {0}")]
    Missing(String),
    #[error("there is {0} already")]
    Taken(String),
    #[error(transparent)]
    Field(#[from] FieldError),
}

/// A hand in the simulated cloud. Cheap to clone; good as long as the simulator runs.
#[derive(Clone)]
pub struct Control {
    cloud: Arc<Cloud>,
    tls: Arc<Tls>,
}

impl Control {
    pub(crate) fn new(cloud: Arc<Cloud>, tls: Arc<Tls>) -> Self {
        Self { cloud, tls }
    }

    /// Every mutating request that arrived, oldest first (the last 200,000).
    pub fn ledger(&self) -> Vec<LedgerEntry> {
        self.cloud.lock().0.ledger.entries().cloned().collect()
    }

    pub fn clear_ledger(&self) {
        self.cloud.lock().0.ledger.clear();
    }

    /// Calls by account, region and action.
    pub fn counters(&self) -> Vec<Counter> {
        let (state, _) = self.cloud.lock();
        state
            .counters
            .iter()
            .map(|((account, region, action), count)| Counter {
                account: self.cloud.accounts[usize::from(*account)].name.clone(),
                region: self.cloud.regions[usize::from(*region)].id.clone(),
                action: (*action).to_owned(),
                calls: count.calls,
                throttled: count.throttled,
                refused: count.refused,
            })
            .collect()
    }

    pub fn clear_counters(&self) {
        self.cloud.lock().0.counters.clear();
    }

    /// Adds a rule behind those there are; returns its number.
    pub fn add_fault(&self, rule: Rule) -> u64 {
        self.cloud.lock().0.faults.add(rule)
    }

    /// False when there is no such rule.
    pub fn remove_fault(&self, id: u64) -> bool {
        self.cloud.lock().0.faults.remove(id)
    }

    pub fn clear_faults(&self) {
        self.cloud.lock().0.faults.clear();
    }

    pub fn faults(&self) -> Vec<NumberedRule> {
        self.cloud.lock().0.faults.rules().to_vec()
    }

    pub fn conduct(&self) -> Conduct {
        self.cloud.lock().0.conduct.clone()
    }

    pub fn set_conduct(&self, conduct: Conduct) {
        self.cloud.lock().0.conduct = conduct;
    }

    pub fn set_settle(&self, settle: Settle) {
        self.cloud.lock().0.settle = settle;
    }

    /// Added to every call from now on.
    pub fn set_latency(&self, latency: Duration) {
        self.cloud.lock().0.latency = latency;
    }

    /// Turns all quotas on or off.
    pub fn set_quotas(&self, enabled: bool) {
        self.cloud.lock().0.quotas.enabled = enabled;
    }

    /// Replaces the quota of one action, everywhere.
    pub fn set_quota(&self, action: &str, quota: Quota) {
        self.cloud.lock().0.quotas.set(action, quota);
    }

    /// Moves the cloud's clock away from the one it was given; replaces an earlier shift.
    /// Milliseconds.
    pub fn shift_clock(&self, offset: Millis) {
        self.cloud.lock().0.clock_offset = offset;
    }

    /// The cloud's time.
    pub fn now(&self) -> OffsetDateTime {
        moment(self.cloud.lock().1)
    }

    /// What the TLS port shows to connections from now on.
    pub fn show_certificate(&self, certificate: Certificate) -> Result<(), CertificateError> {
        self.tls.show(certificate)
    }

    pub fn certificate(&self) -> Certificate {
        self.tls.shown()
    }

    /// Back to the beginning: fleet, keys, roles, faults, ledger, counters, settings. The certificate
    /// stays as it is.
    pub fn reset(&self) {
        self.cloud.reset();
    }

    fn account(&self, name: &str) -> Result<u16, ControlError> {
        self.cloud.account(name).ok_or_else(|| ControlError::Missing(format!("account {name}")))
    }
}
