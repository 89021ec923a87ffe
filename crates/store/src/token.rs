//! Tokens of programs: found by the hash of their secret, and by nothing else.

use domain::audit::AuditEvent;
use domain::id::{TokenId, UserId};
use domain::person::Person;
use domain::time::Timestamp;
use domain::token::{ApiToken, TokenLabel};
use sqlx::FromRow;

use crate::database::on;
use crate::{Error, Store, audit, json};

/// More than anybody keeps an overview of.
const MOST: i64 = 50;
/// From so many places that one more says nothing.
const MOST_ADDRESSES: i64 = 100;
/// On the page of whoever sees everybody's.
const SHOWN: i64 = 500;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT t.id, t.person, u.name AS person_name, t.label, t.role, t.scope, t.made_at, t.expires_at, t.used_at,
                    t.used_from, t.revoked_at
             FROM api_tokens t JOIN users u ON u.id = t.person ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    id: String,
    person: String,
    person_name: String,
    label: String,
    role: String,
    scope: String,
    made_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
    used_from: Option<String>,
    revoked_at: Option<i64>,
}

impl Store {
    /// `hash` is SHA-256 of the secret, hex. `Conflict`: this person has too many that are live.
    pub async fn make_token(
        &self,
        token: &ApiToken,
        hash: &str,
        event: &AuditEvent,
    ) -> Result<(), Error> {
        let scope = json::write(&token.scope)?;
        let mut tx = self.write().await?;
        let live: i64 = on!(tx, |c| {
            sqlx::query_scalar(
            "SELECT COUNT(*) FROM api_tokens WHERE person = $1 AND revoked_at IS NULL AND expires_at > $2"
        )
        .bind(token.person.to_string())
        .bind(token.made_at.as_millis())
        .fetch_one(c)
        .await
        })?;
        if live >= MOST {
            return Err(Error::Conflict);
        }
        on!(tx, |c| sqlx::query(
            "INSERT INTO api_tokens (id, hash, person, label, role, scope, made_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        )
        .bind(token.id.to_string())
        .bind(hash)
        .bind(token.person.to_string())
        .bind(token.label.as_str())
        .bind(token.role.code())
        .bind(scope)
        .bind(token.made_at.as_millis())
        .bind(token.expires_at.as_millis())
        .execute(c)
        .await
        .map(drop))?;
        audit::append(&mut tx, event).await?;
        tx.commit().await
    }

    /// Of one person, or of everybody; the newest first, with those that are over.
    pub async fn list_tokens(&self, person: Option<UserId>) -> Result<Vec<ApiToken>, Error> {
        let mut db = self.read().await?;
        let rows: Vec<Row> = on!(db, |c| sqlx::query_as(select!(
            "WHERE ($1 = '' OR t.person = $1) ORDER BY t.made_at DESC, t.id LIMIT $2"
        ))
        .bind(person.map(|id| id.to_string()).unwrap_or_default())
        .bind(SHOWN)
        .fetch_all(c)
        .await)?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    pub async fn find_token(&self, id: TokenId) -> Result<Option<ApiToken>, Error> {
        let mut db = self.read().await?;
        let row: Option<Row> = on!(db, |c| sqlx::query_as(select!("WHERE t.id = $1"))
            .bind(id.to_string())
            .fetch_optional(c)
            .await)?;
        row.map(TryInto::try_into).transpose()
    }

    /// A live token by the hash of its secret, with its person as they are now; nothing where that is disabled.
    pub async fn find_live_token(
        &self,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<(ApiToken, Person)>, Error> {
        let row: Option<Row> = {
            let mut db = self.read().await?;
            on!(db, |c| sqlx::query_as(select!(
                "WHERE t.hash = $1 AND t.revoked_at IS NULL AND t.expires_at > $2"
            ))
            .bind(hash)
            .bind(now.as_millis())
            .fetch_optional(c)
            .await)?
        };
        let Some(row) = row else { return Ok(None) };
        let token = ApiToken::try_from(row)?;
        Ok(self.find_active_person(token.person).await?.map(|person| (token, person)))
    }

    /// Notes that a token was used. `new_place` is recorded where it was never used from that address before.
    pub async fn use_token(
        &self,
        id: TokenId,
        address: Option<&str>,
        now: Timestamp,
        new_place: &AuditEvent,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let live = on!(tx, |c| {
            sqlx::query(
            "UPDATE api_tokens SET used_at = $2, used_from = $3 WHERE id = $1 AND revoked_at IS NULL"
        )
        .bind(id.to_string())
        .bind(now.as_millis())
        .bind(address)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1)
        })?;
        if let (true, Some(address)) = (live, address) {
            let is_new = on!(tx, |c| {
                sqlx::query(
                "INSERT INTO api_token_addresses (token, address, first_at)
                 SELECT $1, $2, $3 WHERE (SELECT COUNT(*) FROM api_token_addresses WHERE token = $1) < $4
                 ON CONFLICT (token, address) DO NOTHING"
            )
            .bind(id.to_string())
            .bind(address)
            .bind(now.as_millis())
            .bind(MOST_ADDRESSES)
            .execute(c)
            .await
            .map(|done| done.rows_affected() == 1)
            })?;
            if is_new {
                audit::append(&mut tx, new_place).await?;
            }
        }
        tx.commit().await
    }

    /// Ends a token for good. `false`: it was over already.
    pub async fn revoke_token(
        &self,
        id: TokenId,
        now: Timestamp,
        event: &AuditEvent,
    ) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        let ended = on!(tx, |c| {
            sqlx::query(
            "UPDATE api_tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL AND expires_at > $2"
        )
        .bind(id.to_string())
        .bind(now.as_millis())
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1)
        })?;
        if ended {
            audit::append(&mut tx, event).await?;
        }
        tx.commit().await?;
        Ok(ended)
    }

    /// Forgets tokens that ended before `before`. Returns how many.
    pub async fn prune_tokens(&self, before: Timestamp) -> Result<u64, Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| sqlx::query(
            "DELETE FROM api_token_addresses WHERE token IN
                (SELECT id FROM api_tokens WHERE expires_at < $1 OR revoked_at < $1)"
        )
        .bind(before.as_millis())
        .execute(c)
        .await
        .map(drop))?;
        let rows = on!(tx, |c| sqlx::query(
            "DELETE FROM api_tokens WHERE expires_at < $1 OR revoked_at < $1"
        )
        .bind(before.as_millis())
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
        tx.commit().await?;
        Ok(rows)
    }
}

impl TryFrom<Row> for ApiToken {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: json::word("token id", &row.id)?,
            person: json::word("user id", &row.person)?,
            person_name: json::word("user name", &row.person_name)?,
            label: json::word::<TokenLabel>("token label", &row.label)?,
            role: json::word("role", &row.role)?,
            scope: json::read("scope", &row.scope)?,
            made_at: Timestamp::from_millis(row.made_at),
            expires_at: Timestamp::from_millis(row.expires_at),
            used_at: row.used_at.map(Timestamp::from_millis),
            used_from: row.used_from,
            revoked_at: row.revoked_at.map(Timestamp::from_millis),
        })
    }
}
