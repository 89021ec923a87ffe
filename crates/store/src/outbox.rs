//! What the webhook still has to be told, and how that went.
//!
//! Whoever takes a delivery moves its next try in the same statement, so that of several replicas one tries; and if that
//! one dies, the next try comes by itself. So each is delivered at least once, with the same id each time.

use std::time::Duration;

use domain::inbox::Notice;
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::database::on;
use crate::{Error, Store, json};

/// One notice on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The notice's, and the same for every try.
    pub id: String,
    pub notice: Notice,
    pub created_at: Timestamp,
    pub next_try_at: Timestamp,
    pub tries: i32,
    pub last_try_at: Option<Timestamp>,
    /// A stable word: `http-200`, `http-500`, `address-refused`, `not-reached`, …
    pub last_outcome: Option<String>,
    pub delivered_at: Option<Timestamp>,
    pub given_up_at: Option<Timestamp>,
}

/// What comes after a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterTry {
    Delivered,
    Again(Timestamp),
    GivenUp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT o.notice, n.body, o.created_at, o.next_try_at, o.tries, o.last_try_at, o.last_outcome,
                    o.delivered_at, o.given_up_at
             FROM outbox o JOIN inbox_notices n ON n.id = o.notice ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    notice: String,
    body: String,
    created_at: i64,
    next_try_at: i64,
    tries: i32,
    last_try_at: Option<i64>,
    last_outcome: Option<String>,
    delivered_at: Option<i64>,
    given_up_at: Option<i64>,
}

impl Store {
    /// Takes what is due, the oldest first. Nobody else gets it before `again`.
    pub async fn take_due_deliveries(
        &self,
        now: Timestamp,
        again: Duration,
        limit: i64,
    ) -> Result<Vec<Delivery>, Error> {
        let mut db = self.read().await?;
        let due: Vec<Row> = on!(db, |c| {
            sqlx::query_as(select!(
                "WHERE o.delivered_at IS NULL AND o.given_up_at IS NULL AND o.next_try_at <= $1
                 ORDER BY o.next_try_at, o.notice LIMIT $2"
            ))
            .bind(now.as_millis())
            .bind(limit)
            .fetch_all(c)
            .await
        })?;
        drop(db);
        let mut taken = Vec::new();
        for row in due {
            let mut tx = self.write().await?;
            let mine = on!(tx, |c| {
                sqlx::query(
                    "UPDATE outbox SET next_try_at = $3, tries = tries + 1, last_try_at = $4
                     WHERE notice = $1 AND next_try_at = $2 AND delivered_at IS NULL AND given_up_at IS NULL",
                )
                .bind(&row.notice)
                .bind(row.next_try_at)
                .bind(now.plus(again).as_millis())
                .bind(now.as_millis())
                .execute(c)
                .await
                .map(|done| done.rows_affected() == 1)
            })?;
            tx.commit().await?;
            if mine {
                let taking = Row {
                    tries: row.tries.saturating_add(1),
                    next_try_at: now.plus(again).as_millis(),
                    last_try_at: Some(now.as_millis()),
                    ..row
                };
                taken.push(taking.try_into()?);
            }
        }
        Ok(taken)
    }

    /// How a try ended. One that somebody else made after it counts.
    pub async fn note_delivery(
        &self,
        taken: &Delivery,
        outcome: &str,
        after: AfterTry,
        at: Timestamp,
    ) -> Result<(), Error> {
        let at = at.as_millis();
        let (next, delivered, given_up) = match after {
            AfterTry::Delivered => (at, Some(at), None),
            AfterTry::Again(next) => (next.as_millis(), None, None),
            AfterTry::GivenUp => (at, None, Some(at)),
        };
        let mut tx = self.write().await?;
        on!(tx, |c| {
            sqlx::query(
                "UPDATE outbox SET last_outcome = $3, next_try_at = $4, delivered_at = $5, given_up_at = $6
                 WHERE notice = $1 AND delivered_at IS NULL AND (tries = $2 OR $5 IS NOT NULL)",
            )
            .bind(&taken.id)
            .bind(taken.tries)
            .bind(outcome)
            .bind(next)
            .bind(delivered)
            .bind(given_up)
            .execute(c)
            .await
            .map(drop)
        })?;
        tx.commit().await
    }

    /// The newest first.
    pub async fn list_deliveries(&self, limit: i64) -> Result<Vec<Delivery>, Error> {
        let mut db = self.read().await?;
        let rows: Vec<Row> = on!(db, |c| {
            sqlx::query_as(select!("ORDER BY o.created_at DESC, o.notice LIMIT $1"))
                .bind(limit)
                .fetch_all(c)
                .await
        })?;
        rows.into_iter().map(TryInto::try_into).collect()
    }
}

impl TryFrom<Row> for Delivery {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            notice: json::read("notice", &row.body)?,
            id: row.notice,
            created_at: Timestamp::from_millis(row.created_at),
            next_try_at: Timestamp::from_millis(row.next_try_at),
            tries: row.tries,
            last_try_at: row.last_try_at.map(Timestamp::from_millis),
            last_outcome: row.last_outcome,
            delivered_at: row.delivered_at.map(Timestamp::from_millis),
            given_up_at: row.given_up_at.map(Timestamp::from_millis),
        })
    }
}
