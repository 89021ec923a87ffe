//! What is forgotten: nothing in the memory grows without bound, but the audit, the changes and the instances there were.

use std::time::Duration;

use crate::{Portal, ServiceError, sign_in};

/// Sessions that ended and reviews that nobody confirmed are forgotten after this.
const ENDED_KEPT: Duration = Duration::from_hours(24);
/// Tokens that ended are shown for this long.
const TOKENS_KEPT: Duration = Duration::from_hours(30 * 24);
/// So many events go in one transaction: whoever reads or writes meanwhile waits for no more than that.
const BATCH: i64 = 5_000;

impl Portal {
    /// Forgets what nobody needs any more. To be called again and again; replicas may do it at once.
    pub async fn prune(&self) -> Result<(), ServiceError> {
        let (store, now) = (self.store(), self.now());
        store.prune_sessions(self.session_now().minus(ENDED_KEPT)).await?;
        store.prune_sign_in_failures(now.minus(sign_in::FAILURES_KEPT)).await?;
        store.prune_tokens(now.minus(TOKENS_KEPT)).await?;
        store.prune_reviews(now.minus(ENDED_KEPT)).await?;
        store.prune_reset_links(now).await?;
        store.prune_drafts(now.minus(ENDED_KEPT)).await?;
        let settings = self.settings();
        store.prune_notices(now.minus(settings.events_kept)).await?;
        let (before, most) = (now.minus(settings.events_kept), settings.events_most);
        while store.prune_events(before, most, BATCH).await? > 0 {}
        Ok(())
    }
}
