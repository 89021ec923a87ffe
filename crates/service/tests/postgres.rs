//! A PostgreSQL that restarts, goes away, cuts connections, takes nothing, or lets nobody be first (F16): nothing is sent
//! without its record, and what was under way is brought to its end by reading.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod world;

use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use domain::access::{Access, AccessState};
use domain::change::{Change, ChangeState, Ending};
use domain::environment::Environment;
use domain::id::{ChangeId, InstanceKey};
use domain::inventory::{InstanceFilter, InstanceSort};
use domain::person::Scope;
use scratch_postgres::{ScratchPostgres, Stop};
use service::viewer::PageOf;
use service::{Confirmation, ServiceError};
use simulator::{Fault, Rule, Settle};
use store::DatabaseUrl;
use world::hands::Hands;
use world::{DEVELOPMENT, World, key};

const FREE: Access = Access::PasswordFree;
const REQUIRED: Access = Access::PasswordRequired;
const WRITE: &str = "ModifyInstanceVpcAuthMode";

/// A world on a database of its own, which is taken care of all the time as in a process.
async fn world_on(cluster: &ScratchPostgres) -> (World, String) {
    let url = cluster.database().unwrap();
    let mut world = World::new().await;
    let database: DatabaseUrl = url.parse().unwrap();
    Hands::of(&world).take_to(&mut world, &database).await;
    tokio::spawn(world.portal.clone().supervise_changes());
    (world, url)
}

/// Waits for it. The deadline only tells a hang.
async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let waiting = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    match tokio::time::timeout(Duration::from_mins(1), waiting).await {
        Ok(found) => found,
        Err(elapsed) => panic!("waiting for {what}: {elapsed}"),
    }
}

/// Also while the database does not answer.
async fn ended(world: &World, id: ChangeId) -> Change {
    let change = until("the change to end", async || {
        let found = world.portal.store().find_change(&Scope::Everything, id).await;
        found.ok().flatten().filter(|change| change.state.is_terminal())
    });
    let change = change.await;
    world.check_invariants(&change).await;
    change
}

async fn expect_verified_by_one_call(world: &World, id: ChangeId) {
    let change = ended(world, id).await;
    assert!(matches!(change.ending, Some(Ending::Verified { .. })), "{change:?}");
    assert_eq!(world.writes(), 1, "nothing is sent again");
    let attempts = world.portal.store().list_attempts(id).await.unwrap();
    assert_eq!(attempts.len(), 1);
    assert!(attempts[0].outcome.is_some());
}

async fn ready(world: &World) {
    until("readiness", async || world.portal.is_ready().await.then_some(())).await;
}

async fn not_ready(world: &World) {
    until("being not ready", async || (!world.portal.is_ready().await).then_some(())).await;
}

/// A wish that is refused because nothing can be stored.
async fn expect_refused(world: &World, confirmation: &Confirmation) {
    let refused = world.confirm(confirmation.clone()).await;
    assert!(matches!(refused, Err(ServiceError::Store(_))), "{refused:?}");
    assert_eq!(world.writes(), 0);
}

