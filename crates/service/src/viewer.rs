//! What everybody who is signed in may see.

use std::collections::BTreeSet;

use domain::approval::Approval;
use domain::audit::{AuditCode, AuditEvent, Outcome, RecordedEvent};
use domain::change::{Attempt, Change, ReadBack};
use domain::id::{BatchId, ChangeId, InstanceKey};
use domain::inbox::NoticeKind;
use domain::inventory::{
    Coverage, FleetEvent, InstanceCounts, InstanceDetail, InstanceFilter, InstanceListing,
    MatchCount,
};
use domain::person::Role;
use domain::time::Timestamp;
pub use store::audit::AuditFilter;
pub use store::change::ChangeFilter;
pub use store::fleet::{EventFilter, PageOf, cursor_after};
pub use store::user::{AS_BROWSER, Preferences};
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
    /// What whoever looks may do at its instance.
    pub role: Role,
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
    /// Everybody may look; at what, their grants say.
    pub fn viewer<'a>(&'a self, who: &'a SignedIn) -> Viewer<'a> {
        failpoint::reach(failpoint::ASKED);
        Viewer { portal: self, who }
    }

    /// Refuses whoever has a role that covers `needed` nowhere, and keeps that it was tried. Acts of admins concern no
    /// instance: they need the role over everything.
    pub(crate) async fn require(
        &self,
        who: &SignedIn,
        needed: Role,
        act: &'static str,
    ) -> Result<(), ServiceError> {
        let may = match needed {
            Role::Admin => who.person.may_everywhere(needed),
            Role::Viewer | Role::Operator | Role::Approver => who.person.may_anywhere(needed),
        };
        if may { Ok(()) } else { Err(self.deny(who, needed, act, None).await?) }
    }

    /// The role for this instance, where it covers `needed`. What is out of scope is not there.
    pub(crate) async fn require_at(
        &self,
        who: &SignedIn,
        needed: Role,
        key: &InstanceKey,
        act: &'static str,
    ) -> Result<Role, ServiceError> {
        match who.person.role_at(&self.store().locate(key).await?) {
            None => Err(ServiceError::NotFound),
            Some(role) if role.covers(needed) => Ok(role),
            Some(_) => Err(self.deny(who, needed, act, Some(key)).await?),
        }
    }

    /// Keeps that it was tried.
    pub(crate) async fn deny(
        &self,
        who: &SignedIn,
        needed: Role,
        act: &'static str,
        instance: Option<&InstanceKey>,
    ) -> Result<ServiceError, ServiceError> {
        let event = AuditEvent {
            instance: instance.cloned(),
            detail: vec![
                ("act".to_owned(), act.to_owned()),
                ("needed".to_owned(), needed.code().to_owned()),
            ],
            ..who.event(self.now(), AuditCode::AccessDenied, Outcome::Refused)
        };
        self.store().record(&event).await?;
        Ok(ServiceError::Forbidden { needed })
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
        Ok(self.portal.store().list_instances(&self.who.person.sees(), page).await?)
    }

    /// How many instances a filter finds, its text included.
    pub async fn count_matches(&self, filter: &InstanceFilter) -> Result<MatchCount, ServiceError> {
        Ok(self.portal.store().count_matches(&self.who.person.sees(), filter).await?)
    }

    /// What became different, the newest first.
    pub async fn list_events(
        &self,
        filter: &EventFilter,
        limit: i64,
    ) -> Result<Vec<FleetEvent>, ServiceError> {
        Ok(self.portal.store().list_events(&self.who.person.sees(), filter, limit).await?)
    }

    pub async fn count_instances(
        &self,
        filter: &InstanceFilter,
    ) -> Result<InstanceCounts, ServiceError> {
        Ok(self.portal.store().count_instances(&self.who.person.sees(), filter).await?)
    }

    pub async fn get_coverage(&self) -> Result<Coverage, ServiceError> {
        Ok(self.portal.store().get_coverage(&self.who.person.sees()).await?)
    }

    pub async fn get_instance(&self, key: &InstanceKey) -> Result<InstanceDetail, ServiceError> {
        let found = self.portal.store().find_instance(&self.who.person.sees(), key).await?;
        found.ok_or(ServiceError::NotFound)
    }

    pub async fn list_changes(
        &self,
        filter: &ChangeFilter,
        limit: i64,
    ) -> Result<Vec<Change>, ServiceError> {
        Ok(self.portal.store().list_changes(&self.who.person.sees(), filter, limit).await?)
    }

    /// Wishes that somebody has to approve, the oldest first.
    pub async fn list_waiting(&self, limit: i64) -> Result<Vec<Change>, ServiceError> {
        Ok(self.portal.store().list_waiting_changes(&self.who.person.sees(), limit).await?)
    }

    pub async fn get_change(&self, id: ChangeId) -> Result<ChangeDetail, ServiceError> {
        let store = self.portal.store();
        let change =
            store.find_change(&self.who.person.sees(), id).await?.ok_or(ServiceError::NotFound)?;
        let filter = AuditFilter { change: Some(id), ..AuditFilter::default() };
        let mut events = store.list_audit(&self.who.person.sees(), &filter, AUDIT_PAGE).await?;
        events.reverse();
        let role = self.role_at(&change.instance).await?.ok_or(ServiceError::NotFound)?;
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
            role,
        })
    }

    pub async fn list_audit(
        &self,
        filter: &AuditFilter,
    ) -> Result<Vec<RecordedEvent>, ServiceError> {
        let filter = self.shown(filter);
        Ok(self.portal.store().list_audit(&self.who.person.sees(), &filter, AUDIT_PAGE).await?)
    }

    /// Of what concerns no instance, whoever does not see everything is shown their own acts.
    pub(crate) fn shown(&self, filter: &AuditFilter) -> AuditFilter {
        AuditFilter { own: Some(self.who.person.name.clone()), ..filter.clone() }
    }

    /// What this person may do at an instance; `None`: it is not theirs to see.
    pub async fn role_at(&self, key: &InstanceKey) -> Result<Option<Role>, ServiceError> {
        Ok(self.who.person.role_at(&self.portal.store().locate(key).await?))
    }

    /// How many replicas have a duty, such as reading an account.
    pub async fn count_replicas(&self) -> Result<i64, ServiceError> {
        Ok(self.portal.store().count_lease_holders(self.portal.now()).await?)
    }

    pub async fn set_preferences(&self, chosen: Preferences<'_>) -> Result<(), ServiceError> {
        Ok(self.portal.store().set_preferences(self.who.person.id, chosen).await?)
    }

    /// Kinds of notices that the inbox does not keep.
    pub async fn list_muted(&self) -> Result<BTreeSet<NoticeKind>, ServiceError> {
        Ok(self.portal.store().list_muted(self.who.person.id).await?)
    }

    pub async fn set_muted(&self, muted: &BTreeSet<NoticeKind>) -> Result<(), ServiceError> {
        Ok(self.portal.store().set_muted(self.who.person.id, muted).await?)
    }
}
