//! An event as it is stored, and the bytes of it that are sealed.

use domain::audit::{Actor, AuditEvent, RecordedEvent};
use domain::id::InstanceKey;
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::database::{Tx, on};
use crate::fleet::stored_text;
use crate::{Error, json};

/// What is sealed begins with this, so that a seal of another kind of thing is none of a row.
const KIND: &[u8] = b"latchkey audit row 1";

#[derive(Debug, Clone, FromRow)]
pub(super) struct Row {
    /// Given by the database.
    pub sequence: i64,
    pub epoch: i64,
    /// From 1 within its epoch; none in epoch 0.
    pub position: Option<i64>,
    pub mac: Option<String>,
    pub at: i64,
    pub code: String,
    pub outcome: String,
    pub actor: String,
    pub actor_name: Option<String>,
    pub session: Option<String>,
    pub address: Option<String>,
    pub account: Option<String>,
    pub region: Option<String>,
    pub instance: Option<String>,
    pub change_id: Option<String>,
    pub reason: Option<String>,
    pub before: Option<String>,
    pub after: Option<String>,
    pub cloud_request_id: Option<String>,
    pub detail: String,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT sequence, epoch, position, mac, at, code, outcome, actor, actor_name, session, address, account,
                    region, instance, change_id, reason, before, after, cloud_request_id, detail
             FROM audit_events ",
            $rest
        )
    };
}

pub(super) use select;

impl Row {
    /// Not yet in the chain.
    pub fn of(event: &AuditEvent) -> Result<Self, Error> {
        let actor_name = match &event.actor {
            Actor::Person { name, .. } => Some(name.to_string()),
            Actor::Portal | Actor::CommandLine | Actor::Anonymous => None,
        };
        let instance = event.instance.as_ref();
        let text = |text: &Option<String>| text.as_deref().map(stored_text);
        Ok(Self {
            sequence: 0,
            epoch: 0,
            position: None,
            mac: None,
            at: event.at.as_millis(),
            code: event.code.code().to_owned(),
            outcome: event.outcome.code().to_owned(),
            actor: json::write(&event.actor)?,
            actor_name,
            session: text(&event.session),
            address: text(&event.address),
            account: instance.map(|key| key.account.to_string()),
            region: instance.map(|key| key.region.to_string()),
            instance: instance.map(|key| key.id.to_string()),
            change_id: event.change.map(|id| id.to_string()),
            reason: text(&event.reason),
            before: text(&event.before),
            after: text(&event.after),
            cloud_request_id: event.cloud_request_id.as_ref().map(ToString::to_string),
            detail: json::write(&event.detail)?,
        })
    }

    /// Every column but the sequence and the seal, each with its length, in this order for ever. The sequence is the
    /// database's own; that it grows with the place is checked beside the seals.
    pub fn bytes(&self, epoch: i64, position: i64) -> Vec<u8> {
        let mut bytes = KIND.to_vec();
        for number in [epoch, position, self.at] {
            bytes.extend(number.to_be_bytes());
        }
        for text in [
            Some(&self.code),
            Some(&self.outcome),
            Some(&self.actor),
            self.actor_name.as_ref(),
            self.session.as_ref(),
            self.address.as_ref(),
            self.account.as_ref(),
            self.region.as_ref(),
            self.instance.as_ref(),
            self.change_id.as_ref(),
            self.reason.as_ref(),
            self.before.as_ref(),
            self.after.as_ref(),
            self.cloud_request_id.as_ref(),
            Some(&self.detail),
        ] {
            match text {
                None => bytes.push(0),
                Some(text) => {
                    bytes.push(1);
                    bytes.extend(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
                    bytes.extend(text.as_bytes());
                }
            }
        }
        bytes
    }

    pub async fn insert(&self, tx: &mut Tx) -> Result<(), Error> {
        on!(tx, |c| {
            sqlx::query(
            "INSERT INTO audit_events
                (epoch, position, mac, at, code, outcome, actor, actor_name, session, address, account, region, instance,
                 change_id, reason, before, after, cloud_request_id, detail)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)"
        )
        .bind(self.epoch)
        .bind(self.position)
        .bind(self.mac.as_deref())
        .bind(self.at)
        .bind(&self.code)
        .bind(&self.outcome)
        .bind(&self.actor)
        .bind(self.actor_name.as_deref())
        .bind(self.session.as_deref())
        .bind(self.address.as_deref())
        .bind(self.account.as_deref())
        .bind(self.region.as_deref())
        .bind(self.instance.as_deref())
        .bind(self.change_id.as_deref())
        .bind(self.reason.as_deref())
        .bind(self.before.as_deref())
        .bind(self.after.as_deref())
        .bind(self.cloud_request_id.as_deref())
        .bind(&self.detail)
        .execute(c)
        .await
        .map(drop)
        })?;
        Ok(())
    }
}

impl TryFrom<Row> for RecordedEvent {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let instance = match (row.account, row.region, row.instance) {
            (Some(account), Some(region), Some(id)) => Some(InstanceKey {
                account: json::word("account name", &account)?,
                region: json::word("region id", &region)?,
                id: json::word("instance id", &id)?,
            }),
            _ => None,
        };
        Ok(Self {
            sequence: row.sequence,
            epoch: row.epoch,
            position: row.position,
            mac: row.mac,
            event: AuditEvent {
                at: Timestamp::from_millis(row.at),
                code: json::word("audit code", &row.code)?,
                outcome: json::word("outcome", &row.outcome)?,
                actor: json::read("actor", &row.actor)?,
                session: row.session,
                address: row.address,
                instance,
                change: json::word_opt("change id", row.change_id.as_deref())?,
                reason: row.reason,
                before: row.before,
                after: row.after,
                cloud_request_id: json::word_opt(
                    "cloud request id",
                    row.cloud_request_id.as_deref(),
                )?,
                detail: json::read("detail", &row.detail)?,
            },
        })
    }
}
