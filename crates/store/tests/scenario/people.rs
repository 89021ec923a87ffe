use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::id::{GroupId, UserId};
use domain::person::{Area, Grant, Role};
use store::audit::AuditFilter;
use store::people::{Edited, PeopleEdit};
use store::reset_link::NewResetLink;
use store::session::SessionRow;
use store::user::{AS_BROWSER, Preferences};
use store::{Error, Store};

use super::{at, person};

fn event() -> AuditEvent {
    AuditEvent::new(at(5), AuditCode::UserGrantsChanged, Outcome::Succeeded, Actor::CommandLine)
}

async fn admin(store: &Store, number: u128, name: &str) -> UserId {
    let id = UserId::from_u128(number);
    store.add_user(id, &name.parse().unwrap(), Role::Admin, "x", at(1)).await.unwrap();
    id
}

fn core(role: Role) -> Grant {
    Grant { role, area: Area { accounts: ["core".parse().unwrap()].into(), ..Area::default() } }
}

pub async fn grants_come_from_the_person_and_from_groups(store: &Store) {
    let lin = person(store, "lin.wei").await;
    let (group, name) = (GroupId::from_u128(1), "on-call".parse().unwrap());
    let edit = async |edit: PeopleEdit<'_>| {
        assert_eq!(store.edit_people(edit, &event()).await.unwrap(), Edited::Done);
    };
    edit(PeopleEdit::MakeGroup { id: group, name: &name }).await;
    edit(PeopleEdit::SetGroupGrants { group, seen: 0, grants: &[core(Role::Approver)] }).await;
    edit(PeopleEdit::AddMember { group, seen: 1, user: lin }).await;
    edit(PeopleEdit::SetGrants { user: lin, seen: 0, grants: &[core(Role::Viewer)] }).await;
    let grants = async || {
        let person = store.find_active_person(lin).await.unwrap().unwrap();
        let told = person
            .grants
            .iter()
            .map(|granted| (granted.grant.role, granted.source.group().cloned()));
        told.collect::<Vec<_>>()
    };
    let both = vec![(Role::Viewer, None), (Role::Approver, Some(name.clone()))];
    assert_eq!(grants().await, both);
    let known = store.find_group(&name).await.unwrap().unwrap();
    assert_eq!((known.version, &known.members[..]), (2, &["lin.wei".parse().unwrap()][..]));
    edit(PeopleEdit::SetGroupDisabled { group, seen: 2, disabled: true }).await;
    assert_eq!(grants().await, [(Role::Viewer, None)], "a disabled group gives nothing");
    edit(PeopleEdit::SetGroupDisabled { group, seen: 3, disabled: false }).await;
    assert_eq!(grants().await, both);
    edit(PeopleEdit::RemoveMember { group, seen: 4, user: lin }).await;
    assert_eq!(grants().await, [(Role::Viewer, None)]);
    let again = PeopleEdit::MakeGroup { id: GroupId::from_u128(2), name: &name };
    assert!(store.edit_people(again, &event()).await.unwrap_err().is_conflict(), "taken");
    assert_eq!(store.list_groups().await.unwrap().len(), 1);
    let all = &domain::person::Scope::Everything;
    let every = AuditFilter { code: Some(event().code), ..AuditFilter::default() };
    let audit = store.list_audit(all, &every, 99).await.unwrap();
    assert_eq!(audit.len(), 7, "each edit is recorded, and no other");
}

