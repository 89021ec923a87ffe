//! Passkeys of local users, and what their authenticators were asked.
//!
//! A challenge is taken once, by the session that it was made for; a passkey is as it was seen, or is not used.

use domain::audit::AuditEvent;
use domain::id::{PasskeyId, UserId};
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::database::on;
use crate::{Error, Store, audit, json};

/// More than anybody keeps an overview of.
pub const MOST: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyRow {
    pub id: PasskeyId,
    /// As the authenticator names it.
    pub credential: String,
    /// As its owner names it.
    pub name: String,
    /// The public key and the counter, as whoever checks signatures wrote them.
    pub body: String,
    pub created_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

/// For what an authenticator is asked. The answer to one is none to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChallengePurpose {
    Add,
    Prove,
}

impl ChallengePurpose {
    const fn code(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Prove => "prove",
        }
    }
}

#[derive(FromRow)]
struct Row {
    id: String,
    credential: String,
    name: String,
    body: String,
    created_at: i64,
    used_at: Option<i64>,
}

impl Store {
    /// Oldest first.
    pub async fn list_passkeys(&self, user: UserId) -> Result<Vec<PasskeyRow>, Error> {
        let mut db = self.read().await?;
        let rows: Vec<Row> = on!(db, |c| sqlx::query_as(
            "SELECT id, credential, name, body, created_at, used_at FROM passkeys
             WHERE user_id = $1 ORDER BY created_at, id"
        )
        .bind(user.to_string())
        .fetch_all(c)
        .await)?;
        let read = |row: Row| {
            Ok(PasskeyRow {
                id: json::word("passkey id", &row.id)?,
                credential: row.credential,
                name: row.name,
                body: row.body,
                created_at: Timestamp::from_millis(row.created_at),
                used_at: row.used_at.map(Timestamp::from_millis),
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// `Conflict`: this one is registered already, with whomever, or there are too many.
    pub async fn add_passkey(
        &self,
        user: UserId,
        row: &PasskeyRow,
        event: &AuditEvent,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let rows = on!(tx, |c| {
            sqlx::query(
                "INSERT INTO passkeys (id, user_id, credential, name, body, created_at)
                 SELECT $1, $2, $3, $4, $5, $6
                 WHERE (SELECT COUNT(*) FROM passkeys WHERE user_id = $2) < $7
                 ON CONFLICT (credential) DO NOTHING",
            )
            .bind(row.id.to_string())
            .bind(user.to_string())
            .bind(&row.credential)
            .bind(&row.name)
            .bind(&row.body)
            .bind(row.created_at.as_millis())
            .bind(i64::try_from(MOST).unwrap_or(i64::MAX))
            .execute(c)
            .await
            .map(|done| done.rows_affected())
        })?;
        if rows != 1 {
            return Err(Error::Conflict);
        }
        audit::append(&mut tx, event).await?;
        tx.commit().await
    }

    /// `false`: this person has none of this id.
    pub async fn rename_passkey(
        &self,
        user: UserId,
        id: PasskeyId,
        name: &str,
        event: &AuditEvent,
    ) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        let rows = on!(tx, |c| {
            sqlx::query("UPDATE passkeys SET name = $3 WHERE id = $2 AND user_id = $1")
                .bind(user.to_string())
                .bind(id.to_string())
                .bind(name)
                .execute(c)
                .await
                .map(|done| done.rows_affected())
        })?;
        audit::commit_one(tx, rows, event).await
    }

    /// `false`: this person has none of this id.
    pub async fn remove_passkey(
        &self,
        user: UserId,
        id: PasskeyId,
        event: &AuditEvent,
    ) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        let rows = on!(tx, |c| {
            sqlx::query("DELETE FROM passkeys WHERE id = $2 AND user_id = $1")
                .bind(user.to_string())
                .bind(id.to_string())
                .execute(c)
                .await
                .map(|done| done.rows_affected())
        })?;
        audit::commit_one(tx, rows, event).await
    }

    /// Notes that it signed, and its new counter. `false`: it is not as it was seen, so that of two answers one counts.
    pub async fn use_passkey(
        &self,
        user: UserId,
        seen: &PasskeyRow,
        body: &str,
        at: Timestamp,
    ) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        let rows = on!(tx, |c| {
            sqlx::query(
                "UPDATE passkeys SET body = $4, used_at = $5
                 WHERE id = $2 AND user_id = $1 AND body = $3",
            )
            .bind(user.to_string())
            .bind(seen.id.to_string())
            .bind(&seen.body)
            .bind(body)
            .bind(at.as_millis())
            .execute(c)
            .await
            .map(|done| done.rows_affected())
        })?;
        tx.commit().await?;
        Ok(rows == 1)
    }

    /// In place of what this session was asked for the same purpose. What is over, with anybody, is forgotten.
    pub async fn put_passkey_challenge(
        &self,
        user: UserId,
        session: &str,
        purpose: ChallengePurpose,
        body: &str,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| sqlx::query("DELETE FROM passkey_challenges WHERE expires_at <= $1")
            .bind(now.as_millis())
            .execute(c)
            .await
            .map(drop))?;
        on!(tx, |c| {
            sqlx::query(
                "INSERT INTO passkey_challenges (user_id, session, purpose, body, expires_at)
                 VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (user_id, session, purpose) DO UPDATE SET body = $4, expires_at = $5",
            )
            .bind(user.to_string())
            .bind(session)
            .bind(purpose.code())
            .bind(body)
            .bind(expires_at.as_millis())
            .execute(c)
            .await
            .map(drop)
        })?;
        tx.commit().await
    }

    /// Hands it out once, in time.
    pub async fn take_passkey_challenge(
        &self,
        user: UserId,
        session: &str,
        purpose: ChallengePurpose,
        now: Timestamp,
    ) -> Result<Option<String>, Error> {
        let mut tx = self.write().await?;
        let body: Option<String> = on!(tx, |c| {
            sqlx::query_scalar(
                "DELETE FROM passkey_challenges
                 WHERE user_id = $1 AND session = $2 AND purpose = $3 AND expires_at > $4
                 RETURNING body",
            )
            .bind(user.to_string())
            .bind(session)
            .bind(purpose.code())
            .bind(now.as_millis())
            .fetch_optional(c)
            .await
        })?;
        tx.commit().await?;
        Ok(body)
    }
}
