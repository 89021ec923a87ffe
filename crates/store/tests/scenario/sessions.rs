use domain::id::UserId;
use store::Store;
use store::session::SessionRow;

use super::{at, person};

fn session(hash: &str, user: UserId) -> SessionRow {
    SessionRow {
        id_hash: hash.into(),
        label: "s-1".into(),
        user: Some(user),
        body: "{\"a\":1}".into(),
        address: Some("127.0.0.1".into()),
        user_agent: None,
        created_at: at(100),
        seen_at: at(100),
        expires_at: at(1000),
    }
}

pub async fn a_session_ends_by_age_by_idleness_and_by_revocation(store: &Store) {
    let user = person(store, "lin.wei").await;
    store.create_session(&session("one", user)).await.unwrap();
    assert!(store.create_session(&session("one", user)).await.is_err());
    let live = async |now: i64, idle: i64| {
        store.find_session("one", at(now), at(now - idle)).await.unwrap().is_some()
    };
    assert!(live(200, 600).await);
    assert!(!live(800, 600).await, "idle");
    store.touch_session("one", at(750)).await.unwrap();
    assert!(live(800, 600).await);
    assert!(!live(1000, 600).await, "the absolute limit does not move");
    let found = store.find_live_session("one", at(800), at(700)).await.unwrap().unwrap();
    assert_eq!(found.user.person.id, user);
    store.disable_user(user, at(801)).await.unwrap();
    assert!(store.find_live_session("one", at(802), at(700)).await.unwrap().is_none(), "disabled");
    assert!(store.revoke_session("one", at(803)).await.unwrap());
    assert!(!store.revoke_session("one", at(804)).await.unwrap());
    assert!(!live(805, 600).await, "revoked");
    assert_eq!(store.prune_sessions(at(900)).await.unwrap(), 1);
}

pub async fn a_late_save_brings_no_session_back(store: &Store) {
    let user = person(store, "lin.wei").await;
    store.create_session(&session("one", user)).await.unwrap();
    assert!(store.update_session("one", "{\"a\":2}").await.unwrap());
    assert_eq!(store.find_session("one", at(200), at(0)).await.unwrap().unwrap().body, "{\"a\":2}");
    store.revoke_session("one", at(201)).await.unwrap();
    assert!(!store.update_session("one", "{\"a\":3}").await.unwrap());
    assert!(!store.update_session("two", "{}").await.unwrap());
    store.touch_session("one", at(300)).await.unwrap();
    for hash in ["one", "two"] {
        assert!(store.find_session(hash, at(200), at(0)).await.unwrap().is_none());
    }
}

pub async fn a_notice_is_handed_out_once_and_to_its_session(store: &Store) {
    store.put_notice("n1", Some("one"), "body", at(100)).await.unwrap();
    store.put_notice("n2", None, "open", at(100)).await.unwrap();
    store.put_notice("n3", None, "late", at(100)).await.unwrap();
    let take = async |id: &str, session: Option<&str>, now: i64| {
        store.take_notice(id, session, at(now)).await.unwrap()
    };
    assert_eq!(take("n1", Some("two"), 50).await, None);
    assert_eq!(take("n1", None, 50).await, None);
    assert_eq!(take("n1", Some("one"), 50).await.as_deref(), Some("body"));
    assert_eq!(take("n1", Some("one"), 50).await, None);
    assert_eq!(take("n2", Some("two"), 50).await.as_deref(), Some("open"));
    assert_eq!(take("n3", None, 101).await, None);
}
