//! Reading an instance again because somebody asks: once, however many ask.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use domain::fact::Unread;
use domain::id::InstanceKey;
use domain::inventory::InstanceDetail;
use tokio::sync::Mutex as AsyncMutex;

use crate::{ServiceError, Viewer};

/// What was read this lately is not read again.
const FRESH: Duration = Duration::from_secs(5);
/// What somebody looks at is read sooner than its turn, unless it was read since.
const WORTH_A_LOOK: Duration = Duration::from_secs(30);

/// One lock an instance, as long as somebody holds it.
#[derive(Debug, Default)]
pub(crate) struct SingleFlight(Mutex<HashMap<InstanceKey, Weak<AsyncMutex<()>>>>);

impl SingleFlight {
    fn lock_of(&self, key: &InstanceKey) -> Arc<AsyncMutex<()>> {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = locks.get(key).and_then(Weak::upgrade) {
            return lock;
        }
        locks.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::new(AsyncMutex::new(()));
        locks.insert(key.clone(), Arc::downgrade(&lock));
        lock
    }
}

impl Viewer<'_> {
    /// What is known of an instance. What is not quite new is read before its turn.
    pub async fn look_at(&self, key: &InstanceKey) -> Result<InstanceDetail, ServiceError> {
        let detail = self.get_instance(key).await?;
        if detail.released_at.is_none() {
            let now = self.portal.now();
            self.portal.store().want_instance(key, now.minus(WORTH_A_LOOK), now).await?;
        }
        Ok(detail)
    }

    /// Reads an instance afresh. Waits for the cloud, at most as long as for a review.
    pub async fn read_again(&self, key: &InstanceKey) -> Result<InstanceDetail, ServiceError> {
        let asked = self.portal.now();
        let lock = self.portal.fresh().lock_of(key);
        let _only = lock.lock().await;
        let detail = self.get_instance(key).await?;
        if is_fresh(&detail, asked.minus(FRESH)) {
            return Ok(detail);
        }
        let account = self.portal.accounts().find(&key.account).ok_or(ServiceError::NotFound)?;
        self.portal.gather_facts(account, key, Some(&detail.row)).await?;
        self.get_instance(key).await
    }

    /// Everything that a filter finds is read before its turn. Returns of how many instances.
    pub async fn read_matches_again(
        &self,
        filter: &domain::inventory::InstanceFilter,
    ) -> Result<u64, ServiceError> {
        let now = self.portal.now();
        let store = self.portal.store();
        Ok(store.want_matches(&self.who.person.scope, filter, now.minus(FRESH), now).await?)
    }
}

fn is_fresh(detail: &InstanceDetail, since: domain::time::Timestamp) -> bool {
    let read = [
        (detail.attribute.read_at, &detail.attribute.problem),
        (detail.whitelist.read_at, &detail.whitelist.problem),
        (detail.endpoints.read_at, &detail.endpoints.problem),
        (detail.release.read_at, &detail.release.problem),
        (detail.whitelist_check.read_at, &detail.whitelist_check.problem),
        (detail.sentinel.read_at, &detail.sentinel.problem),
    ];
    let fresh = |read: &(Option<domain::time::Timestamp>, &Option<Unread>)| {
        read.1.is_none() && read.0.is_some_and(|at| at >= since)
    };
    read.iter().all(fresh)
}
