use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::id::PasskeyId;
use store::passkey::{ChallengePurpose, PasskeyRow};
use store::{Error, Store};

use super::{at, person};

fn event(code: AuditCode) -> AuditEvent {
    AuditEvent::new(at(50), code, Outcome::Succeeded, Actor::Portal)
}

fn key(number: u128) -> PasskeyRow {
    PasskeyRow {
        id: PasskeyId::from_u128(number),
        credential: format!("credential-{number}"),
        name: format!("key {number}"),
        body: "counter 1".to_owned(),
        created_at: at(10),
        used_at: None,
    }
}

pub async fn a_passkey_is_its_owners(store: &Store) {
    let (lin, wang) = (person(store, "lin.wei").await, person(store, "wang").await);
    let added = event(AuditCode::PasskeyAdded);
    store.add_passkey(lin, &key(1), &added).await.unwrap();
    let same = PasskeyRow { id: PasskeyId::from_u128(9), ..key(1) };
    for owner in [lin, wang] {
        let again = store.add_passkey(owner, &same, &added).await;
        assert!(matches!(again, Err(Error::Conflict)), "registered twice: {again:?}");
    }
    let (id, renamed) = (key(1).id, event(AuditCode::PasskeyRenamed));
    assert!(!store.rename_passkey(wang, id, "mine", &renamed).await.unwrap());
    assert!(store.rename_passkey(lin, id, "laptop", &renamed).await.unwrap());
    assert_eq!(store.list_passkeys(lin).await.unwrap()[0].name, "laptop");
    assert_eq!(store.list_passkeys(wang).await.unwrap(), []);
    let people = store.list_people_with_second_factor().await.unwrap();
    assert_eq!(people.iter().map(ToString::to_string).collect::<Vec<_>>(), ["lin.wei"]);
    let removed = event(AuditCode::PasskeyRemoved);
    assert!(!store.remove_passkey(wang, id, &removed).await.unwrap());
    assert!(store.remove_passkey(lin, id, &removed).await.unwrap());
    assert!(!store.remove_passkey(lin, id, &removed).await.unwrap());
    for number in 1..=20 {
        store.add_passkey(lin, &key(number), &added).await.unwrap();
    }
    assert!(matches!(store.add_passkey(lin, &key(21), &added).await, Err(Error::Conflict)));
    let taken = event(AuditCode::SecondFactorRemoved);
    assert!(store.take_second_factors(lin, &taken).await.unwrap());
    assert!(!store.take_second_factors(lin, &taken).await.unwrap());
    assert_eq!(store.list_passkeys(lin).await.unwrap(), []);
}

pub async fn a_passkey_is_used_as_it_was_seen(store: &Store) {
    let lin = person(store, "lin.wei").await;
    store.add_passkey(lin, &key(1), &event(AuditCode::PasskeyAdded)).await.unwrap();
    let seen = store.list_passkeys(lin).await.unwrap().remove(0);
    assert!(store.use_passkey(lin, &seen, "counter 2", at(20)).await.unwrap());
    assert!(!store.use_passkey(lin, &seen, "counter 2", at(21)).await.unwrap(), "at once");
    let now = store.list_passkeys(lin).await.unwrap().remove(0);
    assert_eq!((now.body.as_str(), now.used_at), ("counter 2", Some(at(20))));
}

pub async fn a_challenge_is_taken_once_in_time_and_by_its_session(store: &Store) {
    let (lin, wang) = (person(store, "lin.wei").await, person(store, "wang").await);
    let (add, prove) = (ChallengePurpose::Add, ChallengePurpose::Prove);
    let put = async |purpose, body: &str| {
        store.put_passkey_challenge(lin, "s-1", purpose, body, at(10), at(20)).await.unwrap();
    };
    let take = async |user, session: &str, purpose, now| {
        store.take_passkey_challenge(user, session, purpose, at(now)).await.unwrap()
    };
    put(prove, "first").await;
    put(prove, "second").await;
    assert_eq!(take(wang, "s-1", prove, 11).await, None);
    assert_eq!(take(lin, "s-2", prove, 11).await, None);
    assert_eq!(take(lin, "s-1", add, 11).await, None);
    assert_eq!(take(lin, "s-1", prove, 11).await.as_deref(), Some("second"));
    assert_eq!(take(lin, "s-1", prove, 11).await, None);
    put(add, "late").await;
    assert_eq!(take(lin, "s-1", add, 20).await, None);
}
