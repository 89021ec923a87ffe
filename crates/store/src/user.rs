//! People who may sign in, with what was given to them.
//!
//! Whoever changes what somebody may do is in [`crate::people`].

use std::collections::BTreeSet;

use domain::audit::AuditEvent;
use domain::id::{GroupName, UserId, UserName};
use domain::inbox::NoticeKind;
use domain::person::{Grant, Granted, Person, Role, Source};
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::database::{Tx, on};
use crate::{Error, Store, audit, json};

/// As a time zone: what the browser says.
pub const AS_BROWSER: &str = "browser";

/// A person with what only signing in and settings need.
#[derive(Debug, Clone)]
pub struct User {
    pub person: Person,
    /// PHC string.
    pub password_hash: String,
    /// What the person chose; `None`: what the browser asks for.
    pub language: Option<String>,
    pub theme: Option<String>,
    /// A name of the IANA database, or [`AS_BROWSER`].
    pub time_zone: Option<String>,
    /// `on` or `off`: whether single letters are shortcuts.
    pub shortcuts: Option<String>,
    /// What the inbox does not keep for them.
    pub muted: BTreeSet<NoticeKind>,
    pub created_at: Timestamp,
    pub disabled_at: Option<Timestamp>,
    /// Grows when somebody changes what the person may do.
    pub version: i64,
}

impl User {
    /// What was given to the person alone.
    pub fn own_grants(&self) -> Vec<Grant> {
        let own = self.person.grants.iter().filter(|granted| granted.source == Source::Own);
        own.map(|granted| granted.grant.clone()).collect()
    }
}

/// What somebody chooses for themselves. `None` leaves a choice as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Preferences<'a> {
    pub language: Option<&'a str>,
    pub theme: Option<&'a str>,
    pub time_zone: Option<&'a str>,
    pub shortcuts: Option<&'a str>,
}

/// Somebody to add.
#[derive(Debug)]
pub struct NewUser<'a> {
    pub id: UserId,
    pub name: &'a UserName,
    pub grants: &'a [Grant],
    /// PHC string.
    pub password_hash: &'a str,
    pub at: Timestamp,
}

#[derive(FromRow)]
pub(crate) struct Row {
    id: String,
    name: String,
    grants: String,
    vouched_role: Option<String>,
    of_groups: Option<String>,
    password_hash: String,
    language: Option<String>,
    theme: Option<String>,
    time_zone: Option<String>,
    shortcuts: Option<String>,
    muted_notices: Option<String>,
    created_at: i64,
    disabled_at: Option<i64>,
    version: i64,
}

/// The columns of [`Row`], of `users u`. A line for each group: its name, a space, its grants.
macro_rules! columns {
    () => {
        "u.id, u.name, u.grants, u.vouched_role, u.password_hash, u.language, u.theme,
         u.time_zone, u.shortcuts, u.muted_notices, u.created_at, u.disabled_at, u.version,
         (SELECT string_agg(g.name || ' ' || g.grants, '\n' ORDER BY g.name)
          FROM group_members m JOIN user_groups g ON g.id = m.group_id
          WHERE m.user_id = u.id AND g.disabled_at IS NULL) AS of_groups"
    };
}
pub(crate) use columns;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", columns!(), " FROM users u ", $rest)
    };
}