pub async fn an_edit_of_what_was_seen_before_is_refused(store: &Store) {
    let lin = person(store, "lin.wei").await;
    let set = |seen, role| {
        let grants: &'static [Grant] = Box::leak(Box::new([core(role)]));
        PeopleEdit::SetGrants { user: lin, seen, grants }
    };
    store.edit_people(set(0, Role::Viewer), &event()).await.unwrap();
    let late = store.edit_people(set(0, Role::Approver), &event()).await;
    assert!(matches!(late, Err(Error::Conflict)), "{late:?}");
    let user = store.find_user(&"lin.wei".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((user.own_grants(), user.version), (vec![core(Role::Viewer)], 1));
    let disable = |seen| PeopleEdit::SetDisabled { user: lin, seen, disabled: true };
    assert!(store.edit_people(disable(0), &event()).await.unwrap_err().is_conflict());
    store.edit_people(disable(1), &event()).await.unwrap();
    assert!(store.find_active_person(lin).await.unwrap().is_none());
}

/// However they have it: alone, or by a group.
pub async fn the_last_admin_stays(store: &Store) {
    let root = admin(store, 1, "root").await;
    let lin = person(store, "lin.wei").await;
    let edit = async |edit: PeopleEdit<'_>| store.edit_people(edit, &event()).await.unwrap();
    let lower = |grants| PeopleEdit::SetGrants { user: root, seen: 0, grants };
    for grants in [&[][..], &[Grant::over_everything(Role::Approver)], &[core(Role::Admin)]] {
        assert_eq!(edit(lower(grants)).await, Edited::LastAdmin, "{grants:?}");
    }
    let disable = PeopleEdit::SetDisabled { user: root, seen: 0, disabled: true };
    assert_eq!(edit(disable).await, Edited::LastAdmin);
    // Another one by a group: then the first may go, and the group is what stays.
    let (group, name) = (GroupId::from_u128(1), "admins".parse().unwrap());
    let over_everything = [Grant::over_everything(Role::Admin)];
    for step in [
        PeopleEdit::MakeGroup { id: group, name: &name },
        PeopleEdit::SetGroupGrants { group, seen: 0, grants: &over_everything },
        PeopleEdit::AddMember { group, seen: 1, user: lin },
        disable,
    ] {
        assert_eq!(edit(step).await, Edited::Done, "{step:?}");
    }
    for step in [
        PeopleEdit::SetGroupGrants { group, seen: 2, grants: &[] },
        PeopleEdit::RemoveMember { group, seen: 2, user: lin },
        PeopleEdit::SetGroupDisabled { group, seen: 2, disabled: true },
        PeopleEdit::SetDisabled { user: lin, seen: 0, disabled: true },
    ] {
        assert_eq!(edit(step).await, Edited::LastAdmin, "{step:?}");
    }
    let group = store.find_group(&name).await.unwrap().unwrap();
    assert_eq!((group.version, group.disabled_at), (2, None), "nothing was written");
    assert!(store.find_active_person(lin).await.unwrap().is_some());
}

/// Fifty pairs at once, each taking the other away.
pub async fn of_two_admins_who_take_each_other_away_one_stays(store: &Store) {
    let (one, other) = (admin(store, 1, "one").await, admin(store, 2, "other").await);
    let names = ["one", "other"];
    for round in 0..25 {
        let mut seen = Vec::new();
        for name in names {
            seen.push(store.find_user(&name.parse().unwrap()).await.unwrap().unwrap().version);
        }
        let take = async |user, seen| {
            let edit = match round % 2 {
                0 => PeopleEdit::SetDisabled { user, seen, disabled: true },
                _ => PeopleEdit::SetGrants { user, seen, grants: &[] },
            };
            store.edit_people(edit, &event()).await.unwrap()
        };
        let (first, second) = tokio::join!(take(one, seen[0]), take(other, seen[1]));
        let mut became = [first, second];
        became.sort_by_key(|edited| *edited == Edited::LastAdmin);
        assert_eq!(became, [Edited::Done, Edited::LastAdmin], "round {round}");
        // Put back for the next round.
        for (name, user) in names.iter().zip([one, other]) {
            let known = store.find_user(&name.parse().unwrap()).await.unwrap().unwrap();
            let grants = [Grant::over_everything(Role::Admin)];
            let edit = PeopleEdit::SetGrants { user, seen: known.version, grants: &grants };
            store.edit_people(edit, &event()).await.unwrap();
            let edit = PeopleEdit::SetDisabled { user, seen: known.version + 1, disabled: false };
            store.edit_people(edit, &event()).await.unwrap();
        }
    }
}

async fn signed_in(store: &Store, user: UserId, hash: &str) {
    let session = SessionRow {
        id_hash: hash.into(),
        label: format!("s-{hash}"),
        user: Some(user),
        body: "{}".into(),
        address: Some("10.0.0.1".into()),
        user_agent: Some("a browser".into()),
        created_at: at(1),
        seen_at: at(1),
        expires_at: at(100_000),
    };
    store.create_session(&session).await.unwrap();
}

async fn sessions(store: &Store, user: UserId) -> Vec<String> {
    let live = store.list_sessions(user, at(10), at(0)).await.unwrap();
    live.into_iter().map(|session| session.label).collect()
}

pub async fn a_reset_link_works_once_and_ends_sessions(store: &Store) {
    let lin = person(store, "lin.wei").await;
    let other = person(store, "zhao.min").await;
    signed_in(store, lin, "aa").await;
    signed_in(store, other, "bb").await;
    let link = |hash| NewResetLink { token_hash: hash, user: lin, expires_at: at(1000) };
    store.make_reset_link(&link("first"), &event()).await.unwrap();
    assert_eq!(sessions(store, lin).await, [""; 0]);
    assert_eq!(sessions(store, other).await, ["s-bb"]);
    store.make_reset_link(&link("second"), &event()).await.unwrap();
    let find = async |hash, when| store.find_reset_link(hash, at(when)).await.unwrap();
    assert!(find("first", 10).await.is_none(), "the next link is the only one");
    assert!(find("second", 1000).await.is_none(), "it is over");
    assert_eq!(find("second", 999).await.unwrap().person.id, lin);
    signed_in(store, lin, "cc").await;
    let used = AuditEvent { at: at(50), ..event() };
    let hash =
        async || store.find_user(&"lin.wei".parse().unwrap()).await.unwrap().unwrap().password_hash;
    let twice = tokio::join!(
        store.use_reset_link("second", "new", &used),
        store.use_reset_link("second", "newer", &used)
    );
    let mut became = [twice.0.unwrap(), twice.1.unwrap()];
    became.sort_unstable();
    assert_eq!(became, [false, true]);
    assert!(["new", "newer"].contains(&hash().await.as_str()));
    assert_eq!(sessions(store, lin).await, [""; 0]);
    // Whoever is disabled has no link; nor has what is over.
    store.make_reset_link(&link("third"), &event()).await.unwrap();
    let late = AuditEvent { at: at(1000), ..event() };
    assert!(!store.use_reset_link("third", "late", &late).await.unwrap());
    store.disable_user(lin, at(20)).await.unwrap();
    assert!(!store.use_reset_link("third", "gone", &used).await.unwrap());
    assert!(find("third", 30).await.is_none());
}

pub async fn a_password_is_changed_only_from_the_one_that_was_seen(store: &Store) {
    let lin = person(store, "lin.wei").await;
    for session in ["aa", "bb", "cc"] {
        signed_in(store, lin, session).await;
    }
    let link = NewResetLink { token_hash: "link", user: lin, expires_at: at(1000) };
    let change = async |seen, new, keep| {
        store.change_password(lin, seen, new, keep, &event()).await.unwrap()
    };
    assert!(!change("another", "new", "s-aa").await);
    assert_eq!(sessions(store, lin).await.len(), 3, "nothing was written");
    assert!(change("$argon2id$x", "new", "s-bb").await);
    assert_eq!(sessions(store, lin).await, ["s-bb"]);
    assert!(!change("$argon2id$x", "newer", "s-bb").await, "the old one is gone");
    store.make_reset_link(&link, &event()).await.unwrap();
    signed_in(store, lin, "dd").await;
    assert!(change("new", "newest", "s-dd").await);
    assert!(store.find_reset_link("link", at(10)).await.unwrap().is_none(), "no link is left");
}

pub async fn a_name_is_taken_once(store: &Store) {
    let id = person(store, "lin.wei").await;
    let again = store
        .add_user(UserId::from_u128(1), &"lin.wei".parse().unwrap(), Role::Admin, "x", at(2))
        .await;
    assert!(matches!(again, Err(Error::Conflict)), "{again:?}");
    let user = store.find_user(&"lin.wei".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((user.person.id, user.person.role()), (id, Some(Role::Operator)));
    assert!(store.find_user(&"nobody".parse().unwrap()).await.unwrap().is_none());
}

pub async fn what_somebody_chose_stays_until_they_choose_again(store: &Store) {
    let id = person(store, "lin.wei").await;
    let chosen = async || {
        let user = store.list_users().await.unwrap().remove(0);
        [user.language, user.theme, user.time_zone, user.shortcuts].map(Option::unwrap_or_default)
    };
    assert_eq!(chosen().await, ["", "", "", ""]);
    let none = Preferences::default();
    for choice in [
        Preferences { language: Some("zh-CN"), ..none },
        Preferences { theme: Some("dark"), time_zone: Some("Asia/Shanghai"), ..none },
        Preferences { shortcuts: Some("off"), ..none },
        none,
    ] {
        store.set_preferences(id, choice).await.unwrap();
    }
    assert_eq!(chosen().await, ["zh-CN", "dark", "Asia/Shanghai", "off"]);
    let browser = Preferences { time_zone: Some(AS_BROWSER), ..none };
    store.set_preferences(id, browser).await.unwrap();
    assert_eq!(chosen().await, ["zh-CN", "dark", AS_BROWSER, "off"]);
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

pub async fn of_many_tries_at_once_one_is_counted_and_goes_on(store: &Store) {
    let seen = async || store.find_sign_in_failures("code:a").await.unwrap();
    let count = async |seen, now| store.count_try("code:a", seen, at(now), at(0)).await.unwrap();
    let none = seen().await;
    assert!(none.is_none() && count(none, 10).await);
    assert!(!count(none, 10).await, "another one was first");
    let one = seen().await;
    assert!(count(one, 10).await, "in the same moment");
    assert!(!count(one, 11).await && !count(none, 11).await);
    let two = seen().await;
    assert_eq!(two.unwrap().failures, 2);
    // The last one was long ago: counting starts anew.
    assert!(store.count_try("code:a", two, at(1000), at(900)).await.unwrap());
    assert_eq!(seen().await.unwrap().failures, 1);
    let many = seen().await;
    let (a, b, c) = tokio::join!(count(many, 1001), count(many, 1001), count(many, 1001));
    assert_eq!([a, b, c].into_iter().filter(|went_on| *went_on).count(), 1);
}
