//! A portal on a simulated cloud, a memory of its own and fast time.

#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses its part")]

pub mod gate;
pub mod hands;
pub mod left;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use aliyun::{Client, ClientOptions, Credential, FixedKeys, RetryPolicy};
use domain::access::Access;
use domain::call::SignatureScheme;
use domain::change::{Change, ChangeState};
use domain::id::{ChangeId, IdempotencyKey, InstanceKey};
use domain::person::{Person, Role, Scope};
use domain::time::Timestamp;
use service::{
    AccountOptions, Accounts, Clock, Confirmation, Entropy, FirstStep, Outside, Portal, Settings,
    SignedIn, Timing,
};
use simulator::{Options, Settle, Simulator};
use store::audit::AuditFiles;
use store::{DatabaseUrl, Store};

pub const DEVELOPMENT: &str = "core-1/cn-hangzhou/r-bp1ordersdev0001";

/// Where a portal remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    Sqlite,
    Postgres,
}

/// How the cloud is spoken to.
#[derive(Debug, Clone, Copy)]
pub struct Cloud {
    pub scheme: SignatureScheme,
    pub tls: bool,
    /// What stands between, if anything.
    pub gate: Option<&'static gate::Gate>,
}

impl Default for Cloud {
    fn default() -> Self {
        Self { scheme: SignatureScheme::V1, tls: false, gate: None }
    }
}

/// Everything a scenario needs; dropped, it takes all with it.
pub struct World {
    pub cloud: Simulator,
    pub portal: Portal,
    pub operator: SignedIn,
    url: DatabaseUrl,
    settings: Settings,
    folder: tempfile::TempDir,
}

pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        now()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where tests read the clock")]
fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp::from_millis(since.as_millis().try_into().unwrap())
}

struct Random;

impl Entropy for Random {
    fn bits(&self) -> u128 {
        rand::random()
    }
}

pub fn outside() -> Outside {
    Outside { clock: Arc::new(SystemClock), entropy: Arc::new(Random) }
}

impl World {
    pub async fn new() -> Self {
        Self::with(SignatureScheme::V1).await
    }

    pub async fn with(scheme: SignatureScheme) -> Self {
        Self::of(scheme, Options::default()).await
    }

    /// With another fleet.
    pub async fn of(scheme: SignatureScheme, options: Options) -> Self {
        let how = Cloud { scheme, ..Cloud::default() };
        Self::on_fleet(Memory::Sqlite, how, settings(), options).await
    }

    /// With another fleet, and a gate before its cloud.
    pub async fn behind_gate(memory: Memory, options: Options) -> (Self, &'static gate::Gate) {
        let gate = gate::Gate::open().await;
        let how = Cloud { gate: Some(gate), ..Cloud::default() };
        let world = Self::on_fleet(memory, how, settings(), options).await;
        gate.look_into(world.portal.store());
        (world, gate)
    }

    pub async fn in_memory(memory: Memory) -> Self {
        Self::on(memory, Cloud::default(), settings()).await
    }

    /// The cloud is reached by https, with an authority that the portal trusts.
    pub async fn behind_tls(memory: Memory) -> Self {
        let how = Cloud { tls: true, ..Cloud::default() };
        Self::on(memory, how, settings()).await
    }

    /// With another pace.
    pub async fn at_pace(memory: Memory, timing: Timing) -> Self {
        let settings = Settings { timing, ..settings() };
        Self::on(memory, Cloud::default(), settings).await
    }

    /// Where there can be another portal beside this one.
    pub async fn on_postgres() -> Self {
        Self::in_memory(Memory::Postgres).await
    }

    async fn on(memory: Memory, how: Cloud, settings: Settings) -> Self {
        Self::on_fleet(memory, how, settings, Options::default()).await
    }

    async fn on_fleet(memory: Memory, how: Cloud, settings: Settings, options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match memory {
            Memory::Sqlite => DatabaseUrl::Sqlite(folder.path().join("portal.db")),
            Memory::Postgres => {
                let shared = scratch_postgres::ScratchPostgres::shared().unwrap();
                shared.database().unwrap().parse().unwrap()
            }
        };
        let settle = Settle::Between(Duration::from_millis(20), Duration::from_millis(60));
        let cloud = Simulator::start(Options { settle, accounts: 1, ..options }).await.unwrap();
        if let Some(gate) = how.gate {
            gate.lead_to(cloud.base_url());
        }
        let store = opened(&url, folder.path()).await;
        let portal = portal_in(&cloud, store, how, settings.clone());
        let operator = added(&portal, "lin.wei", Role::Operator).await;
        portal.list_fleet_once().await.unwrap();
        portal.take_up_changes().await.unwrap();
        let world = Self { cloud, portal, operator, url, settings, folder };
        world.cloud.control().clear_counters();
        world
    }

    /// Another process on the same memory, which has taken nothing up yet.
    pub async fn replica(&self) -> Portal {
        let store = opened(&self.url, self.folder.path()).await;
        portal_on(&self.cloud, store, SignatureScheme::V1, self.settings.clone())
    }

