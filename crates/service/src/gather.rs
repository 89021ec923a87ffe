//! Reads everything the rules look at, at once and afresh.
//!
//! What does not answer in time is unknown, with why: no fact is taken from an earlier reading.

use std::time::Duration;

use aliyun::{Answer, Client, Error};
use domain::cloud::{InstanceRow, WhitelistCheck};
use domain::fact::{Fact, Unread};
use domain::id::InstanceKey;
use domain::instance::Series;
use domain::preflight::Facts;
use store::fact::FactUpdate;

use crate::{Account, Portal, ServiceError};

impl Portal {
    /// Fresh facts of an instance, also kept for the pages. `known` fills what the attribute call does not say.
    pub(crate) async fn gather_facts(
        &self,
        account: &Account,
        key: &InstanceKey,
        known: Option<&InstanceRow>,
    ) -> Result<Facts, ServiceError> {
        // Five calls at once are a large future: on the heap, it does not weigh on every caller.
        let deadline = self.settings().gather_deadline;
        let facts = Box::pin(gather(&account.client, key, known, deadline)).await;
        let updates = [
            FactUpdate::Attribute(&facts.attribute),
            FactUpdate::Whitelist(&facts.whitelist),
            FactUpdate::Endpoints(&facts.endpoints),
            FactUpdate::Release(&facts.release),
            FactUpdate::WhitelistCheck(&facts.whitelist_check),
        ];
        self.store().record_facts(key, &updates, self.now()).await?;
        Ok(facts)
    }
}

async fn gather(
    client: &Client,
    key: &InstanceKey,
    known: Option<&InstanceRow>,
    deadline: Duration,
) -> Facts {
    let (region, id) = (&key.region, &key.id);
    let (attribute, whitelist, endpoints, release, whitelist_check) = tokio::join!(
        within(deadline, client.describe_instance_attribute(region, id)),
        within(deadline, client.describe_security_ips(region, id)),
        within(deadline, client.describe_db_instance_net_info(region, id)),
        within(deadline, client.describe_engine_version(region, id)),
        within(deadline, read_whitelist_check(client, key, known)),
    );
    let attribute = attribute.map(|mut attribute| {
        if let Some(known) = known {
            fill_gaps(&mut attribute.row, known);
        }
        attribute
    });
    Facts { attribute, whitelist, endpoints, release, whitelist_check }
}

/// The parameter exists on local-disk instances only; asking others for it would be an error, not an answer.
pub(crate) async fn read_whitelist_check(
    client: &Client,
    key: &InstanceKey,
    known: Option<&InstanceRow>,
) -> Result<Answer<WhitelistCheck>, Error> {
    if known.is_some_and(|row| row.series == Series::CloudNative) {
        return Ok(Answer { value: WhitelistCheck::Absent, request_id: None });
    }
    client.describe_whitelist_check(&key.region, &key.id).await
}

/// Older answers of the attribute call do not say where the data lies; the list does.
pub(crate) fn fill_gaps(row: &mut InstanceRow, known: &InstanceRow) {
    if row.series == Series::Unknown {
        row.series = known.series;
    }
}

pub(crate) async fn within<T>(
    deadline: Duration,
    call: impl Future<Output = Result<Answer<T>, Error>>,
) -> Fact<T> {
    match tokio::time::timeout(deadline, call).await {
        Ok(Ok(answer)) => Fact::Known(answer.value),
        Ok(Err(error)) => {
            tracing::debug!(%error, "a fact could not be read");
            Fact::Unknown(Unread::from(&error))
        }
        Err(_) => Fact::Unknown(Unread::TimedOut),
    }
}
