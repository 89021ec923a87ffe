//! What each instance's own calls say: the mode, the whitelist, the endpoints, the version, the parameter.

use std::sync::Arc;
use std::time::Duration;

use domain::fact::{Fact, Unread};
use domain::id::InstanceKey;
use domain::inventory::FactKind;
use domain::person::Scope;
use store::fact::FactUpdate;
use tokio::task::{JoinError, JoinSet};
use tokio::time::MissedTickBehavior;

use crate::gather::{fill_gaps, read_whitelist_check, within};
use crate::{Account, Portal, ServiceError};

/// So many instances are taken up in one round of one kind.
const ROUND: i64 = 64;
/// When nothing was due, or the cloud asked us to slow down.
const REST: Duration = Duration::from_secs(2);

/// How far calls of a kind keep from each other, from the published quotas (per account and region; we count per
/// account, which is stricter), and how many are under way at once.
const fn pace(kind: FactKind) -> (Duration, usize) {
    match kind {
        // 1000 a second
        FactKind::Attribute => (Duration::from_millis(5), 8),
        // 200 a minute
        // 200 a minute; the two others are not published and planned alike
        FactKind::Whitelist | FactKind::Endpoints | FactKind::WhitelistCheck => {
            (Duration::from_millis(330), 2)
        }
        // 1000 a minute
        FactKind::Release => (Duration::from_millis(70), 2),
    }
}

pub(super) async fn read_for_ever(portal: Portal, account: Arc<Account>, kind: FactKind) {
    loop {
        match read_due(&portal, &account, kind).await {
            Ok(0) => tokio::time::sleep(REST).await,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, %kind, "reading facts was interrupted");
                tokio::time::sleep(REST).await;
            }
        }
    }
}

/// One round. Returns how many instances were tried.
async fn read_due(
    portal: &Portal,
    account: &Arc<Account>,
    kind: FactKind,
) -> Result<usize, ServiceError> {
    let settings = portal.settings();
    let every = if kind == FactKind::Attribute {
        settings.attributes_every
    } else {
        settings.details_every
    };
    let due = portal
        .store()
        .list_due_facts(&account.name, kind, portal.now().minus(every), ROUND)
        .await?;
    let (distance, at_once) = pace(kind);
    let mut ticks =
        tokio::time::interval(distance.mul_f64(settings.reader_pace).max(Duration::from_micros(1)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let tried = due.len();
    let mut under_way = JoinSet::new();
    let mut throttled = false;
    for key in due {
        ticks.tick().await;
        if under_way.len() >= at_once {
            throttled |= ended(under_way.join_next().await)?;
        }
        under_way.spawn(read(portal.clone(), account.clone(), kind, key));
    }
    while let Some(read) = under_way.join_next().await {
        throttled |= ended(Some(read))?;
    }
    if throttled {
        tokio::time::sleep(REST).await;
    }
    Ok(tried)
}

type Ended = Option<Result<Result<bool, ServiceError>, JoinError>>;

/// A task that panicked has read nothing; why is in the log.
fn ended(read: Ended) -> Result<bool, ServiceError> {
    match read {
        Some(Ok(read)) => read,
        Some(Err(error)) => Err(ServiceError::Fault(error.into())),
        None => Ok(false),
    }
}

/// Reads one fact and keeps it. Returns whether the cloud asked us to slow down.
async fn read(
    portal: Portal,
    account: Arc<Account>,
    kind: FactKind,
    key: InstanceKey,
) -> Result<bool, ServiceError> {
    let key = &key;
    let (client, region, id) = (&account.client, &key.region, &key.id);
    let deadline = portal.settings().gather_deadline;
    let known =
        portal.store().find_instance(&Scope::Everything, key).await?.map(|detail| detail.row);
    let store = portal.store();
    match kind {
        FactKind::Attribute => {
            let mut fact = within(deadline, client.describe_instance_attribute(region, id)).await;
            if let (Fact::Known(attribute), Some(known)) = (&mut fact, &known) {
                fill_gaps(&mut attribute.row, known);
            }
            store.record_facts(key, &[FactUpdate::Attribute(&fact)], portal.now()).await?;
            Ok(is_throttled(&fact))
        }
        FactKind::Whitelist => {
            let fact = within(deadline, client.describe_security_ips(region, id)).await;
            store.record_facts(key, &[FactUpdate::Whitelist(&fact)], portal.now()).await?;
            Ok(is_throttled(&fact))
        }
        FactKind::Endpoints => {
            let fact = within(deadline, client.describe_db_instance_net_info(region, id)).await;
            store.record_facts(key, &[FactUpdate::Endpoints(&fact)], portal.now()).await?;
            Ok(is_throttled(&fact))
        }
        FactKind::Release => {
            let fact = within(deadline, client.describe_engine_version(region, id)).await;
            store.record_facts(key, &[FactUpdate::Release(&fact)], portal.now()).await?;
            Ok(is_throttled(&fact))
        }
        FactKind::WhitelistCheck => {
            let fact = within(deadline, read_whitelist_check(client, key, known.as_ref())).await;
            store.record_facts(key, &[FactUpdate::WhitelistCheck(&fact)], portal.now()).await?;
            Ok(is_throttled(&fact))
        }
    }
}

fn is_throttled<T>(fact: &Fact<T>) -> bool {
    matches!(fact, Fact::Unknown(Unread::Throttled(_)))
}