    /// The same, where what is dangerous needs a fresh proof.
    pub async fn strict(&self) -> Portal {
        let store = opened(&self.url, self.folder.path()).await;
        let settings = Settings { step_up: true, ..self.settings.clone() };
        let portal = portal_on(&self.cloud, store, SignatureScheme::V1, settings);
        portal.take_up_changes().await.unwrap();
        portal
    }

    /// As if the process had ended and another had started: the old portal is gone, its memory stays.
    pub async fn restart(mut self, scheme: SignatureScheme) -> Self {
        let old = std::mem::replace(&mut self.portal, empty().await);
        old.store().clone().close().await;
        drop(old);
        let store = opened(&self.url, self.folder.path()).await;
        self.portal = portal_on(&self.cloud, store, scheme, self.settings.clone());
        self
    }

    pub fn person(&self, role: Role) -> SignedIn {
        let Person { id, name, .. } = self.operator.person.clone();
        signed_in(Person::everywhere(id, name, role))
    }

    /// Somebody else, with an account of their own.
    pub async fn somebody(&self, name: &str, role: Role) -> SignedIn {
        added(&self.portal, name, role).await
    }

    /// Takes a review, and a confirmation that fills in whatever could be asked for.
    pub async fn reviewed(&self, instance: &str, to: Access) -> Confirmation {
        self.reviewed_by(&self.operator, instance, to).await
    }

    pub async fn reviewed_by(&self, who: &SignedIn, instance: &str, to: Access) -> Confirmation {
        let operator = self.portal.operator(who, "test").await.unwrap();
        let review = operator.take_review(&key(instance), to).await.unwrap();
        Confirmation {
            review: review.id,
            reason: Some("drill, OPS-1".parse().unwrap()),
            typed_name: Some(review.name.to_string()),
            acknowledged: review
                .to_acknowledge()
                .iter()
                .map(|consequence| consequence.code().to_owned())
                .collect(),
            lasts: service::Lasts::Usual,
            start: service::Start::Now,
            break_glass: false,
            key: idempotency_key(),
        }
    }

    pub async fn confirm(
        &self,
        confirmation: Confirmation,
    ) -> Result<ChangeId, service::ServiceError> {
        self.portal.operator(&self.operator, "test").await.unwrap().confirm(confirmation).await
    }

    /// From a wish to its end.
    pub async fn change(&self, instance: &str, to: Access) -> Change {
        let confirmation = self.reviewed(instance, to).await;
        let id = self.confirm(confirmation).await.unwrap();
        self.ended(id).await
    }

    pub async fn find(&self, id: ChangeId) -> Change {
        self.portal.store().find_change(&Scope::Everything, id).await.unwrap().unwrap()
    }

    /// Waits until it is over. The deadline only tells a hang.
    pub async fn ended(&self, id: ChangeId) -> Change {
        let change = self.until(id, |change| change.state.is_terminal()).await;
        self.check_audit().await;
        change
    }

    /// I6: every row is as it was written.
    pub async fn check_audit(&self) {
        let audit = self.portal.store().verify_audit(&[]).await.unwrap();
        assert_eq!(audit.flaw, None);
    }

