//! How many connections there are at once, and who goes when there is one more.
//!
//! Whoever was asked nothing of yet goes first, then whoever asks nothing now; among them who waits longest. A request
//! counts once all of it has arrived, and until all of its answer has left: those are never cut off for somebody else.
//! So whoever opens connections and is slow about them loses places only to people who are not.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

#[derive(Debug)]
pub struct Places {
    free: Arc<Semaphore>,
    line: Arc<Line>,
}

/// Who could go, in the order of going: strangers first.
#[derive(Debug, Default)]
struct Line {
    arrivals: AtomicU64,
    waiting: Mutex<BTreeMap<Turn, Arc<Notify>>>,
}

/// Whether it has asked anything before, and since when it waits.
type Turn = (bool, u64);

/// Of one connection. Dropped, it is free.
#[derive(Debug)]
pub struct Place {
    line: Arc<Line>,
    turn: Mutex<Option<Turn>>,
    leave: Arc<Notify>,
    _permit: OwnedSemaphorePermit,
}

impl Places {
    pub fn new(count: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(count)), line: Arc::default() }
    }

    /// A place for somebody who has not asked anything yet, made if there is none. Waits where all are being answered.
    pub async fn take(&self) -> Option<Arc<Place>> {
        let permit = match self.free.clone().try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => {
                if let Some((_, longest)) = self.line.waiting().pop_first() {
                    longest.notify_one();
                }
                self.free.clone().acquire_owned().await.ok()?
            }
        };
        let place = Place {
            line: self.line.clone(),
            turn: Mutex::default(),
            leave: Arc::default(),
            _permit: permit,
        };
        place.waits(false);
        Some(Arc::new(place))
    }
}

impl Line {
    fn waiting(&self) -> std::sync::MutexGuard<'_, BTreeMap<Turn, Arc<Notify>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Something was asked, and is to be answered.
    pub fn asks(&self) {
        if let Some(turn) = self.turn().take() {
            self.line.waiting().remove(&turn);
        }
    }

    /// All of it was answered.
    pub fn was_answered(&self) {
        self.waits(true);
    }

    /// When somebody else needs it.
    pub async fn is_needed(&self) {
        self.leave.notified().await;
    }

    fn waits(&self, known: bool) {
        let turn = (known, self.line.arrivals.fetch_add(1, Ordering::Relaxed));
        if let Some(before) = self.turn().replace(turn) {
            self.line.waiting().remove(&before);
        }
        self.line.waiting().insert(turn, self.leave.clone());
    }

    fn turn(&self) -> std::sync::MutexGuard<'_, Option<Turn>> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.asks();
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Waker};

    use super::*;

    /// Whether it was told to leave.
    async fn must_go(place: &Place) -> bool {
        tokio::select! {
            biased;
            () = place.is_needed() => true,
            () = std::future::ready(()) => false,
        }
    }

    fn is_pending(waiting: &mut Pin<Box<impl Future>>) -> bool {
        waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending()
    }

    #[tokio::test]
    async fn strangers_go_before_those_who_asked_and_nobody_goes_while_being_answered() {
        let places = Places::new(3);
        let (known, stranger) = (places.take().await.unwrap(), places.take().await.unwrap());
        let busy = places.take().await.unwrap();
        known.asks();
        known.was_answered();
        busy.asks();
        let mut next = Box::pin(places.take());
        assert!(is_pending(&mut next));
        assert!(must_go(&stranger).await);
        assert!(!must_go(&known).await && !must_go(&busy).await);
        drop(stranger);
        let fourth = next.await.unwrap();
        fourth.asks();
        let mut next = Box::pin(places.take());
        assert!(is_pending(&mut next));
        assert!(must_go(&known).await);
        drop(known);
        let fifth = next.await.unwrap();
        fifth.asks();
        let mut next = Box::pin(places.take());
        assert!(is_pending(&mut next));
        for place in [&busy, &fourth, &fifth] {
            assert!(!must_go(place).await, "all are being answered");
        }
        drop(busy);
        assert!(next.await.is_some());
    }
}
