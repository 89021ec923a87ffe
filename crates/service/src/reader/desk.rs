//! The reading of one account, as long as this replica holds its lease.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::id::RegionId;
use domain::inventory::FactKind;
use store::fleet::Lane;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::pool::Pool;
use super::{lane, listing, recorder};
use crate::{Account, Portal, ServiceError};

/// A replica that dies is followed by another after this long.
const LEASE: Duration = Duration::from_secs(15);
const RENEW: Duration = Duration::from_secs(4);
/// Between two looks whether somebody wants something read soon.
const WISHES: Duration = Duration::from_secs(1);
/// After the database did not answer.
const REST: Duration = Duration::from_secs(2);

/// What the parts of a desk share.
pub(super) struct Desk {
    pub portal: Portal,
    pub account: Arc<Account>,
    pub pool: Pool,
    pub results: mpsc::Sender<recorder::Result>,
    /// Regions that were listed and have instances.
    pub inhabited: mpsc::Sender<RegionId>,
}

/// Takes the account's lease when it is free, and works while it lasts.
pub(super) async fn keep(portal: Portal, account: Arc<Account>) {
    let name = format!("read:{}", account.name);
    loop {
        match portal.store().take_lease(&name, portal.holder(), LEASE, portal.now()).await {
            Ok(Some(_)) => {
                if let Err(error) = work(&portal, &account, &name).await {
                    tracing::error!(error = &error as &dyn std::error::Error, account = %account.name, "reading was interrupted");
                }
            }
            Ok(None) => {}
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, account = %account.name, "the account's lease could not be taken");
            }
        }
        tokio::time::sleep(REST).await;
    }
}

/// Ends when the lease is lost or may be; everything that was begun ends with it.
async fn work(portal: &Portal, account: &Arc<Account>, name: &str) -> Result<(), ServiceError> {
    let store = portal.store();
    for limit in store.list_call_limits(&account.name).await? {
        account.budgets.recall(&limit);
    }
    store.free_claims(&account.name).await?;
    if store.was_listed(&account.name).await? {
        // Another process may have called until now.
        account.budgets.assume_used();
    }
    let mut parts = JoinSet::new();
    let (results, to_record) = mpsc::channel(16);
    let (inhabited, mut to_read) = mpsc::channel(64);
    let pool = Pool::start(&mut parts, portal.settings().calls_at_once);
    let desk = Arc::new(Desk {
        portal: portal.clone(),
        account: account.clone(),
        pool,
        results,
        inhabited,
    });
    parts.spawn(recorder::run(portal.clone(), to_record));
    parts.spawn(list_for_ever(desk.clone()));
    let mut lanes: HashMap<RegionId, Arc<Notify>> = HashMap::new();
    let mut wishes = store.count_wishes().await?;
    let mut renew = Instant::now() + RENEW;
    let mut look = tokio::time::interval(WISHES);
    loop {
        tokio::select! {
            Some(region) = to_read.recv() => {
                if let Some(lane) = lanes.get(&region) {
                    lane.notify_waiters();
                    continue;
                }
                let wake = Arc::new(Notify::new());
                for kind in lane::KINDS {
                    let lane = Lane {
                        account: account.name.clone(),
                        region: region.clone(),
                        kind,
                    };
                    parts.spawn(lane::run(desk.clone(), lane, wake.clone()));
                }
                lanes.insert(region, wake);
            }
            _ = look.tick() => {
                let now = store.count_wishes().await?;
                if now != wishes {
                    wishes = now;
                    for lane in lanes.values() {
                        lane.notify_waiters();
                    }
                }
            }
            () = tokio::time::sleep_until(renew) => {
                if store.take_lease(name, portal.holder(), LEASE, portal.now()).await?.is_none() {
                    tracing::warn!(account = %account.name, "another replica reads the account now");
                    return Ok(());
                }
                renew = Instant::now() + RENEW;
            }
            Some(ended) = parts.join_next() => {
                // No part ends by itself.
                return Err(match ended {
                    Ok(()) => ServiceError::Fault("a part of the reader ended".into()),
                    Err(error) => ServiceError::Fault(error.into()),
                });
            }
        }
    }
}

/// Once now, then again each time so long after the last one ended.
async fn list_for_ever(desk: Arc<Desk>) {
    let every = desk.portal.settings().list_every;
    loop {
        if let Err(error) = listing::read(&desk.portal, &desk.account, Some(&desk)).await {
            tracing::error!(error = &error as &dyn std::error::Error, account = %desk.account.name, "listing was interrupted");
        }
        tokio::time::sleep(every).await;
    }
}

/// Which kind comes first when not all can.
pub(super) fn is_urgent(kind: FactKind) -> bool {
    kind == FactKind::Attribute
}
