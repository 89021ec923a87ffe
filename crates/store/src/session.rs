//! Sessions: found by the hash of their secret, never brought back once revoked.

use domain::audit::AuditEvent;
use domain::id::UserId;
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::database::{Tx, on};
use crate::user::{User, columns};
use crate::{Error, Store, audit, json};

/// A session as stored. The secret itself is known to the browser alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of the secret, hex.
    pub id_hash: String,
    /// A short public name, for the audit and for lists.
    pub label: String,
    pub user: Option<UserId>,
    /// What the session layer keeps, JSON.
    pub body: String,
    pub address: Option<String>,
    pub user_agent: Option<String>,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    /// Absolute: nothing extends it.
    pub expires_at: Timestamp,
}

/// A live session and its person, in one read.
#[derive(Debug, Clone)]
pub struct LiveSession {
    pub label: String,
    pub seen_at: Timestamp,
    pub user: User,
}

#[derive(FromRow)]
struct Row {
    id_hash: String,
    label: String,
    user_id: Option<String>,
    body: String,
    address: Option<String>,
    user_agent: Option<String>,
    created_at: i64,
    seen_at: i64,
    expires_at: i64,
}

#[derive(FromRow)]
struct LiveRow {
    label: String,
    seen_at: i64,
    #[sqlx(flatten)]
    user: crate::user::Row,
}

