use domain::access::{Access, AccessState};
use domain::environment::Environment;
use domain::fact::{Fact, Unread};
use domain::id::RegionId;
use domain::inventory::{FactKind, InstanceFilter, ListCursor, WhitelistFinding};
use domain::person::Scope;
use domain::whitelist::WhitelistGroup;
use store::Store;
use store::fact::FactUpdate;

use super::{at, attribute, key, listed, row};

const ALL: &Scope = &Scope::Everything;

fn text(text: &str) -> InstanceFilter {
    InstanceFilter { text: text.into(), ..InstanceFilter::default() }
}

async fn names(store: &Store, filter: &InstanceFilter) -> Vec<String> {
    let rows = store.list_instances(ALL, filter, None, 100).await.unwrap();
    rows.into_iter().map(|row| row.name.to_string()).collect()
}

pub async fn a_listing_replaces_a_listing(store: &Store) {
    listed(store, &[("r-a", "orders"), ("r-b", "sessions")], at(10)).await;
    listed(store, &[("r-a", "orders-2"), ("r-c", "Ledger")], at(20)).await;
    assert_eq!(names(store, &InstanceFilter::default()).await, ["Ledger", "orders-2"]);
    let gone = store.find_instance(ALL, &key("r-b")).await.unwrap().unwrap();
    assert_eq!(gone.released_at, Some(at(20)));
    listed(store, &[("r-b", "sessions")], at(30)).await;
    assert_eq!(store.find_instance(ALL, &key("r-b")).await.unwrap().unwrap().released_at, None);
    let place = key("r-b");
    let part = [(row("r-c", "Ledger"), Environment::Development)];
    store.record_listing(&place.account, &place.region, &part, false, at(40)).await.unwrap();
    assert_eq!(
        names(store, &InstanceFilter::default()).await,
        ["Ledger", "sessions"],
        "a part of the list releases nothing"
    );
    assert!(store.find_instance(ALL, &key("r-z")).await.unwrap().is_none());
}

pub async fn instances_are_found_by_what_people_type(store: &Store) {
    listed(
        store,
        &[("r-abc", "Orders-Cache"), ("r-def", "订单-预发-缓存"), ("r-ghi", "100%_done\\")],
        at(10),
    )
    .await;
    for (typed, found) in [
        ("orders", vec!["Orders-Cache"]),
        ("  CACHE ", vec!["Orders-Cache"]),
        ("订单", vec!["订单-预发-缓存"]),
        ("r-def", vec!["订单-预发-缓存"]),
        ("r-def.redis.rds", vec!["订单-预发-缓存"]),
        ("team=payments", vec!["100%_done\\", "Orders-Cache", "订单-预发-缓存"]),
        ("%", vec!["100%_done\\"]),
        ("_done\\", vec!["100%_done\\"]),
        ("' OR 1=1 --", vec![]),
        ("o_ders", vec![]),
    ] {
        assert_eq!(names(store, &text(typed)).await, found, "{typed}");
    }
}

pub async fn pages_follow_each_other_without_gap_or_repetition(store: &Store) {
    let ids: Vec<String> = (0..25).map(|n| format!("r-{n:02}")).collect();
    let rows: Vec<(&str, &str)> =
        ids.iter().enumerate().map(|(n, id)| (id.as_str(), ["Same", "same", "b"][n % 3])).collect();
    listed(store, &rows, at(10)).await;
    let mut seen = Vec::new();
    let mut cursor: Option<ListCursor> = None;
    loop {
        let page = store
            .list_instances(ALL, &InstanceFilter::default(), cursor.as_ref(), 7)
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        cursor =
            Some(ListCursor { name: last.name.as_str().to_lowercase(), key: last.key.clone() });
        seen.extend(page.into_iter().map(|row| row.key.id.to_string()));
    }
    assert_eq!(seen.len(), 25);
    seen.sort();
    seen.dedup();
    assert_eq!(seen, ids);
}

pub async fn counts_ignore_their_own_filter(store: &Store) {
    listed(store, &[("r-a", "a"), ("r-b", "b"), ("r-c", "c")], at(10)).await;
    let fact = Fact::Known(attribute(row("r-a", "a"), Access::PasswordFree));
    store.record_facts(&key("r-a"), &[FactUpdate::Attribute(&fact)], at(11)).await.unwrap();
    let filter =
        InstanceFilter { access: Some(AccessState::PasswordFree), ..InstanceFilter::default() };
    assert_eq!(names(store, &filter).await, ["a"]);
    let counts = store.count_instances(ALL, &filter).await.unwrap();
    assert_eq!(counts.total, 1);
    assert_eq!(counts.by_access, [(AccessState::PasswordFree, 1), (AccessState::Unknown, 2)]);
    assert_eq!(counts.by_environment, [(Environment::Development, 1)]);
    let none =
        InstanceFilter { environment: Some(Environment::Production), ..InstanceFilter::default() };
    assert_eq!(store.count_instances(ALL, &none).await.unwrap().total, 0);
}

