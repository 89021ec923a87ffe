//! People whom somebody else vouches for: found by who says so and what it calls them, never by a name or an address.

use domain::audit::AuditEvent;
use domain::id::{UserId, UserName};
use domain::person::Role;
use domain::time::Timestamp;

use crate::database::on;
use crate::{Error, Store, audit, json};

/// What stands in place of a password where there is none: no password fits it.
pub const NO_PASSWORD: &str = "none";

/// Who somebody is to whoever vouches for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity<'a> {
    pub issuer: &'a str,
    pub subject: &'a str,
}

impl Store {
    pub async fn find_identity(&self, identity: Identity<'_>) -> Result<Option<UserId>, Error> {
        let mut db = self.read().await?;
        let id: Option<String> = on!(db, |c| sqlx::query_scalar(
            "SELECT user_id FROM identities WHERE issuer = $1 AND subject = $2"
        )
        .bind(identity.issuer)
        .bind(identity.subject)
        .fetch_optional(c)
        .await)?;
        json::word_opt("user id", id.as_deref())
    }

    /// Who vouches for somebody; nobody for local users.
    pub async fn find_issuer_of(&self, user: UserId) -> Result<Option<String>, Error> {
        let mut db = self.read().await?;
        Ok(on!(db, |c| sqlx::query_scalar("SELECT issuer FROM identities WHERE user_id = $1")
            .bind(user.to_string())
            .fetch_optional(c)
            .await)?)
    }

    /// A person without a password. `Conflict`: the name is taken, or the identity came in meanwhile.
    pub async fn add_vouched_user(
        &self,
        id: UserId,
        name: &UserName,
        role: Option<Role>,
        identity: Identity<'_>,
        event: &AuditEvent,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| {
            sqlx::query(
            "INSERT INTO users (id, name, vouched_role, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)"
        )
        .bind(id.to_string())
        .bind(name.as_str())
        .bind(role.map(Role::code))
        .bind(NO_PASSWORD)
        .bind(event.at.as_millis())
        .execute(c)
        .await
        .map(drop)
        })?;
        on!(tx, |c| {
            sqlx::query(
                "INSERT INTO identities (issuer, subject, user_id, created_at) VALUES ($1, $2, $3, $4)",
            )
            .bind(identity.issuer)
            .bind(identity.subject)
            .bind(id.to_string())
            .bind(event.at.as_millis())
            .execute(c)
            .await
            .map(drop)
        })?;
        audit::append(&mut tx, event).await?;
        tx.commit().await
    }

    /// The role that whoever vouches for somebody gives them now, beside what admins gave. `None`: none.
    pub async fn set_vouched_role(
        &self,
        user: UserId,
        role: Option<Role>,
        event: &AuditEvent,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| sqlx::query(
            "UPDATE users SET vouched_role = $2, version = version + 1 WHERE id = $1"
        )
        .bind(user.to_string())
        .bind(role.map(Role::code))
        .execute(c)
        .await
        .map(drop))?;
        audit::append(&mut tx, event).await?;
        tx.commit().await
    }

    /// Whoever has no role any more is signed out everywhere. Returns how many sessions ended.
    pub async fn end_vouched_sessions(&self, user: UserId, now: Timestamp) -> Result<u64, Error> {
        let mut tx = self.write().await?;
        let rows = on!(tx, |c| {
            sqlx::query(
            "UPDATE sessions SET revoked_at = $2, body = '{}' WHERE user_id = $1 AND revoked_at IS NULL"
        )
        .bind(user.to_string())
        .bind(now.as_millis())
        .execute(c)
        .await
        .map(|done| done.rows_affected())
        })?;
        tx.commit().await?;
        Ok(rows)
    }
}
