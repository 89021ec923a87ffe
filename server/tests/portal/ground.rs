//! What a portal stands on: a simulated cloud, a memory, people, and a configuration; and portals started on it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use domain::id::{ChangeId, InstanceKey, UserId};
use domain::person::{Role, Scope};
use domain::time::Timestamp;
use scratch_postgres::ScratchPostgres;
use service::{Accounts, Clock, Entropy, Outside, Portal, Settings};
use simulator::{Options, Settle, Simulator};
use store::audit::AuditFiles;
use store::{DatabaseUrl, Store};

use crate::browser::{Answer, Browser};
use crate::process::{HANG, Process, latchkey};

/// One for each role; all with [`PASSWORD`].
pub const PEOPLE: [(&str, Role); 4] = [
    ("vera", Role::Viewer),
    ("oleg", Role::Operator),
    ("anna", Role::Approver),
    ("adam", Role::Admin),
];
pub const PASSWORD: &str = "correct horse battery";

/// Development, password required, and nothing in the way.
pub const ORDERS: &str = "core/cn-hangzhou/r-bp1ordersdev0001";
/// Development, password-free.
pub const CATALOG: &str = "core/cn-shanghai/r-uf6catalogdev001";

/// Where the portal remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    Sqlite,
    Postgres,
}

pub struct Ground {
    pub cloud: Simulator,
    pub folder: tempfile::TempDir,
    pub database: DatabaseUrl,
}

/// `latchkey.toml`, with one account.
#[derive(Debug, Clone)]
pub struct Config {
    pub database: String,
    pub endpoint: String,
    pub key_id: String,
    pub secret: String,
    pub token: Option<String>,
    pub signature: &'static str,
    /// Lines above the account.
    pub more: String,
}

/// A portal that answers.
pub struct Running {
    pub process: Process,
    pub origin: String,
}

impl Ground {
    pub async fn new(memory: Memory) -> Self {
        Self::with(memory, |_| {}).await
    }

    pub async fn with(memory: Memory, choose: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = match memory {
            Memory::Sqlite => DatabaseUrl::Sqlite(folder.path().join("portal.db")),
            Memory::Postgres => postgres().parse().unwrap(),
        };
        Self::on(folder, database, choose).await
    }

    /// Whose SQLite file lies there.
    pub async fn at(file: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::on(folder, DatabaseUrl::Sqlite(file.to_owned()), |_| {}).await
    }

    async fn on(
        folder: tempfile::TempDir,
        database: DatabaseUrl,
        choose: impl FnOnce(&mut Options),
    ) -> Self {
        let settle = Settle::Between(Duration::from_millis(20), Duration::from_millis(60));
        let mut options =
            Options { settle, accounts: 1, instances: 40, quotas: false, ..Options::default() };
        choose(&mut options);
        let ground = Self { cloud: Simulator::start(options).await.unwrap(), folder, database };
        ground.add_people().await;
        ground
    }

    /// What the portal remembers, read beside it.
    pub async fn store(&self) -> Store {
        Store::open_beside(&self.database, "a test", &self.audit()).await.unwrap()
    }

    /// On PostgreSQL the key of the audit has to be given.
    pub fn audit(&self) -> AuditFiles {
        match &self.database {
            DatabaseUrl::Sqlite(_) => AuditFiles::default(),
            DatabaseUrl::Postgres(_) => {
                AuditFiles { key: Some(audit_key(self.folder.path())), ..AuditFiles::default() }
            }
        }
    }

    pub fn config(&self) -> Config {
        let account = &self.cloud.accounts()[0];
        let audit = self.audit().key.map(|key| format!("audit_key_file = \"{}\"\n", key.display()));
        let audit = audit.unwrap_or_default();
        let database = match &self.database {
            DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
            DatabaseUrl::Postgres(url) => url.clone(),
        };
        Config {
            database,
            endpoint: self.cloud.base_url().to_owned(),
            key_id: account.access_key_id.clone(),
            secret: account.access_key_secret.clone(),
            token: None,
            signature: "v1",
            more: audit,
        }
    }

    /// With a key for second factors, as on PostgreSQL it has to be given.
    pub fn with_factor_key(&self) -> Config {
        let key = self.folder.path().join("factor-key");
        std::fs::write(&key, "fedcba9876543210".repeat(4)).unwrap();
        let config = self.config();
        let more = format!("{}factor_key_file = \"{}\"\n", config.more, key.display());
        Config { more, ..config }
    }

    pub async fn serve(&self) -> Running {
        self.serve_as(&self.config()).await
    }

    /// A portal that has listed the fleet, so that there is something to do.
    pub async fn serve_as(&self, config: &Config) -> Running {
        let running = self.start(config, &[]).await;
        let store = self.store().await;
        let listed =
            async || store.find_instance(&Scope::Everything, &key(ORDERS)).await.unwrap().map(drop);
        until("the fleet to be listed", listed).await;
        store.close().await;
        running
    }

    /// A portal, with these variables.
    pub async fn start(&self, config: &Config, variables: &[(&str, &str)]) -> Running {
        let file = config.write(self.folder.path());
        let arguments = ["serve", "--config", file.to_str().unwrap()];
        let mut command = latchkey(self.folder.path(), &arguments);
        command.envs(variables.iter().copied());
        let mut process = Process::start(command);
        let said = process.says("Latchkey is at ").await;
        let origin = said.trim_start_matches("Latchkey is at ").to_owned();
        Running { process, origin }
    }

