//! Changing what people may do: one edit and its record in one transaction.
//!
//! - Each edit names the version that its maker saw; where somebody else was first, nothing is written.
//! - All edits follow each other (a lock on PostgreSQL, the one writer on SQLite), so that each is judged on what the one
//!   before left: no two admins can take the last admin away together.
//! - Somebody who is disabled has no session any more, also not after being enabled again.

use domain::audit::AuditEvent;
use domain::id::{GroupId, GroupName, UserId, UserName};
use domain::person::{Grant, Role};
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::database::{Connection, Tx, on};
use crate::{Error, Store, audit, json, reset_link, session, user};

/// People who have the same grants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub id: GroupId,
    pub name: GroupName,
    pub grants: Vec<Grant>,
    /// By name; also those who are disabled.
    pub members: Vec<UserName>,
    /// Grows with every edit.
    pub version: i64,
    pub created_at: Timestamp,
    /// What it gives counts for nobody.
    pub disabled_at: Option<Timestamp>,
}

/// What is done to somebody or to a group.
#[derive(Debug, Clone, Copy)]
pub enum PeopleEdit<'a> {
    SetGrants { user: UserId, seen: i64, grants: &'a [Grant] },
    SetDisabled { user: UserId, seen: i64, disabled: bool },
    MakeGroup { id: GroupId, name: &'a GroupName },
    SetGroupGrants { group: GroupId, seen: i64, grants: &'a [Grant] },
    AddMember { group: GroupId, seen: i64, user: UserId },
    RemoveMember { group: GroupId, seen: i64, user: UserId },
    SetGroupDisabled { group: GroupId, seen: i64, disabled: bool },
}

/// What became of an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edited {
    Done,
    /// Nobody would be left who may change people. Nothing was written.
    LastAdmin,
}

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    grants: String,
    version: i64,
    created_at: i64,
    disabled_at: Option<i64>,
    members: Option<String>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT g.id, g.name, g.grants, g.version, g.created_at, g.disabled_at,
                (SELECT string_agg(u.name, ' ' ORDER BY u.name)
                 FROM group_members m JOIN users u ON u.id = m.user_id WHERE m.group_id = g.id) AS members
             FROM user_groups g ",
            $rest
        )
    };
}

