//! People who may sign in.

use domain::id::{UserId, UserName};
use domain::person::{Person, Role, Scope};
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::database::on;
use crate::{Error, Store, json};

/// A person with what only signing in and settings need.
#[derive(Debug, Clone)]
pub struct User {
    pub person: Person,
    /// PHC string.
    pub password_hash: String,
    /// What the person chose; `None`: what the browser asks for.
    pub language: Option<String>,
    pub theme: Option<String>,
    pub disabled_at: Option<Timestamp>,
}

#[derive(FromRow)]
pub(crate) struct Row {
    id: String,
    name: String,
    role: String,
    password_hash: String,
    language: Option<String>,
    theme: Option<String>,
    disabled_at: Option<i64>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, role, password_hash, language, theme, disabled_at FROM users ",
            $rest
        )
    };
}

impl Store {
    /// `Conflict`: the name is taken.
    pub async fn add_user(
        &self,
        id: UserId,
        name: &UserName,
        role: Role,
        password_hash: &str,
        at: Timestamp,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| {
            sqlx::query(
            "INSERT INTO users (id, name, role, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)"
        )
        .bind(id.to_string())
        .bind(name.as_str())
        .bind(role.code())
        .bind(password_hash)
        .bind(at.as_millis())
        .execute(c)
        .await
        .map(drop)
        })?;
        tx.commit().await
    }

    pub async fn find_user(&self, name: &UserName) -> Result<Option<User>, Error> {
        let mut db = self.read().await?;
        let row: Option<Row> = on!(db, |c| sqlx::query_as(select!("WHERE name = $1"))
            .bind(name.as_str())
            .fetch_optional(c)
            .await)?;
        row.map(TryInto::try_into).transpose()
    }

    /// By name.
    pub async fn list_users(&self) -> Result<Vec<User>, Error> {
        let mut db = self.read().await?;
        let rows: Vec<Row> =
            on!(db, |c| sqlx::query_as(select!("ORDER BY name")).fetch_all(c).await)?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Role and scope as they are now, of somebody who may still sign in.
    pub async fn find_active_person(&self, id: UserId) -> Result<Option<Person>, Error> {
        let mut db = self.read().await?;
        let row: Option<Row> =
            on!(db, |c| sqlx::query_as(select!("WHERE id = $1 AND disabled_at IS NULL"))
                .bind(id.to_string())
                .fetch_optional(c)
                .await)?;
        Ok(row.map(User::try_from).transpose()?.map(|user| user.person))
    }

    /// From the next request on this person is nobody.
    pub async fn disable_user(&self, id: UserId, at: Timestamp) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| sqlx::query(
            "UPDATE users SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL"
        )
        .bind(id.to_string())
        .bind(at.as_millis())
        .execute(c)
        .await
        .map(drop))?;
        tx.commit().await
    }

    /// `None` leaves a choice as it is.
    pub async fn set_preferences(
        &self,
        id: UserId,
        language: Option<&str>,
        theme: Option<&str>,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| {
            sqlx::query(
            "UPDATE users SET language = COALESCE($2, language), theme = COALESCE($3, theme) WHERE id = $1"
        )
        .bind(id.to_string())
        .bind(language)
        .bind(theme)
        .execute(c)
        .await
        .map(drop)
        })?;
        tx.commit().await
    }
}

impl TryFrom<Row> for User {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            person: Person {
                id: json::word("user id", &row.id)?,
                name: json::word("user name", &row.name)?,
                role: json::word("role", &row.role)?,
                scope: Scope::Everything,
            },
            password_hash: row.password_hash,
            language: row.language,
            theme: row.theme,
            disabled_at: row.disabled_at.map(Timestamp::from_millis),
        })
    }
}
