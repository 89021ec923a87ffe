//! What people were shown before they confirmed.

use domain::id::{ReviewId, UserId};
use domain::review::Review;
use domain::time::Timestamp;

use crate::database::{Tx, on};
use crate::{Error, Store, json};

pub(crate) async fn save(tx: &mut Tx, review: &Review) -> Result<(), Error> {
    let body = json::write(review)?;
    on!(tx, |c| sqlx::query(
        "INSERT INTO reviews (id, person, taken_at, body) VALUES ($1, $2, $3, $4)"
    )
    .bind(review.id.to_string())
    .bind(review.person.to_string())
    .bind(review.taken_at.as_millis())
    .bind(body)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

impl Store {
    pub async fn save_review(&self, review: &Review) -> Result<(), Error> {
        let mut tx = self.write().await?;
        save(&mut tx, review).await?;
        tx.commit().await
    }

    /// Only the person it was shown to has it.
    pub async fn find_review(&self, id: ReviewId, person: UserId) -> Result<Option<Review>, Error> {
        let mut db = self.read().await?;
        let body: Option<String> = on!(db, |c| sqlx::query_scalar(
            "SELECT body FROM reviews WHERE id = $1 AND person = $2"
        )
        .bind(id.to_string())
        .bind(person.to_string())
        .fetch_optional(c)
        .await)?;
        json::read_opt("review", body.as_deref())
    }

    /// Those that this person was shown since then, and neither asked for a change by nor drafted a batch of.
    pub async fn count_pending_reviews(
        &self,
        person: UserId,
        since: Timestamp,
    ) -> Result<i64, Error> {
        let mut db = self.read().await?;
        Ok(on!(db, |c| {
            sqlx::query_scalar(
            "SELECT COUNT(*) FROM reviews WHERE person = $1 AND taken_at >= $2
               AND id NOT IN (SELECT review FROM changes WHERE requested_by = $1 AND requested_at >= $2)
               AND id NOT IN (SELECT i.review FROM batch_items i JOIN batches b ON b.id = i.batch
                              WHERE b.requested_by = $1 AND b.created_at >= $2)"
        )
        .bind(person.to_string())
        .bind(since.as_millis())
        .fetch_one(c)
        .await
        })?)
    }

    /// Those that an open change stands on are kept.
    pub async fn prune_reviews(&self, before: Timestamp) -> Result<u64, Error> {
        let mut tx = self.write().await?;
        let rows = on!(tx, |c| {
            sqlx::query(
            "DELETE FROM reviews WHERE taken_at < $1 AND id NOT IN (SELECT review FROM changes WHERE open)
               AND id NOT IN (SELECT i.review FROM batch_items i JOIN batches b ON b.id = i.batch
                              WHERE b.state IN ('running', 'paused'))"
        )
            .bind(before.as_millis())
            .execute(c)
            .await
            .map(|done| done.rows_affected())
        })?;
        tx.commit().await?;
        Ok(rows)
    }
}