impl Store {
    /// By name.
    pub async fn list_groups(&self) -> Result<Vec<Group>, Error> {
        let mut db = self.read().await?;
        let rows: Vec<Row> =
            on!(db, |c| sqlx::query_as(select!("ORDER BY g.name")).fetch_all(c).await)?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    pub async fn find_group(&self, name: &GroupName) -> Result<Option<Group>, Error> {
        let mut db = self.read().await?;
        let row: Option<Row> = on!(db, |c| sqlx::query_as(select!("WHERE g.name = $1"))
            .bind(name.as_str())
            .fetch_optional(c)
            .await)?;
        row.map(TryInto::try_into).transpose()
    }

    /// Does it and records it. `Conflict`: somebody changed it since, or the name is taken.
    pub async fn edit_people(
        &self,
        edit: PeopleEdit<'_>,
        event: &AuditEvent,
    ) -> Result<Edited, Error> {
        let mut tx = self.write().await?;
        one_after_the_other(&mut tx).await?;
        let had_admin = has_admin(&mut tx).await?;
        apply(&mut tx, edit, event.at).await?;
        // Where there is none, as before the first, nothing can be taken away.
        if had_admin && !has_admin(&mut tx).await? {
            return Ok(Edited::LastAdmin);
        }
        audit::append(&mut tx, event).await?;
        tx.commit().await?;
        Ok(Edited::Done)
    }

    /// From the next request on this person is nobody, whoever else is left and without a record: for tests.
    pub async fn disable_user(&self, id: UserId, at: Timestamp) -> Result<(), Error> {
        let mut tx = self.write().await?;
        disable(&mut tx, id, at).await?;
        tx.commit().await
    }
}

async fn one_after_the_other(tx: &mut Tx) -> Result<(), Error> {
    if let Connection::Postgres(c) = tx.connection() {
        sqlx::query("SELECT pg_advisory_xact_lock(7216352)").execute(c).await?;
    }
    Ok(())
}

/// Whether somebody who may sign in may change people.
async fn has_admin(tx: &mut Tx) -> Result<bool, Error> {
    let people = user::all_active(tx).await?;
    Ok(people.iter().any(|user| user.person.may_everywhere(Role::Admin)))
}

async fn apply(tx: &mut Tx, edit: PeopleEdit<'_>, at: Timestamp) -> Result<(), Error> {
    match edit {
        PeopleEdit::SetGrants { user, seen, grants } => {
            next_version(tx, Of::User(user), seen).await?;
            let grants = json::write(&grants)?;
            on!(tx, |c| sqlx::query("UPDATE users SET grants = $2 WHERE id = $1")
                .bind(user.to_string())
                .bind(grants)
                .execute(c)
                .await
                .map(drop))?;
            Ok(())
        }
        PeopleEdit::SetDisabled { user, seen, disabled } => {
            next_version(tx, Of::User(user), seen).await?;
            if disabled { disable(tx, user, at).await } else { enable(tx, user).await }
        }
        PeopleEdit::MakeGroup { id, name } => {
            on!(tx, |c| {
                sqlx::query(
                "INSERT INTO user_groups (id, name, grants, version, created_at) VALUES ($1, $2, '[]', 0, $3)"
            )
            .bind(id.to_string())
            .bind(name.as_str())
            .bind(at.as_millis())
            .execute(c)
            .await
            .map(drop)
            })?;
            Ok(())
        }
        PeopleEdit::SetGroupGrants { group, seen, grants } => {
            next_version(tx, Of::Group(group), seen).await?;
            let grants = json::write(&grants)?;
            on!(tx, |c| sqlx::query("UPDATE user_groups SET grants = $2 WHERE id = $1")
                .bind(group.to_string())
                .bind(grants)
                .execute(c)
                .await
                .map(drop))?;
            Ok(())
        }
        PeopleEdit::AddMember { group, seen, user } => {
            next_version(tx, Of::Group(group), seen).await?;
            on!(tx, |c| {
                sqlx::query(
                "INSERT INTO group_members (group_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING"
            )
            .bind(group.to_string())
            .bind(user.to_string())
            .execute(c)
            .await
            .map(drop)
            })?;
            Ok(())
        }
        PeopleEdit::RemoveMember { group, seen, user } => {
            next_version(tx, Of::Group(group), seen).await?;
            on!(tx, |c| sqlx::query(
                "DELETE FROM group_members WHERE group_id = $1 AND user_id = $2"
            )
            .bind(group.to_string())
            .bind(user.to_string())
            .execute(c)
            .await
            .map(drop))?;
            Ok(())
        }
        PeopleEdit::SetGroupDisabled { group, seen, disabled } => {
            next_version(tx, Of::Group(group), seen).await?;
            on!(tx, |c| sqlx::query("UPDATE user_groups SET disabled_at = $2 WHERE id = $1")
                .bind(group.to_string())
                .bind(disabled.then_some(at.as_millis()))
                .execute(c)
                .await
                .map(drop))?;
            Ok(())
        }
    }
}

enum Of {
    User(UserId),
    Group(GroupId),
}

async fn next_version(tx: &mut Tx, of: Of, seen: i64) -> Result<(), Error> {
    let (sql, id) = match of {
        Of::User(id) => (
            "UPDATE users SET version = version + 1 WHERE id = $1 AND version = $2",
            id.to_string(),
        ),
        Of::Group(id) => (
            "UPDATE user_groups SET version = version + 1 WHERE id = $1 AND version = $2",
            id.to_string(),
        ),
    };
    let moved = on!(tx, |c| sqlx::query(sql)
        .bind(id)
        .bind(seen)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))?;
    if moved { Ok(()) } else { Err(Error::Conflict) }
}

async fn disable(tx: &mut Tx, id: UserId, at: Timestamp) -> Result<(), Error> {
    on!(tx, |c| sqlx::query(
        "UPDATE users SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL"
    )
    .bind(id.to_string())
    .bind(at.as_millis())
    .execute(c)
    .await
    .map(drop))?;
    session::revoke_all(tx, id, None, at).await?;
    reset_link::forget(tx, id).await
}

async fn enable(tx: &mut Tx, id: UserId) -> Result<(), Error> {
    on!(tx, |c| sqlx::query("UPDATE users SET disabled_at = NULL WHERE id = $1")
        .bind(id.to_string())
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

impl TryFrom<Row> for Group {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let members = row.members.unwrap_or_default();
        let members = members.split_whitespace().map(|name| json::word("user name", name));
        Ok(Self {
            id: json::word("group id", &row.id)?,
            name: json::word("group name", &row.name)?,
            grants: json::read("grants", &row.grants)?,
            members: members.collect::<Result<_, Error>>()?,
            version: row.version,
            created_at: Timestamp::from_millis(row.created_at),
            disabled_at: row.disabled_at.map(Timestamp::from_millis),
        })
    }
}
