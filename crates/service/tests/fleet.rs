//! The reader against a simulated cloud: everything is read, what does not answer is named, and replicas share.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod world;

use std::collections::BTreeMap;
use std::time::Duration;

use domain::access::AccessState;
use domain::call::SignatureScheme;
use domain::fact::Unread;
use domain::inventory::{Coverage, FactKind, InstanceFilter};
use domain::person::{Person, Role, Scope};
use scratch_postgres::ScratchPostgres;
use serde_json::json;
use service::viewer::EventFilter;
use service::{Portal, Settings, SignedIn};
use simulator::{Fault, NewInstance, Options, Rule, Settle, Simulator};
use store::audit::AuditFiles;
use store::{DatabaseUrl, Store};
use tokio::task::JoinHandle;
use world::{key, portal_on, settings, signed_in};

const V1: SignatureScheme = SignatureScheme::V1;

async fn cloud(instances: usize, regions: usize, accounts: usize) -> Simulator {
    let settle = Settle::Explicit;
    let options = Options { instances, regions, accounts, settle, ..Options::default() };
    Simulator::start(options).await.unwrap()
}

async fn memory(folder: &tempfile::TempDir) -> Store {
    let file = folder.path().join("portal.db");
    Store::open(&DatabaseUrl::Sqlite(file), "a test").await.unwrap()
}

/// Facts are read again soon, so that a test sees it.
fn quick() -> Settings {
    Settings {
        list_every: Duration::from_millis(300),
        attributes_every: Duration::from_millis(500),
        details_every: Duration::from_millis(500),
        ..settings()
    }
}

fn reading(portal: &Portal) -> JoinHandle<()> {
    tokio::spawn(portal.clone().read_fleet())
}

fn somebody() -> SignedIn {
    let id = domain::id::UserId::from_u128(1);
    signed_in(Person::everywhere(id, "chen.yu".parse().unwrap(), Role::Viewer))
}

async fn coverage(portal: &Portal) -> Coverage {
    portal.store().clone_without_copies().get_coverage(&Scope::Everything).await.unwrap()
}

