use std::time::Duration;

use domain::time::Timestamp;
use store::call_limit::CallLimit;
use store::view::SavedView;
use store::{Error, Store};

use super::{at, key, person};

const LASTS: Duration = Duration::from_secs(30);

/// PostgreSQL has its own clock, and nobody can move it: what needs a lease to end is tried by giving it back.
pub async fn a_lease_has_one_holder(store: &Store) {
    let take = async |holder: &str, now: i64| {
        store.take_lease("list:core", holder, LASTS, at(now)).await.unwrap()
    };
    assert_eq!(take("one", 100).await, Some(1));
    assert_eq!(take("two", 101).await, None);
    assert_eq!(take("one", 110).await, Some(1), "kept by its holder");
    store.give_back_lease("list:core", "two").await.unwrap();
    assert_eq!(take("two", 111).await, None, "only its holder gives it back");
    store.give_back_lease("list:core", "one").await.unwrap();
    assert_eq!(take("two", 112).await, Some(2));
    assert_eq!(take("one", 113).await, None);
    assert_eq!(
        store.take_lease("list:pay", "one", LASTS, at(113)).await.unwrap(),
        Some(1),
        "another duty"
    );
}

pub async fn views_are_kept_by_name_and_person(store: &Store) {
    let (lin, zhao) = (person(store, "lin.wei").await, person(store, "zhao.min").await);
    let view = |name: &str, query: &str| SavedView { name: name.into(), query: query.into() };
    store.save_view(lin, &view("open doors", "access=password-free"), at(1)).await.unwrap();
    store
        .save_view(lin, &view("open doors", "access=password-free&sort=exposure"), at(2))
        .await
        .unwrap();
    assert_eq!(
        store.list_views(lin).await.unwrap(),
        [view("open doors", "access=password-free&sort=exposure")]
    );
    assert!(store.list_views(zhao).await.unwrap().is_empty());
    store.delete_view(zhao, "open doors").await.unwrap();
    assert_eq!(store.list_views(lin).await.unwrap().len(), 1);
    for number in 0..49 {
        store.save_view(lin, &view(&format!("v{number}"), ""), at(3)).await.unwrap();
    }
    let one_too_many = store.save_view(lin, &view("more", ""), at(4)).await;
    assert!(matches!(one_too_many, Err(Error::Conflict)), "{one_too_many:?}");
    store.save_view(lin, &view("v1", "q=a"), at(5)).await.unwrap();
}

pub async fn learned_limits_are_kept(store: &Store) {
    let place = key("r-a");
    let mut limit = CallLimit {
        account: place.account.clone(),
        action: "DescribeSecurityIps".into(),
        region: place.region,
        calls: 200,
        seconds: 60,
        throttled: 0,
        throttled_at: None,
    };
    store.save_call_limit(&limit).await.unwrap();
    (limit.calls, limit.throttled, limit.throttled_at) = (150, 3, Some(Timestamp::from_secs(9)));
    store.save_call_limit(&limit).await.unwrap();
    assert_eq!(store.list_call_limits(&place.account).await.unwrap(), [limit]);
}
