//! A change as a row.

use std::time::Duration;

use domain::change::Change;
use domain::id::InstanceKey;
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::{Error, json};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, account, region, instance, name, environment, target, expected_prior, state, version, ending,
                    requested_by, requested_by_name, reason, cause, lasts_ms,
                    start_at, break_glass, puts_back, review, preflight, cloud_request_id,
                    requested_at, updated_at
             FROM changes ",
            $rest
        )
    };
}

pub(super) use select;

#[derive(FromRow)]
pub(super) struct Row {
    id: String,
    account: String,
    region: String,
    instance: String,
    name: String,
    environment: String,
    target: String,
    expected_prior: String,
    state: String,
    version: i64,
    ending: Option<String>,
    requested_by: String,
    requested_by_name: String,
    reason: Option<String>,
    cause: String,
    lasts_ms: Option<i64>,
    start_at: Option<i64>,
    break_glass: bool,
    puts_back: Option<String>,
    review: String,
    preflight: Option<String>,
    cloud_request_id: Option<String>,
    requested_at: i64,
    updated_at: i64,
}

impl TryFrom<Row> for Change {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: json::word("change id", &row.id)?,
            instance: InstanceKey {
                account: json::word("account name", &row.account)?,
                region: json::word("region id", &row.region)?,
                id: json::word("instance id", &row.instance)?,
            },
            name: row.name.into(),
            environment: json::word("environment", &row.environment)?,
            to: json::word("access", &row.target)?,
            expected_prior: json::word("access state", &row.expected_prior)?,
            state: json::word("change state", &row.state)?,
            ending: json::read_opt("ending", row.ending.as_deref())?,
            version: row.version,
            requested_by: json::word("user id", &row.requested_by)?,
            requested_by_name: json::word("user name", &row.requested_by_name)?,
            reason: json::word_opt("reason", row.reason.as_deref())?,
            cause: json::word("cause", &row.cause)?,
            lasts: row.lasts_ms.map(|ms| Duration::from_millis(ms.try_into().unwrap_or(0))),
            start_at: row.start_at.map(Timestamp::from_millis),
            break_glass: row.break_glass,
            puts_back: json::word_opt("change id", row.puts_back.as_deref())?,
            review: json::word("review id", &row.review)?,
            preflight: json::read_opt("preflight", row.preflight.as_deref())?,
            cloud_request_id: json::word_opt("cloud request id", row.cloud_request_id.as_deref())?,
            requested_at: Timestamp::from_millis(row.requested_at),
            updated_at: Timestamp::from_millis(row.updated_at),
        })
    }
}
