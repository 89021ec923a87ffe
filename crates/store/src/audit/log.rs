//! Every row of the audit as an event of the log, once it is committed: shipping the log keeps it on another system.
//!
//! Under the target `audit`, with the row's place and seal, so that a row that is later changed, or cut off with the key at
//! hand, differs from what was shipped. Only words and names that the portal made or checked: no reason, no detail, nothing
//! that a person typed. Within a request the event has its number, as all that is logged there.

use domain::audit::{Actor, AuditEvent};

use super::row::Row;

/// A row in its place, as far as the log says it.
#[derive(Debug)]
pub(crate) struct Sealed {
    row: Row,
    actor: &'static str,
}

impl Sealed {
    pub(super) fn of(row: Row, event: &AuditEvent) -> Self {
        let actor = match event.actor {
            Actor::Portal => "portal",
            Actor::Person { .. } => "person",
            Actor::CommandLine => "command-line",
            Actor::Anonymous => "anonymous",
        };
        Self { row, actor }
    }

    /// Called when it is committed.
    pub fn log(&self) {
        let Row { epoch, position, mac, at, code, outcome, .. } = &self.row;
        let Row { actor_name, session, address, account, region, instance, .. } = &self.row;
        let Row { change_id, cloud_request_id, .. } = &self.row;
        tracing::info!(
            target: "audit",
            epoch,
            position,
            seal = mac,
            at,
            code,
            outcome,
            actor = self.actor,
            name = actor_name,
            session,
            address,
            account,
            region,
            instance,
            change = change_id,
            cloud_request = cloud_request_id,
            "recorded"
        );
    }
}
