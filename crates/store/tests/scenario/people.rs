use domain::id::UserId;
use domain::person::Role;
use store::{Error, Store};

use super::{at, person};

pub async fn a_name_is_taken_once(store: &Store) {
    let id = person(store, "lin.wei").await;
    let again = store
        .add_user(UserId::from_u128(1), &"lin.wei".parse().unwrap(), Role::Admin, "x", at(2))
        .await;
    assert!(matches!(again, Err(Error::Conflict)), "{again:?}");
    let user = store.find_user(&"lin.wei".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((user.person.id, user.person.role), (id, Role::Operator));
    assert!(store.find_user(&"nobody".parse().unwrap()).await.unwrap().is_none());
    store.set_preferences(id, Some("zh-CN"), None).await.unwrap();
    store.set_preferences(id, None, Some("dark")).await.unwrap();
    let user = store.list_users().await.unwrap().remove(0);
    assert_eq!((user.language.as_deref(), user.theme.as_deref()), (Some("zh-CN"), Some("dark")));
}

pub async fn a_disabled_person_is_nobody(store: &Store) {
    let id = person(store, "lin.wei").await;
    assert!(store.find_active_person(id).await.unwrap().is_some());
    store.disable_user(id, at(5)).await.unwrap();
    assert!(store.find_active_person(id).await.unwrap().is_none());
    assert!(
        store.find_user(&"lin.wei".parse().unwrap()).await.unwrap().unwrap().disabled_at.is_some()
    );
}

pub async fn failures_are_counted_and_forgotten(store: &Store) {
    let count = async |subject: &str| {
        store.find_sign_in_failures(subject).await.unwrap().map(|f| f.failures)
    };
    assert_eq!(count("user:a").await, None);
    store.record_sign_in_failure("user:a", at(10), at(0)).await.unwrap();
    store.record_sign_in_failure("user:a", at(11), at(0)).await.unwrap();
    store.record_sign_in_failure("user:b", at(11), at(0)).await.unwrap();
    assert_eq!(count("user:a").await, Some(2));
    // The last one was long ago: counting starts anew.
    store.record_sign_in_failure("user:a", at(1000), at(900)).await.unwrap();
    assert_eq!(count("user:a").await, Some(1));
    store.clear_sign_in_failures("user:a").await.unwrap();
    assert_eq!((count("user:a").await, count("user:b").await), (None, Some(1)));
    // Whoever sprays names leaves nothing behind for ever.
    store.record_sign_in_failure("user:c", at(2000), at(900)).await.unwrap();
    store.prune_sign_in_failures(at(2000)).await.unwrap();
    assert_eq!((count("user:b").await, count("user:c").await), (None, Some(1)));
}
