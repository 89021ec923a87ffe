//! Who may do what, and changing it: for admins over everything, and for whoever sits at the server.
//!
//! Each edit names the version that its maker saw, is recorded with what was before and after, and counts from the next
//! request on. The last one who may change people cannot be taken away.

use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::id::{GroupName, UserName};
use domain::person::{Grant, Role};
use domain::time::Timestamp;
use secrecy::SecretString;
use store::people::{Edited, Group, PeopleEdit};
use store::user::{NewUser, User};

use crate::error::{Field, Problem};
use crate::{Act, Admin, Portal, ServiceError, SignedIn, Viewer};

/// Of a person or a group: more than anybody keeps an overview of.
pub const MOST_GRANTS: usize = 20;

/// Changes what people may do.
#[derive(Debug, Clone, Copy)]
pub struct People<'a> {
    pub(crate) portal: &'a Portal,
    by: By<'a>,
}

#[derive(Debug, Clone, Copy)]
enum By<'a> {
    Person(&'a SignedIn),
    CommandLine,
}

impl<'a> Admin<'a> {
    pub fn people(&self) -> People<'a> {
        let Viewer { portal, who } = self.viewer;
        People { portal, by: By::Person(who) }
    }
}

impl Portal {
    /// For somebody who may read and write the database anyway.
    pub fn people_at_command_line(&self) -> People<'_> {
        People { portal: self, by: By::CommandLine }
    }

    /// Who may give anybody anything: admins over everything, by name.
    pub async fn list_admins(&self) -> Result<Vec<UserName>, ServiceError> {
        let users = self.store().list_users().await?;
        let admins = users
            .into_iter()
            .filter(|user| user.disabled_at.is_none() && user.person.may_everywhere(Role::Admin));
        Ok(admins.map(|user| user.person.name).collect())
    }
}

