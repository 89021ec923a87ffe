//! One kind of fact in one region of one account: what is due is taken, waits for its budget, and is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use domain::fact::Unread;
use domain::inventory::FactKind;
use store::call_limit::CallLimit;
use store::fleet::{DueFact, FactRecord, FactUpdate, Lane};
use tokio::sync::Notify;

use super::desk::{Desk, is_urgent};
use crate::ServiceError;
use crate::read::{Reading, action};

/// One lane each; the call for the whitelist parameter reads the ones about Sentinel too.
pub(super) const KINDS: [FactKind; 5] = [
    FactKind::Attribute,
    FactKind::Whitelist,
    FactKind::Endpoints,
    FactKind::Release,
    FactKind::WhitelistCheck,
];
/// Taken at once: so much of a lane waits a minute when a replica dies.
const TAKEN: i64 = 32;
const CLAIM: Duration = Duration::from_mins(1);
/// After the database did not answer.
const REST: Duration = Duration::from_secs(2);
/// A look without any occasion, for whatever this replica was not told.
const LONGEST: Duration = Duration::from_mins(1);

/// After so many calls in a row without an answer, one at a time is made: a region that hangs must not hold all slots.
const TROUBLED: u32 = 4;

pub(super) async fn run(desk: Arc<Desk>, lane: Lane, wake: Arc<Notify>) {
    let silent = Arc::new(AtomicU32::new(0));
    loop {
        let notified = wake.notified();
        let wait = match round(&desk, &lane, &silent).await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    ?lane,
                    "reading was interrupted"
                );
                REST
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = notified => {}
        }
    }
}

/// Reads what is due. Returns how long to wait then.
async fn round(
    desk: &Arc<Desk>,
    lane: &Lane,
    silent: &Arc<AtomicU32>,
) -> Result<Duration, ServiceError> {
    let now = desk.portal.now();
    let alone = silent.load(Ordering::Relaxed) >= TROUBLED;
    let most = if alone { 1 } else { TAKEN };
    let due = desk.portal.store().take_due_facts(lane, now, CLAIM, most).await?;
    for fact in due.facts {
        let action = action(lane.kind, Some(fact.row.series));
        desk.account.budgets.spend(action, &lane.region).await;
        let call = read(desk.clone(), lane.kind, action, fact, silent.clone());
        if alone {
            desk.pool.run(call).await;
        } else {
            desk.pool.enqueue(is_urgent(lane.kind), call).await;
        }
    }
    let wait = due.next.map_or(LONGEST, |next| next.since(desk.portal.now()));
    Ok(wait.min(LONGEST))
}

async fn read(
    desk: Arc<Desk>,
    kind: FactKind,
    action: &'static str,
    due: DueFact,
    silent: Arc<AtomicU32>,
) {
    let DueFact { key, row } = due;
    let settings = desk.portal.settings();
    let at = desk.portal.now();
    let deadline = settings.gather_deadline;
    let client = &desk.account.reading_client;
    let updates = Reading { client, key: &key, known: Some(&row), deadline }.lane(kind).await;
    let problem = updates.iter().find_map(FactUpdate::problem);
    if matches!(problem, Some(Unread::Throttled(_))) {
        slow_down(&desk, action, &key.region).await;
    }
    if matches!(problem, Some(Unread::TimedOut | Unread::Unreachable)) {
        silent.fetch_add(1, Ordering::Relaxed);
    } else {
        silent.store(0, Ordering::Relaxed);
    }
    let updates = updates.into_iter().map(|update| settings.next_reading(update, at)).collect();
    // The recorder ends only with the desk.
    let _ = desk.results.send(FactRecord { key, at, updates }).await;
}

/// Learns from a refusal, and keeps what was learned.
pub(super) async fn slow_down(desk: &Desk, action: &'static str, region: &domain::id::RegionId) {
    let at = desk.portal.now();
    let learned = desk.account.budgets.refused(action, region, None, at);
    let limit = CallLimit {
        account: desk.account.name.clone(),
        action: action.to_owned(),
        region: region.clone(),
        calls: learned.calls.try_into().unwrap_or(i32::MAX),
        seconds: learned.per.as_secs().try_into().unwrap_or(i32::MAX),
        throttled: learned.throttled.into(),
        throttled_at: learned.throttled_at,
    };
    if let Err(error) = desk.portal.store().save_call_limit(&limit).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "a learned quota was not kept");
    }
}
