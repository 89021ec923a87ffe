//! At most so many calls of an account at once; urgent ones go first.

use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

type Call = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// A few calls wait in line, so that the choice between urgent and patient ones is made late.
const LINE: usize = 16;

#[derive(Clone)]
pub(super) struct Pool {
    urgent: mpsc::Sender<Call>,
    patient: mpsc::Sender<Call>,
    slots: Arc<Semaphore>,
}

impl Pool {
    /// Adds the part that starts calls to `parts`. It, and the calls, end with them.
    pub fn start(parts: &mut JoinSet<()>, at_once: usize) -> Self {
        let (urgent, urgent_line) = mpsc::channel(LINE);
        let (patient, patient_line) = mpsc::channel(LINE);
        let slots = Arc::new(Semaphore::new(at_once.max(1)));
        parts.spawn(dispatch(slots.clone(), urgent_line, patient_line));
        Self { urgent, patient, slots }
    }

    /// Waits in line. The call is made later; nothing is made of it when the pool is gone.
    pub async fn enqueue(&self, urgent: bool, call: impl Future<Output = ()> + Send + 'static) {
        let line = if urgent { &self.urgent } else { &self.patient };
        if line.send(Box::pin(call)).await.is_err() {
            // The pool ended: so does whoever asks.
            std::future::pending::<()>().await;
        }
    }

    /// Makes a call in one of the slots, and waits for it.
    pub async fn run<T>(&self, call: impl Future<Output = T>) -> T {
        let _slot = self.slots.acquire().await;
        call.await
    }
}

async fn dispatch(
    slots: Arc<Semaphore>,
    mut urgent: mpsc::Receiver<Call>,
    mut patient: mpsc::Receiver<Call>,
) {
    let mut calls = JoinSet::new();
    while let Ok(slot) = slots.clone().acquire_owned().await {
        while calls.try_join_next().is_some() {}
        let call = tokio::select! {
            biased;
            Some(call) = urgent.recv() => call,
            Some(call) = patient.recv() => call,
            else => return,
        };
        calls.spawn(async move {
            call.await;
            drop(slot);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn urgent_calls_go_first_and_no_more_than_the_slots_at_once() {
        let mut parts = JoinSet::new();
        let pool = Pool::start(&mut parts, 1);
        let order = Arc::new(Mutex::new(Vec::new()));
        for (urgent, name) in [(false, "a"), (false, "b"), (false, "c"), (true, "d"), (true, "e")] {
            let order = order.clone();
            let call = async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                order.lock().unwrap().push(name);
            };
            pool.enqueue(urgent, call).await;
        }
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!(*order.lock().unwrap(), ["d", "e", "a", "b", "c"]);
    }
}
