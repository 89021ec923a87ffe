use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::id::UserId;
use store::{Error, Store};

use super::{at, person};

fn event(code: AuditCode) -> AuditEvent {
    AuditEvent::new(at(50), code, Outcome::Succeeded, Actor::Portal)
}

async fn enrolled(store: &Store) -> UserId {
    let lin = person(store, "lin.wei").await;
    store.begin_second_factor(lin, "sealed", at(10)).await.unwrap();
    let codes = ["h1".to_owned(), "h2".to_owned()];
    let added = event(AuditCode::SecondFactorAdded);
    store.confirm_second_factor(lin, "sealed", "sealed-2", 100, &codes, &added).await.unwrap();
    lin
}

pub async fn a_second_factor_counts_once_it_was_shown_to_work(store: &Store) {
    let lin = person(store, "lin.wei").await;
    store.begin_second_factor(lin, "first", at(10)).await.unwrap();
    store.begin_second_factor(lin, "second", at(11)).await.unwrap();
    let found = store.find_second_factor(lin).await.unwrap().unwrap();
    assert_eq!((found.sealed.as_str(), found.confirmed_at), ("second", None));
    assert!(!store.use_step(lin, 100).await.unwrap(), "before it works no code counts");
    assert!(store.list_people_with_second_factor().await.unwrap().is_empty());
    let added = event(AuditCode::SecondFactorAdded);
    let confirm = async |seen: &str| {
        store.confirm_second_factor(lin, seen, "third", 7, &["h".to_owned()], &added).await
    };
    assert!(matches!(confirm("first").await, Err(Error::Conflict)), "another one was begun since");
    confirm("second").await.unwrap();
    assert!(matches!(confirm("second").await, Err(Error::Conflict)));
    let found = store.find_second_factor(lin).await.unwrap().unwrap();
    assert_eq!((found.confirmed_at, found.codes_left), (Some(at(50)), 1));
    let again = store.begin_second_factor(lin, "fourth", at(60)).await;
    assert!(matches!(again, Err(Error::Conflict)), "one that works is not replaced");
    assert_eq!(store.list_people_with_second_factor().await.unwrap()[0].as_str(), "lin.wei");
}

pub async fn a_code_counts_once_and_none_before_it(store: &Store) {
    let lin = enrolled(store).await;
    let used = async |step: i64| store.use_step(lin, step).await.unwrap();
    assert!(!used(100).await, "the code that it was shown to work with");
    assert!(!used(99).await);
    assert!(used(101).await && !used(101).await && !used(100).await);
    assert!(used(103).await && !used(102).await);
    let spent = event(AuditCode::RecoveryCodeUsed);
    let code = async |hash: &str| store.use_recovery_code(lin, hash, &spent).await.unwrap();
    assert!(code("h1").await && !code("h1").await && !code("h3").await);
    assert_eq!(store.find_second_factor(lin).await.unwrap().unwrap().codes_left, 1);
    let other = person(store, "wang").await;
    assert!(!store.use_recovery_code(other, "h2", &spent).await.unwrap(), "somebody else's");
}

pub async fn what_is_taken_away_leaves_nothing_that_counts(store: &Store) {
    let lin = enrolled(store).await;
    let removed = event(AuditCode::SecondFactorRemoved);
    assert!(store.remove_second_factor(lin, &removed).await.unwrap());
    assert!(!store.remove_second_factor(lin, &removed).await.unwrap());
    assert_eq!(store.find_second_factor(lin).await.unwrap(), None);
    let spent = event(AuditCode::RecoveryCodeUsed);
    assert!(!store.use_recovery_code(lin, "h2", &spent).await.unwrap());
    assert!(!store.use_step(lin, 1_000).await.unwrap());
}
