//! Who drives which change.
//!
//! A change that is stored is always brought to an end: by the task that was started for it, or, if that one died, by
//! the supervisor of whichever process is there, which looks for open changes that nobody drives. Within a process a
//! change is driven once; between processes by the lease of its guard row (`lease`), which every move of a driver renews.

use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use domain::change::Change;
use domain::id::{BatchId, ChangeId};
use domain::person::Scope;
use tokio::sync::futures::Notified;
use tokio::sync::{Notify, RwLock, RwLockReadGuard};

use super::drive::{drive, expire};
use super::lease::Lease;
use super::request::is_waiting;
use crate::{Portal, ServiceError, failpoint};

/// The changes being driven by this process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Engine {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// `None`: its lease is being asked for.
    driven: Mutex<HashMap<ChangeId, Option<Lease>>>,
    batches: Mutex<HashSet<BatchId>>,
    claimed: AtomicBool,
    stopping: AtomicBool,
    ended: Notify,
    /// Read while a call is under way; written once, by the end.
    calls: RwLock<()>,
}

impl Engine {
    /// Whether the changes that were open at the start have been taken up: before that, no new ones.
    pub(crate) fn has_claimed(&self) -> bool {
        self.inner.claimed.load(Ordering::Acquire)
    }

    /// The lease by which this process drives a change.
    pub(super) fn lease(&self, id: ChangeId) -> Option<Lease> {
        self.driven().get(&id).cloned().flatten()
    }

    /// To be held from before the intent is committed until its end is: `None` once the process is about to end.
    pub(super) fn call(&self) -> Option<RwLockReadGuard<'_, ()>> {
        let call = self.inner.calls.try_read().ok();
        call.filter(|_| !self.is_stopping())
    }

    fn is_stopping(&self) -> bool {
        self.inner.stopping.load(Ordering::Acquire)
    }

    fn claim(&self, id: ChangeId) -> Option<Driven> {
        let mut driven = self.driven();
        if self.is_stopping() || driven.contains_key(&id) {
            return None;
        }
        driven.insert(id, None);
        Some(Driven { engine: self.clone(), id })
    }

    fn driven(&self) -> std::sync::MutexGuard<'_, HashMap<ChangeId, Option<Lease>>> {
        self.inner.driven.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None`: a task of this process runs it.
    pub(crate) fn claim_batch(&self, id: BatchId) -> Option<RunsBatch> {
        let mut batches = self.inner.batches.lock().unwrap_or_else(PoisonError::into_inner);
        batches.insert(id).then(|| RunsBatch { engine: self.clone(), id })
    }

    /// When the driver of any change ends, from now on.
    pub(crate) fn ended(&self) -> Notified<'_> {
        self.inner.ended.notified()
    }
}

/// Frees a batch when its runner ends, also by a panic.
pub(crate) struct RunsBatch {
    engine: Engine,
    id: BatchId,
}

impl Drop for RunsBatch {
    fn drop(&mut self) {
        self.engine.inner.batches.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

/// Frees the change when its driver ends, also by a panic.
struct Driven {
    engine: Engine,
    id: ChangeId,
}

impl Driven {
    fn hold(&self, lease: &Lease) {
        self.engine.driven().insert(self.id, Some(lease.clone()));
    }
}

impl Drop for Driven {
    fn drop(&mut self) {
        self.engine.driven().remove(&self.id);
        self.engine.inner.ended.notify_waiters();
    }
}

impl Portal {
    /// Starts a task for a change, unless somebody drives it already.
    pub(crate) fn drive_change(&self, change: Change) {
        let Some(driven) = self.engine().claim(change.id) else { return };
        let portal = self.clone();
        tokio::spawn(async move {
            match portal.take_lease(&change).await {
                Ok(Some(lease)) => Box::pin(portal.drive_by(&driven, lease, change)).await,
                Ok(None) => {}
                Err(error) => interrupted(&change, &error),
            }
        });
    }

    /// Takes up every open change that nobody drives, now and for ever, and makes the last read after calls that may
    /// have come late.
    ///
    /// What another process drives is left alone until its lease is over and its call must be; a file has one process
    /// at a time, so there everything is taken up at once.
    pub async fn supervise_changes(self) {
        tokio::join!(self.supervise(), self.watch_late_effects());
    }

    async fn supervise(&self) {
        loop {
            if let Err(error) = self.take_up_changes().await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "open changes could not be taken up"
                );
            }
            tokio::time::sleep(self.settings().timing.supervision()).await;
        }
    }

    /// One round of that. After the first there are new changes.
    pub async fn take_up_changes(&self) -> Result<(), ServiceError> {
        for change in self.store().list_undecided(self.now()).await? {
            match expire(self, &change).await {
                // Somebody decided just now.
                Err(ServiceError::Store(error)) if error.is_conflict() => {}
                other => other?,
            }
        }
        let (patience, now) = (self.settings().timing.takeover_patience(), self.now());
        let left = self.store().list_driverless_changes(self.holder(), patience, now).await?;
        for change in left {
            if is_waiting(&change, self.now()) {
                continue;
            }
            let Some(driven) = self.engine().claim(change.id) else { continue };
            if let Some(lease) = self.take_lease(&change).await? {
                failpoint::reach(failpoint::TAKEN_OVER);
                let portal = self.clone();
                tokio::spawn(async move {
                    Box::pin(portal.drive_by(&driven, lease, change)).await;
                });
            }
        }
        self.engine().inner.claimed.store(true, Ordering::Release);
        Ok(())
    }

    async fn drive_by(&self, driven: &Driven, lease: Lease, seen: Change) {
        driven.hold(&lease);
        if let Err(error) = Box::pin(self.drive_held(&lease, &seen)).await {
            interrupted(&seen, &error);
        }
        if !lease.is_lost()
            && let Err(error) = self.store().give_back_driver(lease.held()).await
        {
            tracing::warn!(change = %seen.id, error = &error as &dyn std::error::Error, "a lease could not be given back");
        }
    }

    async fn drive_held(&self, lease: &Lease, seen: &Change) -> Result<(), ServiceError> {
        // It may have moved before it was ours.
        let change = self.store().find_change(&Scope::Everything, seen.id).await?;
        let Some(change) = change else { return Ok(()) };
        let mut driving = pin!(drive(self, change));
        tokio::select! {
            ended = &mut driving => ended,
            // It ends by itself at its next step, and may have an answer of the cloud to tell until then.
            () = self.keep_lease(lease) => driving.await,
        }
    }

    /// Sends nothing more, lets calls that are under way end, and gives every change to whoever comes next.
    pub async fn stop_changes(&self) -> Result<(), ServiceError> {
        let engine = self.engine();
        engine.inner.stopping.store(true, Ordering::Release);
        let quiet =
            tokio::time::timeout(crate::Timing::CALL_ENDS, engine.inner.calls.write()).await;
        if quiet.is_err() {
            tracing::warn!(
                "a call is still under way: its change is taken over when the lease is over"
            );
            return Ok(());
        }
        for lease in engine.driven().values().flatten() {
            lease.lose();
        }
        Ok(self.store().give_back_drivers(self.holder()).await?)
    }
}

/// The supervisor takes it up again.
fn interrupted(change: &Change, error: &ServiceError) {
    tracing::error!(change = %change.id, error = error as &dyn std::error::Error, "driving a change was interrupted");
}
