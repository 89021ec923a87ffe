//! Everything the use cases share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::policy::Policy;
use domain::time::Timestamp;
use store::Store;
use tokio::time::Instant;

use crate::change::engine::Engine;
use crate::change::pending;
use crate::fresh::SingleFlight;
use crate::news::NewsDesk;
use crate::sign_in::PasswordHasher;
use crate::{
    Accounts, FactorKey, GroupRoles, Oidc, Outside, Passkeys, ReceiptKey, ServiceError, Timing,
    Webhook,
};

/// What an operator of the portal may set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The key of the tag that says what an instance is for.
    pub environment_tag: String,
    pub timing: Timing,
    /// What is demanded of changes until an admin says otherwise.
    pub policy: Policy,
    /// What the portal's host is called: no password may be made of it.
    pub known_as: Vec<String>,
    /// A session nobody used for this long is over.
    pub session_idle: Duration,
    /// A session is over this long after signing in, used or not.
    pub session_absolute: Duration,
    /// A review older than this cannot be confirmed.
    pub review_lasts: Duration,
    /// So many reviews of one person may wait for their word.
    pub reviews_at_once: u32,
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
    /// Where notices go besides the inbox.
    pub webhook: Option<Webhook>,
    /// Where people sign in besides.
    pub oidc: Option<Oidc>,
    /// Which groups of people who are vouched for have which role.
    pub group_roles: GroupRoles,
    /// Whether people of the portal's own may sign in.
    pub local_users: bool,
    /// Seals the secrets of second factors. Without one there are none.
    pub factor_key: Option<FactorKey>,
    /// Without a host name there are none.
    pub passkeys: Option<Passkeys>,
    /// Whether what is dangerous needs a fresh proof of who it is.
    pub step_up: bool,
    /// Whether everybody with a password here has to have a second factor.
    pub demand_second_factor: bool,
    /// Signs receipts. Without one there are none.
    pub receipt_key: Option<ReceiptKey>,
    /// Only the newest so many are kept, however young the others are.
    pub events_most: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            environment_tag: "environment".to_owned(),
            timing: Timing::REAL,
            policy: Policy::default(),
            known_as: Vec::new(),
            session_idle: Duration::from_hours(1),
            session_absolute: Duration::from_hours(12),
            review_lasts: Duration::from_mins(15),
            reviews_at_once: pending::REVIEWS,
            gather_deadline: Duration::from_secs(5),
            list_every: Duration::from_mins(1),
            attributes_every: Duration::from_mins(5),
            details_every: Duration::from_mins(30),
            calls_at_once: 16,
            events_kept: Duration::from_hours(90 * 24),
            webhook: None,
            oidc: None,
            group_roles: GroupRoles::default(),
            local_users: true,
            factor_key: None,
            passkeys: None,
            step_up: true,
            demand_second_factor: false,
            receipt_key: None,
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
    /// The memory is older than the anchor of its audit, as far as was seen.
    restored: AtomicBool,
    news: NewsDesk,
    /// What the clock said at the start.
    began: (Timestamp, Instant),
}

impl Portal {
    /// Starts nothing: see [`Portal::supervise_changes`] and [`Portal::read_fleet`].
    pub fn new(
        store: Store,
        accounts: Accounts,
        outside: Outside,
        settings: Settings,
    ) -> Result<Self, ServiceError> {
        let hasher = PasswordHasher::new(&settings.known_as)?;
        let store = if settings.webhook.is_some() { store.with_webhook() } else { store };
        let engine = Engine::default();
        let began = (outside.now(), Instant::now());
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
            restored: AtomicBool::new(false),
            news: NewsDesk::default(),
            began,
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

    /// The time by which sessions begin and end, and doors at the latest: it goes on evenly, whatever becomes of the machine's clock, and is the
    /// database's where processes share one.
    pub fn session_now(&self) -> Timestamp {
        let (said, at) = self.inner.began;
        self.store().shared_now().unwrap_or_else(|| said.plus(at.elapsed()))
    }

    /// Whether the memory answers, can be trusted and takes what is to be written.
    pub async fn is_ready(&self) -> bool {
        self.inner.store.ping().await.is_ok() && self.inner.engine.has_claimed()
    }

    /// Whether changes are refused because the memory was restored from a backup.
    pub fn is_restored(&self) -> bool {
        self.inner.restored.load(Ordering::Acquire)
    }

    /// Whether changes are refused because the file of the memory is damaged, or another one lies in its place.
    pub fn is_damaged(&self) -> bool {
        self.store().require_whole_file().is_err()
    }

    pub(crate) fn set_restored(&self, restored: bool) {
        self.inner.restored.store(restored, Ordering::Release);
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
