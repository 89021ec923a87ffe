//! Who drives which change.
//!
//! A change that is stored is always brought to an end: by the task that was started for it, or, if that one died, by
//! the supervisor, which looks for open changes that nobody drives. Two drivers of one change do no harm (each move is
//! conditional, and only the one that commits the intent sends), but would read twice.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::change::Change;
use domain::id::{BatchId, ChangeId};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use super::drive::{drive, expire};
use super::request::is_waiting;
use crate::{Portal, ServiceError};

/// The changes being driven by this process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Engine {
    driven: Arc<Mutex<HashSet<ChangeId>>>,
    batches: Arc<Mutex<HashSet<BatchId>>>,
    claimed: Arc<AtomicBool>,
    ended: Arc<Notify>,
}

impl Engine {
    /// Whether the changes that were open at the start have been taken up: before that, no new ones.
    pub(crate) fn has_claimed(&self) -> bool {
        self.claimed.load(Ordering::Acquire)
    }

    fn claim(&self, id: ChangeId) -> Option<Driven> {
        let mut driven = self.driven.lock().unwrap_or_else(PoisonError::into_inner);
        driven.insert(id).then(|| Driven { engine: self.clone(), id })
    }

    /// `None`: a task of this process runs it.
    pub(crate) fn claim_batch(&self, id: BatchId) -> Option<RunsBatch> {
        let mut batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        batches.insert(id).then(|| RunsBatch { engine: self.clone(), id })
    }

    /// When the driver of any change ends, from now on.
    pub(crate) fn ended(&self) -> Notified<'_> {
        self.ended.notified()
    }
}

/// Frees a batch when its runner ends, also by a panic.
pub(crate) struct RunsBatch {
    engine: Engine,
    id: BatchId,
}

impl Drop for RunsBatch {
    fn drop(&mut self) {
        self.engine.batches.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

/// Frees the change when its driver ends, also by a panic.
struct Driven {
    engine: Engine,
    id: ChangeId,
}

impl Drop for Driven {
    fn drop(&mut self) {
        self.engine.driven.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
        self.engine.ended.notify_waiters();
    }
}

impl Portal {
    /// Starts a task for a change, unless one drives it already.
    pub(crate) fn drive_change(&self, change: Change) {
        let Some(driven) = self.engine().claim(change.id) else { return };
        let portal = self.clone();
        tokio::spawn(async move {
            let id = change.id;
            if let Err(error) = drive(&portal, change).await {
                // The supervisor takes it up again.
                tracing::error!(change = %id, error = &error as &dyn std::error::Error, "driving a change was interrupted");
            }
            drop(driven);
        });
    }

    /// Takes up every open change that nobody drives, now and for ever.
    ///
    /// `alone`: no other process can be driving changes of this memory, as on SQLite, where the file is locked. Else a
    /// call that may still be under way elsewhere is left alone until it must be over.
    pub async fn supervise_changes(self, alone: bool) {
        loop {
            if let Err(error) = self.take_up_changes(alone).await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "open changes could not be listed"
                );
            } else {
                self.engine().claimed.store(true, Ordering::Release);
            }
            tokio::time::sleep(self.settings().timing.supervision()).await;
        }
    }

    async fn take_up_changes(&self, alone: bool) -> Result<(), ServiceError> {
        for change in self.store().list_undecided(self.now()).await? {
            match expire(self, &change).await {
                // Somebody decided just now.
                Err(ServiceError::Store(error)) if error.is_conflict() => {}
                other => other?,
            }
        }
        for change in self.store().list_open_changes().await? {
            let waits = is_waiting(&change, self.now());
            let rest: Duration = self.now().since(change.updated_at);
            let elsewhere = !alone && rest < self.settings().timing.orphaned_after();
            if !waits && !elsewhere {
                self.drive_change(change);
            }
        }
        Ok(())
    }
}
