//! Who may drive a change, and what stays after a call that nobody heard of.

use std::time::Duration;

use domain::access::{Access, AccessState};
use domain::audit::AuditCode;
use domain::change::{Change, ChangeState, ReadBack, SendOutcome};
use domain::instance::InstanceStatus;
use store::change::{AttemptResult, AttemptWrite, DriverLease, LateWatch, Move, Requested};
use store::{Error, Store};

use super::changes::{event, intent, request, step};
use super::{at, change, key, person};

const LASTS: Duration = Duration::from_secs(30);

/// A lease that nobody is patient with.
async fn take(store: &Store, change: &Change, driver: &str) -> Option<DriverLease> {
    let patience = Duration::from_hours(1);
    store.take_driver(change, driver, LASTS, patience, at(20)).await.unwrap()
}

pub async fn a_change_has_one_driver(store: &Store) {
    let by = person(store, "lin.wei").await;
    let asked = change(1, "r-a", by);
    assert_eq!(request(store, &asked, "k1", "x").await, Requested::Stored);
    let claimed = store.find_guard(&asked.instance).await.unwrap().unwrap();
    assert_eq!((claimed.open_change, claimed.driver, claimed.epoch), (Some(asked.id), None, 1));
    let (one, two) = tokio::join!(take(store, &asked, "one"), take(store, &asked, "two"));
    let lease = one.xor(two).unwrap();
    assert_eq!(lease.epoch, 2);
    let other = if lease.driver == "one" { "two" } else { "one" };
    assert_eq!(take(store, &asked, other).await, None, "while it holds");
    store.renew_driver(&lease, at(21)).await.unwrap();
    store.give_back_driver(&lease).await.unwrap();
    let next = take(store, &asked, other).await.unwrap();
    assert_eq!(next.epoch, 3, "it grows with each driver");
    let late = store.renew_driver(&lease, at(22)).await;
    assert!(matches!(late, Err(Error::Conflict)), "{late:?}");
    store.give_back_driver(&lease).await.unwrap();
    // What is not held is not given back.
    store.renew_driver(&next, at(22)).await.unwrap();
    let again = take(store, &asked, other).await.unwrap();
    assert_eq!(again.epoch, 4, "the same process, started again");
    store.give_back_drivers(other).await.unwrap();
    assert_eq!(store.find_guard(&asked.instance).await.unwrap().unwrap().driver, None);
}

pub async fn a_silent_driver_is_followed_and_moves_nothing_more(store: &Store) {
    let by = person(store, "lin.wei").await;
    let asked = change(1, "r-a", by);
    request(store, &asked, "k1", "x").await;
    let none = Duration::ZERO;
    let old = store.take_driver(&asked, "old", none, none, at(20)).await.unwrap().unwrap();
    let checked = Move { lease: Some(&old), ..Move::new(&asked, ChangeState::Preflighted, at(20)) };
    let checked = store.move_change(checked).await.unwrap();
    // By the clock of the database, so that the lease is over whichever that is.
    let mut new = None;
    while new.is_none() {
        new = store.take_driver(&asked, "new", LASTS, none, at(21)).await.unwrap();
    }
    let new = new.unwrap();
    assert_eq!(new.epoch, old.epoch + 1);
    for to in [ChangeState::Intent, ChangeState::Refused] {
        let late = store.move_change(Move { lease: Some(&old), ..Move::new(&checked, to, at(22)) });
        let late = late.await;
        assert!(matches!(late, Err(Error::Conflict)), "{to}: {late:?}");
    }
    let ended = Move { lease: Some(&new), ..Move::new(&checked, ChangeState::Refused, at(23)) };
    store.move_change(ended).await.unwrap();
    let guard = store.find_guard(&asked.instance).await.unwrap().unwrap();
    assert_eq!((guard.open_change, guard.driver, guard.epoch), (None, None, new.epoch));
    assert_eq!(take(store, &asked, "new").await, None, "it is over");
    assert_eq!(request(store, &change(2, "r-a", by), "k2", "x").await, Requested::Stored);
    let guard = store.find_guard(&asked.instance).await.unwrap().unwrap();
    assert_eq!(guard.epoch, new.epoch + 1, "every claim has an epoch of its own");
}

/// A change whose call nobody heard of, up to where nobody knows.
async fn unheard(store: &Store, number: u128, to: Access) -> Change {
    let by = domain::id::UserId::from_u128(7);
    let (sent, attempt) =
        intent(store, Change { to, ..change(number, "r-a", by) }, &format!("n{number}")).await;
    let result = AttemptResult {
        id: attempt.id,
        outcome: SendOutcome::Unclear,
        cloud_request_id: None,
        cloud_code: None,
        http_status: None,
        at: at(30),
    };
    let unknown = Move {
        attempt: Some(AttemptWrite::Finish(result)),
        late_until: Some(at(100 + i64::try_from(number).unwrap())),
        ..Move::new(&sent, ChangeState::Unknown, at(30))
    };
    let unknown = store.move_change(unknown).await.unwrap();
    step(store, &unknown, ChangeState::Reconciling).await
}

pub async fn a_call_nobody_heard_of_is_watched_until_it_is_proven_or_over(store: &Store) {
    let name = "lin.wei".parse().unwrap();
    let by = domain::id::UserId::from_u128(7);
    store.add_user(by, &name, domain::person::Role::Operator, "$argon2id$x", at(1)).await.unwrap();
    let place = key("r-a");
    let late = async || store.find_guard(&place).await.unwrap().unwrap().late_until;
    let opposite =
        async |to, now| store.find_opposite_late_effect(&place, to, at(now)).await.unwrap();
    let first = unheard(store, 1, Access::PasswordFree).await;
    assert_eq!(late().await, Some(at(101)));
    assert_eq!(opposite(Access::PasswordRequired, 50).await, Some(at(101)));
    assert_eq!(opposite(Access::PasswordFree, 50).await, None, "it would be the same");
    assert_eq!(opposite(Access::PasswordRequired, 101).await, None, "its time is over");
    assert!(store.list_late_watches_over(at(200)).await.unwrap().is_empty(), "it is being read");
    step(store, &first, ChangeState::Failed).await;
    // The second one is proven: it was carried out, but the first one may still come.
    let second = unheard(store, 2, Access::PasswordFree).await;
    assert_eq!(late().await, Some(at(102)));
    step(store, &second, ChangeState::Verified).await;
    assert_eq!(late().await, Some(at(101)));
    assert_eq!(opposite(Access::PasswordRequired, 50).await, Some(at(101)));

    assert!(store.list_late_watches_over(at(100)).await.unwrap().is_empty());
    let watch = LateWatch { change: first.id, until: at(101) };
    assert_eq!(store.list_late_watches_over(at(101)).await.unwrap(), [watch]);
    let read = ReadBack {
        at: at(102),
        state: AccessState::PasswordRequired,
        raw: Some("Open".into()),
        status: InstanceStatus::Normal,
        request_id: None,
    };
    let told = event(AuditCode::ChangeLateRead, &first);
    assert!(store.end_late_watch(watch, &place, &read, &told).await.unwrap());
    assert!(!store.end_late_watch(watch, &place, &read, &told).await.unwrap(), "another replica");
    assert_eq!(late().await, None);
    assert_eq!(store.list_read_backs(first.id).await.unwrap(), [read]);
    assert!(store.list_late_watches_over(at(999)).await.unwrap().is_empty());
}