pub async fn a_failed_reading_keeps_the_last_value(store: &Store) {
    listed(store, &[("r-a", "a")], at(10)).await;
    let seen = Fact::Known(attribute(row("r-a", "renamed"), Access::PasswordFree));
    let whitelist = Fact::Known(vec![WhitelistGroup {
        name: "default".into(),
        attribute: String::new(),
        entries: vec!["0.0.0.0/0".into()],
    }]);
    store
        .record_facts(
            &key("r-a"),
            &[FactUpdate::Attribute(&seen), FactUpdate::Whitelist(&whitelist)],
            at(11),
        )
        .await
        .unwrap();
    let listing =
        store.list_instances(ALL, &InstanceFilter::default(), None, 9).await.unwrap().remove(0);
    assert_eq!(
        (listing.access, listing.whitelist),
        (AccessState::PasswordFree, WhitelistFinding::Everyone)
    );
    assert_eq!((listing.name.as_str(), listing.read_at), ("renamed", Some(at(11))));
    let why = Unread::Throttled("Throttling.User".parse().unwrap());
    store
        .record_facts(&key("r-a"), &[FactUpdate::Attribute(&Fact::Unknown(why.clone()))], at(20))
        .await
        .unwrap();
    let detail = store.find_instance(ALL, &key("r-a")).await.unwrap().unwrap();
    assert_eq!(detail.attribute.value.as_ref(), seen.known());
    assert_eq!(
        (detail.attribute.read_at, detail.attribute.problem.clone()),
        (Some(at(11)), Some(why))
    );
    store.record_facts(&key("r-a"), &[FactUpdate::Attribute(&seen)], at(30)).await.unwrap();
    assert_eq!(
        store.find_instance(ALL, &key("r-a")).await.unwrap().unwrap().attribute.problem,
        None
    );
}

pub async fn what_was_not_tried_longest_is_due_first(store: &Store) {
    listed(store, &[("r-a", "a"), ("r-b", "b"), ("r-c", "c")], at(10)).await;
    let failed = Fact::Unknown(Unread::TimedOut);
    for (id, when) in [("r-a", 200), ("r-b", 100)] {
        store.record_facts(&key(id), &[FactUpdate::Attribute(&failed)], at(when)).await.unwrap();
    }
    let account = key("r-a").account;
    let due = async |before: i64, limit: i64| {
        let keys =
            store.list_due_facts(&account, FactKind::Attribute, at(before), limit).await.unwrap();
        keys.into_iter().map(|key| key.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(due(300, 9).await, ["r-c", "r-b", "r-a"]);
    assert_eq!(due(150, 9).await, ["r-c", "r-b"]);
    assert_eq!(due(300, 1).await, ["r-c"]);
    assert_eq!(
        store.list_due_facts(&account, FactKind::Whitelist, at(1), 9).await.unwrap().len(),
        3
    );
}

pub async fn coverage_names_what_did_not_answer(store: &Store) {
    let account = key("r-a").account;
    let regions: Vec<RegionId> =
        ["cn-beijing", "cn-hangzhou", "cn-shenzhen"].iter().map(|r| r.parse().unwrap()).collect();
    store.keep_regions(&account, &regions, at(5)).await.unwrap();
    assert_eq!(store.get_coverage(ALL).await.unwrap().waiting(), 3);
    listed(store, &[("r-a", "a"), ("r-b", "b")], at(10)).await;
    let denied = Unread::Denied("Forbidden.RAM".parse().unwrap());
    store.record_region_problem(&account, Some(&regions[0]), &denied, at(11)).await.unwrap();
    let fact = Fact::Known(attribute(row("r-a", "a"), Access::PasswordRequired));
    store.record_facts(&key("r-a"), &[FactUpdate::Attribute(&fact)], at(12)).await.unwrap();
    let coverage = store.get_coverage(ALL).await.unwrap();
    assert_eq!((coverage.instances, coverage.read, coverage.oldest), (2, 1, Some(at(12))));
    let problems: Vec<_> =
        coverage.problems().map(|p| (p.region.clone(), p.problem.clone())).collect();
    assert_eq!(problems, [(Some(regions[0].clone()), Some(denied))]);
    store.record_region_problem(&account, None, &Unread::NoCredential, at(13)).await.unwrap();
    assert_eq!(store.get_coverage(ALL).await.unwrap().problems().next().unwrap().region, None);
    store.keep_regions(&account, &regions[1..], at(14)).await.unwrap();
    let coverage = store.get_coverage(ALL).await.unwrap();
    assert_eq!((coverage.regions.len(), coverage.problems().count()), (2, 0));
    store.keep_accounts(&[]).await.unwrap();
    assert!(store.get_coverage(ALL).await.unwrap().regions.is_empty());
}

pub async fn hostile_names_are_kept_inert(store: &Store) {
    let long = "订".repeat(256);
    let hostile = [
        "<script>alert(1)</script>",
        "=cmd|'/c calc'!A1",
        "a\u{202e}b",
        "nul\0nul",
        "'; DROP TABLE users; --",
        &long,
    ];
    let ids: Vec<String> = (0..hostile.len()).map(|n| format!("r-{n}")).collect();
    let rows: Vec<(&str, &str)> = ids.iter().map(String::as_str).zip(hostile).collect();
    listed(store, &rows, at(10)).await;
    for (id, name) in &rows {
        let detail = store.find_instance(ALL, &key(id)).await.unwrap().unwrap();
        assert_eq!(detail.row.name.as_str(), *name);
    }
    assert_eq!(names(store, &text("drop table")).await, ["'; DROP TABLE users; --"]);
}
