//! What stands at the top of every page until somebody sees to it.

use domain::change::Change;
use domain::person::Role;
use domain::policy::Freeze;
use domain::timebox::ReturnDuty;

use crate::{Portal, ServiceError, SignedIn};

/// More than that, and nobody reads them.
const SHOWN: i64 = 20;

#[derive(Debug, Clone, Default)]
pub struct Attention {
    /// Doors that should be shut by now and are not.
    pub overdue: Vec<ReturnDuty>,
    /// What was done in an emergency and nobody else has looked at: for those who may.
    pub emergencies: Vec<Change>,
    /// How many wishes of others this person may decide on.
    pub waiting: usize,
    /// Notices this person has not read.
    pub unread: i64,
    /// What is switched off for now.
    pub freeze: Option<Freeze>,
}

impl Portal {
    pub async fn attention(&self, who: &SignedIn) -> Result<Attention, ServiceError> {
        let scope = who.person.sees();
        let overdue = self.list_overdue(&scope).await?;
        let freeze = Some(self.policy().await?.policy.freeze).filter(|on| *on != Freeze::None);
        let unread = self.store().count_unread_notices(&scope, who.person.id).await?;
        if !who.person.may_anywhere(Role::Approver) {
            return Ok(Attention { overdue, unread, freeze, ..Attention::default() });
        }
        let (store, scope) = (self.store(), &who.person.scope_of(Role::Approver));
        let others = |change: &Change| change.requested_by != who.person.id;
        let mut emergencies = store.list_unseen_emergencies(scope, SHOWN).await?;
        emergencies.retain(others);
        let waiting = store.list_waiting_changes(scope, SHOWN).await?;
        let waiting = waiting.iter().filter(|change| others(change)).count();
        Ok(Attention { overdue, emergencies, waiting, unread, freeze })
    }
}
