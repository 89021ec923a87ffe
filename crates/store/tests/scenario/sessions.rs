use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::id::UserId;
use store::Store;
use store::audit::AuditFilter;
use store::session::{SessionRow, Sessions};

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
    assert!(store.revoke_session("one", at(803)).await.unwrap());
    assert!(!store.revoke_session("one", at(804)).await.unwrap());
    assert!(!live(805, 600).await, "revoked");
    store.create_session(&SessionRow { seen_at: at(800), ..session("two", user) }).await.unwrap();
    let second = async || store.find_live_session("two", at(810), at(700)).await.unwrap();
    assert!(second().await.is_some());
    store.disable_user(user, at(806)).await.unwrap();
    assert!(second().await.is_none(), "disabled");
    assert!(!store.revoke_session("two", at(807)).await.unwrap(), "that ended it for good");
    assert_eq!(store.prune_sessions(at(900)).await.unwrap(), 2);
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

pub async fn sessions_are_listed_and_ended_for_their_person(store: &Store) {
    let (lin, zhao) = (person(store, "lin.wei").await, person(store, "zhao.min").await);
    for (hash, user) in [("aa", lin), ("bb", lin), ("cc", lin), ("dd", zhao)] {
        let session = SessionRow { label: format!("s-{hash}"), ..session(hash, user) };
        store.create_session(&session).await.unwrap();
    }
    let over = SessionRow { expires_at: at(150), ..session("ee", lin) };
    store.create_session(&over).await.unwrap();
    store.touch_session("bb", at(190)).await.unwrap();
    let listed = async |user| {
        let live = store.list_sessions(user, at(200), at(50)).await.unwrap();
        live.into_iter().map(|session| session.label).collect::<Vec<_>>()
    };
    assert_eq!(listed(lin).await, ["s-bb", "s-aa", "s-cc"], "the one used last first");
    let event =
        AuditEvent::new(at(200), AuditCode::SessionRevoked, Outcome::Succeeded, Actor::CommandLine);
    let revoke = async |user, which| store.revoke_sessions(user, which, &event).await.unwrap();
    assert_eq!(revoke(zhao, Sessions::Labelled("s-aa")).await, 0, "somebody else's");
    assert_eq!(revoke(lin, Sessions::Labelled("s-aa")).await, 1);
    assert_eq!(revoke(lin, Sessions::Labelled("s-aa")).await, 0, "it is over");
    assert_eq!(revoke(lin, Sessions::AllBut("s-bb")).await, 2, "also what was over by age");
    assert_eq!(listed(lin).await, ["s-bb"]);
    assert_eq!(revoke(lin, Sessions::All).await, 1);
    assert_eq!(listed(zhao).await, ["s-dd"]);
    let all = &domain::person::Scope::Everything;
    let revoked = AuditFilter { code: Some(event.code), ..AuditFilter::default() };
    let audit = store.list_audit(all, &revoked, 9).await.unwrap();
    assert_eq!(audit.len(), 3, "what ended nothing is not recorded");
}

pub async fn what_a_session_was_told_goes_along_to_the_next(store: &Store) {
    store.put_notice("n1", Some("one"), "body", at(100)).await.unwrap();
    store.put_notice("n2", Some("other"), "other", at(100)).await.unwrap();
    store.hand_notices_over("one", "two").await.unwrap();
    let take =
        async |id: &str, session: &str| store.take_notice(id, Some(session), at(50)).await.unwrap();
    assert_eq!(take("n1", "one").await, None);
    assert_eq!(take("n2", "two").await, None, "somebody else's");
    assert_eq!(take("n1", "two").await.as_deref(), Some("body"));
}