    /// The bytes of every file of the database, what is not yet merged into it included.
    pub fn database_files(&self) -> Vec<u8> {
        let DatabaseUrl::Sqlite(path) = &self.database else { panic!("not in files of ours") };
        let beside = ["", "-wal"].map(|end| format!("{}{end}", path.display()));
        beside.iter().flat_map(|file| std::fs::read(file).unwrap()).collect()
    }

    async fn add_people(&self) {
        let store = self.store().await;
        for (number, (name, role)) in (1..).zip(PEOPLE) {
            let name = name.parse().unwrap();
            let added = store.add_user(UserId::from_u128(number), &name, role, hash(), now());
            added.await.unwrap();
        }
        store.close().await;
        if let DatabaseUrl::Sqlite(path) = &self.database {
            freed(&path.with_extension("db.lock")).await;
        }
    }
}

impl Config {
    pub fn text(&self, folder: &Path) -> String {
        let secret = folder.join("secret");
        std::fs::write(&secret, &self.secret).unwrap();
        let mut text = format!(
            "listen = \"127.0.0.1:0\"\ndatabase = \"{}\"\ntiming_scale = \"0.02\"\n{}\n\
             [[accounts]]\nname = \"core\"\nendpoint = \"{}\"\nsignature = \"{}\"\n\
             access_key_id = \"{}\"\naccess_key_secret_file = \"{}\"\n",
            self.database,
            self.more,
            self.endpoint,
            self.signature,
            self.key_id,
            secret.display()
        );
        if let Some(token) = &self.token {
            let file = folder.join("token");
            std::fs::write(&file, token).unwrap();
            writeln!(text, "security_token_file = \"{}\"", file.display()).unwrap();
        }
        text
    }

    fn write(&self, folder: &Path) -> PathBuf {
        let file = folder.join("latchkey.toml");
        std::fs::write(&file, self.text(folder)).unwrap();
        file
    }
}

impl Running {
    pub fn browser(&self) -> Browser {
        Browser::at(&self.origin)
    }

    pub async fn signed_in(&self, name: &str) -> Browser {
        let browser = self.browser();
        let answer = sign_in(&browser, name, PASSWORD).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        browser
    }
}

/// A file with a key of the audit.
pub fn audit_key(folder: &Path) -> PathBuf {
    let key = folder.join("audit-key");
    std::fs::write(&key, "0123456789abcdef".repeat(4)).unwrap();
    key
}

/// Waits until nobody holds a lock: a process that another test starts right now has our open files for a moment.
async fn freed(lock: &Path) {
    let file = std::fs::File::open(lock).unwrap();
    until("the file to be free", async || file.try_lock().ok()).await;
    // Not by closing it, for the same reason.
    file.unlock().unwrap();
}

pub async fn sign_in(browser: &Browser, name: &str, password: &str) -> Answer {
    browser.post("/api/ui/session/sign-in", &[("name", name), ("password", password)]).await
}

/// Opens a review, as a fetch; its id.
pub async fn take_review(browser: &Browser, instance: &str, to: &str) -> String {
    let key = key(instance);
    let fields = [
        ("account", key.account.as_str()),
        ("region", key.region.as_str()),
        ("id", key.id.as_str()),
        ("to", to),
    ];
    let answer = browser.post("/api/ui/review/take", &fields).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json().as_str().unwrap().to_owned()
}

/// Confirms a review of an instance in development; the id of the change.
pub async fn confirm(browser: &Browser, review: &str) -> ChangeId {
    let fields = [("review", review), ("key", review), ("reason", "drill, OPS-1")];
    let answer = browser.post("/api/ui/change/confirm", &fields).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json().as_str().unwrap().parse().unwrap()
}

/// The address of a new database. Fails where there is no PostgreSQL.
pub fn postgres() -> String {
    ScratchPostgres::shared().unwrap().database().unwrap()
}

/// `account/region/id`
pub fn key(text: &str) -> InstanceKey {
    text.parse().unwrap()
}

/// Waits for something to become true. Only a hang makes it fail.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let waiting = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    match tokio::time::timeout(HANG, waiting).await {
        Ok(found) => found,
        Err(elapsed) => panic!("waiting for {what}: {elapsed}"),
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where these tests read the clock")]
pub fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp::from_millis(since.as_millis().try_into().unwrap())
}

/// Of [`PASSWORD`], made once by the portal's own code.
pub fn hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| {
        std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(make_hash())
        })
        .join()
        .unwrap()
    })
}

async fn make_hash() -> String {
    struct Outdoors;
    impl Clock for Outdoors {
        fn now(&self) -> Timestamp {
            now()
        }
    }
    impl Entropy for Outdoors {
        fn bits(&self) -> u128 {
            1
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(folder.path().join("hash.db"));
    let store = Store::open(&url, "a test").await.unwrap();
    let outside = Outside { clock: Arc::new(Outdoors), entropy: Arc::new(Outdoors) };
    let portal =
        Portal::new(store.clone(), Accounts::default(), outside, Settings::default()).unwrap();
    let name = "somebody".parse().unwrap();
    portal.add_user(&name, Role::Viewer, PASSWORD.into()).await.unwrap();
    store.find_user(&name).await.unwrap().unwrap().password_hash
}
