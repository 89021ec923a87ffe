//! Second factors of local users: the sealed secret, the last code that counted, and the recovery codes.

use domain::audit::AuditEvent;
use domain::id::{UserId, UserName};
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::database::{Tx, on};
use crate::{Error, Store, audit, json};

/// What is kept of somebody's second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// Sealed under a key that is not here.
    pub sealed: String,
    /// `None`: begun, and not yet shown to work.
    pub confirmed_at: Option<Timestamp>,
    /// Recovery codes that were not used.
    pub codes_left: i64,
}

#[derive(FromRow)]
struct Row {
    sealed: String,
    confirmed_at: Option<i64>,
    codes_left: i64,
}

impl Store {
    pub async fn find_second_factor(&self, user: UserId) -> Result<Option<SecondFactor>, Error> {
        let mut db = self.read().await?;
        let row: Option<Row> = on!(db, |c| {
            sqlx::query_as(
                "SELECT sealed, confirmed_at,
                    (SELECT COUNT(*) FROM recovery_codes r WHERE r.user_id = f.user_id AND r.used_at IS NULL)
                        AS codes_left
                 FROM second_factors f WHERE user_id = $1",
            )
            .bind(user.to_string())
            .fetch_optional(c)
            .await
        })?;
        Ok(row.map(|row| SecondFactor {
            sealed: row.sealed,
            confirmed_at: row.confirmed_at.map(Timestamp::from_millis),
            codes_left: row.codes_left,
        }))
    }

    /// Begins, or begins anew. `Conflict`: there is one that works.
    pub async fn begin_second_factor(
        &self,
        user: UserId,
        sealed: &str,
        at: Timestamp,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let rows = on!(tx, |c| {
            sqlx::query(
                "INSERT INTO second_factors (user_id, sealed, last_step, created_at) VALUES ($1, $2, 0, $3)
                 ON CONFLICT (user_id) DO UPDATE SET sealed = $2, last_step = 0, created_at = $3
                 WHERE second_factors.confirmed_at IS NULL",
            )
            .bind(user.to_string())
            .bind(sealed)
            .bind(at.as_millis())
            .execute(c)
            .await
            .map(|done| done.rows_affected())
        })?;
        tx.commit().await?;
        if rows == 1 { Ok(()) } else { Err(Error::Conflict) }
    }

    /// It was shown to work, with the code of this step. `Conflict`: it is not the one that was seen, or works already.
    pub async fn confirm_second_factor(
        &self,
        user: UserId,
        seen: &str,
        sealed: &str,
        step: i64,
        code_hashes: &[String],
        event: &AuditEvent,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let rows = on!(tx, |c| {
            sqlx::query(
                "UPDATE second_factors SET sealed = $3, last_step = $4, confirmed_at = $5
                 WHERE user_id = $1 AND sealed = $2 AND confirmed_at IS NULL",
            )
            .bind(user.to_string())
            .bind(seen)
            .bind(sealed)
            .bind(step)
            .bind(event.at.as_millis())
            .execute(c)
            .await
            .map(|done| done.rows_affected())
        })?;
        if rows != 1 {
            return Err(Error::Conflict);
        }
        forget_codes(&mut tx, user).await?;
        for hash in code_hashes {
            on!(tx, |c| sqlx::query(
                "INSERT INTO recovery_codes (user_id, code_hash) VALUES ($1, $2)"
            )
            .bind(user.to_string())
            .bind(hash)
            .execute(c)
            .await
            .map(drop))?;
        }
        audit::append(&mut tx, event).await?;
        tx.commit().await
    }

    /// Uses the code of a step up, and all before it. `false`: one of it or later counted already.
    pub async fn use_step(&self, user: UserId, step: i64) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        let rows = on!(tx, |c| {
            sqlx::query(
                "UPDATE second_factors SET last_step = $2
                 WHERE user_id = $1 AND last_step < $2 AND confirmed_at IS NOT NULL",
            )
            .bind(user.to_string())
            .bind(step)
            .execute(c)
            .await
            .map(|done| done.rows_affected())
        })?;
        tx.commit().await?;
        Ok(rows == 1)
    }

    /// Uses a recovery code up. `false`: there is no such code, or it was used.
    pub async fn use_recovery_code(
        &self,
        user: UserId,
        code_hash: &str,
        event: &AuditEvent,
    ) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        let rows = on!(tx, |c| {
            sqlx::query(
                "UPDATE recovery_codes SET used_at = $3
                 WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL",
            )
            .bind(user.to_string())
            .bind(code_hash)
            .bind(event.at.as_millis())
            .execute(c)
            .await
            .map(|done| done.rows_affected())
        })?;
        audit::commit_one(tx, rows, event).await
    }

    /// `false`: there was none.
    pub async fn remove_second_factor(
        &self,
        user: UserId,
        event: &AuditEvent,
    ) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        let rows = on!(tx, |c| sqlx::query("DELETE FROM second_factors WHERE user_id = $1")
            .bind(user.to_string())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if rows == 0 {
            return Ok(false);
        }
        forget_codes(&mut tx, user).await?;
        audit::append(&mut tx, event).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// All that somebody has: the app, its recovery codes, and every passkey. `false`: there was nothing.
    pub async fn take_second_factors(
        &self,
        user: UserId,
        event: &AuditEvent,
    ) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        let mut taken = 0;
        for statement in [
            "DELETE FROM second_factors WHERE user_id = $1",
            "DELETE FROM passkeys WHERE user_id = $1",
        ] {
            taken += on!(tx, |c| sqlx::query(statement)
                .bind(user.to_string())
                .execute(c)
                .await
                .map(|done| done.rows_affected()))?;
        }
        if taken == 0 {
            return Ok(false);
        }
        forget_codes(&mut tx, user).await?;
        audit::append(&mut tx, event).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// By name.
    pub async fn list_people_with_second_factor(&self) -> Result<Vec<UserName>, Error> {
        let mut db = self.read().await?;
        let names: Vec<String> = on!(db, |c| {
            sqlx::query_scalar(
            "SELECT u.name FROM users u
             WHERE EXISTS (SELECT 1 FROM second_factors f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL)
                OR EXISTS (SELECT 1 FROM passkeys p WHERE p.user_id = u.id)
             ORDER BY u.name"
        )
        .fetch_all(c)
        .await
        })?;
        names.iter().map(|name| json::word("user name", name)).collect()
    }
}

async fn forget_codes(tx: &mut Tx, user: UserId) -> Result<(), Error> {
    Ok(on!(tx, |c| sqlx::query("DELETE FROM recovery_codes WHERE user_id = $1")
        .bind(user.to_string())
        .execute(c)
        .await
        .map(drop))?)
}
