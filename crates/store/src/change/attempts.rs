//! Signed calls and the reads after them.

use domain::change::{Attempt, ReadBack, SendOutcome};
use domain::id::{AttemptId, ChangeId, CloudCode, RequestId};
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::database::{Tx, on};
use crate::{Error, Store, json};

/// How a signed call ended.
#[derive(Debug)]
pub struct AttemptResult<'a> {
    pub id: AttemptId,
    pub outcome: SendOutcome,
    pub cloud_request_id: Option<&'a RequestId>,
    pub cloud_code: Option<&'a CloudCode>,
    pub http_status: Option<u16>,
    pub at: Timestamp,
}

#[derive(FromRow)]
struct Row {
    id: String,
    change_id: String,
    number: i32,
    nonce: String,
    signed_at: i64,
    call: String,
    outcome: Option<String>,
    cloud_request_id: Option<String>,
    cloud_code: Option<String>,
    http_status: Option<i32>,
    finished_at: Option<i64>,
}

/// A call follows another only after proof that the one before changed nothing; anything else is a conflict.
pub(super) async fn open(tx: &mut Tx, attempt: &Attempt) -> Result<(), Error> {
    let call = json::write(&attempt.call)?;
    let opened = on!(tx, |c| {
        sqlx::query(
        "INSERT INTO attempts (id, change_id, number, nonce, signed_at, call)
         SELECT $1, $2, $3, $4, $5, $6
         WHERE NOT EXISTS (
            SELECT 1 FROM attempts
            WHERE change_id = $2
                AND (outcome IS NULL OR outcome NOT IN ('throttled', 'clock-wrong', 'denied', 'not-sent')))"
    )
    .bind(attempt.id.to_string())
    .bind(attempt.change.to_string())
    .bind(attempt.number)
    .bind(&attempt.nonce)
    .bind(attempt.signed_at.as_millis())
    .bind(call)
    .execute(c)
    .await
    .map(|done| done.rows_affected() == 1)
    })?;
    if opened { Ok(()) } else { Err(Error::Conflict) }
}

/// An attempt ends once: a second ending is a conflict.
pub(super) async fn finish(tx: &mut Tx, result: &AttemptResult<'_>) -> Result<(), Error> {
    let finished = on!(tx, |c| {
        sqlx::query(
        "UPDATE attempts SET outcome = $2, cloud_request_id = $3, cloud_code = $4, http_status = $5, finished_at = $6
         WHERE id = $1 AND outcome IS NULL"
    )
    .bind(result.id.to_string())
    .bind(result.outcome.code())
    .bind(result.cloud_request_id.map(RequestId::as_str))
    .bind(result.cloud_code.map(CloudCode::as_str))
    .bind(result.http_status.map(i32::from))
    .bind(result.at.as_millis())
    .execute(c)
    .await
    .map(|done| done.rows_affected() == 1)
    })?;
    if finished { Ok(()) } else { Err(Error::Conflict) }
}

pub(super) async fn add_read_back(
    tx: &mut Tx,
    change: ChangeId,
    read_back: &ReadBack,
) -> Result<(), Error> {
    let body = json::write(read_back)?;
    on!(tx, |c| sqlx::query(
        "INSERT INTO read_backs (change_id, number, body)
         SELECT $1, COALESCE(MAX(number), 0) + 1, $2 FROM read_backs WHERE change_id = $1"
    )
    .bind(change.to_string())
    .bind(body)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

impl Store {
    /// In the order they were made.
    pub async fn list_attempts(&self, change: ChangeId) -> Result<Vec<Attempt>, Error> {
        let mut db = self.read().await?;
        let rows: Vec<Row> = on!(db, |c| {
            sqlx::query_as(
            "SELECT id, change_id, number, nonce, signed_at, call, outcome, cloud_request_id, cloud_code,
                    http_status, finished_at
             FROM attempts WHERE change_id = $1 ORDER BY number"
        )
        .bind(change.to_string())
        .fetch_all(c)
        .await
        })?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// In the order they were made.
    pub async fn list_read_backs(&self, change: ChangeId) -> Result<Vec<ReadBack>, Error> {
        let mut db = self.read().await?;
        let bodies: Vec<String> = on!(db, |c| sqlx::query_scalar(
            "SELECT body FROM read_backs WHERE change_id = $1 ORDER BY number"
        )
        .bind(change.to_string())
        .fetch_all(c)
        .await)?;
        bodies.iter().map(|body| json::read("read-back", body)).collect()
    }

    /// Keeps a read that did not move the change.
    pub async fn record_read_back(
        &self,
        change: ChangeId,
        read_back: &ReadBack,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        add_read_back(&mut tx, change, read_back).await?;
        tx.commit().await
    }
}

impl TryFrom<Row> for Attempt {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: json::word("attempt id", &row.id)?,
            change: json::word("change id", &row.change_id)?,
            number: row.number,
            nonce: row.nonce,
            signed_at: Timestamp::from_millis(row.signed_at),
            call: json::read("call", &row.call)?,
            outcome: json::word_opt("outcome", row.outcome.as_deref())?,
            cloud_request_id: json::word_opt("cloud request id", row.cloud_request_id.as_deref())?,
            cloud_code: json::word_opt("cloud error code", row.cloud_code.as_deref())?,
            http_status: row.http_status.and_then(|status| u16::try_from(status).ok()),
            finished_at: row.finished_at.map(Timestamp::from_millis),
        })
    }
}
