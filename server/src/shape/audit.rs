//! Who did what to what. The same names as in a file of the audit.

use std::collections::BTreeMap;

use domain::audit::{Actor, AuditCode, Outcome, RecordedEvent};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Moment, words};

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AuditList {
    /// The newest first.
    pub events: Vec<AuditEvent>,
    /// For the field `before` of the next request; there is none at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
}

/// One row. Its seal is checked by `latchkey audit verify`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AuditEvent {
    pub sequence: i64,
    pub epoch: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
    pub at: Moment,
    #[schema(value_type = words::AuditCode)]
    pub code: AuditCode,
    #[schema(value_type = words::AuditOutcome)]
    pub outcome: Outcome,
    /// `portal`, `person`, `command-line` or `anonymous`
    pub actor: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The public name of a session, or of a token (`t-…`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// `account/region/id`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_request_id: Option<String>,
    pub detail: BTreeMap<String, String>,
}

impl From<RecordedEvent> for AuditEvent {
    fn from(row: RecordedEvent) -> Self {
        let event = row.event;
        let (actor, person) = match event.actor {
            Actor::Portal => ("portal", None),
            Actor::Person { name, .. } => ("person", Some(name.to_string())),
            Actor::CommandLine => ("command-line", None),
            Actor::Anonymous => ("anonymous", None),
        };
        Self {
            sequence: row.sequence,
            epoch: row.epoch,
            position: row.position,
            seal: row.mac,
            at: event.at.into(),
            code: event.code,
            outcome: event.outcome,
            actor: actor.to_owned(),
            person,
            session: event.session,
            address: event.address,
            instance: event.instance.map(|key| key.to_string()),
            change: event.change.map(|id| id.to_string()),
            reason: event.reason,
            before: event.before,
            after: event.after,
            cloud_request_id: event.cloud_request_id.map(|id| id.to_string()),
            detail: event.detail.into_iter().collect(),
        }
    }
}
