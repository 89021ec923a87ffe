//! Several portals on one memory: each change is driven by one, and whoever follows a silent one only reads.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod world;

use std::time::Duration;

use domain::access::Access;
use domain::change::{Change, ChangeState, Ending, VerifiedBy};
use domain::person::Scope;
use service::{Portal, ServiceError, Timing};
use simulator::Settle;
use store::change::ChangeGuard;
use world::left::left_at;
use world::{DEVELOPMENT, World, key};

async fn guard(portal: &Portal) -> ChangeGuard {
    portal.store().find_guard(&key(DEVELOPMENT)).await.unwrap().unwrap()
}

/// Waits for it. The deadline only tells a hang.
async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let waiting = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    match tokio::time::timeout(Duration::from_mins(1), waiting).await {
        Ok(found) => found,
        Err(elapsed) => panic!("waiting for {what}: {elapsed}"),
    }
}

async fn ended(portal: &Portal, change: &Change) -> Change {
    until("the change to end", async || {
        let found =
            portal.store().find_change(&Scope::Everything, change.id).await.unwrap().unwrap();
        found.state.is_terminal().then_some(found)
    })
    .await
}

#[tokio::test]
async fn a_silent_driver_is_followed_after_its_time_and_what_it_may_have_sent_is_only_read() {
    let world = World::on_postgres().await;
    let left = left_at(&world, ChangeState::Intent).await;
    let (lasts, now) = (Duration::from_secs(3), world.portal.now());
    let store = world.portal.store();
    let held = store.take_driver(&left, "a process that is silent", lasts, Duration::ZERO, now);
    let held = held.await.unwrap().unwrap();
    world.portal.take_up_changes().await.unwrap();
    let seen = guard(&world.portal).await;
    assert_eq!(seen.driver.as_deref(), Some("a process that is silent"), "its time is not over");
    assert_eq!(world.find(left.id).await, left);

    let supervisor = tokio::spawn(world.portal.clone().supervise_changes());
    let change = world.ended(left.id).await;
    supervisor.abort();
    assert_eq!((change.state, change.ending), (ChangeState::Failed, Some(Ending::NotApplied)));
    let told = ["change.unclear", "change.reconciling", "change.failed"];
    assert_eq!(world.audited(left.id).await, told);
    assert_eq!(world.writes(), 0);
    let over = guard(&world.portal).await;
    assert_eq!((over.open_change, over.driver), (None, None));
    assert_eq!(over.epoch, held.epoch + 1, "another driver, another epoch");
    let attempts = store.list_attempts(left.id).await.unwrap();
    let late = attempts[0].signed_at.plus(Timing::scaled(0.02).late_effect());
    assert_eq!(over.late_until, Some(late), "it may have been in the socket");
}

#[tokio::test]
async fn a_process_that_ends_gives_its_changes_to_the_next_one_at_once() {
    let world = World::on_postgres().await;
    world.cloud.control().set_settle(Settle::Explicit);
    let confirmation = world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
    let id = world.confirm(confirmation).await.unwrap();
    let accepted = world.until(id, |change| change.state == ChangeState::Accepted).await;
    assert_eq!(guard(&world.portal).await.driver.as_deref(), Some(world.portal.holder()));
    let second = world.replica().await;
    second.take_up_changes().await.unwrap();
    assert_eq!(guard(&second).await.driver.as_deref(), Some(world.portal.holder()), "it lives");

    world.portal.stop_changes().await.unwrap();
    assert_eq!(guard(&second).await.driver, None);
    world.portal.take_up_changes().await.unwrap();
    assert_eq!(guard(&second).await.driver, None, "it takes nothing up any more");
    second.take_up_changes().await.unwrap();
    assert_eq!(guard(&second).await.driver.as_deref(), Some(second.holder()));
    world.cloud.control().finish_all();
    let change = ended(&second, &accepted).await;
    assert_eq!(change.ending, Some(Ending::Verified { by: VerifiedBy::Worker }));
    assert_eq!(world.writes(), 1);
    world.check_invariants(&change).await;
}

#[tokio::test]
async fn a_process_that_ends_makes_no_call_any_more() {
    let world = World::on_postgres().await;
    world.portal.stop_changes().await.unwrap();
    let confirmation = world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
    let id = world.confirm(confirmation).await.unwrap();
    let left = world.find(id).await;
    assert_eq!((left.state, guard(&world.portal).await.driver), (ChangeState::Requested, None));
    let second = world.replica().await;
    second.take_up_changes().await.unwrap();
    let change = ended(&second, &left).await;
    assert_eq!(change.ending, Some(Ending::Verified { by: VerifiedBy::Worker }));
    assert_eq!(world.writes(), 1);
}

#[tokio::test]
async fn a_driver_renews_its_lease_for_as_long_as_it_reads() {
    let world = World::on_postgres().await;
    world.cloud.control().set_settle(Settle::Explicit);
    let confirmation = world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
    let id = world.confirm(confirmation).await.unwrap();
    world.until(id, |change| change.state == ChangeState::Accepted).await;
    let first = guard(&world.portal).await;
    until("two renewals without a move", async || {
        let seen = guard(&world.portal).await;
        assert_eq!((seen.epoch, &seen.driver), (first.epoch, &first.driver));
        (seen.driver_until > first.driver_until.plus(Duration::from_secs(2))).then_some(())
    })
    .await;
    world.cloud.control().finish_all();
    world.ended(id).await;
}

#[tokio::test]
async fn a_driver_that_was_followed_stops_reading() {
    let world = World::on_postgres().await;
    world.cloud.control().set_settle(Settle::Explicit);
    let confirmation = world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
    let id = world.confirm(confirmation).await.unwrap();
    let accepted = world.until(id, |change| change.state == ChangeState::Accepted).await;
    // As if the lease had been over for long.
    let store = world.portal.store();
    let mine = guard(&world.portal).await.driver.unwrap();
    store.give_back_drivers(&mine).await.unwrap();
    let lasts = Duration::from_mins(10);
    let taken = store.take_driver(&accepted, "another", lasts, Duration::ZERO, world.portal.now());
    taken.await.unwrap().unwrap();
    until("the old driver to notice", async || {
        world.portal.take_up_changes().await.unwrap();
        let reads = store.list_read_backs(id).await.unwrap().len();
        tokio::time::sleep(Duration::from_millis(1500)).await;
        (store.list_read_backs(id).await.unwrap().len() == reads).then_some(())
    })
    .await;
    world.cloud.control().finish_all();
    assert_eq!(world.find(id).await, accepted, "it is the other one's to move");
}

#[tokio::test]
async fn nothing_new_is_begun_before_what_was_open_is_taken_up() {
    let world = World::on_postgres().await;
    let second = world.replica().await;
    let confirmation = world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
    let operator = second.operator(&world.operator, "test").await.unwrap();
    let refused = operator.confirm(confirmation.clone()).await;
    assert!(matches!(refused, Err(ServiceError::Starting)), "{refused:?}");
    assert!(!second.is_ready().await);
    assert!(world.portal.store().list_open_changes().await.unwrap().is_empty());
    second.take_up_changes().await.unwrap();
    assert!(second.is_ready().await);
    operator.confirm(confirmation).await.unwrap();
}
