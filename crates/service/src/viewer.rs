//! What everybody who is signed in may see.

use domain::approval::Approval;
use domain::audit::{AuditCode, AuditEvent, Outcome, RecordedEvent};
use domain::change::{Attempt, Change, ReadBack};
use domain::id::{BatchId, ChangeId, InstanceKey};
use domain::inventory::{
    Coverage, FleetEvent, InstanceCounts, InstanceDetail, InstanceFilter, InstanceListing,
    MatchCount,
};
use domain::person::Role;
use domain::time::Timestamp;
pub use store::audit::AuditFilter;
pub use store::change::ChangeFilter;
pub use store::fleet::{EventFilter, PageOf, cursor_after};
pub use store::view::SavedView;

use crate::{Portal, ServiceError, SignedIn, failpoint};

/// Reads. Whoever only holds a [`Viewer`] has no method to change anything with.
#[derive(Debug, Clone, Copy)]
pub struct Viewer<'a> {
    pub(crate) portal: &'a Portal,
    pub(crate) who: &'a SignedIn,
}

/// A change with everything that proves it.
#[derive(Debug, Clone)]
pub struct ChangeDetail {
    pub change: Change,
    pub attempts: Vec<Attempt>,
    pub read_backs: Vec<ReadBack>,
    /// The cloud takes the last call no later than this.
    pub late_until: Option<Timestamp>,
    /// What somebody else was asked, if anybody was.
    pub approval: Option<Approval>,
    /// The batch that it is a line of.
    pub batch: Option<BatchId>,
    /// Until when this person may put it back.
    pub put_back_until: Option<Timestamp>,
    /// The oldest first.
    pub events: Vec<RecordedEvent>,
}

impl Portal {
    /// Every role may view.
    pub fn viewer<'a>(&'a self, who: &'a SignedIn) -> Viewer<'a> {
        failpoint::reach(failpoint::ASKED);
        Viewer { portal: self, who }
    }

    /// Refuses a role that does not cover `needed`, and keeps that it was tried.
    pub(crate) async fn require(
        &self,
        who: &SignedIn,
        needed: Role,
        act: &'static str,
    ) -> Result<(), ServiceError> {
        if who.person.role.covers(needed) {
            return Ok(());
        }
        let event = AuditEvent {
            detail: vec![
                ("act".to_owned(), act.to_owned()),
                ("needed".to_owned(), needed.code().to_owned()),
            ],
            ..who.event(self.now(), AuditCode::AccessDenied, Outcome::Refused)
        };
        self.store().record(&event).await?;
        Err(ServiceError::Forbidden { needed })
    }
}

/// A page of the audit is never longer.
pub const AUDIT_PAGE: i64 = 100;

impl Viewer<'_> {
    pub fn who(&self) -> &SignedIn {
        self.who
    }

    pub async fn list_instances(
        &self,
        page: PageOf<'_>,
    ) -> Result<Vec<InstanceListing>, ServiceError> {
        Ok(self.portal.store().list_instances(&self.who.person.scope, page).await?)
    }

    /// How many instances a filter finds, its text included.
    pub async fn count_matches(&self, filter: &InstanceFilter) -> Result<MatchCount, ServiceError> {
        Ok(self.portal.store().count_matches(&self.who.person.scope, filter).await?)
    }

    /// What became different, the newest first.
    pub async fn list_events(
        &self,
        filter: &EventFilter,
        limit: i64,
    ) -> Result<Vec<FleetEvent>, ServiceError> {
        Ok(self.portal.store().list_events(&self.who.person.scope, filter, limit).await?)
    }

    pub async fn count_instances(
        &self,
        filter: &InstanceFilter,
    ) -> Result<InstanceCounts, ServiceError> {
        Ok(self.portal.store().count_instances(&self.who.person.scope, filter).await?)
    }

    pub async fn get_coverage(&self) -> Result<Coverage, ServiceError> {
        Ok(self.portal.store().get_coverage(&self.who.person.scope).await?)
    }

    pub async fn get_instance(&self, key: &InstanceKey) -> Result<InstanceDetail, ServiceError> {
        let found = self.portal.store().find_instance(&self.who.person.scope, key).await?;
        found.ok_or(ServiceError::NotFound)
    }

    pub async fn list_changes(
        &self,
        filter: &ChangeFilter,
        limit: i64,
    ) -> Result<Vec<Change>, ServiceError> {
        Ok(self.portal.store().list_changes(&self.who.person.scope, filter, limit).await?)
    }

    /// Wishes that somebody has to approve, the oldest first.
    pub async fn list_waiting(&self, limit: i64) -> Result<Vec<Change>, ServiceError> {
        Ok(self.portal.store().list_waiting_changes(&self.who.person.scope, limit).await?)
    }

    pub async fn get_change(&self, id: ChangeId) -> Result<ChangeDetail, ServiceError> {
        let store = self.portal.store();
        let change =
            store.find_change(&self.who.person.scope, id).await?.ok_or(ServiceError::NotFound)?;
        let filter = AuditFilter { change: Some(id), ..AuditFilter::default() };
        let mut events = store.list_audit(&self.who.person.scope, &filter, AUDIT_PAGE).await?;
        events.reverse();
        let attempts = store.list_attempts(id).await?;
        let late = self.portal.settings().timing.late_effect();
        Ok(ChangeDetail {
            late_until: attempts.last().map(|attempt| attempt.signed_at.plus(late)),
            attempts,
            read_backs: store.list_read_backs(id).await?,
            approval: store.find_approval(id).await?,
            batch: store.find_batch_of(id).await?,
            put_back_until: self.may_put_back(&change).await?,
            events,
            change,
        })
    }

    pub async fn list_audit(
        &self,
        filter: &AuditFilter,
    ) -> Result<Vec<RecordedEvent>, ServiceError> {
        Ok(self.portal.store().list_audit(&self.who.person.scope, filter, AUDIT_PAGE).await?)
    }

    pub async fn set_preferences(
        &self,
        language: Option<&str>,
        theme: Option<&str>,
    ) -> Result<(), ServiceError> {
        Ok(self.portal.store().set_preferences(self.who.person.id, language, theme).await?)
    }
}
