use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::id::UserId;
use domain::person::Role;
use store::identity::{Identity, NO_PASSWORD};
use store::pending_sign_in::PendingSignIn;
use store::session::SessionRow;
use store::{Error, Store};

use super::{at, person};

const KAY: Identity<'_> = Identity { issuer: "https://id.example.com", subject: "248289761001" };

fn event(code: AuditCode) -> AuditEvent {
    AuditEvent::new(at(5), code, Outcome::Succeeded, Actor::Portal)
}

pub async fn somebody_is_who_the_issuer_says_and_nobody_of_the_same_name(store: &Store) {
    let local = person(store, "lin.wei").await;
    let add = async |id: u128, name: &str, identity: Identity<'_>| {
        let (id, event) = (UserId::from_u128(id), event(AuditCode::UserAdded));
        store
            .add_vouched_user(id, &name.parse().unwrap(), Some(Role::Viewer), identity, &event)
            .await
    };
    // The name belongs to somebody else: nothing of it is written.
    assert!(matches!(add(2, "lin.wei", KAY).await, Err(Error::Conflict)));
    assert_eq!(store.find_identity(KAY).await.unwrap(), None);
    add(2, "kay", KAY).await.unwrap();
    let kay = UserId::from_u128(2);
    assert_eq!(store.find_identity(KAY).await.unwrap(), Some(kay));
    assert_eq!(store.find_issuer_of(kay).await.unwrap().as_deref(), Some(KAY.issuer));
    assert_eq!(store.find_issuer_of(local).await.unwrap(), None);
    // The same subject of another issuer, or of this one in other letters, is somebody else.
    for other in [
        Identity { issuer: "https://id.example.com/", ..KAY },
        Identity { issuer: "https://ID.example.com", ..KAY },
        Identity { subject: "248289761002", ..KAY },
    ] {
        assert_eq!(store.find_identity(other).await.unwrap(), None, "{other:?}");
    }
    assert!(
        matches!(add(3, "kay-2", KAY).await, Err(Error::Conflict)),
        "an identity is one person"
    );
    assert!(store.find_user(&"kay-2".parse().unwrap()).await.unwrap().is_none());
    let user = store.find_user(&"kay".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(
        (user.person.role(), user.password_hash.as_str()),
        (Some(Role::Viewer), NO_PASSWORD)
    );
    assert!(user.own_grants().is_empty(), "nobody gave it here");
    for role in [Some(Role::Admin), None] {
        store.set_vouched_role(kay, role, &event(AuditCode::RoleMapped)).await.unwrap();
        assert_eq!(store.find_active_person(kay).await.unwrap().unwrap().role(), role);
    }
}

pub async fn whoever_has_no_role_any_more_is_signed_out_everywhere(store: &Store) {
    let (lin, wang) = (person(store, "lin.wei").await, person(store, "wang").await);
    for (hash, user) in [("one", lin), ("two", lin), ("three", wang)] {
        let session = SessionRow {
            id_hash: hash.into(),
            label: hash.into(),
            user: Some(user),
            body: "{}".into(),
            address: None,
            user_agent: None,
            created_at: at(10),
            seen_at: at(10),
            expires_at: at(1000),
        };
        store.create_session(&session).await.unwrap();
    }
    assert_eq!(store.end_vouched_sessions(lin, at(20)).await.unwrap(), 2);
    let live = async |hash: &str| store.find_session(hash, at(30), at(0)).await.unwrap().is_some();
    assert!(!live("one").await && !live("two").await && live("three").await);
}

pub async fn a_sign_in_under_way_is_taken_once_and_in_time(store: &Store) {
    let pending =
        PendingSignIn { next: "/audit".into(), session: Some("s".into()), started_at: at(100) };
    let put = async |hash: &str| store.put_pending_sign_in(hash, &pending, at(700)).await.unwrap();
    put("one").await;
    put("two").await;
    let take =
        async |hash: &str, now: i64| store.take_pending_sign_in(hash, at(now)).await.unwrap();
    assert_eq!(take("three", 200).await, None);
    assert_eq!(take("one", 200).await, Some(pending.clone()));
    assert_eq!(take("one", 200).await, None, "taken twice");
    assert_eq!(take("two", 700).await, None, "taken late");
    // Whoever comes next sweeps out what is over.
    let later = PendingSignIn { started_at: at(800), ..pending.clone() };
    store.put_pending_sign_in("four", &later, at(1400)).await.unwrap();
    assert_eq!(take("two", 200).await, None);
}
