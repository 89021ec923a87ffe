//! What is outside of a portal, in the hands of a test: its clock, its keys, its database.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aliyun::{Client, ClientOptions, Credential, CredentialError, CredentialProvider, RetryPolicy};
use domain::call::SignatureScheme;
use domain::person::Role;
use domain::time::Timestamp;
use service::{AccountOptions, Accounts, Clock, Outside, Portal, Settings};
use store::{DatabaseUrl, Store};

use super::{Random, World, now, opened, signed_in};

/// Cheap to clone: all clones are the same hands.
#[derive(Clone)]
pub struct Hands {
    ahead: Arc<AtomicI64>,
    keys: Arc<Mutex<Credential>>,
}

impl Hands {
    /// The true time, and the keys of the one account.
    pub fn of(world: &World) -> Self {
        let keys = &world.cloud.accounts()[0];
        let keys = Credential::new(&keys.access_key_id, &keys.access_key_secret).unwrap();
        Self { ahead: Arc::default(), keys: Arc::new(Mutex::new(keys)) }
    }

    /// How far its clock is from the true time, in seconds. Replaces an earlier turn.
    pub fn turn(&self, secs: i64) {
        self.ahead.store(secs * 1000, Ordering::SeqCst);
    }

    /// What the next call is signed with.
    pub fn give(&self, keys: Credential) {
        *self.keys.lock().unwrap() = keys;
    }

    /// A portal that is in these hands, on the memory of this one.
    pub fn portal(&self, world: &World, settings: Settings) -> Portal {
        self.portal_on(world, world.portal.store().clone(), settings)
    }

    /// The world goes on with such a portal.
    pub async fn take(&self, world: &mut World) {
        world.portal = self.portal(world, world.settings.clone());
        world.portal.take_up_changes().await.unwrap();
    }

    /// The world goes on with such a portal on another database.
    pub async fn take_to(&self, world: &mut World, url: &DatabaseUrl) {
        let store = opened(url, world.folder.path()).await;
        let portal = self.portal_on(world, store, world.settings.clone());
        let (name, password) = ("lin.wei".parse().unwrap(), "correct horse battery");
        portal.add_user(&name, Role::Operator, password.into()).await.unwrap();
        let first = portal.sign_in(name.as_str(), password.into(), None).await.unwrap();
        let service::FirstStep::Done(user) = first else { panic!("{first:?}") };
        portal.list_fleet_once().await.unwrap();
        portal.take_up_changes().await.unwrap();
        (world.portal, world.operator) = (portal, signed_in(user.person));
        world.cloud.control().clear_counters();
    }

    fn portal_on(&self, world: &World, store: Store, settings: Settings) -> Portal {
        let clock = self.clone();
        let mut options = ClientOptions::new(
            Arc::new(Held(self.keys.clone())),
            Arc::new(move || clock.now()),
            Arc::new(|| rand::random::<u128>().to_be_bytes()),
        );
        options.endpoint = Some(world.cloud.base_url().parse().unwrap());
        let (first, longest) = (Duration::from_millis(5), Duration::from_millis(10));
        options.retry = RetryPolicy { attempts: 2, first, longest };
        options.timeouts.connect = Duration::from_millis(500);
        options.timeouts.total = Duration::from_secs(1);
        let account = AccountOptions {
            name: "core-1".parse().unwrap(),
            label: None,
            regions: None,
            signature: SignatureScheme::V1,
            client: Client::new(options).unwrap(),
        };
        let outside = Outside { clock: Arc::new(self.clone()), entropy: Arc::new(Random) };
        Portal::new(store, Accounts::new([account]), outside, settings).unwrap()
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(now().as_millis() + self.ahead.load(Ordering::SeqCst))
    }
}

struct Held(Arc<Mutex<Credential>>);

#[async_trait::async_trait]
impl CredentialProvider for Held {
    async fn credential(&self) -> Result<Credential, CredentialError> {
        Ok(self.0.lock().unwrap().clone())
    }
}
