//! What people are told. [`notify`] is called in the transaction of what it tells of: neither happens without the other.

use domain::id::UserId;
use domain::inbox::{Audience, Notice, NoticeKind};
use domain::person::Scope;
use domain::time::Timestamp;
use sha2::{Digest as _, Sha256};
use sqlx::FromRow;

use crate::database::{Tx, on};
use crate::{Error, Store, json, scope, user};

/// Each of them is looked at where the scope is limited.
const COUNTED: i64 = 50;

/// A notice as one person has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub id: String,
    pub notice: Notice,
    pub read_at: Option<Timestamp>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    body: String,
    read_at: Option<i64>,
}

/// Tells people, and the webhook where there is one. `false`: it was told before, and nothing was written.
pub(crate) async fn notify(tx: &mut Tx, notice: &Notice, to: &Audience) -> Result<bool, Error> {
    let id = id_of(&notice.once);
    let body = json::write(notice)?;
    let first = on!(tx, |c| {
        sqlx::query(
            "INSERT INTO inbox_notices (id, kind, once, at, body) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(&id)
        .bind(notice.kind.code())
        .bind(&notice.once)
        .bind(notice.at.as_millis())
        .bind(body)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1)
    })?;
    if !first && to.one_of.is_none() {
        return Ok(false);
    }
    let at = match to.one_of.as_ref().or(notice.instance.as_ref()) {
        Some(key) => Some(scope::locate_in(tx, key).await?),
        None => None,
    };
    for user in user::all_active(tx).await? {
        let unwanted = user.muted.contains(&notice.kind) && !notice.kind.demands_action();
        if unwanted || !to.includes(&user.person, at.as_ref()) {
            continue;
        }
        on!(tx, |c| {
            sqlx::query(
                "INSERT INTO inbox_readers (person, notice, at) VALUES ($1, $2, $3)
                 ON CONFLICT (person, notice) DO NOTHING",
            )
            .bind(user.person.id.to_string())
            .bind(&id)
            .bind(notice.at.as_millis())
            .execute(c)
            .await
            .map(drop)
        })?;
    }
    if first && tx.has_webhook() {
        on!(tx, |c| sqlx::query(
            "INSERT INTO outbox (notice, created_at, next_try_at, tries) VALUES ($1, $2, $2, 0)"
        )
        .bind(&id)
        .bind(notice.at.as_millis())
        .execute(c)
        .await
        .map(drop))?;
    }
    Ok(first)
}

/// 32 hex digits, the same wherever it is made.
fn id_of(once: &str) -> String {
    let mut id = hex::encode(Sha256::digest(once.as_bytes()));
    id.truncate(32);
    id
}

impl Store {
    /// Tells people of something that is in no transaction of ours.
    pub async fn notify(&self, notice: &Notice, to: &Audience) -> Result<bool, Error> {
        let mut tx = self.write().await?;
        let first = notify(&mut tx, notice, to).await?;
        tx.commit().await?;
        Ok(first)
    }

    /// The newest first. Of what is no longer in the scope of the person nothing is shown.
    pub async fn list_inbox(
        &self,
        scope: &Scope,
        person: UserId,
        limit: i64,
    ) -> Result<Vec<Told>, Error> {
        let told = self.all_told(person, limit).await?;
        let mut shown = Vec::with_capacity(told.len());
        for told in told {
            let seen = match &told.notice.instance {
                Some(key) => self.is_in(scope, key).await?,
                None => true,
            };
            if seen {
                shown.push(told);
            }
        }
        Ok(shown)
    }

    async fn all_told(&self, person: UserId, limit: i64) -> Result<Vec<Told>, Error> {
        let mut db = self.read().await?;
        let rows: Vec<Row> = on!(db, |c| {
            sqlx::query_as(
                "SELECT n.id, n.body, r.read_at
                 FROM inbox_readers r JOIN inbox_notices n ON n.id = r.notice
                 WHERE r.person = $1 ORDER BY r.at DESC, n.id LIMIT $2",
            )
            .bind(person.to_string())
            .bind(limit)
            .fetch_all(c)
            .await
        })?;
        let told = rows.into_iter().map(|row| {
            Ok(Told {
                notice: json::read("notice", &row.body)?,
                id: row.id,
                read_at: row.read_at.map(Timestamp::from_millis),
            })
        });
        told.collect()
    }

    /// In a limited scope, of the newest `COUNTED`.
    pub async fn count_unread_notices(&self, scope: &Scope, person: UserId) -> Result<i64, Error> {
        if !scope.is_everything() {
            let told = self.list_inbox(scope, person, COUNTED).await?;
            let unread = told.iter().filter(|told| told.read_at.is_none()).count();
            return Ok(i64::try_from(unread).unwrap_or(i64::MAX));
        }
        let mut db = self.read().await?;
        Ok(on!(db, |c| {
            sqlx::query_scalar(
                "SELECT COUNT(*) FROM inbox_readers WHERE person = $1 AND read_at IS NULL",
            )
            .bind(person.to_string())
            .fetch_one(c)
            .await
        })?)
    }

    /// `id`: one of them; `None`: all that this person has. What was read before stays as it is.
    pub async fn mark_read(
        &self,
        person: UserId,
        id: Option<&str>,
        at: Timestamp,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| {
            sqlx::query(
                "UPDATE inbox_readers SET read_at = $3
                 WHERE person = $1 AND ($2 = '' OR notice = $2) AND read_at IS NULL",
            )
            .bind(person.to_string())
            .bind(id.unwrap_or_default())
            .bind(at.as_millis())
            .execute(c)
            .await
            .map(drop)
        })?;
        tx.commit().await
    }

    /// What was told of a kind since then, by its [`Notice::once`].
    pub async fn list_told(
        &self,
        kind: NoticeKind,
        since: Timestamp,
    ) -> Result<Vec<String>, Error> {
        let mut db = self.read().await?;
        Ok(on!(db, |c| {
            sqlx::query_scalar("SELECT once FROM inbox_notices WHERE kind = $1 AND at >= $2")
                .bind(kind.code())
                .bind(since.as_millis())
                .fetch_all(c)
                .await
        })?)
    }

    /// Forgets notices of before, read or not, with what became of their delivery.
    pub async fn prune_notices(&self, before: Timestamp) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| {
            sqlx::query("DELETE FROM inbox_notices WHERE at < $1")
                .bind(before.as_millis())
                .execute(c)
                .await
                .map(drop)
        })?;
        tx.commit().await
    }
}
