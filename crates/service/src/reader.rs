//! Fills the memory from the cloud, account by account, so that no page waits for it.
//!
//! An account is read by one replica at a time: whoever holds its lease. That replica
//!
//! - lists every region again and again (`listing`),
//! - has a lane per region and kind of fact, which takes what is due, the most overdue first, and waits for the budget
//!   of its action (`lane`, [`crate::quota`]),
//! - makes at most so many calls at once, modes before everything else (`pool`),
//! - and keeps the answers, many in one transaction (`recorder`).
//!
//! Nothing is lost with a replica: what it had taken and nobody ever read is due at once, the rest after a minute.

mod desk;
mod lane;
mod listing;
mod pool;
mod recorder;
mod schedule;

use tokio::task::JoinSet;

use crate::{Portal, ServiceError};

impl Portal {
    /// Reads all accounts, for ever. Dropped, it stops.
    pub async fn read_fleet(self) {
        if let Err(error) = self.store().keep_accounts(&self.accounts().names()).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "old accounts could not be forgotten"
            );
        }
        let mut desks = JoinSet::new();
        for account in self.accounts().iter() {
            desks.spawn(desk::keep(self.clone(), account.clone()));
        }
        desks.join_all().await;
    }

    /// One round of lists over all accounts.
    pub async fn list_fleet_once(&self) -> Result<(), ServiceError> {
        for account in self.accounts().iter() {
            listing::read(self, account, None).await?;
        }
        Ok(())
    }

    /// Lets another replica take over at once.
    pub async fn give_back_duties(&self) -> Result<(), ServiceError> {
        Ok(self.store().give_back_leases(self.holder()).await?)
    }
}
