//! Everything the use cases share.

use std::sync::Arc;
use std::time::Duration;

use domain::policy::Policy;
use domain::time::Timestamp;
use store::Store;

use crate::change::engine::Engine;
use crate::fresh::SingleFlight;
use crate::news::NewsDesk;
use crate::sign_in::PasswordHasher;
use crate::{Accounts, Outside, ServiceError, Timing};

/// What an operator of the portal may set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The key of the tag that says what an instance is for.
    pub environment_tag: String,
    pub timing: Timing,
    /// What is demanded of changes until an admin says otherwise.
    pub policy: Policy,
    /// A session nobody used for this long is over.
    pub session_idle: Duration,
    /// A session is over this long after signing in, used or not.
    pub session_absolute: Duration,
    /// A review older than this cannot be confirmed.
    pub review_lasts: Duration,
    /// Fresh facts for a review or a change: what has not answered by then is unknown.
    pub gather_deadline: Duration,
    /// How often the list of instances and their modes are read.
    pub list_every: Duration,
    pub attributes_every: Duration,
    /// Whitelists, endpoints, versions and parameters.
    pub details_every: Duration,
    /// How many calls of an account the reader makes at once.
    pub calls_at_once: usize,
    /// How long it is kept what became different.
    pub events_kept: Duration,
    /// Only the newest so many are kept, however young the others are.
    pub events_most: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            environment_tag: "environment".to_owned(),
            timing: Timing::REAL,
            policy: Policy::default(),
            session_idle: Duration::from_hours(1),
            session_absolute: Duration::from_hours(12),
            review_lasts: Duration::from_mins(15),
            gather_deadline: Duration::from_secs(5),
            list_every: Duration::from_mins(1),
            attributes_every: Duration::from_mins(5),
            details_every: Duration::from_mins(30),
            calls_at_once: 16,
            events_kept: Duration::from_hours(90 * 24),
            events_most: 1_000_000,
        }
    }
}

/// The portal's use cases. Cheap to clone: all clones are one portal.
#[derive(Debug, Clone)]
pub struct Portal {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    accounts: Accounts,
    outside: Outside,
    settings: Settings,
    hasher: PasswordHasher,
    engine: Engine,
    /// Who this process is, among replicas.
    holder: String,
    fresh: SingleFlight,
    news: NewsDesk,
}

impl Portal {
    /// Starts nothing: see [`Portal::supervise_changes`] and [`Portal::read_fleet`].
    pub fn new(
        store: Store,
        accounts: Accounts,
        outside: Outside,
        settings: Settings,
    ) -> Result<Self, ServiceError> {
        let hasher = PasswordHasher::new()?;
        let engine = Engine::default();
        // A file has one process at a time: whatever the one before held is this one's.
        let holder = if store.is_shared() {
            format!("{:032x}", outside.entropy.bits())
        } else {
            "the only one".to_owned()
        };
        let inner = Inner {
            store,
            accounts,
            outside,
            settings,
            hasher,
            engine,
            holder,
            fresh: SingleFlight::default(),
            news: NewsDesk::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    pub fn accounts(&self) -> &Accounts {
        &self.inner.accounts
    }

    pub fn now(&self) -> Timestamp {
        self.inner.outside.now()
    }

    /// Whether the memory answers.
    pub async fn is_ready(&self) -> bool {
        self.inner.store.ping().await.is_ok() && self.inner.engine.has_claimed()
    }

    /// For a form that is about to be shown: what it posts twice is one wish.
    pub fn new_key(&self) -> String {
        format!("{:032x}", self.inner.outside.entropy.bits())
    }

    /// For the session layer, which keeps rows of its own.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(crate) fn outside(&self) -> &Outside {
        &self.inner.outside
    }

    pub(crate) fn hasher(&self) -> &PasswordHasher {
        &self.inner.hasher
    }

    /// What this process calls itself in leases.
    pub fn holder(&self) -> &str {
        &self.inner.holder
    }

    pub(crate) fn fresh(&self) -> &SingleFlight {
        &self.inner.fresh
    }

    pub(crate) fn news_desk(&self) -> &NewsDesk {
        &self.inner.news
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.inner.engine
    }
}
