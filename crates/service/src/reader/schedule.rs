//! When a fact is read again.

use std::time::Duration;

use domain::fact::Unread;
use domain::inventory::FactKind;
use domain::time::Timestamp;
use store::fleet::FactUpdate;

use crate::Settings;

/// After a failure that may be over soon. Scaled like every wait of changes.
const SOON: Duration = Duration::from_secs(15);
/// After a failure that lasts until somebody does something, and after a refusal for load: what is under load for a
/// minute is asked for nothing twice in it.
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
            Some(Unread::TimedOut | Unread::Unreachable | Unread::NotYet | Unread::Incomplete) => {
                period.min(self.timing.scale(SOON))
            }
            Some(
                Unread::Throttled(_)
                | Unread::Denied(_)
                | Unread::NotFound
                | Unread::Refused(_)
                | Unread::NoCredential,
            ) => period.min(self.timing.scale(LATER)),
        };
        (update, at.plus(wait))
    }
}
