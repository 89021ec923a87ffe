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
