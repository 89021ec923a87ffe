//! How much one person may have waiting for their own word at once.
//!
//! A review costs calls of the cloud, a draft a row for each of its lines: by machine, one person could use up both for
//! everybody. What was confirmed or started waits for them no longer, and what is too old to be is not counted.

use crate::{ServiceError, Viewer};

/// More than anybody looks at in a quarter of an hour.
pub(crate) const REVIEWS: u32 = 500;
/// Each of up to a thousand lines.
const DRAFTS: i64 = 10;

/// Room for one more review of this person.
pub(super) async fn require_room_for_review(viewer: &Viewer<'_>) -> Result<(), ServiceError> {
    let Viewer { portal, who } = *viewer;
    let since = portal.now().minus(portal.settings().review_lasts);
    let pending = portal.store().count_pending_reviews(who.person.id, since).await?;
    let most = i64::from(portal.settings().reviews_at_once);
    if pending >= most { Err(ServiceError::TooManyOpen) } else { Ok(()) }
}

/// The same for a draft of a batch.
pub(super) async fn require_room_for_draft(viewer: &Viewer<'_>) -> Result<(), ServiceError> {
    let Viewer { portal, who } = *viewer;
    let since = portal.now().minus(portal.settings().review_lasts);
    let pending = portal.store().count_drafts(who.person.id, since).await?;
    if pending >= DRAFTS { Err(ServiceError::TooManyOpen) } else { Ok(()) }
}
