//! Whoever sees a part sees that part, in every read, and counts only that.

use std::collections::BTreeSet;

use domain::access::Access;
use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::batch::{Batch, BatchItem, BatchLasts, BatchState, Line};
use domain::change::{Change, ChangeState};
use domain::cloud::InstanceRow;
use domain::environment::Environment;
use domain::fact::Fact;
use domain::id::{BatchId, InstanceKey, UserId};
use domain::inbox::{Audience, Notice, NoticeKind};
use domain::instance::Tag;
use domain::inventory::{InstanceFilter, InstanceSort, MatchCount};
use domain::person::{Area, Grant, Located, Role, Scope};
use domain::review::Review;
use store::Store;
use store::audit::AuditFilter;
use store::change::{ChangeFilter, IntentGuard, Move, NewChange};
use store::fleet::{EventFilter, FactRecord, FactUpdate, PageOf};
use store::people::{Edited, PeopleEdit};

use super::{at, attribute, change, person, row};

const ALL: &Scope = &Scope::Everything;

/// Account, region, id, environment, and tags as `key=value`.
const FLEET: [(&str, &str, &str, Environment, &str); 8] = [
    ("core", "cn-hangzhou", "r-a", Environment::Production, "team=pay"),
    ("core", "cn-hangzhou", "r-b", Environment::Staging, "team=pay tier=1"),
    ("core", "cn-shanghai", "r-c", Environment::Staging, "team=web"),
    ("core", "cn-shanghai", "r-d", Environment::Development, ""),
    ("pay", "cn-hangzhou", "r-e", Environment::Staging, "team=pay tier=2"),
    ("pay", "cn-hangzhou", "r-f", Environment::Unlabelled, "tier=1"),
    // The same id somewhere else is another instance.
    ("pay", "cn-shanghai", "r-a", Environment::Production, "team=Pay"),
    ("pay", "cn-shanghai", "r-g", Environment::Development, "team=web"),
];

const AREAS: [&str; 14] = [
    r#"{"accounts":["core"]}"#,
    r#"{"accounts":["nowhere"]}"#,
    r#"{"accounts":["core","pay"],"regions":["cn-shanghai"]}"#,
    r#"{"environments":["staging"]}"#,
    r#"{"environments":["production","unlabelled"]}"#,
    r#"{"accounts":["pay"],"environments":["staging","development"]}"#,
    r#"{"tags":{"team":["pay"]}}"#,
    r#"{"tags":{"team":["pay","web"]}}"#,
    r#"{"tags":{"team":["pay"],"tier":["1"]}}"#,
    r#"{"tags":{"tier":["1"]},"environments":["unlabelled"]}"#,
    r#"{"tags":{"team":["' OR 1=1 --"]}}"#,
    r#"{"tags":{"owner":["pay"]}}"#,
    r#"{"regions":["cn-hangzhou"],"tags":{"tier":["1","2"]}}"#,
    r#"{"environments":["development"],"regions":["cn-shanghai"],"accounts":["pay"],"tags":{"team":["web"]}}"#,
];

fn area(text: &str) -> Area {
    serde_json::from_str(text).unwrap()
}

/// Each alone, each two in a row, and nothing.
fn scopes() -> Vec<Scope> {
    let areas: Vec<Area> = AREAS.iter().map(|text| area(text)).collect();
    let alone = areas.iter().map(|area| Scope::of([area]));
    alone
        .chain(areas.windows(2).map(Scope::of))
        .chain([Scope::NOTHING, Scope::Everything])
        .collect()
}

fn place(account: &str, region: &str, id: &str) -> InstanceKey {
    format!("{account}/{region}/{id}").parse().unwrap()
}

