//! The last look at an instance after a call that nobody heard of: until then it may have been carried out late.
//!
//! The watch begins with the move to "nobody knows" and ends when the change is verified, or here.

use std::time::Duration;

use domain::access::AccessState;
use domain::audit::{AuditCode, Outcome};
use domain::change::{Change, ChangeState, ReadBack};
use domain::id::InstanceKey;
use domain::instance::InstanceStatus;
use domain::person::Scope;
use domain::time::Timestamp;
use store::change::LateWatch;

use super::record::detailed;
use super::verify::read_back;
use crate::{Portal, ServiceError, Viewer};

/// An instance that cannot be read for so long after the end of a watch is gone, or out of reach for good.
const GIVE_UP: Duration = Duration::from_hours(1);

impl Portal {
    pub(super) async fn watch_late_effects(&self) {
        loop {
            if let Err(error) = self.end_late_watches().await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "late effects could not be looked for"
                );
            }
            tokio::time::sleep(self.settings().timing.supervision()).await;
        }
    }

    async fn end_late_watches(&self) -> Result<(), ServiceError> {
        for watch in self.store().list_late_watches_over(self.now()).await? {
            let change = self.store().find_change(&Scope::Everything, watch.change).await?;
            if let Some(change) = change
                && let Err(error) = self.end_late_watch(watch, &change).await
            {
                tracing::warn!(change = %change.id, error = &error as &dyn std::error::Error, "the last read was not made");
            }
        }
        Ok(())
    }

    async fn end_late_watch(&self, watch: LateWatch, change: &Change) -> Result<(), ServiceError> {
        let read = match self.accounts().find(&change.instance.account) {
            Some(account) => read_back(self, account, change).await?,
            None => None,
        };
        let given_up = self.now().since(watch.until) > self.settings().timing.scale(GIVE_UP);
        let Some(read) = read.or_else(|| given_up.then(|| nothing(self.now()))) else {
            return Ok(());
        };
        let outcome =
            if read.state == AccessState::Unknown { Outcome::Unknown } else { Outcome::Succeeded };
        let detail = [("now", read.state.to_string()), ("status", read.status.to_string())];
        let event = detailed(change, read.at, AuditCode::ChangeLateRead, outcome, &detail);
        let ended = self.store().end_late_watch(watch, &change.instance, &read, &event).await?;
        if ended && read.state.is(change.to) && change.state != ChangeState::Verified {
            tracing::warn!(change = %change.id, instance = %change.instance, "what was given up is so now: it may have been carried out late");
        }
        Ok(())
    }
}

impl Viewer<'_> {
    /// Until when a call of which nobody heard may yet take effect on this instance.
    pub async fn find_late_effect(
        &self,
        key: &InstanceKey,
    ) -> Result<Option<Timestamp>, ServiceError> {
        if self.role_at(key).await?.is_none() {
            return Ok(None);
        }
        let guard = self.portal.store().find_guard(key).await?;
        let until = guard.and_then(|guard| guard.late_until);
        Ok(until.filter(|until| *until > self.portal.now()))
    }
}

fn nothing(at: Timestamp) -> ReadBack {
    let (state, status) = (AccessState::Unknown, InstanceStatus::Unavailable);
    ReadBack { at, state, raw: None, status, request_id: None }
}
