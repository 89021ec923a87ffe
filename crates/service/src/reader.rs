//! Fills the memory from the cloud, account by account, so that no page waits for it.
//!
//! Per account: the list of every region again and again, and for each kind of fact those instances whose last try is
//! the longest ago. Calls of one kind keep a distance that stays under the cloud's published quotas; a throttled
//! answer makes the kind pause.

mod facts;
mod listing;

use std::sync::Arc;
use std::time::Duration;

use domain::inventory::FactKind;
use futures_util::future::join_all;

use crate::{Account, Portal, ServiceError};

impl Portal {
    /// Reads all accounts, for ever.
    pub async fn read_fleet(self) {
        if let Err(error) = self.store().keep_accounts(&self.accounts().names()).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "old accounts could not be forgotten"
            );
        }
        let accounts: Vec<Arc<Account>> = self.accounts().iter().cloned().collect();
        join_all(accounts.into_iter().map(|account| self.read_account(account))).await;
    }

    async fn read_account(&self, account: Arc<Account>) {
        let lists = repeat(self.settings().list_every, || listing::read(self, &account));
        let facts = FactKind::ALL.iter().map(|kind| facts::read_for_ever(self, &account, *kind));
        tokio::join!(lists, join_all(facts));
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
async fn repeat(every: Duration, mut work: impl AsyncFnMut() -> Result<(), ServiceError>) {
    loop {
        if let Err(error) = work().await {
            tracing::error!(error = &error as &dyn std::error::Error, "reading was interrupted");
        }
        tokio::time::sleep(every).await;
    }
}
