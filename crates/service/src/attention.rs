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
    /// What is switched off for now.
    pub freeze: Option<Freeze>,
}

impl Portal {
    pub async fn attention(&self, who: &SignedIn) -> Result<Attention, ServiceError> {
        let overdue = self.list_overdue().await?;
        let freeze = Some(self.policy().await?.policy.freeze).filter(|on| *on != Freeze::None);
        if !who.person.role.covers(Role::Approver) {
            return Ok(Attention { overdue, freeze, ..Attention::default() });
        }
        let (store, scope) = (self.store(), &who.person.scope);
        let others = |change: &Change| change.requested_by != who.person.id;
        let mut emergencies = store.list_unseen_emergencies(scope, SHOWN).await?;
        emergencies.retain(others);
        let waiting = store.list_waiting_changes(scope, SHOWN).await?;
        let waiting = waiting.iter().filter(|change| others(change)).count();
        Ok(Attention { overdue, emergencies, waiting, freeze })
    }
}
