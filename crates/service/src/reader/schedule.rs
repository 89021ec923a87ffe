//! When a fact is read again.

use std::time::Duration;

use domain::fact::Unread;
use domain::inventory::FactKind;
use domain::time::Timestamp;
use store::fleet::FactUpdate;

use crate::Settings;

/// After a failure that may be over soon.
const SOON: Duration = Duration::from_secs(15);
/// After a failure that lasts until somebody does something.
const LATER: Duration = Duration::from_mins(2);

impl Settings {
    pub(crate) const fn reading_period(&self, kind: FactKind) -> Duration {
        match kind {
            FactKind::Attribute => self.attributes_every,
            FactKind::Whitelist
            | FactKind::Endpoints
            | FactKind::Release
            | FactKind::WhitelistCheck
            | FactKind::Sentinel => self.details_every,
        }
    }

    /// The update, with when it is due again.
    pub(crate) fn next_reading(
        &self,
        update: FactUpdate,
        at: Timestamp,
    ) -> (FactUpdate, Timestamp) {
        let period = self.reading_period(update.kind());
        let wait = match update.problem() {
            None => period,
            Some(
                Unread::TimedOut
                | Unread::Unreachable
                | Unread::Throttled(_)
                | Unread::NotYet
                | Unread::Incomplete,
            ) => period.min(SOON),
            Some(
                Unread::Denied(_) | Unread::NotFound | Unread::Refused(_) | Unread::NoCredential,
            ) => period.min(LATER),
        };
        (update, at.plus(wait))
    }
}