fn tagged(id: &str, region: &str, tags: &str) -> InstanceRow {
    let pairs = tags.split_whitespace().map(|pair| pair.split_once('=').unwrap());
    let tag = |(key, value): (&str, &str)| Tag { key: key.to_owned(), value: value.to_owned() };
    InstanceRow {
        region: region.parse().unwrap(),
        tags: pairs.map(tag).collect(),
        ..row(id, &format!("cache-{id}"))
    }
}

/// The fleet, with a released instance in each account's Hangzhou.
async fn fleet(store: &Store) {
    for account in ["core", "pay"] {
        for region in ["cn-hangzhou", "cn-shanghai"] {
            let here = FLEET.iter().filter(|row| (row.0, row.1) == (account, region));
            let rows: Vec<_> = here.map(|row| (tagged(row.2, row.1, row.4), row.3)).collect();
            let gone = (tagged("r-gone", region, "team=pay"), Environment::Staging);
            let before: Vec<_> = rows.iter().cloned().chain([gone]).collect();
            let (account, region) = (account.parse().unwrap(), region.parse().unwrap());
            store.record_listing(&account, &region, &before, true, at(10)).await.unwrap();
            store.record_listing(&account, &region, &rows, true, at(20)).await.unwrap();
        }
    }
}

/// What the domain says is in a scope.
fn expected(scope: &Scope) -> BTreeSet<String> {
    let rows = FLEET.iter().filter(|(account, region, id, environment, tags)| {
        let labels = domain::person::Labels {
            environment: *environment,
            tags: tagged(id, region, tags).tags,
        };
        scope.contains(&Located {
            account: account.parse().unwrap(),
            region: region.parse().unwrap(),
            labels: Some(labels),
        })
    });
    rows.map(|(account, region, id, ..)| place(account, region, id).to_string()).collect()
}

/// The condition in SQL and the rule of the domain are the same.
pub async fn every_list_shows_what_the_domain_says_is_in_scope(store: &Store) {
    fleet(store).await;
    let all = InstanceFilter::default();
    for scope in scopes() {
        let wanted = expected(&scope);
        for sort in InstanceSort::ALL {
            let page = PageOf { filter: &all, sort: *sort, after: None, limit: 100 };
            let listed = store.list_instances(&scope, page).await.unwrap();
            let listed: BTreeSet<String> = listed.iter().map(|row| row.key.to_string()).collect();
            assert_eq!(listed, wanted, "{sort} {scope:?}");
        }
        let count = i64::try_from(wanted.len()).unwrap();
        let counts = store.count_instances(&scope, &all).await.unwrap();
        assert_eq!(counts.total, count, "{scope:?}");
        let by_account: i64 = counts.by_account.iter().map(|(_, count)| count).sum();
        assert_eq!(by_account, count, "{scope:?}");
        let text = InstanceFilter { text: "cache".into(), ..all.clone() };
        let matches = store.count_matches(&scope, &text).await.unwrap();
        assert_eq!(matches, MatchCount::Exactly(count), "{scope:?}");
        let coverage = store.get_coverage(&scope).await.unwrap();
        assert_eq!((coverage.instances, coverage.read), (count, 0), "{scope:?}");
        for region in &coverage.regions {
            assert!(scope.touches(&region.account, region.region.as_ref()), "{scope:?}");
        }
        for (account, region, id, ..) in FLEET {
            let key = place(account, region, id);
            let found = store.find_instance(&scope, &key).await.unwrap().is_some();
            assert_eq!(found, wanted.contains(&key.to_string()), "{key} {scope:?}");
        }
    }
}

