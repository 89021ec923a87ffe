//! Keeps what was read, many readings in one transaction.

use std::time::Duration;

use store::fleet::FactRecord;
use tokio::sync::mpsc;

use crate::Portal;

pub(super) type Result = FactRecord;

/// So many readings are kept at once.
const BATCH: usize = 64;
/// A reading waits this long for others.
const LINGER: Duration = Duration::from_millis(50);
/// After the database did not answer.
const REST: Duration = Duration::from_secs(1);

pub(super) async fn run(portal: Portal, mut results: mpsc::Receiver<FactRecord>) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        if results.recv_many(&mut batch, BATCH).await == 0 {
            return;
        }
        let more = async {
            while batch.len() < BATCH {
                let left = BATCH - batch.len();
                if results.recv_many(&mut batch, left).await == 0 {
                    break;
                }
            }
        };
        // What comes within the time is in the batch whether the time ran out or not.
        let _ = tokio::time::timeout(LINGER, more).await;
        while let Err(error) = portal.store().record_facts(&batch).await {
            tracing::error!(error = &error as &dyn std::error::Error, "readings could not be kept");
            tokio::time::sleep(REST).await;
        }
        batch.clear();
    }
}
