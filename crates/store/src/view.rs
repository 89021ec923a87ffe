//! Lists as people like them, by name.

use domain::id::UserId;
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::database::on;
use crate::{Error, Store};

/// A name, and the query part of the list's address.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct SavedView {
    pub name: String,
    pub query: String,
}

/// More than anybody keeps an overview of.
const MOST: i64 = 50;

impl Store {
    pub async fn list_views(&self, user: UserId) -> Result<Vec<SavedView>, Error> {
        let mut db = self.read().await?;
        Ok(on!(db, |c| sqlx::query_as(
            "SELECT name, query FROM saved_views WHERE user_id = $1 ORDER BY name"
        )
        .bind(user.to_string())
        .fetch_all(c)
        .await)?)
    }

    /// Saves a view, in place of one of the same name. `Conflict`: there are too many.
    pub async fn save_view(
        &self,
        user: UserId,
        view: &SavedView,
        at: Timestamp,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let others: i64 = on!(tx, |c| sqlx::query_scalar(
            "SELECT COUNT(*) FROM saved_views WHERE user_id = $1 AND name <> $2"
        )
        .bind(user.to_string())
        .bind(&view.name)
        .fetch_one(c)
        .await)?;
        if others >= MOST {
            return Err(Error::Conflict);
        }
        on!(tx, |c| sqlx::query(
            "INSERT INTO saved_views (user_id, name, query, saved_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (user_id, name) DO UPDATE SET query = $3, saved_at = $4"
        )
        .bind(user.to_string())
        .bind(&view.name)
        .bind(&view.query)
        .bind(at.as_millis())
        .execute(c)
        .await
        .map(drop))?;
        tx.commit().await
    }

    pub async fn delete_view(&self, user: UserId, name: &str) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| sqlx::query("DELETE FROM saved_views WHERE user_id = $1 AND name = $2")
            .bind(user.to_string())
            .bind(name)
            .execute(c)
            .await
            .map(drop))?;
        tx.commit().await
    }
}