impl People<'_> {
    /// By name, also those who are disabled.
    pub async fn list(&self) -> Result<Vec<User>, ServiceError> {
        Ok(self.portal.store().list_users().await?)
    }

    pub async fn get(&self, name: &UserName) -> Result<User, ServiceError> {
        self.portal.store().find_user(name).await?.ok_or(ServiceError::NotFound)
    }

    pub async fn list_groups(&self) -> Result<Vec<Group>, ServiceError> {
        Ok(self.portal.store().list_groups().await?)
    }

    pub async fn get_group(&self, name: &GroupName) -> Result<Group, ServiceError> {
        self.portal.store().find_group(name).await?.ok_or(ServiceError::NotFound)
    }

    /// Adds somebody. Without a password nobody can sign in by this name until a link was made to set one.
    pub async fn add(
        &self,
        name: &UserName,
        grants: &[Grant],
        password: Option<SecretString>,
    ) -> Result<(), ServiceError> {
        self.prove().await?;
        let (portal, outside) = (self.portal, self.portal.outside());
        // Of 128 random bits that nobody is told: what is verified against it costs what everybody's does.
        let password = password.unwrap_or_else(|| outside.secret().into());
        let hash = portal.hasher().hash_for(name, password).await?;
        let at = portal.now();
        let event = AuditEvent {
            after: Some(words(grants)),
            detail: named("name", name.as_str()),
            ..self.event(at, AuditCode::UserAdded)
        };
        let new = NewUser { id: outside.user_id(), name, grants, password_hash: &hash, at };
        portal.store().add_person(&new, &event).await.map_err(taken)
    }

    pub async fn add_grant(
        &self,
        name: &UserName,
        seen: i64,
        grant: Grant,
    ) -> Result<(), ServiceError> {
        let user = self.get(name).await?;
        self.set_grants(&user, seen, with(user.own_grants(), grant)?).await
    }

    /// `place`: from 0 on, among those of the version that was seen.
    pub async fn remove_grant(
        &self,
        name: &UserName,
        seen: i64,
        place: usize,
    ) -> Result<(), ServiceError> {
        let user = self.get(name).await?;
        let grants = without(user.own_grants(), user.version == seen, place)?;
        self.set_grants(&user, seen, grants).await
    }

    async fn set_grants(
        &self,
        user: &User,
        seen: i64,
        grants: Vec<Grant>,
    ) -> Result<(), ServiceError> {
        let before = user.own_grants();
        if before == grants {
            return Ok(());
        }
        let event = AuditEvent {
            before: Some(words(&before)),
            after: Some(words(&grants)),
            detail: named("name", user.person.name.as_str()),
            ..self.event(self.portal.now(), AuditCode::UserGrantsChanged)
        };
        let edit = PeopleEdit::SetGrants { user: user.person.id, seen, grants: &grants };
        self.edit(edit, &event).await
    }

    /// Somebody who is disabled is nobody from the next request on, and has no session after being enabled either.
    pub async fn set_disabled(
        &self,
        name: &UserName,
        seen: i64,
        disabled: bool,
    ) -> Result<(), ServiceError> {
        let user = self.get(name).await?;
        if user.disabled_at.is_some() == disabled {
            return Ok(());
        }
        let code = if disabled { AuditCode::UserDisabled } else { AuditCode::UserEnabled };
        let event = AuditEvent {
            before: Some(words(&user.own_grants())),
            detail: named("name", name.as_str()),
            ..self.event(self.portal.now(), code)
        };
        let edit = PeopleEdit::SetDisabled { user: user.person.id, seen, disabled };
        self.edit(edit, &event).await
    }

    pub async fn make_group(&self, name: &GroupName) -> Result<(), ServiceError> {
        let event = AuditEvent {
            detail: named("group", name.as_str()),
            ..self.event(self.portal.now(), AuditCode::GroupMade)
        };
        self.prove().await?;
        let id = self.portal.outside().group_id();
        let edit = PeopleEdit::MakeGroup { id, name };
        let made = self.portal.store().edit_people(edit, &event).await;
        made.map(drop).map_err(taken)
    }

    pub async fn add_group_grant(
        &self,
        name: &GroupName,
        seen: i64,
        grant: Grant,
    ) -> Result<(), ServiceError> {
        let group = self.get_group(name).await?;
        let grants = with(group.grants.clone(), grant)?;
        self.set_group_grants(&group, seen, grants).await
    }

    /// `place`: from 0 on, among those of the version that was seen.
    pub async fn remove_group_grant(
        &self,
        name: &GroupName,
        seen: i64,
        place: usize,
    ) -> Result<(), ServiceError> {
        let group = self.get_group(name).await?;
        let grants = without(group.grants.clone(), group.version == seen, place)?;
        self.set_group_grants(&group, seen, grants).await
    }

    async fn set_group_grants(
        &self,
        group: &Group,
        seen: i64,
        grants: Vec<Grant>,
    ) -> Result<(), ServiceError> {
        if group.grants == grants {
            return Ok(());
        }
        let event = AuditEvent {
            before: Some(words(&group.grants)),
            after: Some(words(&grants)),
            detail: named("group", group.name.as_str()),
            ..self.event(self.portal.now(), AuditCode::GroupGrantsChanged)
        };
        let edit = PeopleEdit::SetGroupGrants { group: group.id, seen, grants: &grants };
        self.edit(edit, &event).await
    }

    /// Takes somebody into a group, or out of it.
    pub async fn set_member(
        &self,
        name: &GroupName,
        seen: i64,
        member: &UserName,
        is_in: bool,
    ) -> Result<(), ServiceError> {
        let group = self.get_group(name).await?;
        let user = self.portal.store().find_user(member).await?;
        let (field, problem) = (Field::Member, Problem::Mismatch);
        let user = user.ok_or(ServiceError::Invalid { field, problem })?.person.id;
        if group.members.contains(member) == is_in {
            return Ok(());
        }
        let mut after = group.members.clone();
        after.retain(|known| known != member);
        if is_in {
            after.push(member.clone());
        }
        after.sort();
        let event = AuditEvent {
            before: Some(names(&group.members)),
            after: Some(names(&after)),
            detail: [named("group", name.as_str()), named("name", member.as_str())].concat(),
            ..self.event(self.portal.now(), AuditCode::GroupMembersChanged)
        };
        let group = group.id;
        let edit = if is_in {
            PeopleEdit::AddMember { group, seen, user }
        } else {
            PeopleEdit::RemoveMember { group, seen, user }
        };
        self.edit(edit, &event).await
    }

    /// What a disabled group gives counts for nobody.
    pub async fn set_group_disabled(
        &self,
        name: &GroupName,
        seen: i64,
        disabled: bool,
    ) -> Result<(), ServiceError> {
        let group = self.get_group(name).await?;
        if group.disabled_at.is_some() == disabled {
            return Ok(());
        }
        let code = if disabled { AuditCode::GroupDisabled } else { AuditCode::GroupEnabled };
        let event = AuditEvent {
            before: Some(words(&group.grants)),
            detail: named("group", name.as_str()),
            ..self.event(self.portal.now(), code)
        };
        let edit = PeopleEdit::SetGroupDisabled { group: group.id, seen, disabled };
        self.edit(edit, &event).await
    }

    /// Refuses whoever proved who they are too long ago. At the command line nobody is asked.
    pub(crate) async fn prove(&self) -> Result<(), ServiceError> {
        match self.by {
            By::Person(who) => self.portal.require_proof(who, Act::ChangePeople).await,
            By::CommandLine => Ok(()),
        }
    }

    async fn edit(&self, edit: PeopleEdit<'_>, event: &AuditEvent) -> Result<(), ServiceError> {
        self.prove().await?;
        match self.portal.store().edit_people(edit, event).await {
            Ok(Edited::Done) => Ok(()),
            Ok(Edited::LastAdmin) => Err(ServiceError::LastAdmin),
            Err(error) if error.is_conflict() => Err(ServiceError::Overtaken),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) fn event(&self, at: Timestamp, code: AuditCode) -> AuditEvent {
        match self.by {
            By::Person(who) => who.event(at, code, Outcome::Succeeded),
            By::CommandLine => AuditEvent::new(at, code, Outcome::Succeeded, Actor::CommandLine),
        }
    }
}

pub(crate) fn named(what: &str, name: &str) -> Vec<(String, String)> {
    vec![(what.to_owned(), name.to_owned())]
}

fn taken(error: store::Error) -> ServiceError {
    if error.is_conflict() { ServiceError::NameTaken } else { error.into() }
}

fn with(mut grants: Vec<Grant>, grant: Grant) -> Result<Vec<Grant>, ServiceError> {
    if !grants.contains(&grant) {
        grants.push(grant);
    }
    grants.sort_by(|one, other| other.cmp(one));
    if grants.len() > MOST_GRANTS {
        let (field, problem) = (Field::Grants, Problem::TooMany);
        return Err(ServiceError::Invalid { field, problem });
    }
    Ok(grants)
}

/// `current`: they are those that the place was seen among.
fn without(
    mut grants: Vec<Grant>,
    current: bool,
    place: usize,
) -> Result<Vec<Grant>, ServiceError> {
    if !current || place >= grants.len() {
        return Err(ServiceError::Overtaken);
    }
    grants.remove(place);
    Ok(grants)
}

/// For the record: `operator: environments=staging; viewer: everything`.
fn words(grants: &[Grant]) -> String {
    if grants.is_empty() {
        return "nothing".to_owned();
    }
    grants.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn names(names: &[UserName]) -> String {
    names.iter().map(UserName::as_str).collect::<Vec<_>>().join(" ")
}