/// Waits until it is so. The deadline only tells a hang.
async fn until<T: std::fmt::Debug>(
    mut look: impl AsyncFnMut() -> T,
    wanted: impl Fn(&T) -> bool,
) -> T {
    let deadline = tokio::time::Instant::now() + Duration::from_mins(1);
    loop {
        let seen = look().await;
        if wanted(&seen) {
            return seen;
        }
        assert!(tokio::time::Instant::now() < deadline, "it never came: {seen:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until every fact of an account was tried.
async fn details(portal: &Portal, account: &str) {
    let account = account.parse().unwrap();
    until(async || portal.store().count_unread(&account).await.unwrap(), Vec::is_empty).await;
}

/// Of how many instances the mode was read, or could not be.
fn tried(coverage: &Coverage) -> i64 {
    coverage.read + coverage.failed.iter().map(|(_, count)| count).sum::<i64>()
}

fn calls(cloud: &Simulator, action: &str) -> u64 {
    let counters = cloud.control().counters();
    counters.iter().filter(|counter| counter.action == action).map(|counter| counter.calls).sum()
}

fn throttled(cloud: &Simulator) -> u64 {
    cloud.control().counters().iter().map(|counter| counter.throttled).sum()
}

fn fault(account: &str, region: &str, action: &str, fault: Fault) -> Rule {
    Rule {
        account: Some(account.to_owned()),
        region: Some(region.to_owned()),
        action: Some(action.to_owned()),
        instance: None,
        times: None,
        fault,
    }
}

fn denied() -> Fault {
    Fault::Deny { code: "Forbidden.RAM".to_owned(), explicit: false, vpc_auth_mode: None }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_read_and_what_does_not_answer_is_named() {
    let cloud = cloud(400, 8, 2).await;
    let control = cloud.control();
    let (one, two) = (cloud.accounts()[0].name.clone(), cloud.accounts()[1].name.clone());
    let list = "DescribeInstances";
    control.add_fault(fault(&one, "cn-beijing", list, denied()));
    control.add_fault(fault(&one, "cn-shanghai", list, Fault::Silence { applied: false }));
    let throttle =
        Fault::Throttle { code: "Throttling.User".to_owned(), status: 400, retry_after_ms: None };
    control.add_fault(fault(&two, "cn-beijing", list, throttle));
    let folder = tempfile::tempdir().unwrap();
    let portal = portal_on(&cloud, memory(&folder).await, V1, settings());
    let reader = reading(&portal);

    let all = control.instances(None, None);
    let answering = all.iter().filter(|instance| {
        let place = (instance["account"].as_str().unwrap(), instance["RegionId"].as_str().unwrap());
        ![(&*one, "cn-beijing"), (&*one, "cn-shanghai"), (&*two, "cn-beijing")].contains(&place)
    });
    let answering = i64::try_from(answering.count()).unwrap();
    assert!(answering > 100, "{answering}");
    let coverage = until(
        async || coverage(&portal).await,
        |coverage| tried(coverage) == answering && coverage.problems().count() == 3,
    )
    .await;
    assert_eq!(coverage.instances, answering);
    let problems: BTreeMap<String, &Unread> = coverage
        .problems()
        .map(|row| {
            let region = row.region.as_ref().unwrap();
            (format!("{} {region}", row.account), row.problem.as_ref().unwrap())
        })
        .collect();
    let code = |code: &str| code.parse().unwrap();
    assert_eq!(problems["core-1 cn-beijing"], &Unread::Denied(code("Forbidden.RAM")));
    assert_eq!(problems["core-1 cn-shanghai"], &Unread::TimedOut);
    assert_eq!(problems["core-2 cn-beijing"], &Unread::Throttled(code("Throttling.User")));

    // The details follow, each by its own action.
    for account in ["core-1", "core-2"] {
        details(&portal, account).await;
    }
    reader.abort();
    assert_eq!(calls(&cloud, "ModifyInstanceVpcAuthMode"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_behind_the_portal_s_back_is_told_with_before_and_after() {
    let cloud = cloud(20, 2, 1).await;
    let control = cloud.control();
    let folder = tempfile::tempdir().unwrap();
    let portal = portal_on(&cloud, memory(&folder).await, V1, quick());
    let reader = reading(&portal);
    let total = i64::try_from(control.instance_count()).unwrap();
    until(async || coverage(&portal).await, |now| tried(now) == total).await;

    let instance = key(world::DEVELOPMENT);
    let id = instance.id.as_str();
    let before = control.instance(id).unwrap()["VpcAuthMode"].as_str().unwrap().to_owned();
    assert_eq!(before, "Open");
    control.set_field(id, "VpcAuthMode", json!("Close")).unwrap();
    let who = somebody();
    let events = async |field: &str| {
        let filter = EventFilter { instance: Some(instance.clone()), before: None };
        let events = portal.viewer(&who).list_events(&filter, 100).await.unwrap();
        events.into_iter().filter(|event| event.field == field).collect::<Vec<_>>()
    };
    let told = until(async || events("access").await, |events| !events.is_empty()).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].before.as_deref(), Some("password-required"));
    assert_eq!(told[0].after.as_deref(), Some("password-free"));
    assert_eq!(told[0].change, None, "nobody changed it through the portal");

    control.remove_instance(id).unwrap();
    until(async || events("released").await, |events| events.len() == 1).await;
    let gone = portal.viewer(&who).get_instance(&instance).await.unwrap();
    assert!(gone.released_at.is_some());
    assert_eq!(gone.attribute.value.unwrap().access_state(), AccessState::PasswordFree);
    reader.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quotas_are_kept_and_an_unknown_one_is_learned() {
    let options = Options {
        instances: 0,
        regions: 1,
        accounts: 1,
        showcase: false,
        settle: Settle::Explicit,
        ..Options::default()
    };
    let cloud = Simulator::start(options).await.unwrap();
    let control = cloud.control();
    let account = cloud.accounts()[0].name.clone();
    for number in 0..260 {
        let new = NewInstance {
            account: account.clone(),
            region: "cn-hangzhou".to_owned(),
            id: Some(format!("r-{number:06}")),
            fields: serde_json::Map::new(),
            whitelist: None,
        };
        control.add_instance(new).unwrap();
    }
    // Stricter than published.
    control.set_quota("DescribeEngineVersion", simulator::Quota { calls: 20, seconds: 1 });
    let folder = tempfile::tempdir().unwrap();
    let portal = portal_on(&cloud, memory(&folder).await, V1, settings());
    let reader = reading(&portal);
    until(async || coverage(&portal).await.read, |read| *read == 260).await;
    // 95 % of the published 200 a minute, at once, and none above it.
    until(async || calls(&cloud, "DescribeSecurityIps"), |calls| *calls >= 190).await;
    until(
        async || portal.store().list_call_limits(&"core-1".parse().unwrap()).await.unwrap(),
        |limits| limits.iter().any(|limit| limit.action == "DescribeEngineVersion"),
    )
    .await;
    reader.abort();
    let throttled: BTreeMap<String, u64> = cloud
        .control()
        .counters()
        .into_iter()
        .filter(|counter| counter.throttled > 0)
        .map(|counter| (counter.action, counter.throttled))
        .collect();
    assert_eq!(throttled.keys().collect::<Vec<_>>(), ["DescribeEngineVersion"]);
    assert_eq!(calls(&cloud, "DescribeSecurityIps"), 190);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_region_that_hangs_does_not_hold_up_the_others() {
    let cloud = cloud(300, 4, 1).await;
    let control = cloud.control();
    let account = cloud.accounts()[0].name.clone();
    let silence = Fault::Silence { applied: false };
    control.add_fault(fault(&account, "cn-hangzhou", "DescribeInstanceAttribute", silence));
    let hanging = control.instances(None, Some("cn-hangzhou")).len();
    assert!(hanging >= 32, "{hanging}");
    let folder = tempfile::tempdir().unwrap();
    let portal = portal_on(&cloud, memory(&folder).await, V1, settings());
    let reader = reading(&portal);
    let others = i64::try_from(control.instance_count() - hanging).unwrap();
    until(async || coverage(&portal).await, |now| now.read == others).await;
    let tried = calls(&cloud, "DescribeInstanceAttribute") - u64::try_from(others).unwrap();
    // What was taken before the first calls were over, and from then on one at a time.
    assert!(tried <= 3 * 32, "{tried}");
    reader.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_dies_loses_nothing_and_its_work_is_not_done_twice() {
    let cloud = cloud(800, 10, 1).await;
    let control = cloud.control();
    control.set_latency(Duration::from_millis(20));
    let url = ScratchPostgres::shared().unwrap().database().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("audit-key");
    std::fs::write(&key, "0123456789abcdef".repeat(4)).unwrap();
    let files = AuditFiles { key: Some(key), ..AuditFiles::default() };
    let url = url.parse::<DatabaseUrl>().unwrap();
    let open = async || Store::open_with(&url, "a test", &files).await.unwrap();
    let first = portal_on(&cloud, open().await, V1, settings());
    let second = portal_on(&cloud, open().await, V1, settings());
    let total = i64::try_from(control.instance_count()).unwrap();
    let (one, two) = (reading(&first), reading(&second));
    until(async || coverage(&second).await.read, |read| *read > total / 3).await;
    // As if it were killed: nothing is given back.
    let holder = first.store().find_lease_holder("read:core-1").await.unwrap().unwrap();
    let (dying, staying, survivor) =
        if holder == first.holder() { (one, two, &second) } else { (two, one, &first) };
    dying.abort();
    assert!(dying.await.unwrap_err().is_cancelled());
    let seen = coverage(survivor).await.read;
    assert!(seen < total, "it was killed in the middle: {seen} of {total}");
    let complete = until(async || coverage(survivor).await, |now| tried(now) == total).await;
    assert_eq!(complete.instances, total);
    staying.abort();
    let attributes = i64::try_from(calls(&cloud, FactKind::Attribute.action())).unwrap();
    // Only calls whose answers died with the replica are made again: under way, in line, and in its last batch.
    assert!(attributes - total <= 16 + 16 + 64, "{attributes} calls for {total} instances");
    // The survivor cannot know how much of each quota was left: it assumes an even use.
    let all: u64 = cloud.control().counters().iter().map(|counter| counter.calls).sum();
    assert!(throttled(&cloud) * 100 < all, "{} of {all}", throttled(&cloud));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_looks_and_whoever_asks_is_served_before_the_others_and_once() {
    let cloud = cloud(60, 3, 1).await;
    let control = cloud.control();
    let folder = tempfile::tempdir().unwrap();
    let portal = portal_on(&cloud, memory(&folder).await, V1, settings());
    let reader = reading(&portal);
    let total = i64::try_from(control.instance_count()).unwrap();
    until(async || coverage(&portal).await, |now| tried(now) == total).await;
    details(&portal, "core-1").await;
    reader.abort();

    let who = somebody();
    let instance = key(world::DEVELOPMENT);
    control.clear_counters();
    let fresh = portal.viewer(&who).read_again(&instance).await.unwrap();
    assert!(fresh.attribute.problem.is_none());
    let viewer = portal.viewer(&who);
    let asks = (0..10).map(|_| viewer.read_again(&instance));
    for asked in futures_util::future::join_all(asks).await {
        asked.unwrap();
    }
    assert!(calls(&cloud, "DescribeInstanceAttribute") <= 1, "ten people, one reading");

    let filter = InstanceFilter { text: "orders".to_owned(), ..InstanceFilter::default() };
    let wanted = viewer.read_matches_again(&filter).await;
    assert!(wanted.is_ok(), "{wanted:?}");
}
