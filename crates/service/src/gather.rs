//! Reads everything the rules look at, at once and afresh: for a review, a change, or somebody who asks.

use aliyun::Client;
use domain::cloud::InstanceRow;
use domain::id::InstanceKey;
use domain::inventory::FactKind;
use domain::preflight::Facts;
use store::fleet::{FactRecord, FactUpdate};

use crate::read::{Reading, action};
use crate::{Account, Portal, ServiceError};

impl Portal {
    /// Fresh facts of an instance, also kept for the pages. `known` fills what the attribute call does not say.
    pub(crate) async fn gather_facts(
        &self,
        account: &Account,
        key: &InstanceKey,
        known: Option<&InstanceRow>,
    ) -> Result<Facts, ServiceError> {
        self.gather(&account.client, account, key, known).await
    }

    /// The same without trying anything again.
    pub(crate) async fn gather_facts_once(
        &self,
        account: &Account,
        key: &InstanceKey,
        known: Option<&InstanceRow>,
    ) -> Result<Facts, ServiceError> {
        self.gather(&account.reading_client, account, key, known).await
    }

    async fn gather(
        &self,
        client: &Client,
        account: &Account,
        key: &InstanceKey,
        known: Option<&InstanceRow>,
    ) -> Result<Facts, ServiceError> {
        let at = self.now();
        let series = known.map(|row| row.series);
        for kind in FactKind::ALL.iter().filter(|kind| **kind != FactKind::Sentinel) {
            account.budgets.note(action(*kind, series), &key.region);
        }
        let deadline = self.settings().gather_deadline;
        // Five calls at once are a large future: on the heap, it does not weigh on every caller.
        let reading = Reading { client, key, known, deadline };
        let facts = Box::pin(gather(reading)).await;
        let updates = [
            FactUpdate::Attribute(facts.attribute.clone()),
            FactUpdate::Whitelist(facts.whitelist.clone()),
            FactUpdate::Endpoints(facts.endpoints.clone()),
            FactUpdate::Release(facts.release.clone()),
            FactUpdate::WhitelistCheck(facts.whitelist_check.clone()),
            FactUpdate::Sentinel(facts.sentinel.clone()),
        ];
        let updates = updates.into_iter().map(|update| self.settings().next_reading(update, at));
        let record = FactRecord { key: key.clone(), at, updates: updates.collect() };
        self.store().record_facts(&[record]).await?;
        Ok(facts)
    }
}

async fn gather(reading: Reading<'_>) -> Facts {
    let (attribute, whitelist, endpoints, release, (whitelist_check, sentinel)) = tokio::join!(
        reading.attribute(),
        reading.whitelist(),
        reading.endpoints(),
        reading.release(),
        reading.parameters(),
    );
    Facts { attribute, whitelist, endpoints, release, whitelist_check, sentinel }
}
