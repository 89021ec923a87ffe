//! A cloud that is under load is not asked more than it would be otherwise (F08), and fifty people who refresh are one
//! reader (F09): counted, on both databases.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod world;

use std::time::{Duration, Instant};

use domain::access::Access;
use domain::change::Ending;
use domain::fact::{Fact, Unread};
use domain::inventory::{InstanceFilter, InstanceSort};
use service::Settings;
use service::viewer::PageOf;
use simulator::{Fault, Rule};
use world::hands::Hands;
use world::{DEVELOPMENT, Memory, World, key, settings};

const WRITE: &str = "ModifyInstanceVpcAuthMode";
/// The waits of these worlds.
const SCALE: f64 = 0.02;

macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite { $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $name() { super::$name(crate::world::Memory::Sqlite).await; })+ }
        mod postgres { $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $name() { super::$name(crate::world::Memory::Postgres).await; })+ }
    };
}

on_both! {
    f08_a_minute_of_refusals_takes_no_more_calls_than_a_minute_without,
    f09_fifty_people_who_refresh_while_the_cloud_refuses_are_one_reader,
}

fn scaled(secs: u64) -> Duration {
    Duration::from_secs(secs).mul_f64(SCALE)
}

/// The pace of a real portal, fifty times as fast.
fn paced() -> Settings {
    Settings {
        list_every: scaled(60),
        attributes_every: scaled(5 * 60),
        details_every: scaled(30 * 60),
        ..settings()
    }
}

fn throttled() -> Fault {
    Fault::Throttle { code: "Throttling.User".into(), status: 400, retry_after_ms: None }
}

/// Reads only.
fn calls(world: &World) -> u64 {
    let counters = world.cloud.control().counters();
    counters.iter().filter(|counter| counter.action != WRITE).map(|counter| counter.calls).sum()
}

/// How many instances there are, once each fact of each was asked for.
async fn all_read(world: &World) -> u64 {
    let viewer = world.portal.viewer(&world.operator);
    let filter = InstanceFilter::default();
    let waiting = async {
        loop {
            let page =
                PageOf { filter: &filter, sort: InstanceSort::Name, after: None, limit: 1000 };
            let rows = viewer.list_instances(page).await.unwrap();
            let mut all = true;
            for row in &rows {
                let facts = viewer.get_instance(&row.key).await.unwrap().facts();
                all &= !matches!(facts.attribute, Fact::Unknown(Unread::NotYet))
                    && !matches!(facts.whitelist, Fact::Unknown(Unread::NotYet))
                    && !matches!(facts.endpoints, Fact::Unknown(Unread::NotYet))
                    && !matches!(facts.release, Fact::Unknown(Unread::NotYet))
                    && !matches!(facts.whitelist_check, Fact::Unknown(Unread::NotYet));
            }
            if all {
                return u64::try_from(rows.len()).unwrap();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), waiting).await.unwrap()
}

async fn f08_a_minute_of_refusals_takes_no_more_calls_than_a_minute_without(memory: Memory) {
    let mut world = World::in_memory(memory).await;
    let hands = Hands::of(&world);
    world.portal = hands.portal(&world, paced());
    world.portal.take_up_changes().await.unwrap();
    let control = world.cloud.control();
    control.set_quotas(false);
    let reader = tokio::spawn(world.portal.clone().read_fleet());
    let instances = all_read(&world).await;
    // Everything is due at once, so that it is known how many calls are needed: five kinds of each instance.
    let viewer = world.portal.viewer(&world.operator);
    control.add_fault(Rule::always(throttled()));
    control.clear_counters();
    // What was read a few seconds ago counts as fresh.
    hands.turn(60);
    viewer.read_matches_again(&InstanceFilter::default()).await.unwrap();
    let began = Instant::now();
    let asked = async {
        while calls(&world) < 5 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), asked).await.unwrap();
    tokio::time::sleep(scaled(60)).await;
    let sent = calls(&world);
    let minutes = began.elapsed().div_duration_f64(scaled(60)).ceil();
    reader.abort();
    // Each region is listed every minute, the regions with them.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few minutes")]
    let minutes = minutes as u64;
    let needed = instances * 5 + 7 * (minutes + 1);
    // What was refused is due again after two minutes.
    let allowed = needed * 12 / 10 + instances * 5 * (minutes / 2);
    assert!(sent <= allowed, "{sent} calls where {needed} were needed, in {minutes} minutes");
    assert!(sent >= instances, "it was asked at all: {sent}");
    // What is known stays shown, with its age and with the reason.
    let seen = viewer.get_instance(&key(DEVELOPMENT)).await.unwrap();
    assert!(seen.attribute.value.is_some() && seen.attribute.read_at.is_some());

    // A write is refused three times and given up: by itself, and over all calls of a minute less than a fifth more.
    control.clear_faults();
    let confirmation = world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
    control.add_fault(Rule::always(throttled()).for_action(WRITE));
    let change = world.ended(world.confirm(confirmation).await.unwrap()).await;
    assert!(matches!(change.ending, Some(Ending::Throttled { .. })), "{change:?}");
    assert_eq!(world.writes(), 3);
    let all = sent + 3;
    assert!(all <= allowed + 1 + 2, "{all}");
    world.check_invariants(&change).await;
}

async fn f09_fifty_people_who_refresh_while_the_cloud_refuses_are_one_reader(memory: Memory) {
    let mut world = World::in_memory(memory).await;
    world.portal = Hands::of(&world).portal(&world, settings());
    let control = world.cloud.control();
    control.set_quotas(false);
    world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
    let before = {
        let viewer = world.portal.viewer(&world.operator);
        viewer.get_instance(&key(DEVELOPMENT)).await.unwrap().attribute
    };
    // What was read just now is not read again at all.
    control.add_fault(Rule::always(throttled()));
    control.clear_counters();
    let others = ["core-1/cn-hangzhou/r-denied0000000001", "core-1/cn-hangzhou/r-never00000000001"];
    let began = Instant::now();
    let mut people = tokio::task::JoinSet::new();
    for person in 0..50 {
        let (portal, who) = (world.portal.clone(), world.operator.clone());
        people.spawn(async move {
            for ask in 0..20 {
                let instance = [DEVELOPMENT, others[0], others[1]][(person + ask) % 3];
                let seen = portal.viewer(&who).read_again(&key(instance)).await.unwrap();
                assert_eq!(seen.row.id, key(instance).id, "everybody is answered");
            }
        });
    }
    people.join_all().await;
    let stretches = began.elapsed().as_secs() / 5 + 1;
    for counter in control.counters().iter().filter(|counter| counter.action != "DescribeRegions") {
        // Two of the three were not read before; the third only once that was five seconds ago.
        let most = 3 * stretches;
        assert!(counter.calls <= most, "{counter:?}: more than one a stretch of five seconds");
    }
    let asked = control.counters().iter().map(|counter| counter.calls).sum::<u64>();
    assert!(asked >= 5, "it was asked at all");
    let after = {
        let viewer = world.portal.viewer(&world.operator);
        viewer.get_instance(&key(DEVELOPMENT)).await.unwrap().attribute
    };
    assert_eq!(after.value, before.value, "what is known stays shown");
}
