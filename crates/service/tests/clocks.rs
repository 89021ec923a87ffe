//! Clocks that are wrong, are set while something is under way, or come to the end of 32 bits (F26), on both databases.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod world;

use std::time::Duration;

use domain::access::{Access, AccessState};
use domain::change::{Change, ChangeState, Ending, SendOutcome, VerifiedBy};
use domain::time::Timestamp;
use simulator::{Fault, Rule, Settle};
use store::session::SessionRow;
use world::hands::Hands;
use world::{DEVELOPMENT, Memory, World, key};

const WRITE: &str = "ModifyInstanceVpcAuthMode";
const HOUR: i64 = 3600;

macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite { $(#[tokio::test] async fn $name() { super::$name(crate::world::Memory::Sqlite).await; })+ }
        mod postgres { $(#[tokio::test] async fn $name() { super::$name(crate::world::Memory::Postgres).await; })+ }
    };
}

on_both! {
    f26_whatever_its_clock_says_a_change_is_signed_right_and_proven,
    f26_a_clock_that_jumps_proves_nothing,
    f26_a_clock_that_is_set_during_a_change_ends_nothing,
    f26_a_clock_that_is_put_back_keeps_no_door_open,
    f26_sessions_go_on_evenly_and_end,
    f26_the_year_2038_is_a_year,
}

async fn turned(memory: Memory) -> (World, Hands) {
    let mut world = World::in_memory(memory).await;
    let hands = Hands::of(&world);
    hands.take(&mut world).await;
    (world, hands)
}

fn other(world: &World) -> Access {
    if world.mode(DEVELOPMENT) == "Open" { Access::PasswordFree } else { Access::PasswordRequired }
}

async fn is_shown(world: &World, access: Access) {
    let viewer = world.portal.viewer(&world.operator);
    let shown = viewer.get_instance(&key(DEVELOPMENT)).await.unwrap();
    let shown = shown.facts().access_state();
    assert_eq!(shown, AccessState::from(access), "what was read last is what is shown");
}

async fn f26_whatever_its_clock_says_a_change_is_signed_right_and_proven(memory: Memory) {
    let (world, hands) = turned(memory).await;
    for ahead in [0, 1, -1, 10, -10, 14 * 60, -14 * 60, 2 * HOUR, -2 * HOUR, 0] {
        world.cloud.control().clear_ledger();
        let to = other(&world);
        let confirmation = world.reviewed(DEVELOPMENT, to).await;
        hands.turn(ahead);
        // Nobody confirms what was reviewed hours ago, by whatever clock.
        let id = match world.confirm(confirmation).await {
            Ok(id) => id,
            Err(service::ServiceError::ReviewOver) => {
                let again = world.reviewed(DEVELOPMENT, to).await;
                world.confirm(again).await.unwrap()
            }
            Err(error) => panic!("{ahead}: {error:?}"),
        };
        let change = world.ended(id).await;
        let expected = Some(Ending::Verified { by: VerifiedBy::Worker });
        assert_eq!(change.ending, expected, "{ahead}: {change:?}");
        let attempts = world.portal.store().list_attempts(id).await.unwrap();
        let ends: Vec<_> = attempts.iter().map(|attempt| attempt.outcome.unwrap()).collect();
        assert_eq!(ends.last(), Some(&SendOutcome::Accepted), "{ahead}");
        assert!(ends.len() <= 2, "{ahead}: signed anew once at most: {ends:?}");
        assert_eq!(world.writes(), ends.len(), "{ahead}");
        world.check_invariants(&change).await;
        // Of two readings within ten seconds the one with the later time is taken for the newer.
        if ahead.abs() != 1 {
            is_shown(&world, to).await;
        }
    }
}

/// The call comes after it was given up, and the clock jumps in between: hours that did not pass are no proof that it did
/// not happen.
async fn f26_a_clock_that_jumps_proves_nothing(memory: Memory) {
    let (world, hands) = turned(memory).await;
    let control = world.cloud.control();
    for ahead in [2 * HOUR, -2 * HOUR] {
        hands.turn(0);
        control.clear_ledger();
        control.add_fault(
            Rule::always(Fault::ApplyLater { after_ms: 1_900 }).for_action(WRITE).times(1),
        );
        let silent = Fault::Delay { before_ms: 0, after_ms: 1_500 };
        control.add_fault(Rule::always(silent).for_action(WRITE).times(1));
        let to = other(&world);
        let confirmation = world.reviewed(DEVELOPMENT, to).await;
        let id = world.confirm(confirmation).await.unwrap();
        let reconciling = |change: &Change| change.state == ChangeState::Reconciling;
        world.until(id, reconciling).await;
        while world.portal.store().list_read_backs(id).await.unwrap().len() < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        hands.turn(ahead);
        let change = world.ended(id).await;
        let expected = Some(Ending::Verified { by: VerifiedBy::Reconciler });
        assert_eq!(change.ending, expected, "{ahead}: {change:?}");
        assert_eq!(world.writes(), 1);
        world.check_invariants(&change).await;
    }
}

async fn f26_a_clock_that_is_set_during_a_change_ends_nothing(memory: Memory) {
    let (world, hands) = turned(memory).await;
    let control = world.cloud.control();
    for ahead in [-2 * HOUR, 2 * HOUR, -1, 1] {
        hands.turn(0);
        control.clear_ledger();
        control.set_settle(Settle::Explicit);
        let to = other(&world);
        let confirmation = world.reviewed(DEVELOPMENT, to).await;
        let id = world.confirm(confirmation).await.unwrap();
        world.until(id, |change| change.state == ChangeState::Accepted).await;
        hands.turn(ahead);
        // It is looked at for a while by the clock that was set: patience is not over.
        let reads = world.portal.store().list_read_backs(id).await.unwrap().len();
        while world.portal.store().list_read_backs(id).await.unwrap().len() < reads + 3 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(world.find(id).await.state, ChangeState::Accepted, "{ahead}");
        control.finish_all();
        let change = world.ended(id).await;
        let expected = Some(Ending::Verified { by: VerifiedBy::Worker });
        assert_eq!(change.ending, expected, "{ahead}: {change:?}");
        assert_eq!(world.writes(), 1);
        world.check_invariants(&change).await;
        if ahead.abs() != 1 {
            is_shown(&world, to).await;
        }
    }
}

async fn f26_a_clock_that_is_put_back_keeps_no_door_open(memory: Memory) {
    let (world, hands) = turned(memory).await;
    let confirmation = service::Confirmation {
        lasts: service::Lasts::For(Duration::from_millis(500)),
        ..world.reviewed(DEVELOPMENT, Access::PasswordFree).await
    };
    let id = world.confirm(confirmation).await.unwrap();
    world.ended(id).await;
    assert_eq!(world.mode(DEVELOPMENT), "Close");
    hands.turn(-2 * HOUR);
    let returns = tokio::spawn(world.portal.clone().keep_returns());
    let scope = domain::person::Scope::Everything;
    let shut = async {
        while world.portal.store().find_return(&scope, &key(DEVELOPMENT)).await.unwrap().is_some() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), shut).await.unwrap();
    returns.abort();
    assert_eq!((world.mode(DEVELOPMENT).as_str(), world.writes()), ("Open", 2));
    world.check_audit().await;
}

async fn f26_sessions_go_on_evenly_and_end(memory: Memory) {
    let (world, hands) = turned(memory).await;
    let settings = world.portal.settings().clone();
    let store = world.portal.store();
    let began = world.portal.session_now();
    let session = |name: &str, seen_at: Timestamp, created_at: Timestamp| SessionRow {
        id_hash: format!("{name:0>64}"),
        label: name.to_owned(),
        user: Some(world.operator.person.id),
        body: "{}".to_owned(),
        address: None,
        user_agent: None,
        created_at,
        seen_at,
        expires_at: created_at.plus(settings.session_absolute),
    };
    let (minute, hour) = (Duration::from_mins(1), Duration::from_hours(1));
    for (name, seen_ago, created_ago) in [
        ("used", minute, minute * 2),
        ("almost-idle", minute * 55, hour * 2),
        ("idle", hour + minute, hour * 2),
        ("old", minute, hour * 12 + minute),
    ] {
        let row = session(name, began.minus(seen_ago), began.minus(created_ago));
        store.create_session(&row).await.unwrap();
    }
    let live = async |portal: &service::Portal| {
        let now = portal.session_now();
        let mut live = Vec::new();
        for name in ["used", "almost-idle", "idle", "old"] {
            let hash = format!("{name:0>64}");
            let idle_since = now.minus(settings.session_idle);
            if store.find_live_session(&hash, now, idle_since).await.unwrap().is_some() {
                live.push(name);
            }
        }
        live
    };
    // Neither all dead nor immortal, wherever the clock is set.
    for ahead in [0, 2 * HOUR, -2 * HOUR, 1, -1, 24 * HOUR, -24 * HOUR] {
        hands.turn(ahead);
        assert_eq!(live(&world.portal).await, ["used", "almost-idle"], "{ahead}");
        world.portal.prune().await.unwrap();
        // A replica whose clock was wrong from the start goes by the database's.
        if memory == Memory::Postgres {
            let replica = hands.portal(&world, settings.clone());
            assert_eq!(live(&replica).await, ["used", "almost-idle"], "{ahead}");
        }
    }
    // And they do end: this clock goes on.
    assert!(world.portal.session_now() > began);
}

async fn f26_the_year_2038_is_a_year(memory: Memory) {
    let (world, hands) = turned(memory).await;
    // Three seconds before the last second that 31 bits hold.
    let ahead = (1_i64 << 31) - 4 - world.portal.now().as_secs();
    hands.turn(ahead);
    world.cloud.control().shift_clock(ahead * 1000);
    for _ in 0..3 {
        world.cloud.control().clear_ledger();
        let to = other(&world);
        let change = world.change(DEVELOPMENT, to).await;
        let expected = Some(Ending::Verified { by: VerifiedBy::Worker });
        assert_eq!(change.ending, expected, "{change:?}");
        assert_eq!(world.writes(), 1);
        world.check_invariants(&change).await;
        is_shown(&world, to).await;
        if world.portal.now().as_secs() < 1 << 31 {
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    }
    assert!(world.portal.now().as_secs() >= 1 << 31, "it went over it");
}
