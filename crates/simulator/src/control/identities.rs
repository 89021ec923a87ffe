//! Identities from outside: keys, roles, sessions, tokens of a platform, and who hands keys out.

use super::{Control, ControlError};
use crate::clock::whole_millis;
use crate::gate::keyring::{IssuedSession, TemporaryCredentials};
use crate::metadata::MetadataSettings;
use crate::ram::{PlatformToken, Role, Session, provider_arn};
use std::time::Duration;

/// A token of a platform and the provider it is for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PlatformIdentity {
    /// What the platform would write into a file of the workload.
    pub token: String,
    /// `OIDCProviderArn`.
    pub provider_arn: String,
}

impl Control {
    /// A temporary identity, as STS `AssumeRole` would give it.
    pub fn issue_credentials(
        &self,
        account: &str,
        lifetime: Duration,
    ) -> Result<TemporaryCredentials, ControlError> {
        let index = self.account(account)?;
        let (mut state, now) = self.cloud.lock();
        let state = &mut *state;
        let times = (now, now.saturating_add(whole_millis(lifetime)));
        let (role, name) = ("latchkey".to_owned(), "latchkey".to_owned());
        let session = Session { account: index, role, name, policy: None };
        Ok(state.keyring.issue(session, account, times, &mut state.dice))
    }

    /// Enables or disables an access key, long-lived or temporary.
    pub fn enable_key(&self, access_key_id: &str, enabled: bool) -> Result<(), ControlError> {
        let known = self.cloud.lock().0.keyring.enable(access_key_id, enabled);
        known
            .then_some(())
            .ok_or_else(|| ControlError::Missing(format!("access key {access_key_id}")))
    }

    pub fn roles(&self) -> Vec<Role> {
        self.cloud.lock().0.roles.all().cloned().collect()
    }

    /// Makes a role, or replaces the one of that name. What it denies counts for the sessions there
    /// are as well.
    pub fn put_role(&self, role: Role) -> Result<(), ControlError> {
        let account = self.account(&role.account)?;
        self.cloud.lock().0.roles.put(account, role);
        Ok(())
    }

    pub fn remove_role(&self, account: &str, name: &str) -> Result<(), ControlError> {
        let index = self.account(account)?;
        let removed = self.cloud.lock().0.roles.remove(index, name);
        removed.then_some(()).ok_or_else(|| ControlError::Missing(format!("role {name}")))
    }

    /// Every session that was given out and is still known, oldest first.
    pub fn sessions(&self) -> Vec<IssuedSession> {
        self.cloud.lock().0.keyring.sessions(&self.cloud.accounts)
    }

    /// A token with which a workload of that name can assume the roles of an account.
    pub fn issue_platform_token(
        &self,
        account: &str,
        subject: &str,
        lifetime: Duration,
    ) -> Result<PlatformIdentity, ControlError> {
        let index = self.account(account)?;
        let (mut state, now) = self.cloud.lock();
        let state = &mut *state;
        let token = PlatformToken {
            account: index,
            subject: subject.to_owned(),
            issued_at: now,
            expires_at: now.saturating_add(whole_millis(lifetime)),
        };
        let token = state.tokens.issue(token, &mut state.dice);
        let provider_arn = provider_arn(&self.cloud.accounts[usize::from(index)]);
        Ok(PlatformIdentity { token, provider_arn })
    }

    pub fn metadata(&self) -> MetadataSettings {
        self.cloud.lock().0.metadata.settings.clone()
    }

    /// Of the metadata service and the credentials URI.
    pub fn set_metadata(&self, settings: MetadataSettings) {
        self.cloud.lock().0.metadata.settings = settings;
    }
}
