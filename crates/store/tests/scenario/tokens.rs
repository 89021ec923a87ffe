use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::id::{TokenId, UserId};
use domain::person::{Role, Scope};
use domain::token::ApiToken;
use store::audit::AuditFilter;
use store::{Error, Store};

use super::{at, person};

fn token(number: u128, person: UserId) -> ApiToken {
    ApiToken {
        id: TokenId::from_u128(number),
        person,
        person_name: "lin.wei".parse().unwrap(),
        label: "CI".parse().unwrap(),
        role: Role::Viewer,
        scope: Scope::Everything,
        made_at: at(100),
        expires_at: at(1000),
        used_at: None,
        used_from: None,
        revoked_at: None,
    }
}

fn event(code: AuditCode) -> AuditEvent {
    AuditEvent::new(at(100), code, Outcome::Succeeded, Actor::Portal)
}

async fn make(store: &Store, number: u128, person: UserId) -> Result<(), Error> {
    let hash = format!("hash-{number}");
    store.make_token(&token(number, person), &hash, &event(AuditCode::TokenMade)).await
}

async fn told(store: &Store, code: AuditCode) -> usize {
    let filter = AuditFilter { code: Some(code), ..AuditFilter::default() };
    store.list_audit(&Scope::Everything, &filter, 1000).await.unwrap().len()
}

pub async fn a_token_is_found_by_its_hash_as_long_as_it_and_its_person_are_good(store: &Store) {
    let user = person(store, "lin.wei").await;
    make(store, 1, user).await.unwrap();
    make(store, 2, user).await.unwrap();
    let find = async |hash: &str, now: i64| store.find_live_token(hash, at(now)).await.unwrap();
    let (found, whose) = find("hash-1", 200).await.unwrap();
    assert_eq!((found, whose.id), (token(1, user), user));
    assert_eq!(whose.role(), Some(Role::Operator), "as the person is, not as the token");
    assert!(find("hash-3", 200).await.is_none());
    assert!(find("hash-1", 1000).await.is_none(), "over");
    let revoked = event(AuditCode::TokenRevoked);
    assert!(store.revoke_token(TokenId::from_u128(1), at(300), &revoked).await.unwrap());
    assert!(!store.revoke_token(TokenId::from_u128(1), at(301), &revoked).await.unwrap());
    assert!(!store.revoke_token(TokenId::from_u128(2), at(1001), &revoked).await.unwrap(), "over");
    assert!(find("hash-1", 302).await.is_none(), "revoked");
    assert_eq!(
        (told(store, AuditCode::TokenMade).await, told(store, AuditCode::TokenRevoked).await),
        (2, 1)
    );
    assert!(find("hash-2", 302).await.is_some());
    store.disable_user(user, at(303)).await.unwrap();
    assert!(find("hash-2", 304).await.is_none(), "disabled");
}

pub async fn a_token_has_an_owner_and_there_are_not_too_many(store: &Store) {
    let (lin, mei) = (person(store, "lin.wei").await, person(store, "mei").await);
    for number in 1..=50 {
        make(store, number, lin).await.unwrap();
    }
    assert!(matches!(make(store, 51, lin).await, Err(Error::Conflict)));
    make(store, 52, mei).await.unwrap();
    let revoked = event(AuditCode::TokenRevoked);
    store.revoke_token(TokenId::from_u128(7), at(100), &revoked).await.unwrap();
    make(store, 53, lin).await.unwrap();
    assert!(matches!(make(store, 52, mei).await, Err(Error::Conflict)), "the same once more");
    let list = async |whose| store.list_tokens(whose).await.unwrap();
    assert_eq!((list(Some(lin)).await.len(), list(Some(mei)).await.len()), (51, 1));
    assert_eq!(list(None).await.len(), 52);
    assert_eq!(list(Some(mei)).await[0].person_name.as_str(), "mei");
    let one = store.find_token(TokenId::from_u128(7)).await.unwrap().unwrap();
    assert_eq!(one.revoked_at, Some(at(100)));
    assert!(store.find_token(TokenId::from_u128(99)).await.unwrap().is_none());
    assert_eq!(store.prune_tokens(at(101)).await.unwrap(), 1);
    assert_eq!(store.prune_tokens(at(1001)).await.unwrap(), 51);
}

pub async fn a_token_s_use_is_noted_and_a_new_place_is_told_once(store: &Store) {
    let user = person(store, "lin.wei").await;
    make(store, 1, user).await.unwrap();
    let id = TokenId::from_u128(1);
    let new_place = event(AuditCode::TokenNewAddress);
    for (now, address) in [(200, "10.0.0.1"), (300, "10.0.0.2"), (400, "10.0.0.1")] {
        store.use_token(id, Some(address), at(now), &new_place).await.unwrap();
    }
    assert_eq!(told(store, AuditCode::TokenNewAddress).await, 2);
    let token = store.find_token(id).await.unwrap().unwrap();
    assert_eq!((token.used_at, token.used_from.as_deref()), (Some(at(400)), Some("10.0.0.1")));
    store.revoke_token(id, at(500), &event(AuditCode::TokenRevoked)).await.unwrap();
    store.use_token(id, Some("10.0.0.3"), at(600), &new_place).await.unwrap();
    assert_eq!(told(store, AuditCode::TokenNewAddress).await, 2, "not after its end");
    assert_eq!(store.find_token(id).await.unwrap().unwrap().used_at, Some(at(400)));
    assert_eq!(store.prune_tokens(at(501)).await.unwrap(), 1);
}
