//! A simulated cloud, and a portal of this process that reads it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aliyun::{Client, ClientOptions, Credential, FixedKeys};
use anyhow::{Context as _, Result, bail};
use domain::call::SignatureScheme;
use domain::id::AccountName;
use domain::person::{Role, Scope};
use domain::time::Timestamp;
use scratch_postgres::ScratchPostgres;
use service::{
    AccountOptions, Accounts, Clock, Entropy, FirstStep, Outside, Portal, Settings, SignedIn,
};
use simulator::{Conduct, Options, Simulator};
use store::audit::AuditFiles;
use store::{DatabaseUrl, Store};

use crate::stopwatch::until;

/// The name of the one account.
pub const ACCOUNT: &str = "core";
/// As many as the claims speak of.
pub const REGIONS: usize = 30;

struct Outdoors;

impl Clock for Outdoors {
    fn now(&self) -> Timestamp {
        now()
    }
}

impl Entropy for Outdoors {
    fn bits(&self) -> u128 {
        u128::from_be_bytes(random_bytes())
    }
}

#[expect(clippy::disallowed_methods, reason = "the clock that the portal is given")]
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Nonces: where there is no randomness they are all the same, and the cloud refuses the second.
fn random_bytes() -> [u8; 16] {
    let mut bytes = [0; 16];
    let _ = getrandom::fill(&mut bytes);
    bytes
}

/// Without the showcase, some of whose instances are slow or refuse on purpose.
pub fn options(instances: usize, regions: usize) -> Options {
    Options {
        instances,
        regions,
        accounts: 1,
        showcase: false,
        quotas: false,
        tls_listen: None,
        metadata_listen: None,
        ..Options::default()
    }
}

pub async fn cloud(options: Options) -> Result<Simulator> {
    Simulator::start(options).await.context("the simulated cloud does not start")
}

/// Every version can be changed from now on: no portal knows beforehand which ones the cloud refuses.
pub fn refuse_no_version(cloud: &Simulator) {
    let control = cloud.control();
    control.set_conduct(Conduct { refusing_versions: Vec::new(), ..control.conduct() });
}

/// A portal with the account of that cloud, or with none.
pub async fn portal(
    cloud: Option<&Simulator>,
    database: &DatabaseUrl,
    settings: Settings,
) -> Result<Portal> {
    let folder = tempfile::tempdir()?;
    let files = AuditFiles { key: Some(audit_key(folder.path())?), ..AuditFiles::default() };
    let store = Store::open_with(database, "a measurement", &files).await?;
    let accounts = match cloud {
        Some(cloud) => Accounts::new([account(cloud)?]),
        None => Accounts::default(),
    };
    let outside = Outside { clock: Arc::new(Outdoors), entropy: Arc::new(Outdoors) };
    Ok(Portal::new(store, accounts, outside, settings)?)
}

/// An empty memory of this kind; the folder has the file.
pub fn database(kind: &str, folder: &Path) -> Result<DatabaseUrl> {
    match kind {
        "sqlite" => Ok(DatabaseUrl::Sqlite(folder.join("portal.db"))),
        _ => Ok(ScratchPostgres::shared()?.database()?.parse()?),
    }
}

/// Reads everything there is, takes changes from then on, and knows somebody who may ask for them.
pub async fn open(portal: &Portal, instances: usize) -> Result<SignedIn> {
    const PASSWORD: &str = "correct horse battery";
    let reader = tokio::spawn(portal.clone().read_fleet());
    until("the inventory", async || is_read(portal, instances).await).await?;
    reader.abort();
    // The reader is over when whatever it was writing is.
    let _ = reader.await;
    portal.take_up_changes().await?;
    portal.add_user(&"oleg".parse()?, Role::Operator, PASSWORD.into()).await?;
    let first = portal.sign_in("oleg", PASSWORD.into(), None).await?;
    let FirstStep::Done(user) = first else { bail!("more than a password is asked for") };
    Ok(SignedIn {
        person: user.person,
        session: "s-bench".into(),
        address: None,
        language: None,
        theme: None,
        proven_at: Some(portal.session_now()),
    })
}

/// The same for whoever opens the memory: sealing costs the same under any key.
pub fn audit_key(folder: &Path) -> Result<PathBuf> {
    let key = folder.join("audit-key");
    std::fs::write(&key, "0123456789abcdef".repeat(4))?;
    Ok(key)
}

fn account(cloud: &Simulator) -> Result<AccountOptions> {
    let keys = cloud.accounts().first().context("the simulated cloud has no account")?;
    let credential = Credential::new(&keys.access_key_id, &keys.access_key_secret)?;
    let credentials = Arc::new(FixedKeys::new(credential));
    let mut options = ClientOptions::new(credentials, Arc::new(now), Arc::new(random_bytes));
    options.scheme = SignatureScheme::V3;
    options.endpoint = Some(cloud.base_url().parse()?);
    Ok(AccountOptions {
        name: account_name()?,
        label: None,
        regions: None,
        signature: SignatureScheme::V3,
        client: Client::new(options)?,
    })
}

pub fn account_name() -> Result<AccountName> {
    Ok(ACCOUNT.parse()?)
}

/// Nothing is read a second time while something is measured.
pub fn once() -> Settings {
    const LONG: Duration = Duration::from_hours(24);
    Settings {
        list_every: LONG,
        attributes_every: LONG,
        details_every: LONG,
        reviews_at_once: u32::MAX,
        ..Settings::default()
    }
}

/// Whether every fact of this many instances was read.
pub async fn is_read(portal: &Portal, instances: usize) -> Result<bool> {
    let store = portal.store().clone_without_copies();
    let known = store.get_coverage(&Scope::Everything).await?.instances;
    if usize::try_from(known).ok() != Some(instances) {
        return Ok(false);
    }
    Ok(store.count_unread(&account_name()?).await?.is_empty())
}

/// All calls that arrived, and how many of them were refused for load.
pub fn calls(cloud: &Simulator) -> (u64, u64) {
    let counters = cloud.control().counters();
    counters.iter().fold((0, 0), |(calls, throttled), counter| {
        (calls + counter.calls, throttled + counter.throttled)
    })
}
