//! What people are told: reminders before a door shuts, what they have in their inbox, and how the webhook does.

use std::time::Duration;

use domain::inbox::{Audience, Notice, NoticeKind};
use domain::person::{Role, Scope};
use domain::timebox::ReturnDuty;
pub use store::inbox::Told;
pub use store::outbox::Delivery;

use crate::{Portal, ServiceError, SignedIn, Viewer};

/// Before its end; half of the time, where that is shorter.
const REMINDER: Duration = Duration::from_mins(15);
/// More than that at once, and nobody reads them.
const SHOWN: i64 = 100;
const DUTIES: i64 = 500;

impl Portal {
    /// Reminds of doors that shut soon, for ever.
    pub async fn keep_reminders(self) {
        loop {
            if let Err(error) = self.remind().await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "nobody could be reminded of doors that shut soon"
                );
            }
            tokio::time::sleep(self.settings().timing.between_returns()).await;
        }
    }

    /// Each end of each door is told once, whichever replica looks.
    pub async fn remind(&self) -> Result<(), ServiceError> {
        let (store, now) = (self.store(), self.now());
        let soon =
            store.list_overdue_returns(&Scope::Everything, now.plus(REMINDER), DUTIES).await?;
        let due: Vec<&ReturnDuty> = soon.iter().filter(|duty| is_time(duty, now)).collect();
        if due.is_empty() {
            return Ok(());
        }
        let told = store.list_told(NoticeKind::DoorShutsSoon, now.minus(REMINDER * 2)).await?;
        for duty in due {
            let once = format!("shuts-soon:{}:{}", duty.opened_by, duty.due_at.as_millis());
            if told.contains(&once) {
                continue;
            }
            let notice = Notice {
                instance: Some(duty.instance.clone()),
                name: Some(duty.name.to_string()),
                change: Some(duty.opened_by),
                person: Some(duty.planned_by.clone()),
                due_at: Some(duty.due_at),
                ..Notice::new(NoticeKind::DoorShutsSoon, now, once)
            };
            let to = Audience { named: Some(duty.planned_by.clone()), ..Audience::default() };
            store.notify(&notice, &to).await?;
        }
        Ok(())
    }

    /// An admin tries whether notices arrive: in their own inbox, and by the webhook where there is one.
    pub async fn send_test_notice(&self, who: &SignedIn) -> Result<(), ServiceError> {
        self.require(who, Role::Admin, "test-webhook").await?;
        let now = self.now();
        let once = format!("test:{}:{}", who.person.id, now.as_millis());
        let notice = Notice {
            person: Some(who.person.name.clone()),
            ..Notice::new(NoticeKind::Test, now, once)
        };
        self.store().notify(&notice, &Audience::person(who.person.id)).await?;
        Ok(())
    }
}

/// After the end there is nothing to remind of.
fn is_time(duty: &ReturnDuty, now: domain::time::Timestamp) -> bool {
    let half = duty.due_at.since(duty.opened_at) / 2;
    now < duty.due_at && now >= duty.due_at.minus(half.min(REMINDER))
}

impl Viewer<'_> {
    /// The newest first.
    pub async fn list_inbox(&self) -> Result<Vec<Told>, ServiceError> {
        Ok(self
            .portal
            .store()
            .list_inbox(&self.who.person.sees(), self.who.person.id, SHOWN)
            .await?)
    }

    /// `None`: all.
    pub async fn mark_read(&self, id: Option<&str>) -> Result<(), ServiceError> {
        let store = self.portal.store();
        Ok(store.mark_read(self.who.person.id, id, self.portal.now()).await?)
    }

    /// How the webhook does: for admins, and nothing for all others.
    pub async fn list_deliveries(&self) -> Result<Option<Vec<Delivery>>, ServiceError> {
        if !self.who.person.may_everywhere(Role::Admin) {
            return Ok(None);
        }
        Ok(Some(self.portal.store().list_deliveries(SHOWN).await?))
    }
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;

    use super::*;

    #[test]
    fn the_reminder_comes_a_quarter_of_an_hour_before_or_at_half_time() {
        let duty = |secs: i64| ReturnDuty {
            opened_by: domain::id::ChangeId::from_u128(1),
            instance: "core/cn-hangzhou/r-1".parse().unwrap(),
            name: "orders".into(),
            environment: domain::environment::Environment::Development,
            planned_by: "lin.wei".parse().unwrap(),
            opened_at: Timestamp::from_secs(0),
            due_at: Timestamp::from_secs(secs),
            tries: 0,
            last_try: None,
            alarmed: false,
        };
        for (lasts, first) in [(3600, 2700), (1800, 900), (600, 300), (60, 30)] {
            let is_time = |at: i64| is_time(&duty(lasts), Timestamp::from_secs(at));
            assert!(!is_time(first - 1) && is_time(first) && is_time(lasts - 1), "{lasts}");
            assert!(!is_time(lasts), "{lasts}: it is over");
        }
    }
}
