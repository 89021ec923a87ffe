//! Sign-ins under way at a provider: each is taken once, by the browser that began it.

use domain::time::Timestamp;
use sqlx::FromRow;

use crate::database::on;
use crate::{Error, Store};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingSignIn {
    /// Where the person wanted to go.
    pub next: String,
    /// The hash of the session that wants to prove again who it is, if it is that.
    pub session: Option<String>,
    pub started_at: Timestamp,
}

#[derive(FromRow)]
struct Row {
    next: String,
    session: Option<String>,
    started_at: i64,
}

impl Store {
    /// `id_hash` is SHA-256 of what only the browser has. What is over is forgotten.
    pub async fn put_pending_sign_in(
        &self,
        id_hash: &str,
        pending: &PendingSignIn,
        expires_at: Timestamp,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| sqlx::query("DELETE FROM pending_sign_ins WHERE expires_at < $1")
            .bind(pending.started_at.as_millis())
            .execute(c)
            .await
            .map(drop))?;
        on!(tx, |c| {
            sqlx::query(
            "INSERT INTO pending_sign_ins (id_hash, next, session, started_at, expires_at) VALUES ($1, $2, $3, $4, $5)"
        )
        .bind(id_hash)
        .bind(&pending.next)
        .bind(&pending.session)
        .bind(pending.started_at.as_millis())
        .bind(expires_at.as_millis())
        .execute(c)
        .await
        .map(drop)
        })?;
        tx.commit().await
    }

    /// Hands it out once.
    pub async fn take_pending_sign_in(
        &self,
        id_hash: &str,
        now: Timestamp,
    ) -> Result<Option<PendingSignIn>, Error> {
        let mut tx = self.write().await?;
        let row: Option<Row> = on!(tx, |c| {
            sqlx::query_as(
                "DELETE FROM pending_sign_ins WHERE id_hash = $1 AND expires_at > $2
             RETURNING next, session, started_at",
            )
            .bind(id_hash)
            .bind(now.as_millis())
            .fetch_optional(c)
            .await
        })?;
        tx.commit().await?;
        Ok(row.map(|row| PendingSignIn {
            next: row.next,
            session: row.session,
            started_at: Timestamp::from_millis(row.started_at),
        }))
    }
}
