//! How the accounts are: who their keys belong to, which regions answer, what may not be read.

use std::collections::BTreeSet;

use domain::cloud::CallerIdentity;
use domain::fact::Unread;
use domain::id::AccountName;
use domain::inventory::{FactKind, InstanceFilter, Reading, RegionCoverage};
use domain::time::Timestamp;
pub use store::call_limit::CallLimit;

use crate::{ServiceError, Viewer};

/// One account of the configuration, as far as reading it went.
#[derive(Debug, Clone)]
pub struct AccountHealth {
    pub name: AccountName,
    pub label: String,
    pub identity: Reading<CallerIdentity>,
    /// A row without a region: its regions could not be listed at all.
    pub regions: Vec<RegionCoverage>,
    pub instances: i64,
    /// Facts whose last reading failed, by kind and why.
    pub failed: Vec<(FactKind, Unread, i64)>,
    /// Limits of the cloud that were met.
    pub limits: Vec<CallLimit>,
}

impl AccountHealth {
    /// The last time anything was listed.
    pub fn last_success(&self) -> Option<Timestamp> {
        self.regions.iter().filter_map(|region| region.listed_at).max()
    }

    pub fn is_well(&self) -> bool {
        self.identity.problem.is_none()
            && self.failed.is_empty()
            && !self.regions.is_empty()
            && self.regions.iter().all(|region| region.problem.is_none())
    }

    /// Actions that the account may not do, as far as it was noticed: `kvstore:DescribeInstances`.
    pub fn missing_permissions(&self) -> BTreeSet<String> {
        let denied = |problem: &Option<Unread>| matches!(problem, Some(Unread::Denied(_)));
        let lists = self.regions.iter().filter(|region| denied(&region.problem)).map(|region| {
            if region.region.is_some() { "DescribeInstances" } else { "DescribeRegions" }
        });
        let facts = self.failed.iter().filter(|(_, why, _)| matches!(why, Unread::Denied(_)));
        let actions = lists.chain(facts.map(|(kind, ..)| kind.action()));
        actions.map(|action| format!("kvstore:{action}")).collect()
    }
}

impl Viewer<'_> {
    /// Every account of the configuration that something of could be in scope, by name.
    pub async fn list_accounts(&self) -> Result<Vec<AccountHealth>, ServiceError> {
        let store = self.portal.store();
        let coverage = self.get_coverage().await?;
        let counts = self.count_instances(&InstanceFilter::default()).await?;
        let scope = self.who.person.sees();
        let mut failed = store.count_failed(&scope).await?;
        let mut accounts = Vec::new();
        for account in self.portal.accounts().iter() {
            let name = &account.name;
            if !scope.touches(name, None) {
                continue;
            }
            let regions = coverage.regions.iter().filter(|region| region.account == *name);
            let counted = counts.by_account.iter().find(|(counted, _)| counted == name);
            accounts.push(AccountHealth {
                name: name.clone(),
                label: account.label.clone(),
                identity: store.read_identity(name).await?,
                regions: regions.cloned().collect(),
                instances: counted.map_or(0, |(_, count)| *count),
                failed: failed.remove(name).unwrap_or_default(),
                limits: store.list_call_limits(name).await?,
            });
        }
        Ok(accounts)
    }
}
