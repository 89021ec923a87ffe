//! Fills the memory from the cloud, account by account, so that no page waits for it.
//!
//! Per account: the list of every region again and again, and for each kind of fact those instances whose last try is
//! the longest ago. Calls of one kind keep a distance that stays under the cloud's published quotas; a throttled
//! answer makes the kind pause.

mod facts;
mod listing;

use std::sync::Arc;

use domain::inventory::FactKind;
use tokio::task::JoinSet;

use crate::{Account, Portal, ServiceError};

impl Portal {
    /// Reads all accounts, for ever. Dropped, it stops.
    pub async fn read_fleet(self) {
        if let Err(error) = self.store().keep_accounts(&self.accounts().names()).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "old accounts could not be forgotten"
            );
        }
        let mut readers = JoinSet::new();
        for account in self.accounts().iter() {
            readers.spawn(list_for_ever(self.clone(), account.clone()));
            for kind in FactKind::ALL {
                readers.spawn(facts::read_for_ever(self.clone(), account.clone(), *kind));
            }
        }
        readers.join_all().await;
    }

    /// One round of lists over all accounts.
    pub async fn list_fleet_once(&self) -> Result<(), ServiceError> {
        for account in self.accounts().iter() {
            listing::read(self, account).await?;
        }
        Ok(())
    }
}

/// Once now, then again each time so long after the last one ended.
async fn list_for_ever(portal: Portal, account: Arc<Account>) {
    loop {
        if let Err(error) = listing::read(&portal, &account).await {
            tracing::error!(error = &error as &dyn std::error::Error, account = %account.name, "listing was interrupted");
        }
        tokio::time::sleep(portal.settings().list_every).await;
    }
}