/// What was released, or never listed, has no environment and no tags.
pub async fn what_is_gone_is_in_scope_by_account_and_region_only(store: &Store) {
    fleet(store).await;
    for (text, seen) in [
        (r#"{"accounts":["core"]}"#, true),
        (r#"{"accounts":["pay"]}"#, false),
        (r#"{"regions":["cn-hangzhou"]}"#, true),
        (r#"{"accounts":["core"],"environments":["staging"]}"#, false),
        (r#"{"tags":{"team":["pay"]}}"#, false),
    ] {
        let scope = Scope::of([&area(text)]);
        let gone = place("core", "cn-hangzhou", "r-gone");
        assert_eq!(store.find_instance(&scope, &gone).await.unwrap().is_some(), seen, "{text}");
        let events = store.list_events(&scope, &EventFilter::default(), 100).await.unwrap();
        assert_eq!(events.iter().any(|event| event.instance == gone), seen, "{text}");
        let after = store.list_events_after(&scope, 0, 100).await.unwrap();
        assert_eq!(after.len(), events.len(), "{text}");
    }
}

/// A label that was changed in the cloud moves the instance with the next list.
pub async fn a_scope_follows_the_labels(store: &Store) {
    fleet(store).await;
    let (web, tier) = (area(r#"{"tags":{"team":["web"]}}"#), area(r#"{"tags":{"tier":["1"]}}"#));
    let (web, tier) = (Scope::of([&web]), Scope::of([&tier]));
    let key = place("core", "cn-hangzhou", "r-b");
    assert!(store.find_instance(&web, &key).await.unwrap().is_none());
    let rows = [
        (tagged("r-a", "cn-hangzhou", "team=pay"), Environment::Production),
        (tagged("r-b", "cn-hangzhou", "team=web"), Environment::Staging),
    ];
    store.record_listing(&key.account, &key.region, &rows, true, at(30)).await.unwrap();
    assert!(store.find_instance(&web, &key).await.unwrap().is_some());
    assert!(store.find_instance(&tier, &key).await.unwrap().is_none(), "the old tag is gone");
    let labels = store.locate(&key).await.unwrap().labels.unwrap();
    assert_eq!(labels.tags, rows[1].0.tags);
}

async fn wish(store: &Store, number: u128, key: &InstanceKey, by: UserId) -> Change {
    let wanted = Change { instance: key.clone(), ..change(number, key.id.as_str(), by) };
    let event = AuditEvent {
        instance: Some(key.clone()),
        change: Some(wanted.id),
        ..AuditEvent::new(at(30), AuditCode::ChangeRequested, Outcome::Intended, Actor::Portal)
    };
    let idempotency = format!("0123456789abcdef-{number}").parse().unwrap();
    let new = NewChange {
        change: &wanted,
        key: &idempotency,
        arguments: "",
        session: None,
        address: None,
        event: &event,
    };
    store.request_change(new).await.unwrap();
    wanted
}

/// Changes, the audit, open doors, batches: whatever names an instance.
pub async fn what_names_an_instance_is_as_hidden_as_the_instance(store: &Store) {
    fleet(store).await;
    let by = person(store, "lin.wei").await;
    let mut changes = Vec::new();
    for (number, (account, region, id, ..)) in (1..).zip(FLEET) {
        changes.push(wish(store, number, &place(account, region, id), by).await);
    }
    let items = |batch: u128| {
        let change = &changes[0];
        let item = BatchItem {
            position: 0,
            instance: change.instance.clone(),
            name: change.name.clone(),
            environment: Environment::Production,
            line: Line::AlreadySo,
            review: change.review,
            change: None,
            problem: None,
        };
        let review = review(batch, change);
        vec![(item, review)]
    };
    let batch = batch(by);
    store.save_draft(&batch, &items(50)).await.unwrap();
    for scope in scopes() {
        let wanted = expected(&scope);
        let listed = store.list_changes(&scope, &ChangeFilter::default(), 100).await.unwrap();
        let listed: BTreeSet<String> =
            listed.iter().map(|change| change.instance.to_string()).collect();
        assert_eq!(listed, wanted, "changes {scope:?}");
        for change in &changes {
            let found = store.find_change(&scope, change.id).await.unwrap().is_some();
            assert_eq!(found, wanted.contains(&change.instance.to_string()), "{scope:?}");
        }
        let filter = AuditFilter::default();
        let newest = store.list_audit(&scope, &filter, 100).await.unwrap();
        let oldest = store.walk_audit(&scope, &filter, i64::MIN, 100).await.unwrap();
        for rows in [newest, oldest] {
            let named: BTreeSet<String> = rows
                .iter()
                .filter_map(|row| Some(row.event.instance.as_ref()?.to_string()))
                .collect();
            assert_eq!(named, wanted, "audit {scope:?}");
        }
        let first = wanted.contains(&changes[0].instance.to_string());
        let found = store.find_batch(&scope, batch.id).await.unwrap().is_some();
        assert_eq!(found, first || scope.is_everything(), "batch {scope:?}");
        let lines = store.list_batch_items(&scope, batch.id).await.unwrap().len();
        assert_eq!(lines, usize::from(first), "lines {scope:?}");
    }
}

fn batch(by: UserId) -> Batch {
    Batch {
        id: BatchId::from_u128(9),
        to: Access::PasswordFree,
        state: BatchState::Draft,
        halt: None,
        version: 0,
        requested_by: by,
        requested_by_name: "lin.wei".parse().unwrap(),
        reason: None,
        lasts: BatchLasts::Usual,
        at_once: 1,
        failures_allowed: None,
        failures_seen: 0,
        after: None,
        session: None,
        address: None,
        created_at: at(1),
        started_at: None,
        updated_at: at(1),
    }
}

fn review(number: u128, change: &Change) -> Review {
    let facts = domain::preflight::Facts::unread();
    Review {
        id: domain::id::ReviewId::from_u128(number),
        person: change.requested_by,
        instance: change.instance.clone(),
        name: change.name.clone(),
        environment: change.environment,
        to: change.to,
        taken_at: at(1),
        preflight: domain::preflight::run(&facts, change.to),
        facts,
        late_until: None,
        decides: None,
    }
}

/// Of what concerns no instance, whoever does not see everything is shown their own.
pub async fn acts_without_an_instance_are_shown_to_who_did_them(store: &Store) {
    let act = |name: &str| {
        let (id, name) = (UserId::from_u128(1), name.parse().unwrap());
        let actor = Actor::Person { id, name };
        AuditEvent::new(at(5), AuditCode::PolicyChanged, Outcome::Succeeded, actor)
    };
    for name in ["lin.wei", "zhao.min"] {
        store.record(&act(name)).await.unwrap();
    }
    let all = AuditFilter { code: Some(AuditCode::PolicyChanged), ..AuditFilter::default() };
    let lin = AuditFilter { own: Some("lin.wei".parse().unwrap()), ..all.clone() };
    let count = async |scope: &Scope, filter: &AuditFilter| {
        store.list_audit(scope, filter, 9).await.unwrap().len()
    };
    let core = Scope::of([&area(AREAS[0])]);
    assert_eq!(count(ALL, &lin).await, 2);
    assert_eq!(count(&core, &lin).await, 1);
    assert_eq!(count(&Scope::NOTHING, &lin).await, 1);
    assert_eq!(count(&core, &all).await, 0);
}

/// The role for the instance, as both are when the call is committed.
pub async fn an_intent_needs_the_role_where_the_instance_is_now(store: &Store) {
    fleet(store).await;
    let by = person(store, "lin.wei").await;
    let name = "lin.wei".parse().unwrap();
    let staging = [Grant { role: Role::Operator, area: area(r#"{"environments":["staging"]}"#) }];
    give(store, "lin.wei", &staging).await;
    let key = place("core", "cn-hangzhou", "r-b");
    let wanted = wish(store, 1, &key, by).await;
    let checked = Move::new(&wanted, ChangeState::Preflighted, at(31));
    let checked = store.move_change(checked).await.unwrap();
    let guard = IntentGuard { policy_version: 0, person: Some((by, Role::Operator)) };
    let intent = || Move { guard: Some(guard), ..Move::new(&checked, ChangeState::Intent, at(32)) };
    // The scope was taken away; given again; and then the instance is another one's.
    give(store, "lin.wei", &[]).await;
    assert!(store.move_change(intent()).await.unwrap_err().is_conflict(), "no scope");
    give(store, "lin.wei", &staging).await;
    let rows = [(tagged("r-b", "cn-hangzhou", "team=pay"), Environment::Production)];
    store.record_listing(&key.account, &key.region, &rows, false, at(33)).await.unwrap();
    assert!(store.move_change(intent()).await.unwrap_err().is_conflict(), "moved out of scope");
    let rows = [(tagged("r-b", "cn-hangzhou", "team=pay"), Environment::Staging)];
    store.record_listing(&key.account, &key.region, &rows, false, at(34)).await.unwrap();
    store.move_change(intent()).await.unwrap();
    assert_eq!(store.find_user(&name).await.unwrap().unwrap().version, 3);
}

async fn give(store: &Store, name: &str, grants: &[Grant]) {
    let user = store.find_user(&name.parse().unwrap()).await.unwrap().unwrap();
    let event = AuditEvent::new(
        at(40),
        AuditCode::UserGrantsChanged,
        Outcome::Succeeded,
        Actor::CommandLine,
    );
    let edit = PeopleEdit::SetGrants { user: user.person.id, seen: user.version, grants };
    assert_eq!(store.edit_people(edit, &event).await.unwrap(), Edited::Done);
}

/// A notice about an instance reaches those who have the role for it, and leaves with the scope.
pub async fn notices_reach_whoever_has_the_role_there(store: &Store) {
    fleet(store).await;
    let lin = person(store, "lin.wei").await;
    give(store, "lin.wei", &[Grant { role: Role::Approver, area: area(AREAS[0]) }]).await;
    for (once, account) in [("a", "core"), ("b", "pay")] {
        let notice = Notice {
            instance: Some(place(account, "cn-hangzhou", "r-x")),
            ..Notice::new(NoticeKind::ApprovalWaiting, at(5), once.into())
        };
        store.notify(&notice, &Audience::covering(Role::Approver)).await.unwrap();
    }
    let core = Scope::of([&area(AREAS[0])]);
    assert_eq!(store.list_inbox(&core, lin, 9).await.unwrap().len(), 1, "only of its account");
    assert_eq!(store.count_unread_notices(&core, lin).await.unwrap(), 1);
    assert_eq!(store.list_inbox(&Scope::NOTHING, lin, 9).await.unwrap().len(), 0);
    assert_eq!(store.count_unread_notices(&Scope::NOTHING, lin).await.unwrap(), 0);
}

/// What was read is counted in scope, too, and so is what could not be.
pub async fn what_was_read_is_counted_in_scope(store: &Store) {
    fleet(store).await;
    let key = place("core", "cn-hangzhou", "r-b");
    let read = attribute(tagged("r-b", "cn-hangzhou", "team=pay"), Access::PasswordFree);
    let updates = vec![(FactUpdate::Attribute(Fact::Known(read)), at(999))];
    store.record_facts(&[FactRecord { key, at: at(50), updates }]).await.unwrap();
    for (text, instances, read) in
        [(AREAS[3], 3, 1), (AREAS[0], 4, 1), (AREAS[6], 3, 1), (AREAS[4], 3, 0)]
    {
        let coverage = store.get_coverage(&Scope::of([&area(text)])).await.unwrap();
        assert_eq!((coverage.instances, coverage.read), (instances, read), "{text}");
        assert_eq!(coverage.oldest, (read > 0).then_some(at(50)), "{text}");
    }
    let fresh = store
        .want_matches(&Scope::of([&area(AREAS[4])]), &InstanceFilter::default(), at(60), at(60))
        .await
        .unwrap();
    assert_eq!(fresh, 0, "what is out of scope is not read again");
}