/// Everybody who may still sign in.
pub(crate) async fn all_active(tx: &mut Tx) -> Result<Vec<User>, Error> {
    let rows: Vec<Row> = on!(tx, |c| {
        sqlx::query_as(select!("WHERE u.disabled_at IS NULL ORDER BY u.id")).fetch_all(c).await
    })?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Somebody as they are now, if they may still sign in.
pub(crate) async fn find_active(tx: &mut Tx, id: UserId) -> Result<Option<Person>, Error> {
    let row: Option<Row> = on!(tx, |c| {
        let query = sqlx::query_as(select!("WHERE u.id = $1 AND u.disabled_at IS NULL"));
        query.bind(id.to_string()).fetch_optional(c).await
    })?;
    Ok(row.map(User::try_from).transpose()?.map(|user| user.person))
}

impl Store {
    /// Adds somebody, with the record of it. `Conflict`: the name is taken.
    pub async fn add_person(&self, new: &NewUser<'_>, event: &AuditEvent) -> Result<(), Error> {
        let mut tx = self.write().await?;
        insert(&mut tx, new).await?;
        audit::append(&mut tx, event).await?;
        tx.commit().await
    }

    /// Adds somebody with one role everywhere, and no record of it: for tests, whose people were always there.
    pub async fn add_user(
        &self,
        id: UserId,
        name: &UserName,
        role: Role,
        password_hash: &str,
        at: Timestamp,
    ) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let grants = [Grant::over_everything(role)];
        insert(&mut tx, &NewUser { id, name, grants: &grants, password_hash, at }).await?;
        tx.commit().await
    }

    pub async fn find_user(&self, name: &UserName) -> Result<Option<User>, Error> {
        let mut db = self.read().await?;
        let row: Option<Row> = on!(db, |c| sqlx::query_as(select!("WHERE u.name = $1"))
            .bind(name.as_str())
            .fetch_optional(c)
            .await)?;
        row.map(TryInto::try_into).transpose()
    }

    /// By name.
    pub async fn list_users(&self) -> Result<Vec<User>, Error> {
        let mut db = self.read().await?;
        let rows: Vec<Row> =
            on!(db, |c| sqlx::query_as(select!("ORDER BY u.name")).fetch_all(c).await)?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// What they may do as it is now, of somebody who may still sign in.
    pub async fn find_active_person(&self, id: UserId) -> Result<Option<Person>, Error> {
        let mut db = self.read().await?;
        let row: Option<Row> =
            on!(db, |c| sqlx::query_as(select!("WHERE u.id = $1 AND u.disabled_at IS NULL"))
                .bind(id.to_string())
                .fetch_optional(c)
                .await)?;
        Ok(row.map(User::try_from).transpose()?.map(|user| user.person))
    }

    pub async fn set_preferences(&self, id: UserId, chosen: Preferences<'_>) -> Result<(), Error> {
        let mut tx = self.write().await?;
        on!(tx, |c| {
            sqlx::query(
                "UPDATE users SET language = COALESCE($2, language), theme = COALESCE($3, theme),
                    time_zone = COALESCE($4, time_zone), shortcuts = COALESCE($5, shortcuts)
                 WHERE id = $1",
            )
            .bind(id.to_string())
            .bind(chosen.language)
            .bind(chosen.theme)
            .bind(chosen.time_zone)
            .bind(chosen.shortcuts)
            .execute(c)
            .await
            .map(drop)
        })?;
        tx.commit().await
    }

    /// What the inbox of somebody does not keep from now on. What demands action comes all the same.
    pub async fn set_muted(&self, id: UserId, muted: &BTreeSet<NoticeKind>) -> Result<(), Error> {
        let mut tx = self.write().await?;
        let codes: Vec<&str> = muted.iter().map(|kind| kind.code()).collect();
        on!(tx, |c| {
            sqlx::query("UPDATE users SET muted_notices = $2 WHERE id = $1")
                .bind(id.to_string())
                .bind(codes.join(" "))
                .execute(c)
                .await
                .map(drop)
        })?;
        tx.commit().await
    }

    /// Of somebody who may still sign in.
    pub async fn list_muted(&self, id: UserId) -> Result<BTreeSet<NoticeKind>, Error> {
        let mut db = self.read().await?;
        let stored: Option<Option<String>> = on!(db, |c| sqlx::query_scalar(
            "SELECT muted_notices FROM users WHERE id = $1 AND disabled_at IS NULL"
        )
        .bind(id.to_string())
        .fetch_optional(c)
        .await)?;
        Ok(muted(stored.flatten().as_deref()))
    }
}

/// Kinds that another version of the portal knew, and this one does not, are not missed.
fn muted(stored: Option<&str>) -> BTreeSet<NoticeKind> {
    stored.unwrap_or_default().split(' ').filter_map(|kind| kind.parse().ok()).collect()
}

async fn insert(tx: &mut Tx, new: &NewUser<'_>) -> Result<(), Error> {
    let grants = json::write(&new.grants)?;
    on!(tx, |c| {
        sqlx::query(
            "INSERT INTO users (id, name, grants, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(new.id.to_string())
        .bind(new.name.as_str())
        .bind(grants)
        .bind(new.password_hash)
        .bind(new.at.as_millis())
        .execute(c)
        .await
        .map(drop)
    })?;
    Ok(())
}

impl TryFrom<Row> for User {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let own: Vec<Grant> = json::read("grants", &row.grants)?;
        let mut grants: Vec<Granted> =
            own.into_iter().map(|grant| Granted { grant, source: Source::Own }).collect();
        for line in row.of_groups.as_deref().unwrap_or_default().lines() {
            let (group, given) = line.split_once(' ').ok_or(Error::Corrupt { what: "grants" })?;
            let group: GroupName = json::word("group name", group)?;
            let given: Vec<Grant> = json::read("grants", given)?;
            let source = Source::Group(group);
            grants.extend(given.into_iter().map(|grant| Granted { grant, source: source.clone() }));
        }
        if let Some(role) = json::word_opt("role", row.vouched_role.as_deref())? {
            let grant = Grant::over_everything(role);
            grants.push(Granted { grant, source: Source::Vouched });
        }
        Ok(Self {
            person: Person {
                id: json::word("user id", &row.id)?,
                name: json::word("user name", &row.name)?,
                grants,
            },
            password_hash: row.password_hash,
            language: row.language,
            theme: row.theme,
            time_zone: row.time_zone,
            shortcuts: row.shortcuts,
            muted: muted(row.muted_notices.as_deref()),
            created_at: Timestamp::from_millis(row.created_at),
            disabled_at: row.disabled_at.map(Timestamp::from_millis),
            version: row.version,
        })
    }
}
