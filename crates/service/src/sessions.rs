//! Where people are signed in, and ending that.

use domain::audit::{AuditCode, AuditEvent, Outcome};
use domain::id::{UserId, UserName};
use domain::time::Timestamp;
use store::session::{SessionRow, Sessions};

use crate::people::named;
use crate::{People, Portal, ServiceError, Viewer};

/// One sign-in that still holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionOf {
    /// A short public name, as in the audit.
    pub label: String,
    pub address: Option<String>,
    /// What the browser called itself.
    pub agent: Option<String>,
    pub began_at: Timestamp,
    pub seen_at: Timestamp,
    pub ends_at: Timestamp,
}

impl Portal {
    async fn sessions_of(&self, user: UserId) -> Result<Vec<SessionOf>, ServiceError> {
        let idle_since = self.now().minus(self.settings().session_idle);
        let rows = self.store().list_sessions(user, self.now(), idle_since).await?;
        Ok(rows.into_iter().map(SessionOf::from).collect())
    }
}

impl Viewer<'_> {
    /// This person's own, the one used last first.
    pub async fn list_sessions(&self) -> Result<Vec<SessionOf>, ServiceError> {
        self.portal.sessions_of(self.who.person.id).await
    }

    /// Ends one of this person's sessions, which may be this one.
    pub async fn end_session(&self, label: &str) -> Result<(), ServiceError> {
        self.end(Sessions::Labelled(label), label).await
    }

    /// Ends all of this person's sessions but this one.
    pub async fn end_other_sessions(&self) -> Result<(), ServiceError> {
        self.end(Sessions::AllBut(&self.who.session), "all others").await
    }

    async fn end(&self, which: Sessions<'_>, what: &str) -> Result<(), ServiceError> {
        let Viewer { portal, who } = *self;
        let event = AuditEvent {
            detail: [named("name", who.person.name.as_str()), named("sessions", what)].concat(),
            ..who.event(portal.now(), AuditCode::SessionRevoked, Outcome::Succeeded)
        };
        let ended = portal.store().revoke_sessions(who.person.id, which, &event).await?;
        // Asked for all others there may be none; asked for one, it has to be there.
        let one = matches!(which, Sessions::Labelled(_));
        if ended == 0 && one { Err(ServiceError::NotFound) } else { Ok(()) }
    }
}

impl People<'_> {
    pub async fn list_sessions(&self, name: &UserName) -> Result<Vec<SessionOf>, ServiceError> {
        self.portal.sessions_of(self.get(name).await?.person.id).await
    }

    /// Ends all sessions of somebody.
    pub async fn end_sessions(&self, name: &UserName) -> Result<(), ServiceError> {
        let user = self.get(name).await?.person.id;
        let event = AuditEvent {
            detail: [named("name", name.as_str()), named("sessions", "all")].concat(),
            ..self.event(self.portal.now(), AuditCode::SessionRevoked)
        };
        self.portal.store().revoke_sessions(user, Sessions::All, &event).await?;
        Ok(())
    }
}

impl From<SessionRow> for SessionOf {
    fn from(row: SessionRow) -> Self {
        Self {
            label: row.label,
            address: row.address,
            agent: row.user_agent.filter(|agent| !agent.is_empty()),
            began_at: row.created_at,
            seen_at: row.seen_at,
            ends_at: row.expires_at,
        }
    }
}