impl Store {
    /// `Conflict`: the id is taken, which 128 random bits make a fault of the random source.
    pub async fn create_session(&self, session: &SessionRow) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| {
            sqlx::query(
            "INSERT INTO sessions
                (id_hash, label, user_id, body, address, user_agent, created_at, seen_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        )
        .bind(&session.id_hash)
        .bind(&session.label)
        .bind(session.user.map(|id| id.to_string()))
        .bind(&session.body)
        .bind(&session.address)
        .bind(&session.user_agent)
        .bind(session.created_at.as_millis())
        .bind(session.seen_at.as_millis())
        .bind(session.expires_at.as_millis())
        .execute(c)
        .await
        .map(drop)
        })?;
        tx.commit().await
    }

    /// Changes what a live session keeps. `false`: there is no such live session, and none is made.
    pub async fn update_session(&self, id_hash: &str, body: &str) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        let rows = on!(tx, |c| sqlx::query(
            "UPDATE sessions SET body = $2 WHERE id_hash = $1 AND revoked_at IS NULL"
        )
        .bind(id_hash)
        .bind(body)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
        tx.commit().await?;
        Ok(rows == 1)
    }

    /// A session that is neither revoked nor over nor idle since before `idle_since`.
    pub async fn find_session(
        &self,
        id_hash: &str,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<Option<SessionRow>, Error> {
        let mut db = self.read().await?;
        let row: Option<Row> = on!(db, |c| {
            sqlx::query_as(
            "SELECT id_hash, label, user_id, body, address, user_agent, created_at, seen_at, expires_at FROM sessions
             WHERE id_hash = $1 AND revoked_at IS NULL AND expires_at > $2 AND seen_at > $3"
        )
        .bind(id_hash)
        .bind(now.as_millis())
        .bind(idle_since.as_millis())
        .fetch_optional(c)
        .await
        })?;
        row.map(TryInto::try_into).transpose()
    }

    /// Who is behind a live session, as their account is now; nobody if it was disabled.
    pub async fn find_live_session(
        &self,
        id_hash: &str,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<Option<LiveSession>, Error> {
        let mut db = self.read().await?;
        let row: Option<LiveRow> = on!(db, |c| {
            sqlx::query_as(
            concat!(
                "SELECT s.label, s.seen_at, ",
                columns!(),
                " FROM sessions s JOIN users u ON u.id = s.user_id
                 WHERE s.id_hash = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 AND s.seen_at > $3
                   AND u.disabled_at IS NULL"
            )
        )
        .bind(id_hash)
        .bind(now.as_millis())
        .bind(idle_since.as_millis())
        .fetch_optional(c)
        .await
        })?;
        row.map(|row| {
            Ok(LiveSession {
                label: row.label,
                seen_at: Timestamp::from_millis(row.seen_at),
                user: row.user.try_into()?,
            })
        })
        .transpose()
    }

    /// Notes that a live session was used.
    pub async fn touch_session(&self, id_hash: &str, now: Timestamp) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| {
            sqlx::query(
            "UPDATE sessions SET seen_at = $2 WHERE id_hash = $1 AND revoked_at IS NULL AND seen_at < $2"
        )
        .bind(id_hash)
        .bind(now.as_millis())
        .execute(c)
        .await
        .map(drop)
        })?;
        tx.commit().await
    }

    /// Ends a session for good. `false`: it was over already.
    pub async fn revoke_session(&self, id_hash: &str, now: Timestamp) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        let rows = on!(tx, |c| {
            sqlx::query(
            "UPDATE sessions SET revoked_at = $2, body = '{}' WHERE id_hash = $1 AND revoked_at IS NULL"
        )
        .bind(id_hash)
        .bind(now.as_millis())
        .execute(c)
        .await
        .map(|done| done.rows_affected())
        })?;
        tx.commit().await?;
        Ok(rows == 1)
    }

    /// The live sessions of a person, the one used last first.
    pub async fn list_sessions(
        &self,
        user: UserId,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<Vec<SessionRow>, Error> {
        let mut db = self.read().await?;
        let rows: Vec<Row> = on!(db, |c| {
            sqlx::query_as(
                "SELECT id_hash, label, user_id, body, address, user_agent, created_at, seen_at, expires_at
                 FROM sessions
                 WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2 AND seen_at > $3
                 ORDER BY seen_at DESC, id_hash",
            )
            .bind(user.to_string())
            .bind(now.as_millis())
            .bind(idle_since.as_millis())
            .fetch_all(c)
            .await
        })?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Ends sessions of a person for good, with the record of it. Returns how many; none: nothing is recorded.
    pub async fn revoke_sessions(
        &self,
        user: UserId,
        which: Sessions<'_>,
        event: &AuditEvent,
    ) -> Result<u64, Error> {
        let mut tx = self.write().await?;
        let ended = match which {
            Sessions::Labelled(label) => revoke_labelled(&mut tx, user, label, event.at).await?,
            Sessions::AllBut(label) => revoke_all(&mut tx, user, Some(label), event.at).await?,
            Sessions::All => revoke_all(&mut tx, user, None, event.at).await?,
        };
        if ended > 0 {
            audit::append(&mut tx, event).await?;
            tx.commit().await?;
        }
        Ok(ended)
    }

    /// Forgets sessions that ended before `before`, and unread notices. Returns how many sessions.
    pub async fn prune_sessions(&self, before: Timestamp) -> Result<u64, Error> {
        let mut tx = self.write().await?;
        let rows = on!(tx, |c| sqlx::query(
            "DELETE FROM sessions WHERE expires_at < $1 OR revoked_at < $1"
        )
        .bind(before.as_millis())
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
        on!(tx, |c| sqlx::query("DELETE FROM notices WHERE expires_at < $1")
            .bind(before.as_millis())
            .execute(c)
            .await
            .map(drop))?;
        tx.commit().await?;
        Ok(rows)
    }
}

/// Which sessions of a person.
#[derive(Debug, Clone, Copy)]
pub enum Sessions<'a> {
    Labelled(&'a str),
    AllBut(&'a str),
    All,
}

async fn revoke_labelled(
    tx: &mut Tx,
    user: UserId,
    label: &str,
    now: Timestamp,
) -> Result<u64, Error> {
    Ok(on!(tx, |c| sqlx::query(
        "UPDATE sessions SET revoked_at = $3, body = '{}'
         WHERE user_id = $1 AND label = $2 AND revoked_at IS NULL"
    )
    .bind(user.to_string())
    .bind(label)
    .bind(now.as_millis())
    .execute(c)
    .await
    .map(|done| done.rows_affected()))?)
}

/// Ends every session of a person, but for the one that is called `keep`.
pub(crate) async fn revoke_all(
    tx: &mut Tx,
    user: UserId,
    keep: Option<&str>,
    now: Timestamp,
) -> Result<u64, Error> {
    Ok(on!(tx, |c| sqlx::query(
        "UPDATE sessions SET revoked_at = $3, body = '{}'
         WHERE user_id = $1 AND label <> $2 AND revoked_at IS NULL"
    )
    .bind(user.to_string())
    .bind(keep.unwrap_or_default())
    .bind(now.as_millis())
    .execute(c)
    .await
    .map(|done| done.rows_affected()))?)
}

impl TryFrom<Row> for SessionRow {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id_hash: row.id_hash,
            label: row.label,
            user: json::word_opt("user id", row.user_id.as_deref())?,
            body: row.body,
            address: row.address,
            user_agent: row.user_agent,
            created_at: Timestamp::from_millis(row.created_at),
            seen_at: Timestamp::from_millis(row.seen_at),
            expires_at: Timestamp::from_millis(row.expires_at),
        })
    }
}
