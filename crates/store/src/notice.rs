//! What a form was told, kept for the one page that shows it.

use domain::time::Timestamp;

use crate::database::on;
use crate::{Error, Store};

impl Store {
    /// `session`: only this session may take it; `None` for somebody who is not signed in.
    pub async fn put_notice(
        &self,
        id: &str,
        session: Option<&str>,
        body: &str,
        expires_at: Timestamp,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| sqlx::query(
            "INSERT INTO notices (id, session, body, expires_at) VALUES ($1, $2, $3, $4)"
        )
        .bind(id)
        .bind(session)
        .bind(body)
        .bind(expires_at.as_millis())
        .execute(c)
        .await
        .map(drop))?;
        tx.commit().await
    }

    /// What was kept for one session is kept for the one that it goes on as.
    pub async fn hand_notices_over(&self, from: &str, to: &str) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| sqlx::query("UPDATE notices SET session = $2 WHERE session = $1")
            .bind(from)
            .bind(to)
            .execute(c)
            .await
            .map(drop))?;
        tx.commit().await
    }

    /// Hands a notice out once.
    pub async fn take_notice(
        &self,
        id: &str,
        session: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<String>, Error> {
        let mut tx = self.write().await?;
        let body: Option<String> = on!(tx, |c| {
            sqlx::query_scalar(
            "DELETE FROM notices WHERE id = $1 AND (session IS NULL OR session = $2) AND expires_at > $3
             RETURNING body"
        )
        .bind(id)
        .bind(session)
        .bind(now.as_millis())
        .fetch_optional(c)
        .await
        })?;
        tx.commit().await?;
        Ok(body)
    }
}