    pub async fn until(&self, id: ChangeId, wanted: impl Fn(&Change) -> bool) -> Change {
        let waiting = async {
            loop {
                let change = self.find(id).await;
                if wanted(&change) {
                    return change;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        match tokio::time::timeout(Duration::from_secs(30), waiting).await {
            Ok(change) => change,
            Err(elapsed) => panic!("the change hangs ({elapsed}): {:?}", self.find(id).await),
        }
    }

    /// How many mutating requests the cloud received.
    pub fn writes(&self) -> usize {
        self.cloud.control().ledger().len()
    }

    /// Waits until so many arrived. The deadline only tells a hang.
    pub async fn until_writes(&self, count: usize) {
        let waiting = async {
            while self.writes() < count {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), waiting).await.unwrap();
    }

    /// `VpcAuthMode` as the cloud has it.
    pub fn mode(&self, instance: &str) -> String {
        let id = key(instance).id.to_string();
        let instance = self.cloud.control().instance(&id).unwrap();
        instance["VpcAuthMode"].as_str().unwrap_or("").to_owned()
    }

    /// Codes of the audit about a change, the oldest first.
    pub async fn audited(&self, id: ChangeId) -> Vec<&'static str> {
        let detail = self.portal.viewer(&self.operator).get_change(id).await.unwrap();
        detail.events.iter().map(|recorded| recorded.event.code.code()).collect()
    }

    /// What must hold whatever happened: each request that arrived has one attempt with its nonce, committed before;
    /// each attempt of a change that is over has an outcome, or the change was settled by reading.
    pub async fn check_invariants(&self, change: &Change) {
        let attempts = self.portal.store().list_attempts(change.id).await.unwrap();
        for entry in self.cloud.control().ledger() {
            let nonce = entry.nonce.clone().unwrap_or_default();
            let known = attempts.iter().filter(|attempt| attempt.nonce == nonce).count();
            assert_eq!(known, 1, "a request arrived without its attempt: {entry:?}");
        }
        self.check_audit().await;
        self.check_invariants_of(change).await;
    }

    /// The same where the cloud received calls of other changes too.
    pub async fn check_invariants_of(&self, change: &Change) {
        let reads = self.portal.store().list_read_backs(change.id).await.unwrap();
        let made = change.ending
            != Some(domain::change::Ending::Verified { by: domain::change::VerifiedBy::NoOp });
        if change.state == ChangeState::Verified && made {
            let proof = reads.iter().filter(|read| read.state.is(change.to)).count();
            assert!(proof >= 2, "verified without two reads: {reads:?}");
        }
    }
}

async fn added(portal: &Portal, name: &str, role: Role) -> SignedIn {
    let password = "correct horse battery";
    portal.add_user(&name.parse().unwrap(), role, password.into()).await.unwrap();
    let first = portal.sign_in(name, password.into(), None).await.unwrap();
    let FirstStep::Done(user) = first else { panic!("a code is asked for: {first:?}") };
    signed_in(user.person)
}

pub fn signed_in(person: Person) -> SignedIn {
    SignedIn {
        person,
        session: "s-test".into(),
        address: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        language: None,
        theme: None,
        proven_at: None,
    }
}

/// `region/id` of the one account, or with the account before.
pub fn key(text: &str) -> InstanceKey {
    let parts: Vec<&str> = text.split('/').collect();
    let [account, region, id] = parts[..] else { panic!("{text}") };
    InstanceKey {
        account: account.parse().unwrap(),
        region: region.parse().unwrap(),
        id: id.parse().unwrap(),
    }
}

pub fn idempotency_key() -> IdempotencyKey {
    format!("{:032x}", rand::random::<u128>()).parse().unwrap()
}

/// Fast time, and readings that are known to be over after a second.
pub fn settings() -> Settings {
    Settings {
        timing: Timing::scaled(0.02),
        policy: domain::policy::Policy {
            caps: domain::timebox::Caps {
                shortest: Duration::from_millis(1),
                ..Default::default()
            },
            ..Default::default()
        },
        gather_deadline: Duration::from_secs(1),
        // Those of `step_up.rs` have it.
        step_up: false,
        reviews_at_once: u32::MAX,
        ..Settings::default()
    }
}

/// All accounts of the simulated cloud: `core-1`, `core-2`, …
pub fn portal_on(
    cloud: &Simulator,
    store: Store,
    scheme: SignatureScheme,
    settings: Settings,
) -> Portal {
    portal_in(cloud, store, Cloud { scheme, ..Cloud::default() }, settings)
}

fn portal_in(cloud: &Simulator, store: Store, how: Cloud, settings: Settings) -> Portal {
    let scheme = how.scheme;
    let accounts = cloud.accounts().iter().zip(1..).map(|(keys, number)| {
        let credential = Credential::new(&keys.access_key_id, &keys.access_key_secret).unwrap();
        let mut options = ClientOptions::new(
            Arc::new(FixedKeys::new(credential)),
            Arc::new(now),
            Arc::new(|| rand::random::<u128>().to_be_bytes()),
        );
        options.scheme = scheme;
        let endpoint = match how.gate {
            Some(gate) => gate.url(),
            None if how.tls => cloud.tls_url().unwrap().to_owned(),
            None => cloud.base_url().to_owned(),
        };
        options.endpoint = Some(endpoint.parse().unwrap());
        if how.tls {
            let roots = aliyun::RootCertificates::from_pem(cloud.ca_pem().as_bytes());
            options.root_certificates = Some(roots.unwrap());
        }
        options.retry = RetryPolicy {
            attempts: 2,
            first: Duration::from_millis(5),
            longest: Duration::from_millis(10),
        };
        options.timeouts.connect = Duration::from_millis(500);
        options.timeouts.total = Duration::from_secs(1);
        AccountOptions {
            name: format!("core-{number}").parse().unwrap(),
            label: None,
            regions: None,
            signature: scheme,
            client: Client::new(options).unwrap(),
        }
    });
    Portal::new(store, Accounts::new(accounts), outside(), settings).unwrap()
}

/// With a key of the audit that all processes of a world share.
async fn opened(url: &DatabaseUrl, folder: &std::path::Path) -> Store {
    let key = folder.join("audit-key");
    std::fs::write(&key, "0123456789abcdef".repeat(4)).unwrap();
    let files = AuditFiles { key: Some(key), ..AuditFiles::default() };
    Store::open_with(url, "a test", &files).await.unwrap()
}

/// Something to hold while the real one is taken apart.
async fn empty() -> Portal {
    let folder = tempfile::tempdir().unwrap();
    let store =
        Store::open(&DatabaseUrl::Sqlite(folder.path().join("x.db")), "nobody").await.unwrap();
    Portal::new(store, Accounts::default(), outside(), Settings::default()).unwrap()
}
