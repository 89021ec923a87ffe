//! Reading an instance again because somebody asks: once, however many ask.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use domain::id::InstanceKey;
use domain::inventory::InstanceDetail;
use tokio::sync::Mutex as AsyncMutex;
use tokio::time::Instant;

use crate::{ServiceError, Viewer};

/// What was read this lately is not read again, and neither is what was tried in vain.
const FRESH: Duration = Duration::from_secs(5);
/// What somebody looks at is read sooner than its turn, unless it was read since.
const WORTH_A_LOOK: Duration = Duration::from_secs(30);

/// One lock an instance, as long as somebody holds it, and when it was last tried.
#[derive(Debug, Default)]
pub(crate) struct SingleFlight {
    locks: Mutex<HashMap<InstanceKey, Weak<AsyncMutex<()>>>>,
    tried: Mutex<HashMap<InstanceKey, Instant>>,
}

impl SingleFlight {
    fn lock_of(&self, key: &InstanceKey) -> Arc<AsyncMutex<()>> {
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = locks.get(key).and_then(Weak::upgrade) {
            return lock;
        }
        locks.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::new(AsyncMutex::new(()));
        locks.insert(key.clone(), Arc::downgrade(&lock));
        lock
    }

    /// `false`: it was tried just now. Otherwise it is from here on.
    fn may_try(&self, key: &InstanceKey, now: Instant) -> bool {
        let mut tried = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
        tried.retain(|_, at| now.duration_since(*at) < FRESH);
        if tried.contains_key(key) {
            return false;
        }
        tried.insert(key.clone(), now);
        true
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

    /// Reads an instance afresh, each fact by one call: whoever is under load is not asked again for the same. Waits for
    /// the cloud, at most as long as for a review.
    pub async fn read_again(&self, key: &InstanceKey) -> Result<InstanceDetail, ServiceError> {
        let asked = self.portal.now();
        let lock = self.portal.fresh().lock_of(key);
        let _only = lock.lock().await;
        let detail = self.get_instance(key).await?;
        if is_fresh(&detail, asked.minus(FRESH)) {
            return Ok(detail);
        }
        let account = self.portal.accounts().find(&key.account).ok_or(ServiceError::NotFound)?;
        if !self.portal.fresh().may_try(key, Instant::now()) {
            return Ok(detail);
        }
        self.portal.gather_facts_once(account, key, Some(&detail.row)).await?;
        self.get_instance(key).await
    }

    /// Everything that a filter finds is read before its turn. Returns of how many instances.
    pub async fn read_matches_again(
        &self,
        filter: &domain::inventory::InstanceFilter,
    ) -> Result<u64, ServiceError> {
        let now = self.portal.now();
        let store = self.portal.store();
        Ok(store.want_matches(&self.who.person.sees(), filter, now.minus(FRESH), now).await?)
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
    read.iter().all(|(at, problem)| problem.is_none() && at.is_some_and(|at| at >= since))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_is_tried_once_in_its_time_whatever_came_of_it() {
        let flight = SingleFlight::default();
        let place = |id: &str| InstanceKey {
            account: "core".parse().unwrap(),
            region: "cn-hangzhou".parse().unwrap(),
            id: id.parse().unwrap(),
        };
        let (one, other, start) = (place("r-one"), place("r-other"), Instant::now());
        assert!(flight.may_try(&one, start));
        assert!(!flight.may_try(&one, start + Duration::from_millis(4_999)));
        assert!(flight.may_try(&other, start), "another one is not kept waiting");
        assert!(flight.may_try(&one, start + FRESH));
        assert!(!flight.may_try(&one, start + FRESH));
        assert!(flight.may_try(&other, start + FRESH * 3));
        assert_eq!(flight.tried.lock().unwrap().len(), 1, "nothing is kept for ever");
    }
}
