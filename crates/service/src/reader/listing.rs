//! Which regions an account has, and which instances they have.

use std::sync::Arc;

use aliyun::{ErrorKind, Language, ListingEnd};
use domain::cloud::InstanceRow;
use domain::environment::Environment;
use domain::fact::Unread;
use domain::id::RegionId;
use tokio::task::{JoinError, JoinSet};

use crate::{Account, Portal, ServiceError};

/// So many regions of an account are listed at once.
const AT_ONCE: usize = 8;
/// 50,000 instances of a region: more is a fault of the answers, or a fleet this was not made for.
const MOST_PAGES: u32 = 1000;

/// One round: regions, then each region's instances. What does not answer is kept with why.
pub(super) async fn read(portal: &Portal, account: &Arc<Account>) -> Result<(), ServiceError> {
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
        under_way.spawn(list(portal.clone(), account.clone(), region));
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

async fn list(portal: Portal, account: Arc<Account>, region: RegionId) -> Result<(), ServiceError> {
    let region = &region;
    let store = portal.store();
    let at = portal.now();
    match account.client.describe_all_instances(region, MOST_PAGES).await {
        Ok(listing) => {
            if listing.unreadable > 0 {
                tracing::warn!(account = %account.name, %region, rows = listing.unreadable, "rows of the list could not be read");
            }
            let tag = &portal.settings().environment_tag;
            let labelled = |row: InstanceRow| {
                let environment = Environment::of(&row.tags, tag);
                (row, environment)
            };
            let rows: Vec<_> = listing.rows.into_iter().map(labelled).collect();
            let whole = matches!(listing.end, ListingEnd::Complete);
            store.record_listing(&account.name, region, &rows, whole, at).await?;
            if let ListingEnd::Interrupted(error) = &listing.end {
                store
                    .record_region_problem(&account.name, Some(region), &Unread::from(error), at)
                    .await?;
            }
            Ok(())
        }
        Err(error) => {
            if error.kind == ErrorKind::Protocol {
                tracing::warn!(account = %account.name, %region, %error, "a region's answer was not understood");
            }
            Ok(store
                .record_region_problem(&account.name, Some(region), &Unread::from(&error), at)
                .await?)
        }
    }
}
