//! Tells open pages that something changed: what, as far as it can be named, else only that.
//!
//! One look at the memory a second serves everybody, also for what another replica wrote. Nobody listening: no look.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::id::{InstanceKey, UserId};
use tokio::sync::watch;

use crate::{Portal, ServiceError, Viewer};

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// More is not named.
const MOST: i64 = 100;

/// Where the memory stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Standing {
    sequence: i64,
    version: i64,
}

#[derive(Debug)]
pub(crate) struct NewsDesk(Mutex<Option<watch::Sender<Standing>>>);

impl Default for NewsDesk {
    fn default() -> Self {
        Self(Mutex::new(Some(watch::Sender::new(Standing::default()))))
    }
}

impl NewsDesk {
    fn sender(&self) -> Option<watch::Sender<Standing>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What a page is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// Of the newest event in it: a stream that broke goes on after it.
    pub number: i64,
    /// `None`: more than can be named, or counts alone.
    pub about: Option<BTreeSet<InstanceKey>>,
}

/// News as they come, from a certain event on.
#[derive(Debug)]
pub struct NewsStream {
    portal: Portal,
    changes: watch::Receiver<Standing>,
    told: Standing,
    person: UserId,
}

impl Portal {
    /// Looks for news as long as somebody wants any. Ends when [`Portal::end_news`] was called.
    pub async fn watch_fleet(self) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let Some(sender) = self.news_desk().sender() else { return };
            if sender.receiver_count() == 0 {
                continue;
            }
            match self.store().read_news().await {
                Ok((sequence, version)) => {
                    let now = Standing { sequence, version };
                    sender.send_if_modified(|then| std::mem::replace(then, now) != now);
                }
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "no news could be read"
                    );
                }
            }
        }
    }

    /// Every stream ends: the portal is about to stop.
    pub fn end_news(&self) {
        self.news_desk().0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Viewer<'_> {
    /// News after an event, or from now on. `None`: the portal is about to stop.
    pub async fn follow_news(
        &self,
        after: Option<i64>,
    ) -> Result<Option<NewsStream>, ServiceError> {
        let Some(sender) = self.portal.news_desk().sender() else { return Ok(None) };
        let (sequence, version) = self.portal.store().read_news().await?;
        let told = Standing { sequence: after.unwrap_or(sequence).min(sequence), version };
        let mut changes = sender.subscribe();
        // What this stream missed is told at once.
        changes.mark_changed();
        let (portal, person) = (self.portal.clone(), self.who.person.id);
        Ok(Some(NewsStream { portal, changes, told, person }))
    }
}

impl NewsStream {
    /// The next news. `None`: there will be no more.
    ///
    /// Safe to drop while waiting: what was not told is told the next time.
    pub async fn next(&mut self) -> Option<Result<News, ServiceError>> {
        loop {
            self.changes.changed().await.ok()?;
            let heard = *self.changes.borrow_and_update();
            match self.tell(heard).await {
                Ok(None) => {}
                Ok(Some(news)) => return Some(Ok(news)),
                Err(error) => return Some(Err(error)),
            }
        }
    }

    async fn tell(&mut self, heard: Standing) -> Result<Option<News>, ServiceError> {
        let store = self.portal.store();
        // What they may see as it is now, not as it was when the page was opened.
        let Some(person) = store.find_active_person(self.person).await? else { return Ok(None) };
        let after = self.told.sequence;
        let events = store.list_events_after(&person.sees(), after, MOST + 1).await?;
        let newest = events.last().map_or(after, |event| event.sequence);
        let all = events.len() as u64 <= MOST.unsigned_abs();
        // Whoever missed many events looks at everything, and goes on from here; and so does whoever may not see them.
        let number = newest.max(heard.sequence);
        let counted = heard.version > self.told.version;
        if events.is_empty() && !counted {
            self.told.sequence = number;
            return Ok(None);
        }
        let keys = events.into_iter().map(|event| event.instance).collect();
        // Counts that grew without an event: something was read for the first time.
        let about = (all && !counted).then_some(keys);
        self.told = Standing { sequence: number, version: heard.version.max(self.told.version) };
        Ok(Some(News { number, about }))
    }
}
