//! The right of this process to drive one change, and the proof of it right before a call leaves.
//!
//! A process can be stopped anywhere for any time, and find that another has taken over when it goes on. So the time that
//! is left is measured by a clock that goes on meanwhile, from before the lease was last renewed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::change::Change;
use domain::id::ChangeId;
use store::change::{DriverLease, Move};
use tokio::time::Instant;

use crate::{Portal, ServiceError};

/// Cheap to clone: all clones are one lease.
#[derive(Debug, Clone)]
pub(crate) struct Lease {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    held: DriverLease,
    until: Mutex<Instant>,
    lost: AtomicBool,
}

impl Lease {
    fn new(held: DriverLease, asked_at: Instant) -> Self {
        let until = Mutex::new(asked_at + held.lasts);
        Self { inner: Arc::new(Inner { held, until, lost: AtomicBool::new(false) }) }
    }

    pub(super) fn held(&self) -> &DriverLease {
        &self.inner.held
    }

    pub(super) fn is_lost(&self) -> bool {
        self.inner.lost.load(Ordering::Acquire)
    }

    pub(super) fn lose(&self) {
        self.inner.lost.store(true, Ordering::Release);
    }

    /// Renewed by what was asked at `asked_at`.
    fn renewed(&self, asked_at: Instant) {
        let mut until = self.inner.until.lock().unwrap_or_else(PoisonError::into_inner);
        *until = (*until).max(asked_at + self.inner.held.lasts);
    }

    /// `None`: nobody may act by it any more.
    fn left(&self) -> Option<Duration> {
        let until = *self.inner.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.checked_duration_since(Instant::now()).filter(|_| !self.is_lost())
    }
}

impl Portal {
    pub(super) async fn take_lease(&self, change: &Change) -> Result<Option<Lease>, ServiceError> {
        let timing = self.settings().timing;
        let (lasts, patience) = (timing.driver_lease(), timing.takeover_patience());
        let asked_at = Instant::now();
        let taken = self.store().take_driver(change, self.holder(), lasts, patience, self.now());
        Ok(taken.await?.map(|held| Lease::new(held, asked_at)))
    }

    /// Renews a lease until somebody else has it.
    pub(super) async fn keep_lease(&self, lease: &Lease) {
        while !lease.is_lost() {
            tokio::time::sleep(self.settings().timing.renewal()).await;
            let asked_at = Instant::now();
            match self.store().renew_driver(lease.held(), self.now()).await {
                Ok(()) => lease.renewed(asked_at),
                Err(error) if error.is_conflict() => lease.lose(),
                Err(error) => {
                    tracing::warn!(change = %lease.held().change, error = &error as &dyn std::error::Error, "a lease could not be renewed");
                }
            }
        }
    }

    /// A move of the process that drives the change; refused where that is another one by now.
    pub(super) async fn move_change(&self, step: Move<'_>) -> Result<Change, store::Error> {
        let Some(lease) = self.engine().lease(step.from.id) else {
            return self.store().move_change(step).await;
        };
        if lease.is_lost() {
            return Err(store::Error::Conflict);
        }
        let asked_at = Instant::now();
        let moved = self.store().move_change(Move { lease: Some(lease.held()), ..step }).await?;
        lease.renewed(asked_at);
        Ok(moved)
    }

    /// Whether a call would end while the change is still ours. Asked right before it leaves.
    pub(super) fn may_send(&self, change: ChangeId) -> bool {
        let left = self.engine().lease(change).and_then(|lease| lease.left());
        left.is_some_and(|left| left >= self.settings().timing.call_needs())
    }

    /// Whoever goes on with a change that another drives would only read in vain.
    pub(super) fn still_drives(&self, change: ChangeId) -> Result<(), ServiceError> {
        let lost = self.engine().lease(change).is_some_and(|lease| lease.is_lost());
        if lost { Err(ServiceError::Store(store::Error::Conflict)) } else { Ok(()) }
    }
}