/// Cuts off every session of the portal.
fn cut(cluster: &ScratchPostgres, url: &str) {
    let database = url.rsplit('/').next().unwrap();
    let sql = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE datname = '{database}' AND application_name = 'latchkey'"
    );
    cluster.sql(url, &sql).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f16_a_server_that_restarts_or_goes_away_loses_no_change() {
    let cluster = ScratchPostgres::start().unwrap();
    let (world, _) = world_on(&cluster).await;
    let control = world.cloud.control();
    for (how, to) in [(Stop::Fast, FREE), (Stop::Immediate, REQUIRED)] {
        // While the call is under way.
        control.clear_ledger();
        let slow = Fault::Delay { before_ms: 0, after_ms: 500 };
        control.add_fault(Rule::always(slow).for_action(WRITE).times(1));
        let confirmation = world.reviewed(DEVELOPMENT, to).await;
        let id = world.confirm(confirmation).await.unwrap();
        world.until_writes(1).await;
        cluster.restart(how).unwrap();
        expect_verified_by_one_call(&world, id).await;
    }
    // While it is read back, and away for a while.
    control.clear_ledger();
    control.set_settle(Settle::Explicit);
    let confirmation = world.reviewed(DEVELOPMENT, FREE).await;
    let id = world.confirm(confirmation).await.unwrap();
    world.until(id, |change| change.state == ChangeState::Accepted).await;
    cluster.stop(Stop::Fast).unwrap();
    not_ready(&world).await;
    control.finish_all();
    cluster.start_again().unwrap();
    ready(&world).await;
    expect_verified_by_one_call(&world, id).await;
    // Whoever wishes while it is away is refused, and the same wish is good when it is back.
    control.clear_ledger();
    control.set_settle(Settle::Between(Duration::from_millis(20), Duration::from_millis(60)));
    let confirmation = world.reviewed(DEVELOPMENT, REQUIRED).await;
    cluster.stop(Stop::Immediate).unwrap();
    expect_refused(&world, &confirmation).await;
    cluster.start_again().unwrap();
    ready(&world).await;
    let id = world.confirm(confirmation).await.unwrap();
    expect_verified_by_one_call(&world, id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f16_a_connection_that_is_cut_in_a_transaction_leaves_nothing_of_it() {
    let cluster = ScratchPostgres::shared().unwrap();
    let (world, url) = world_on(cluster).await;
    let confirmation = world.reviewed(DEVELOPMENT, FREE).await;
    // Somebody has what the intent needs last, so that it stands half-way.
    let mut session = cluster.psql(&url);
    let mut other = session.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut input = other.stdin.take().unwrap();
    writeln!(input, "BEGIN; LOCK TABLE attempts IN EXCLUSIVE MODE;").unwrap();
    let locked = "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
                  WHERE c.relname = 'attempts' AND l.mode = 'ExclusiveLock' AND l.granted";
    until("the lock", async || (cluster.sql(&url, locked).unwrap() == "1").then_some(())).await;
    let id = world.confirm(confirmation).await.unwrap();
    let waits = "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
                 WHERE c.relname = 'attempts' AND NOT l.granted";
    until("the intent to stand half-way", async || {
        (cluster.sql(&url, waits).unwrap() != "0").then_some(())
    })
    .await;
    cut(cluster, &url);
    let stands = cluster.sql(&url, "SELECT state FROM changes").unwrap();
    assert_eq!((stands.as_str(), world.writes()), ("preflighted", 0), "undone");
    drop(input);
    other.wait().unwrap();
    expect_verified_by_one_call(&world, id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f16_a_standby_is_read_and_not_ready() {
    let cluster = ScratchPostgres::shared().unwrap();
    let (world, url) = world_on(cluster).await;
    let database = url.rsplit('/').next().unwrap();
    let set = |word: &str| {
        let sql = format!("ALTER DATABASE {database} SET default_transaction_read_only = {word}");
        // From another one, which is not.
        cluster.sql(&url.replace(database, "postgres"), &sql).unwrap();
        cut(cluster, &url);
    };
    let control = world.cloud.control();
    // One is read back while it happens, another is only wished.
    control.set_settle(Settle::Explicit);
    let confirmation = world.reviewed(DEVELOPMENT, FREE).await;
    let id = world.confirm(confirmation).await.unwrap();
    world.until(id, |change| change.state == ChangeState::Accepted).await;
    let instance = some_instances(&world).await.remove(0);
    let wish = world.reviewed(&instance, FREE).await;
    set("on");
    not_ready(&world).await;
    control.finish_all();
    let refused = world.confirm(wish.clone()).await;
    assert!(matches!(refused, Err(ServiceError::Store(_))), "{refused:?}");
    let viewer = world.portal.viewer(&world.operator);
    viewer.get_instance(&key(DEVELOPMENT)).await.unwrap();
    assert_eq!(world.find(id).await.state, ChangeState::Accepted, "nothing is stored");
    set("off");
    ready(&world).await;
    expect_verified_by_one_call(&world, id).await;
    control.clear_ledger();
    control.set_settle(Settle::Between(Duration::from_millis(20), Duration::from_millis(60)));
    let id = world.confirm(wish).await.unwrap();
    expect_verified_by_one_call(&world, id).await;
}

/// Every transaction that meets another one is refused by the database, as `serializable` demands it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f16_transactions_that_are_refused_are_made_again() {
    let cluster = ScratchPostgres::shared().unwrap();
    let (world, url) = world_on(cluster).await;
    let database = url.rsplit('/').next().unwrap();
    let instances = some_instances(&world).await;
    let mut wishes = Vec::new();
    for instance in &instances {
        wishes.push(world.reviewed(instance, FREE).await);
    }
    let sql =
        format!("ALTER DATABASE {database} SET default_transaction_isolation = 'serializable'");
    cluster.sql(&url, &sql).unwrap();
    cut(cluster, &url);
    ready(&world).await;
    let asked = wishes.into_iter().map(|wish| {
        let world = &world;
        async move {
            // Refused whole, and the same again: one change whatever became of the first.
            until("the wish to be stored", async || match world.confirm(wish.clone()).await {
                Ok(id) => Some(id),
                Err(ServiceError::Store(_) | ServiceError::Starting) => None,
                Err(error) => panic!("{error:?}"),
            })
            .await
        }
    });
    let ids = futures_util::future::join_all(asked).await;
    let mut attempts = Vec::new();
    for id in &ids {
        let waiting = until("the change to end", async || {
            let found = world.portal.store().find_change(&Scope::Everything, *id).await;
            found.ok().flatten().filter(|change| change.state.is_terminal())
        });
        let change = waiting.await;
        assert!(matches!(change.ending, Some(Ending::Verified { .. })), "{change:?}");
        world.check_invariants_of(&change).await;
        attempts.extend(world.portal.store().list_attempts(*id).await.unwrap());
    }
    world.check_audit().await;
    assert_eq!((attempts.len(), world.writes()), (ids.len(), ids.len()), "one call each");
    for entry in world.cloud.control().ledger() {
        assert!(attempts.iter().any(|attempt| Some(&attempt.nonce) == entry.nonce.as_ref()));
    }
    // That there were refusals is known to the server by and by.
    let refusals =
        "SELECT xact_rollback > 0 FROM pg_stat_database WHERE datname = current_database()";
    until("a refusal", async || (cluster.sql(&url, refusals).unwrap() == "t").then_some(())).await;
}

/// Eight that could be opened.
async fn some_instances(world: &World) -> Vec<String> {
    for row in rows(world, InstanceFilter::default()).await {
        // What is not known yet cannot be filtered for.
        let viewer = world.portal.viewer(&world.operator);
        viewer.read_again(&row).await.unwrap();
    }
    let filter = InstanceFilter {
        environment: Some(Environment::Development),
        access: Some(AccessState::PasswordRequired),
        ..InstanceFilter::default()
    };
    let mut found = Vec::new();
    for row in rows(world, filter).await {
        let name = format!("{}/{}/{}", row.account, row.region, row.id);
        let operator = world.portal.operator(&world.operator, "test").await.unwrap();
        let review = operator.take_review(&row, FREE).await.unwrap();
        // Some of the fleet are there to fail, by their names.
        let odd = ["r-throttled", "r-denied", "r-slow", "r-fails", "r-lost", "r-reset", "r-never"];
        let is_odd = odd.iter().any(|odd| row.id.as_str().starts_with(odd));
        if row != key(DEVELOPMENT) && !review.preflight.is_blocked() && !is_odd {
            found.push(name);
        }
        if found.len() == 8 {
            break;
        }
    }
    assert!(found.len() >= 4, "{found:?}");
    found
}

async fn rows(world: &World, filter: InstanceFilter) -> Vec<InstanceKey> {
    let viewer = world.portal.viewer(&world.operator);
    let page = PageOf { filter: &filter, sort: InstanceSort::Name, after: None, limit: 200 };
    viewer.list_instances(page).await.unwrap().into_iter().map(|row| row.key).collect()
}
