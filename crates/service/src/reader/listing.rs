//! Which regions an account has, and which instances they have.

use std::sync::Arc;

use aliyun::{ErrorKind, Language, Listing, ListingEnd, Paging};
use domain::cloud::InstanceRow;
use domain::environment::Environment;
use domain::fact::Unread;
use domain::id::RegionId;
use tokio::task::{JoinError, JoinSet};

use super::desk::Desk;
use super::lane::slow_down;
use crate::{Account, Portal, ServiceError};

/// So many regions of an account are listed at once.
const AT_ONCE: usize = 8;
/// 50,000 instances of a region: more is a fault of the answers, or a fleet this was not made for.
const MOST_PAGES: u32 = 1000;

const ACTION: &str = "DescribeInstances";

/// One round: regions, then each region's instances. What does not answer is kept with why.
pub(super) async fn read(
    portal: &Portal,
    account: &Arc<Account>,
    desk: Option<&Arc<Desk>>,
) -> Result<(), ServiceError> {
    let store = portal.store();
    let identity = account.client.get_caller_identity().await;
    store
        .record_identity(
            &account.name,
            &identity.map(|answer| answer.value).map_err(|error| Unread::from(&error)),
            portal.now(),
        )
        .await?;
    let regions = match &account.regions {
        Some(regions) => regions.clone(),
        None => match account.client.describe_regions(Language::English).await {
            Ok(regions) => regions.value.into_iter().map(|region| region.id).collect(),
            Err(error) => {
                tracing::warn!(account = %account.name, %error, "the regions could not be listed");
                return Ok(store
                    .record_region_problem(&account.name, None, &Unread::from(&error), portal.now())
                    .await?);
            }
        },
    };
    store.keep_regions(&account.name, &regions, portal.now()).await?;
    let mut under_way = JoinSet::new();
    for region in regions {
        if under_way.len() >= AT_ONCE {
            ended(under_way.join_next().await)?;
        }
        under_way.spawn(list(portal.clone(), account.clone(), region, desk.cloned()));
    }
    while let Some(listed) = under_way.join_next().await {
        ended(Some(listed))?;
    }
    Ok(())
}

fn ended(listed: Option<Result<Result<(), ServiceError>, JoinError>>) -> Result<(), ServiceError> {
    match listed {
        Some(Ok(listed)) => listed,
        Some(Err(error)) => Err(ServiceError::Fault(error.into())),
        None => Ok(()),
    }
}

async fn list(
    portal: Portal,
    account: Arc<Account>,
    region: RegionId,
    desk: Option<Arc<Desk>>,
) -> Result<(), ServiceError> {
    let region = &region;
    let store = portal.store();
    let at = portal.now();
    let listed = match all_pages(&account, region, desk.as_deref()).await {
        // Something came or went between two pages: the next try usually agrees with itself.
        Ok(listing) if matches!(listing.end, ListingEnd::Unproven) => {
            all_pages(&account, region, desk.as_deref()).await
        }
        listed => listed,
    };
    let listing = match listed {
        Ok(listing) => listing,
        Err(error) => {
            if error.kind == ErrorKind::Protocol {
                tracing::warn!(account = %account.name, %region, %error, "a region's answer was not understood");
            }
            let problem = Unread::from(&error);
            store.record_region_problem(&account.name, Some(region), &problem, at).await?;
            return Ok(());
        }
    };
    if listing.unreadable > 0 {
        tracing::warn!(account = %account.name, %region, rows = listing.unreadable, "rows of the list could not be read");
    }
    let whole = listing.is_complete();
    let problem = match &listing.end {
        ListingEnd::Interrupted(error) => Some(Unread::from(error)),
        _ if whole => None,
        _ => Some(Unread::Incomplete),
    };
    let tag = &portal.settings().environment_tag;
    let labelled = |row: InstanceRow| {
        let environment = Environment::of(&row.tags, tag);
        (row, environment)
    };
    let rows: Vec<_> = listing.rows.into_iter().map(labelled).collect();
    store.record_listing(&account.name, region, &rows, whole, at).await?;
    if let Some(problem) = problem {
        store.record_region_problem(&account.name, Some(region), &problem, at).await?;
    }
    if let Some(desk) = desk.filter(|_| !rows.is_empty()) {
        // The desk's loop ends only with this.
        let _ = desk.inhabited.send(region.clone()).await;
    }
    Ok(())
}

async fn all_pages(
    account: &Account,
    region: &RegionId,
    desk: Option<&Desk>,
) -> Result<Listing, aliyun::Error> {
    let mut pages = Paging::new(MOST_PAGES);
    while let Some(number) = pages.next() {
        let page = match desk {
            None => account.client.describe_instances_page(region, number).await,
            Some(desk) => paced(desk, region, number).await,
        };
        match page {
            Ok(page) => pages.take(page.value),
            Err(error) => return pages.interrupted(error),
        }
    }
    Ok(pages.finish())
}

/// A page within the budget. A refusal is waited for once.
async fn paced(
    desk: &Desk,
    region: &RegionId,
    number: u32,
) -> Result<aliyun::Answer<aliyun::InstancePage>, aliyun::Error> {
    let client = &desk.account.reading_client;
    let mut refused = false;
    loop {
        desk.account.budgets.spend(ACTION, region).await;
        match desk.pool.run(client.describe_instances_page(region, number)).await {
            Err(error) if error.kind == ErrorKind::Throttled && !refused => {
                refused = true;
                slow_down(desk, ACTION, region).await;
            }
            page => return page,
        }
    }
}
