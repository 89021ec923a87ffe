//! Links by which somebody sets a new password, once; and passwords.
//!
//! Of a link only the hash of its secret is stored. A new password ends the sessions that were made with the old one, in
//! the same transaction.

use domain::audit::AuditEvent;
use domain::id::UserId;
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::database::{Tx, on};
use crate::user::{Row as UserRow, User, columns};
use crate::{Error, Store, audit, session};

/// A link to store.
#[derive(Debug)]
pub struct NewResetLink<'a> {
    pub token_hash: &'a str,
    pub user: UserId,
    pub expires_at: Timestamp,
}

#[derive(FromRow)]
struct Found {
    #[sqlx(flatten)]
    user: UserRow,
}

impl Store {
    /// Stores a link in place of every other of this person, and ends their sessions.
    pub async fn make_reset_link(
        &self,
        link: &NewResetLink<'_>,
        event: &AuditEvent,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        forget(&mut tx, link.user).await?;
        on!(tx, |c| {
            sqlx::query(
            "INSERT INTO reset_links (token_hash, user_id, made_at, expires_at) VALUES ($1, $2, $3, $4)"
        )
        .bind(link.token_hash)
        .bind(link.user.to_string())
        .bind(event.at.as_millis())
        .bind(link.expires_at.as_millis())
        .execute(c)
        .await
        .map(drop)
        })?;
        session::revoke_all(&mut tx, link.user, None, event.at).await?;
        audit::append(&mut tx, event).await?;
        tx.commit().await
    }

    /// Whose link it is, if it still does.
    pub async fn find_reset_link(
        &self,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<Option<User>, Error> {
        let mut db = self.read().await?;
        let found: Option<Found> = on!(db, |c| {
            sqlx::query_as(concat!(
                "SELECT ",
                columns!(),
                " FROM reset_links l JOIN users u ON u.id = l.user_id
                 WHERE l.token_hash = $1 AND l.expires_at > $2 AND u.disabled_at IS NULL"
            ))
            .bind(token_hash)
            .bind(now.as_millis())
            .fetch_optional(c)
            .await
        })?;
        found.map(|found| found.user.try_into()).transpose()
    }

    /// Sets a password by a link, which is gone then, with all sessions of the person. `false`: it was gone already.
    pub async fn use_reset_link(
        &self,
        token_hash: &str,
        password_hash: &str,
        event: &AuditEvent,
    ) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        let user: Option<String> = on!(tx, |c| sqlx::query_scalar(
            "DELETE FROM reset_links WHERE token_hash = $1 AND expires_at > $2
                AND user_id IN (SELECT id FROM users WHERE disabled_at IS NULL)
             RETURNING user_id"
        )
        .bind(token_hash)
        .bind(event.at.as_millis())
        .fetch_optional(c)
        .await)?;
        let Some(user) = user else { return Ok(false) };
        let user: UserId = crate::json::word("user id", &user)?;
        set_password(&mut tx, user, password_hash).await?;
        session::revoke_all(&mut tx, user, None, event.at).await?;
        audit::append(&mut tx, event).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Sets a password and ends every session of the person but this one. `seen`: the hash that was verified; where it is
    /// another one by now, `false`, and nothing was written.
    pub async fn change_password(
        &self,
        user: UserId,
        seen: &str,
        password_hash: &str,
        keep: &str,
        event: &AuditEvent,
    ) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        let changed = on!(tx, |c| sqlx::query(
            "UPDATE users SET password_hash = $3
             WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL"
        )
        .bind(user.to_string())
        .bind(seen)
        .bind(password_hash)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))?;
        if !changed {
            return Ok(false);
        }
        forget(&mut tx, user).await?;
        session::revoke_all(&mut tx, user, Some(keep), event.at).await?;
        audit::append(&mut tx, event).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Forgets links that are over.
    pub async fn prune_reset_links(&self, now: Timestamp) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| sqlx::query("DELETE FROM reset_links WHERE expires_at <= $1")
            .bind(now.as_millis())
            .execute(c)
            .await
            .map(drop))?;
        tx.commit().await
    }
}

async fn set_password(tx: &mut Tx, user: UserId, hash: &str) -> Result<(), Error> {
    on!(tx, |c| sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1")
        .bind(user.to_string())
        .bind(hash)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

pub(crate) async fn forget(tx: &mut Tx, user: UserId) -> Result<(), Error> {
    on!(tx, |c| sqlx::query("DELETE FROM reset_links WHERE user_id = $1")
        .bind(user.to_string())
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
