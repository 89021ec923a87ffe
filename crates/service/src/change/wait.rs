//! Waiting for a change on behalf of a program that asked.

use std::time::Duration;

use domain::change::Change;
use domain::id::ChangeId;

use crate::{ServiceError, TokenHash, Viewer};

/// Another replica may move it, and news may come late.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// At first: most of what is asked for ends soon.
const LOOK_AT_FIRST: Duration = Duration::from_millis(100);

impl Viewer<'_> {
    /// The change as it is when it moved on from the version `seen`, or, without one, when it ended; or as it is after
    /// `at_most`, or when the portal is about to stop. Once `token` is no longer good, nothing is told: `SignInRefused`.
    pub async fn wait_for_change(
        &self,
        id: ChangeId,
        seen: Option<i64>,
        at_most: Duration,
        token: &TokenHash,
    ) -> Result<Change, ServiceError> {
        let began = tokio::time::Instant::now();
        let mut news = self.follow_news(None).await?;
        let mut pause = LOOK_AT_FIRST;
        loop {
            let holder = self.portal.find_token_holder(token, self.who.address).await?;
            let scope = holder.ok_or(ServiceError::SignInRefused)?.person.sees();
            let found = self.portal.store().find_change(&scope, id).await?;
            let change = found.ok_or(ServiceError::NotFound)?;
            let moved = seen.is_some_and(|version| change.version != version);
            let left = at_most.saturating_sub(began.elapsed());
            let Some(listening) =
                news.as_mut().filter(|_| !moved && !change.state.is_terminal() && !left.is_zero())
            else {
                return Ok(change);
            };
            tokio::select! {
                told = listening.next() => if told.transpose()?.is_none() {
                    news = None;
                },
                () = tokio::time::sleep(pause.min(left)) => {}
            }
            pause = (pause * 2).min(LOOK_EVERY);
        }
    }
}
